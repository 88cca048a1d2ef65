#include "server.h"

#include "core/text.h"

#include <arpa/inet.h>
#include <check.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROWS      16
#define SEEN_MAX  20000
#define LONG_SIZE (20 << 20)

struct server {
    const struct script *script;
    int listener;
    int port;
    pthread_t thread;
    pthread_mutex_t mutex; /* over what follows */
    pthread_cond_t changed;
    int used[ROWS];
    char *seen[SEEN_MAX];
    int seen_count;
    int hangups;
    int clients; /* connections that are served */
    bool stopping;
};

struct client {
    struct server *server;
    int fd;
};

/* ---- One request ---- */

/* Head and body; NULL when the client has hung up. The caller frees. */
static char *receive(int fd)
{
    char *text = calloc(1, 1 << 16);
    size_t len = 0;

    for (;;) {
        char *end = strstr(text, "\r\n\r\n");
        char *length = strcasestr(text, "\r\nContent-Length:");
        size_t body = length == NULL ? 0 : strtoul(length + strlen("\r\nContent-Length:"), NULL, 10);
        if (end != NULL && len >= (size_t)(end + 4 - text) + body)
            return text;
        ssize_t got = recv(fd, text + len, (1 << 16) - 1 - len, 0);
        if (got <= 0) {
            free(text);
            return NULL;
        }
        len += (size_t)got;
    }
}

static bool fits(const char *pattern, const char *request)
{
    size_t len = strlen(pattern);

    if (pattern[len - 1] == '*')
        return strncmp(pattern, request, len - 1) == 0;
    return strncmp(pattern, request, len) == 0 && request[len] == ' ';
}

static const struct script *remember(struct server *server, char *request)
{
    static const struct script unforeseen = {"", 500, "the script has no such request", WHOLE, 0};
    const struct script *found = &unforeseen;

    pthread_mutex_lock(&server->mutex);
    ck_assert_int_lt(server->seen_count, SEEN_MAX);
    server->seen[server->seen_count++] = request;
    for (int i = 0; server->script[i].request != NULL && found == &unforeseen; i++) {
        const struct script *row = &server->script[i];
        if (fits(row->request, request) && (row->times == 0 || server->used[i] < row->times)) {
            server->used[i]++;
            found = row;
        }
    }
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->mutex);
    return found;
}

static char *body_of(const struct script *row, const char *request)
{
    const char *mark = strchr(row->body, '$');
    const char *target = strchr(request, ' ') + 1;
    const char *end = strchr(target, ' ');
    const char *slash = memrchr(target, '/', (size_t)(end - target));

    if (mark == NULL)
        return text_copy(row->body);
    return text_printf("%.*s%.*s%s", (int)(mark - row->body), row->body, (int)(end - slash - 1), slash + 1, mark + 1);
}

static bool send_all(int fd, const char *text, size_t len)
{
    return send(fd, text, len, MSG_NOSIGNAL) == (ssize_t)len;
}

static char *lengthened(char *body)
{
    char *longer = text_printf("%*s", -LONG_SIZE, body);

    free(body);
    return longer;
}

/* False: the connection is over. */
static bool respond(struct client *client, const struct script *row, const char *request)
{
    char *body = row->twist == LONG ? lengthened(body_of(row, request)) : body_of(row, request);
    size_t len = strlen(body);
    char *head = text_printf("HTTP/1.1 %d X\r\nContent-Length: %zu\r\n\r\n", row->status, len);
    bool goes_on = send_all(client->fd, head, strlen(head)) && row->twist != TRUNCATED;

    goes_on = send_all(client->fd, body, row->twist == TRUNCATED ? len / 2 : len) && goes_on;
    free(head);
    free(body);
    return goes_on;
}

static void wait_for_hangup(struct client *client)
{
    char byte;

    while (recv(client->fd, &byte, 1, 0) > 0)
        ;
    pthread_mutex_lock(&client->server->mutex);
    client->server->hangups++;
    pthread_cond_broadcast(&client->server->changed);
    pthread_mutex_unlock(&client->server->mutex);
}

/* ---- Threads ---- */

static void *serve(void *opaque)
{
    struct client *client = opaque;
    struct server *server = client->server;
    bool goes_on = true;
    char *request;

    while (goes_on && (request = receive(client->fd)) != NULL) {
        const struct script *row = remember(server, request);
        if (row->twist == SILENT)
            wait_for_hangup(client);
        goes_on = row->twist != SILENT && respond(client, row, request);
    }
    close(client->fd);
    free(client);
    pthread_mutex_lock(&server->mutex);
    server->clients--;
    pthread_cond_broadcast(&server->changed);
    pthread_mutex_unlock(&server->mutex);
    return NULL;
}

static void *listen_on(void *opaque)
{
    struct server *server = opaque;
    int fd;

    while ((fd = accept(server->listener, NULL, NULL)) >= 0) {
        struct client *client = malloc(sizeof *client);
        pthread_t thread;
        *client = (struct client){server, fd};
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
        pthread_mutex_lock(&server->mutex);
        server->clients++;
        pthread_mutex_unlock(&server->mutex);
        ck_assert_int_eq(pthread_create(&thread, NULL, serve, client), 0);
        pthread_detach(thread);
    }
    return NULL;
}

struct server *server_start(const struct script *script, int port)
{
    struct server *server = calloc(1, sizeof *server);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    socklen_t size = sizeof address;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->script = script;
    pthread_mutex_init(&server->mutex, NULL);
    pthread_cond_init(&server->changed, NULL);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    ck_assert_int_eq(bind(server->listener, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(listen(server->listener, 100), 0);
    ck_assert_int_eq(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
    server->port = ntohs(address.sin_port);
    ck_assert_int_eq(pthread_create(&server->thread, NULL, listen_on, server), 0);
    return server;
}

/* After its clients have hung up. */
void server_stop(struct server *server)
{
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
    pthread_mutex_lock(&server->mutex);
    while (server->clients > 0)
        pthread_cond_wait(&server->changed, &server->mutex);
    pthread_mutex_unlock(&server->mutex);
    for (int i = 0; i < server->seen_count; i++)
        free(server->seen[i]);
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->mutex);
    free(server);
}

/* ---- What it has seen ---- */

int server_port(const struct server *server)
{
    return server->port;
}

static int count(const struct server *server, const char *text)
{
    int found = 0;

    for (int i = 0; i < server->seen_count; i++)
        found += text_begins(server->seen[i], text);
    return found;
}

int server_count(struct server *server, const char *text)
{
    pthread_mutex_lock(&server->mutex);
    int found = count(server, text);
    pthread_mutex_unlock(&server->mutex);
    return found;
}

void server_wait(struct server *server, const char *text, int wanted)
{
    pthread_mutex_lock(&server->mutex);
    while (count(server, text) < wanted)
        pthread_cond_wait(&server->changed, &server->mutex);
    pthread_mutex_unlock(&server->mutex);
}

void server_wait_hangup(struct server *server)
{
    pthread_mutex_lock(&server->mutex);
    while (server->hangups == 0)
        pthread_cond_wait(&server->changed, &server->mutex);
    pthread_mutex_unlock(&server->mutex);
}

const char *server_seen(struct server *server, int number)
{
    pthread_mutex_lock(&server->mutex);
    const char *text = number < server->seen_count ? server->seen[number] : "";
    pthread_mutex_unlock(&server->mutex);
    return text;
}

void config_with(struct config *config, const struct server *server, const char *path, const char *const *settings)
{
    const char *overrides[16];
    struct config_request request = {.overrides = overrides};
    struct err err;
    char *url = server == NULL ? NULL : text_printf("schema.registry.url=http://127.0.0.1:%d%s", server->port, path);

    if (url != NULL)
        overrides[request.override_count++] = url;
    for (size_t i = 0; settings != NULL && settings[i] != NULL; i++)
        overrides[request.override_count++] = settings[i];
    ck_assert_msg(config_load(config, &request, &err), "%s", err.message);
    free(url);
}

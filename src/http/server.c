/*
 * Runs libmicrohttpd in a thread of our own, because it limits only how long a connection may be silent, not how long
 * it may take altogether. A client that sends a byte every four seconds could keep its place for hours, and sixty-four
 * of them all places. So this thread remembers when each connection came, and shuts down those that have had their
 * time.
 */
#include "http/server.h"

#include "core/memory.h"
#include "http/answers.h"
#include "http/listener.h"
#include "runtime/clock.h"
#include "runtime/thread.h"

#include <microhttpd.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS   64
#define MEMORY        16384
#define SILENCE_S     5
#define CONNECTION_MS 10000
#define LOOK_EVERY_MS 500

struct connection_time {
    int fd; /* -1: free */
    int64_t since_ms;
};

struct server {
    const struct about *about;
    bool loopback;
    int listener;
    int wake; /* an eventfd that tells the thread to end */
    struct MHD_Daemon *daemon;
    pthread_t thread;
    struct connection_time connections[CONNECTIONS]; /* used only by the thread */
    bool closed;                                     /* one was closed since the last turn */
};

/* ---- Answers: all run on the server's thread --------------------------------------------------------------------- */

static void header(struct MHD_Response *response, const char *name, const char *value)
{
    if (MHD_add_response_header(response, name, value) != MHD_YES)
        abort();
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, const struct answer *answer)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(answer->len, answer->body, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(answer->body);
        return MHD_NO;
    }
    header(response, "Content-Type", answer->type);
    header(response, "Content-Security-Policy", answer->policy);
    header(response, "Cache-Control", "no-store");
    header(response, "X-Content-Type-Options", "nosniff");
    header(response, "Connection", "close");
    if (answer->status == HTTP_METHOD)
        header(response, "Allow", "GET, HEAD");
    enum MHD_Result queued = MHD_queue_response(connection, (unsigned int)answer->status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result find_verbose(void *found, enum MHD_ValueKind kind, const char *key, const char *value)
{
    (void)kind, (void)value;
    *(bool *)found = *(bool *)found || strcmp(key, "verbose") == 0;
    return MHD_YES;
}

static bool announces_body(struct MHD_Connection *connection)
{
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");

    return (length != NULL && strcmp(length, "0") != 0) ||
           MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Transfer-Encoding") != NULL;
}

/* Answers at once: nothing after the headers is read. */
static enum MHD_Result on_request(void *opaque, struct MHD_Connection *connection, const char *path, const char *method,
                                  const char *version, const char *data, size_t *size, void **state)
{
    struct server *server = opaque;
    struct answer answer;
    struct request request = {
        .method = method,
        .path = path,
        .host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host"),
        .has_body = announces_body(connection),
        .accept = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Accept"),
    };

    (void)version, (void)data, (void)size, (void)state;
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, find_verbose, &request.verbose);
    answer_make(&answer, &request, server->loopback, server->about);
    return send_answer(connection, &answer);
}

/* ---- Connections ------------------------------------------------------------------------------------------------- */

static int fd_of(struct MHD_Connection *connection)
{
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

/*
 * Called for the end of a connection before its descriptor is closed, so that no descriptor in the list is ever
 * somebody else's.
 */
static void on_connection(void *opaque, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct server *server = opaque;
    struct connection_time *slot = *context;

    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        server->closed = true;
        if (slot != NULL)
            slot->fd = -1;
        return;
    }
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (server->connections[i].fd < 0) {
            server->connections[i] = (struct connection_time){fd_of(connection), clock_ms()};
            *context = &server->connections[i];
            return;
        }
}

static void end_overdue(struct server *server)
{
    int64_t now_ms = clock_ms();

    for (size_t i = 0; i < CONNECTIONS; i++) {
        const struct connection_time *c = &server->connections[i];
        if (c->fd >= 0 && now_ms - c->since_ms >= CONNECTION_MS)
            shutdown(c->fd, SHUT_RDWR);
    }
}

/* ---- The thread -------------------------------------------------------------------------------------------------- */

/*
 * While all places are taken libmicrohttpd does not watch the listener. It begins to watch it again only in the turn
 * after one became free.
 */
static int wait_ms(struct server *server)
{
    MHD_UNSIGNED_LONG_LONG ms;
    bool again = server->closed;

    server->closed = false;
    if (again)
        return 0;
    if (MHD_get_timeout(server->daemon, &ms) == MHD_YES && ms < LOOK_EVERY_MS)
        return (int)ms;
    for (size_t i = 0; i < CONNECTIONS; i++)
        if (server->connections[i].fd >= 0)
            return LOOK_EVERY_MS;
    return -1;
}

static void *serve(void *opaque)
{
    struct server *server = opaque;
    int epoll = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    struct pollfd fds[] = {
        {.fd = epoll,        .events = POLLIN},
        {.fd = server->wake, .events = POLLIN}
    };

    while (fds[1].revents == 0) {
        (void)poll(fds, 2, wait_ms(server));
        MHD_run(server->daemon);
        end_overdue(server);
    }
    return NULL;
}

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

struct server *server_open(const char *address, const struct about *about, struct err *err)
{
    struct bytes host, port;
    int listener = listener_open(address, err);
    if (listener < 0)
        return NULL;

    struct server *server = memory_zeroed(1, sizeof *server);
    request_split(address, &host, &port);
    server->about = about;
    server->loopback = request_is_loopback(host);
    server->wake = eventfd(0, EFD_CLOEXEC);
    for (size_t i = 0; i < CONNECTIONS; i++)
        server->connections[i].fd = -1;
    server->daemon =
        MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET, listener,
                         MHD_OPTION_CONNECTION_LIMIT, (unsigned int)CONNECTIONS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                         (size_t)MEMORY, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)SILENCE_S,
                         MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_END);
    if (server->wake < 0 || server->daemon == NULL)
        abort(); /* only memory or descriptors can be lacking */
    server->thread = thread_start(serve, server);
    return server;
}

void server_close(struct server *server)
{
    if (server == NULL)
        return;
    (void)!write(server->wake, &(uint64_t){1}, sizeof(uint64_t));
    pthread_join(server->thread, NULL);
    MHD_stop_daemon(server->daemon);
    close(server->wake);
    free(server);
}

const char *server_version(void)
{
    static char text[64];

    snprintf(text, sizeof text, "libmicrohttpd %s", MHD_get_version());
    return text;
}

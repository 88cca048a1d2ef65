#include "registry/http.h"

#include "config/secret.h"
#include "core/memory.h"
#include "core/text.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define CONNECT_MS 5000 /* at most; the rest of the time is for the next address or for the answer */

#define MEDIA_TYPE "application/vnd.schemaregistry.v1+json"

/* ---- Opening ---- */

static bool check_file(const char *key, const char *path, struct err *err)
{
    if (*path == 0 || access(path, R_OK) == 0)
        return true;
    return err_set(err, ERR_STOP, EXIT_CONFIG, E_REGISTRY_CONFIG,
                   "%s: cannot read %.300s: %s\n  fix: correct the path, or let "
                   "this user read it",
                   key, path, strerror(errno));
}

static bool check_files(const struct config *config, struct err *err)
{
    return check_file("schema.registry.ssl.ca.location", config->schema_registry_ca, err) &&
           check_file("schema.registry.ssl.certificate.location", config->schema_registry_certificate, err) &&
           check_file("schema.registry.ssl.key.location", config->schema_registry_key, err);
}

static bool read_endpoints(struct http *http, struct err *err)
{
    for (char **url = http->config->schema_registry_url; *url != NULL; url++) {
        http->endpoints = memory_resized(http->endpoints, http->endpoint_count + 1, sizeof *http->endpoints);
        if (!endpoint_read(*url, &http->endpoints[http->endpoint_count], err))
            return false;
        http->endpoint_count++;
    }
    return http->endpoint_count > 0 || err_set(err, ERR_STOP, EXIT_CONFIG, E_REGISTRY_CONFIG,
                                               "there is no schema registry\n  fix: set schema.registry.url");
}

bool http_open(struct http *http, const struct config *config, struct err *err)
{
    *http = (struct http){.config = config};
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort();
    http->user_info = text_copy(config->schema_registry_user_info);
    http->token = text_copy(config->schema_registry_token);
    if (check_files(config, err) && read_endpoints(http, err))
        return true;
    http_close(http);
    return false;
}

void http_close(struct http *http)
{
    for (size_t i = 0; i < http->endpoint_count; i++)
        endpoint_free(&http->endpoints[i]);
    free(http->endpoints);
    free(http->user_info);
    free(http->token);
    curl_global_cleanup();
    *http = (struct http){0};
}

/* ---- Who we are ---- */

static void read_again(const char *file, char **secret)
{
    char *text = file == NULL ? NULL : secret_read(file);

    if (text == NULL)
        return;
    free(*secret);
    *secret = text;
}

void http_read_credentials(struct http *http)
{
    read_again(http->config->schema_registry_user_info_file, &http->user_info);
    read_again(http->config->schema_registry_token_file, &http->token);
}

static void set_user(CURL *easy, const char *user, const char *password)
{
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(easy, CURLOPT_USERNAME, user);
    curl_easy_setopt(easy, CURLOPT_PASSWORD, password);
}

/* A password may contain colons, a user may not (RFC 7617). */
static void set_credentials(const struct http *http, CURL *easy, const struct endpoint *endpoint)
{
    const char *colon = strchr(http->user_info, ':');

    if (endpoint->user != NULL) {
        set_user(easy, endpoint->user, endpoint->password);
    } else if (colon != NULL) {
        char *user = text_copy_n(http->user_info, (size_t)(colon - http->user_info));
        set_user(easy, user, colon + 1);
        free(user);
    }
}

/* ---- Requests ---- */

static struct curl_slist *add(struct curl_slist *list, const char *header)
{
    list = curl_slist_append(list, header);
    if (list == NULL)
        abort();
    return list;
}

static struct curl_slist *headers(const struct http *http)
{
    struct curl_slist *list =
        add(NULL, "Accept: " MEDIA_TYPE ", application/vnd.schemaregistry+json, application/json");

    list = add(list, "Content-Type: " MEDIA_TYPE);
    list = add(list, "Expect:"); /* no Expect header: a large schema is sent without waiting for permission */
    if (*http->token != 0) {
        char *header = text_printf("Authorization: Bearer %s", http->token);
        list = add(list, header);
        free(header);
    }
    return list;
}

static bool is_folder(const char *path)
{
    char *inside = text_printf("%s/.", path);
    bool folder = access(inside, F_OK) == 0;

    free(inside);
    return folder;
}

static void set_tls(const struct config *config, CURL *easy)
{
    if (*config->schema_registry_ca != 0)
        curl_easy_setopt(easy, is_folder(config->schema_registry_ca) ? CURLOPT_CAPATH : CURLOPT_CAINFO,
                         config->schema_registry_ca);
    if (*config->schema_registry_certificate != 0)
        curl_easy_setopt(easy, CURLOPT_SSLCERT, config->schema_registry_certificate);
    if (*config->schema_registry_key != 0)
        curl_easy_setopt(easy, CURLOPT_SSLKEY, config->schema_registry_key);
}

struct curl_slist *http_prepare(const struct http *http, void *easy, const struct endpoint *endpoint)
{
    long timeout_ms = (long)http->config->schema_registry_timeout_ms;
    struct curl_slist *list = headers(http);

    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms < CONNECT_MS ? timeout_ms : CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L); /* signals belong to the main thread */
#if LIBCURL_VERSION_NUM >= 0x075700
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L); /* closing does not wait for a name server */
#endif
    curl_easy_setopt(easy, CURLOPT_PROXY, "");
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "sessiond/" VERSION);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
    set_credentials(http, easy, endpoint);
    set_tls(http->config, easy);
    return list;
}

/* ---- Several URLs ---- */

/* Of several requests that were under way only the first failure moves on. */
bool http_failed(struct http *http, size_t endpoint)
{
    if (endpoint != http->current)
        return false;
    http->current = (endpoint + 1) % http->endpoint_count;
    http->failures++;
    return http->failures % http->endpoint_count == 0;
}

void http_answered(struct http *http)
{
    http->failures = 0;
}

#include "cli/parts/running_worker.h"

#include "json/scan.h"

#include <stdlib.h>

#define ANSWER_MS 2000

static bool says(const char *json, const char *name, const char *value)
{
    struct scanner scan = scan_start(bytes_of(json));
    struct scanned_string text, wanted = {.raw = bytes_of(value)};

    return scan_find(&scan, name) && scan_string(&scan, &text) && scanned_string_compare(&text, &wanted) == 0;
}

static bool is_ours(const struct config *config, const struct reply *reply, struct err *err)
{
    const char *of = NULL;

    if (reply->status != 200 || !says(reply->body, "source", "worker"))
        of = "is no worker";
    else if (!says(reply->body, "group", config->group_id))
        of = "is a worker of another group";
    else if (!says(reply->body, "topic", config->commands_topic))
        of = "is a worker for another topic";
    return of == NULL || err_set(err, ERR_RETRY, EXIT_DONE, E_HTTP_04, "what answers at http.listen = %s %s",
                                 config->http_listen, of);
}

bool running_worker_ask(const struct config *config, const char *path, struct reply *reply, struct err *err)
{
    struct reply status;

    if (*config->http_listen == 0)
        return err_set(err, ERR_STOP, EXIT_CONFIG, E_HTTP_04, "http.listen is empty");
    if (!client_get(config->http_listen, "/api/status", "application/json", ANSWER_MS, &status, err))
        return false;
    bool ours = is_ours(config, &status, err);
    if (ours && strcmp(path, "/api/status") == 0) {
        *reply = status;
        return true;
    }
    free(status.body);
    return ours && client_get(config->http_listen, path, "text/plain", ANSWER_MS, reply, err);
}

#include "postgres/hosts.h"

#include <libpq-fe.h>
#include <stdlib.h>

static const char *value_of(const PQconninfoOption *options, const char *keyword)
{
    for (const PQconninfoOption *option = options; option != NULL && option->keyword != NULL; option++)
        if (strcmp(option->keyword, keyword) == 0)
            return option->val;
    return NULL;
}

static bool is_list(const char *value)
{
    return value != NULL && strchr(value, ',') != NULL;
}

void hosts_complete(const struct hosts *hosts, const char *text, struct conninfo *conninfo)
{
    if (hosts->of == NULL || strcmp(hosts->of, text) != 0)
        return;
    if (hosts->host != NULL)
        conninfo_add(conninfo, "host", hosts->host);
    if (hosts->hostaddr != NULL)
        conninfo_add(conninfo, "hostaddr", hosts->hostaddr);
    if (hosts->port != NULL)
        conninfo_add(conninfo, "port", hosts->port);
}

void hosts_begin(struct hosts *hosts, struct pg_conn *pg, int64_t now_ms)
{
    PQconninfoOption *options = PQconninfo(pg);
    const char *seconds = value_of(options, "connect_timeout");
    bool several = is_list(value_of(options, "host")) || is_list(value_of(options, "hostaddr"));

    hosts->limit_ms = several && seconds != NULL ? strtoll(seconds, NULL, 10) * 1000 : 0;
    hosts->tried = NULL;
    hosts->since_ms = now_ms;
    PQconninfoFree(options);
}

bool hosts_overdue(struct hosts *hosts, struct pg_conn *pg, int64_t now_ms)
{
    /* Each entry of libpq's list has its own text, so another pointer is another host, even under the same name. */
    const char *now = PQhost(pg);

    if (now != hosts->tried) {
        hosts->tried = now;
        hosts->since_ms = now_ms;
    }
    return hosts->limit_ms > 0 && now_ms - hosts->since_ms >= hosts->limit_ms;
}

/* Turns "a,b,c" into "b,c,a". The caller frees it; NULL stays NULL. */
static char *turned(const char *list)
{
    char *copy = list == NULL ? NULL : strdup(list);

    if (list != NULL && copy == NULL)
        abort();
    if (!is_list(list))
        return copy;
    size_t first = strcspn(list, ",");
    size_t rest = strlen(list) - first - 1;
    memcpy(copy, list + first + 1, rest);
    copy[rest] = ',';
    memcpy(copy + rest + 1, list, first);
    return copy;
}

void hosts_turn(struct hosts *hosts, struct pg_conn *pg, const char *text)
{
    PQconninfoOption *options = PQconninfo(pg);
    struct hosts next = {
        .of = strdup(text),
        .host = turned(value_of(options, "host")),
        .hostaddr = turned(value_of(options, "hostaddr")),
        .port = turned(value_of(options, "port")),
    };

    if (next.of == NULL)
        abort();
    hosts_forget(hosts);
    *hosts = next;
    PQconninfoFree(options);
}

void hosts_forget(struct hosts *hosts)
{
    free(hosts->of);
    free(hosts->host);
    free(hosts->hostaddr);
    free(hosts->port);
    *hosts = (struct hosts){0};
}

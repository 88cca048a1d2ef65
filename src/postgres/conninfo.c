#include "postgres/conninfo.h"

#include <libpq-fe.h>

/*
 * A dead peer is noticed within seconds instead of the kernel's two hours, and a silent host makes room for the next
 * one in the list.
 */
static const struct {
    const char *keyword;
    const char *value;
} defaults[] = {
    {"connect_timeout",     "5"    },
    {"keepalives_idle",     "5"    },
    {"keepalives_interval", "2"    },
    {"keepalives_count",    "3"    },
    {"tcp_user_timeout",    "10000"},
};

static bool chosen(const PQconninfoOption *options, const char *keyword)
{
    for (const PQconninfoOption *option = options; option != NULL && option->keyword != NULL; option++)
        if (strcmp(option->keyword, keyword) == 0)
            return option->val != NULL;
    return false;
}

void conninfo_add(struct conninfo *conninfo, const char *keyword, const char *value)
{
    size_t i = 0;

    while (conninfo->keywords[i] != NULL)
        i++;
    conninfo->keywords[i] = keyword;
    conninfo->values[i] = value;
}

bool conninfo_legal(const char *text)
{
    PQconninfoOption *options = PQconninfoParse(text, NULL);

    PQconninfoFree(options);
    return options != NULL;
}

bool conninfo_complete(const char *text, struct conninfo *conninfo, struct err *err)
{
    PQconninfoOption *options = PQconninfoParse(text, NULL);
    if (options == NULL)
        return err_set(err, ERR_STOP, EXIT_CONFIG, E_PG_CONNINFO,
                       "postgres.conninfo is not a connection string\n  fix: write \"host=... dbname=... user=...\" or "
                       "postgresql://..., and try it with psql");

    *conninfo = (struct conninfo){0};
    conninfo_add(conninfo, "dbname", text);
    conninfo_add(conninfo, "fallback_application_name", "sessiond");
    conninfo_add(conninfo, "client_encoding", "UTF8");

    /*
     * libpq gives a service file less weight than our values. Where the string names a service, the file may have made
     * a choice, so nothing is added. PQconndefaults knows the environment and the service that it names.
     */
    PQconninfoOption *environment = PQconndefaults();
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        if (!chosen(options, "service") && !chosen(options, defaults[i].keyword) &&
            !chosen(environment, defaults[i].keyword))
            conninfo_add(conninfo, defaults[i].keyword, defaults[i].value);
    PQconninfoFree(environment);
    PQconninfoFree(options);
    return true;
}

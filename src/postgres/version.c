#include "postgres/store.h"

#include <libpq-fe.h>
#include <stdio.h>

const char *postgres_version(void)
{
    static char text[24];

    /* From version 10 on: major * 10000 + minor. */
    snprintf(text, sizeof text, "%d.%d", PQlibVersion() / 10000, PQlibVersion() % 10000);
    return text;
}

#include "postgres/tables.h"

#include <libpq-fe.h>
#include <stdio.h>

#define NAMED_MAX 4 /* an empty schema lacks four tables */

enum column { COLUMN_TABLE, COLUMN_COLUMN, COLUMN_PROBLEM, COLUMN_TEXT };

bool tables_is_privilege(const PGresult *missing, int row)
{
    return strcmp(PQgetvalue(missing, row, COLUMN_PROBLEM), "privilege") == 0;
}

void tables_describe(const PGresult *missing, int row, char *text, size_t size)
{
    const char *column = PQgetvalue(missing, row, COLUMN_COLUMN);

    snprintf(text, size, "%s%s%s %s", PQgetvalue(missing, row, COLUMN_TABLE), *column == 0 ? "" : ".", column,
             PQgetvalue(missing, row, COLUMN_TEXT));
}

static bool lacks_table(const PGresult *missing)
{
    for (int row = 0; row < PQntuples(missing); row++)
        if (strcmp(PQgetvalue(missing, row, COLUMN_PROBLEM), "table") == 0)
            return true;
    return false;
}

bool tables_complete(const PGresult *missing, bool privileges, const char *schema, struct err *err)
{
    const char *fix = "run the grants that sessiond migrate sql prints";
    enum exit_code exit_code = EXIT_PERMISSION;
    char list[512] = "";
    int named = 0;
    int count = 0;

    for (int row = 0; row < PQntuples(missing); row++) {
        char text[200];
        if (tables_is_privilege(missing, row) && !privileges)
            continue;
        if (!tables_is_privilege(missing, row)) {
            exit_code = EXIT_CONFIG;
            fix = lacks_table(missing) ? "sessiond migrate up (sessiond migrate status lists it all)"
                                       : "alter the table; sessiond migrate up leaves tables that exist as they are";
        }
        if (count++ >= NAMED_MAX)
            continue;
        tables_describe(missing, row, text, sizeof text);
        size_t len = strlen(list);
        snprintf(list + len, sizeof list - len, "%s%s", named++ == 0 ? "" : "; ", text);
    }
    if (count == 0)
        return true;
    return err_set(err, ERR_STOP, exit_code, exit_code == EXIT_CONFIG ? "E-PG-TABLES" : "E-PG-GRANTS",
                   "schema %s: %s%s\n  fix: %s", schema, list, count > named ? "; ..." : "", fix);
}

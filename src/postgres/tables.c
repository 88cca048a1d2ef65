#include "postgres/tables.h"

#include "runtime/log.h"

#include <libpq-fe.h>
#include <stdio.h>

#define NAMED_MAX 4 /* an empty schema lacks four tables */

enum column { COLUMN_TABLE, COLUMN_COLUMN, COLUMN_SEVERITY, COLUMN_PROBLEM, COLUMN_TEXT, COLUMN_FIX, COLUMN_JSON };

/*
 * How an error ends the process. Of several errors the first in this list decides: without tables the grants do not
 * matter yet.
 */
static const struct tables_kind {
    const char *problem;
    enum exit_code exit_code;
    const char *code;
    bool of_role;
} kinds[] = {
    {"table",     EXIT_CONFIG,     E_PG_TABLES,       false},
    {"",          EXIT_CONFIG,     E_PG_TABLES,       false}, /* every other problem */
    {"policy",    EXIT_PERMISSION, E_PG_ROW_SECURITY, true },
    {"privilege", EXIT_PERMISSION, E_PG_GRANTS,       true },
};

#define KIND_COUNT (sizeof kinds / sizeof *kinds)

static const struct tables_kind *find_kind(const PGresult *missing, int row)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (strcmp(PQgetvalue(missing, row, COLUMN_PROBLEM), kinds[i].problem) == 0)
            return &kinds[i];
    return &kinds[1];
}

bool tables_is_warning(const PGresult *missing, int row)
{
    return strcmp(PQgetvalue(missing, row, COLUMN_SEVERITY), "warning") == 0;
}

const char *tables_name(const PGresult *missing, int row)
{
    return PQgetvalue(missing, row, COLUMN_TABLE);
}

bool tables_lack(const PGresult *missing, const char *table)
{
    for (int row = 0; row < PQntuples(missing); row++)
        if (strcmp(tables_name(missing, row), table) == 0 && find_kind(missing, row) == &kinds[0])
            return true;
    return false;
}

int tables_count_errors(const PGresult *missing)
{
    int errors = 0;

    for (int row = 0; row < PQntuples(missing); row++)
        errors += !tables_is_warning(missing, row);
    return errors;
}

void tables_describe(const PGresult *missing, int row, char *text, size_t size)
{
    const char *column = PQgetvalue(missing, row, COLUMN_COLUMN);

    snprintf(text, size, "%s%s%s %s", PQgetvalue(missing, row, COLUMN_TABLE), *column == 0 ? "" : ".", column,
             PQgetvalue(missing, row, COLUMN_TEXT));
}

const char *tables_fix(const PGresult *missing, int row)
{
    return PQgetvalue(missing, row, COLUMN_FIX);
}

void tables_error(const PGresult *missing, int row, const char *schema, struct err *err)
{
    const struct tables_kind *kind = find_kind(missing, row);
    bool warning = tables_is_warning(missing, row);
    char text[300];

    tables_describe(missing, row, text, sizeof text);
    (void)err_set(err, warning ? ERR_NONE : ERR_STOP, warning ? EXIT_DONE : kind->exit_code,
                  warning ? E_PG_TABLES_WARNING : kind->code, "schema %s: %s\n  fix: %s", schema, text,
                  tables_fix(missing, row));
}

const char *tables_json(const PGresult *missing, int row)
{
    return PQgetvalue(missing, row, COLUMN_JSON);
}

/* Every connection asks again, but a warning is logged only once. */
static void log_warnings(const PGresult *missing, const char *schema)
{
    static bool told;
    bool before = told;

    for (int row = 0; !before && row < PQntuples(missing); row++) {
        char text[300];
        if (!tables_is_warning(missing, row))
            continue;
        tables_describe(missing, row, text, sizeof text);
        log_warning(E_PG_TABLES_WARNING, "schema %s: %s\n  fix: %s", schema, text, tables_fix(missing, row));
        told = true;
    }
}

/* The kind of an error that counts; NULL when it does not count. */
static const struct tables_kind *find_error(const PGresult *missing, int row, bool role)
{
    const struct tables_kind *kind = find_kind(missing, row);

    return tables_is_warning(missing, row) || (kind->of_role && !role) ? NULL : kind;
}

bool tables_complete(const PGresult *missing, bool role, const char *schema, struct err *err)
{
    const struct tables_kind *worst = NULL;
    const char *fix = "";
    char list[400] = "";
    int count = 0;

    for (int row = 0; row < PQntuples(missing); row++) {
        const struct tables_kind *kind = find_error(missing, row, role);
        char text[200];
        if (kind == NULL)
            continue;
        if (worst == NULL || kind < worst) {
            worst = kind;
            fix = tables_fix(missing, row);
        }
        if (count++ >= NAMED_MAX)
            continue;
        tables_describe(missing, row, text, sizeof text);
        size_t len = strlen(list);
        snprintf(list + len, sizeof list - len, "%s%s", count == 1 ? "" : "; ", text);
    }
    if (worst != NULL)
        return err_set(err, ERR_STOP, worst->exit_code, worst->code, "schema %s: %s%s\n  fix: %s%s", schema, list,
                       count > NAMED_MAX ? "; ..." : "", fix,
                       count > 1 ? " (sessiond migrate status lists it all)" : "");
    if (role)
        log_warnings(missing, schema);
    return true;
}

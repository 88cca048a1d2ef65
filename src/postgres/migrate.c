#include "postgres/migrate.h"

#include "gen/sql.h"
#include "postgres/query.h"
#include "postgres/session.h"
#include "postgres/tables.h"

#include <libpq-fe.h>

static const char *const tables[] = {"groups", "study_activities", "study_sessions", "command_outcomes"};

#define TABLE_COUNT (sizeof tables / sizeof *tables)

static bool ask(struct connection *connection, const char *sql, const char *parameter, PGresult **result,
                struct err *err)
{
    return session_must_answer(connection, query_text(connection, sql, parameter, err), result, err);
}

static bool run(struct connection *connection, const char *sql, struct err *err)
{
    return session_must_answer(connection, query_script(connection, sql, err), NULL, err);
}

static bool begin(struct connection *connection, struct err *err)
{
    return session_must_answer(connection, query_begin(connection, err), NULL, err) &&
           run(connection, sql_migration_lock, err);
}

static bool create_schema(struct connection *connection, const char *schema, struct err *err)
{
    PGresult *result;
    bool ok = ask(connection, sql_create_schema, schema, &result, err);

    if (ok && PQntuples(result) == 1)
        ok = run(connection, PQgetvalue(result, 0, 0), err);
    PQclear(result);
    return ok;
}

static void print_created(const PGresult *before, FILE *out, bool json)
{
    if (json)
        fputs("{\"tables\": [", out);
    for (size_t i = 0; i < TABLE_COUNT; i++) {
        bool created = tables_lack(before, tables[i]);
        if (json)
            fprintf(out, "%s{\"table\": \"%s\", \"state\": \"%s\"}", i == 0 ? "" : ", ", tables[i],
                    created ? "created" : "exists");
        else
            fprintf(out, "%-16s  %s\n", tables[i], created ? "created" : "already there");
    }
    if (json)
        fputs("]}\n", out);
}

static bool create_tables(struct connection *connection, const char *schema, FILE *out, bool json, struct err *err)
{
    PGresult *before = NULL;
    PGresult *after = NULL;
    bool ok = begin(connection, err) && create_schema(connection, schema, err) &&
              ask(connection, sql_missing, NULL, &before, err) && run(connection, sql_schema, err) &&
              ask(connection, sql_missing, NULL, &after, err) && tables_complete(after, false, schema, err) &&
              run(connection, "COMMIT", err);

    if (ok)
        print_created(before, out, json);
    PQclear(before);
    PQclear(after);
    return ok;
}

bool migrate_up(const struct config *config, FILE *out, bool json, struct err *err)
{
    struct connection *connection = connection_new(config);
    bool ok = session_must_open(connection, err) && create_tables(connection, config->postgres_schema, out, json, err);

    /* Without COMMIT the server rolls back. */
    session_free(connection);
    return ok;
}

/* True when the table has no error. */
static bool print_table(const PGresult *missing, const char *table, FILE *out)
{
    bool complete = true;

    for (int row = 0; row < PQntuples(missing); row++) {
        char text[300];
        if (!tables_is_about(missing, row, table))
            continue;
        tables_describe(missing, row, text, sizeof text);
        fprintf(out, "%s%s\n  fix: %s\n", tables_is_warning(missing, row) ? "warning: " : "", text,
                tables_fix(missing, row));
        complete = complete && tables_is_warning(missing, row);
    }
    return complete;
}

static void print_status(const PGresult *missing, FILE *out)
{
    for (size_t i = 0; i < TABLE_COUNT; i++)
        if (print_table(missing, tables[i], out))
            fprintf(out, "%s is complete\n", tables[i]);
}

static void print_list_json(const PGresult *missing, const char *name, bool warnings, FILE *out)
{
    const char *separator = "";

    fprintf(out, "\"%s\": [", name);
    for (int row = 0; row < PQntuples(missing); row++) {
        if (tables_is_warning(missing, row) != warnings)
            continue;
        fprintf(out, "%s%s", separator, tables_json(missing, row));
        separator = ", ";
    }
    fprintf(out, "]");
}

static void print_status_json(const PGresult *missing, FILE *out)
{
    fprintf(out, "{\"complete\": %s, ", tables_count_errors(missing) == 0 ? "true" : "false");
    print_list_json(missing, "missing", false, out);
    fprintf(out, ", ");
    print_list_json(missing, "warnings", true, out);
    fprintf(out, "}\n");
}

bool migrate_status(const struct config *config, FILE *out, bool json, bool *complete, struct err *err)
{
    struct connection *connection = connection_new(config);
    PGresult *missing = NULL;
    bool ok = session_must_open(connection, err) && ask(connection, sql_missing, NULL, &missing, err);

    if (ok) {
        *complete = tables_count_errors(missing) == 0;
        if (json)
            print_status_json(missing, out);
        else
            print_status(missing, out);
    }
    PQclear(missing);
    session_free(connection);
    return ok;
}

static void print_quoted(const char *text, char quote, FILE *out)
{
    fputc(quote, out);
    for (; *text != 0; text++) {
        if (*text == quote)
            fputc(quote, out);
        fputc(*text, out);
    }
    fputc(quote, out);
}

/* A psql variable at the start of `text`, quoted as :"name" or :'name'. How much of `text` it was; 0 when not there. */
static size_t print_variable(const char *text, const char *name, const char *value, FILE *out)
{
    size_t len = strlen(name);

    if (strncmp(text + 2, name, len) != 0 || (text[1] != '"' && text[1] != '\'') || text[2 + len] != text[1])
        return 0;
    print_quoted(value, text[1], out);
    return len + 3;
}

static void print_filled(const char *text, const char *schema, const char *role, FILE *out)
{
    while (*text != 0) {
        size_t used = 0;
        if (*text == ':') {
            used = print_variable(text, "schema", schema, out);
            if (used == 0)
                used = print_variable(text, "role", role, out);
        }
        if (used == 0)
            fputc(*text++, out);
        text += used;
    }
}

void migrate_sql(const struct config *config, const char *role, FILE *out)
{
    /* In it EXECUTE, since a name within $$ could end it; a schema that exists is left alone, as in sql/create_schema.sql. */
    print_filled(sql_migration_begin, config->postgres_schema, role, out);
    fprintf(out, "\n%s\n", sql_schema);
    print_filled(sql_grants, config->postgres_schema, role, out);
    if (config->postgres_reference_checks == REFERENCE_CHECKS_PER_BATCH)
        print_filled(sql_grants_per_batch, config->postgres_schema, role, out);
    fprintf(out, "\nCOMMIT;\n");
}

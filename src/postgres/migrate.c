#include "postgres/migrate.h"

#include "gen/sql.h"
#include "postgres/query.h"
#include "postgres/tables.h"

#include <libpq-fe.h>

#define WAIT_MS 1000

/* The lock that migrations of one database take turns on; an arbitrary number that nobody else uses: "sessiond". */
#define LOCK_SQL "SELECT pg_advisory_xact_lock(x'73657373696f6e64'::bigint)"

static const char *const tables[] = {"groups", "study_activities", "study_sessions", "command_outcomes"};

#define TABLE_COUNT (sizeof tables / sizeof *tables)

static bool open_connection(struct connection *connection, struct err *err)
{
    enum progress progress;

    do
        progress = connection_open(connection, WAIT_MS, err);
    while (progress == PENDING);
    return progress == DONE || query_give_up(err);
}

/* The caller frees the result. */
static bool answer(struct connection *connection, bool sent, PGresult **result, struct err *err)
{
    enum progress progress = sent ? PENDING : FAILED;

    *result = NULL;
    while (progress == PENDING)
        progress = query_result(connection, WAIT_MS, result, err);
    return progress == DONE || query_give_up(err);
}

static bool ask(struct connection *connection, const char *sql, const char *parameter, PGresult **result,
                struct err *err)
{
    return answer(connection, query_text(connection, sql, parameter, err), result, err);
}

static bool run(struct connection *connection, const char *sql, struct err *err)
{
    PGresult *result;
    bool ok = answer(connection, query_script(connection, sql, err), &result, err);

    PQclear(result);
    return ok;
}

static bool begin(struct connection *connection, struct err *err)
{
    PGresult *result;
    bool ok = answer(connection, query_begin(connection, err), &result, err);

    PQclear(result);
    return ok && run(connection, LOCK_SQL, err);
}

/* CREATE SCHEMA IF NOT EXISTS asks for a privilege on the database even when the schema is there. */
static bool create_schema(struct connection *connection, const char *schema, struct err *err)
{
    PGresult *result;
    bool ok =
        ask(connection, "SELECT format('CREATE SCHEMA %I', $1::name) WHERE to_regnamespace(quote_ident($1)) IS NULL",
            schema, &result, err);

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
    bool ok = open_connection(connection, err) && create_tables(connection, config->postgres_schema, out, json, err);

    /* Without COMMIT the server rolls back. */
    connection_free(connection);
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
    bool ok = open_connection(connection, err) && ask(connection, sql_missing, NULL, &missing, err);

    if (ok) {
        *complete = tables_count_errors(missing) == 0;
        if (json)
            print_status_json(missing, out);
        else
            print_status(missing, out);
    }
    PQclear(missing);
    connection_free(connection);
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

static void print_grants(const char *schema, const char *role, FILE *out)
{
    for (const char *text = sql_grants; *text != 0;) {
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
    /* For the same reason as in create_schema; EXECUTE, since a name within $$ could end it. */
    fprintf(out, "BEGIN;\n\nSET LOCAL sessiond.schema = ");
    print_quoted(config->postgres_schema, '\'', out);
    fprintf(out, ";\nDO $$ BEGIN\n"
                 "    IF to_regnamespace(quote_ident(current_setting('sessiond.schema'))) IS NULL THEN\n"
                 "        EXECUTE format('CREATE SCHEMA %%I', current_setting('sessiond.schema'));\n"
                 "    END IF;\n"
                 "END $$;\n"
                 "SET LOCAL search_path = ");
    print_quoted(config->postgres_schema, '"', out);
    fprintf(out, ", pg_temp;\n\n%s\n", sql_schema);
    print_grants(config->postgres_schema, role, out);
    fprintf(out, "\nCOMMIT;\n");
}

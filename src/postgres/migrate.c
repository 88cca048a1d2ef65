#include "postgres/migrate.h"

#include "gen/sql.h"
#include "postgres/query.h"
#include "postgres/session.h"
#include "postgres/tables.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

const char *const migrate_tables[MIGRATE_TABLES] = {"groups", "study_activities", "study_sessions", "command_outcomes"};

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

static bool create_tables(struct connection *connection, const char *schema, bool created[static MIGRATE_TABLES],
                          struct err *err)
{
    PGresult *before = NULL;
    PGresult *after = NULL;
    bool ok = begin(connection, err) && create_schema(connection, schema, err) &&
              ask(connection, sql_missing, NULL, &before, err) && run(connection, sql_schema, err) &&
              ask(connection, sql_missing, NULL, &after, err) && tables_complete(after, false, schema, err) &&
              run(connection, "COMMIT", err);

    for (size_t i = 0; ok && i < MIGRATE_TABLES; i++)
        created[i] = tables_lack(before, migrate_tables[i]);
    PQclear(before);
    PQclear(after);
    return ok;
}

bool migrate_up(const struct config *config, bool created[static MIGRATE_TABLES], struct err *err)
{
    struct connection *connection = connection_new(config);
    bool ok = session_must_open(connection, err) && create_tables(connection, config->postgres_schema, created, err);

    /* Without a COMMIT the server rolls back. */
    session_free(connection);
    return ok;
}

static const char *copied(struct arena *arena, const char *text)
{
    return (const char *)arena_copy(arena, bytes_of(text)).data;
}

static void report_findings(const PGresult *missing, struct arena *arena, struct migrate_report *report)
{
    report->count = (size_t)PQntuples(missing);
    report->findings = arena_alloc(arena, report->count * sizeof *report->findings);
    report->complete = tables_count_errors(missing) == 0;
    for (int row = 0; row < PQntuples(missing); row++) {
        char text[300];
        tables_describe(missing, row, text, sizeof text);
        report->findings[row] = (struct migrate_finding){
            .table = copied(arena, tables_name(missing, row)),
            .warning = tables_is_warning(missing, row),
            .text = copied(arena, text),
            .fix = copied(arena, tables_fix(missing, row)),
            .json = copied(arena, tables_json(missing, row)),
        };
    }
}

bool migrate_status(const struct config *config, struct arena *arena, struct migrate_report *report, struct err *err)
{
    struct connection *connection = connection_new(config);
    PGresult *missing = NULL;
    bool ok = session_must_open(connection, err) && ask(connection, sql_missing, NULL, &missing, err);

    if (ok)
        report_findings(missing, arena, report);
    PQclear(missing);
    session_free(connection);
    return ok;
}

static void write_quoted(const char *text, char quote, FILE *out)
{
    fputc(quote, out);
    for (; *text != 0; text++) {
        if (*text == quote)
            fputc(quote, out);
        fputc(*text, out);
    }
    fputc(quote, out);
}

/*
 * Replaces a psql variable at the start of `text`, quoted as :"name" or :'name'. Returns how much of `text` it was; 0
 * when there is none.
 */
static size_t write_variable(const char *text, const char *name, const char *value, FILE *out)
{
    size_t len = strlen(name);

    if (strncmp(text + 2, name, len) != 0 || (text[1] != '"' && text[1] != '\'') || text[2 + len] != text[1])
        return 0;
    write_quoted(value, text[1], out);
    return len + 3;
}

static void write_filled(const char *text, const char *schema, const char *role, FILE *out)
{
    while (*text != 0) {
        size_t used = 0;
        if (*text == ':') {
            used = write_variable(text, "schema", schema, out);
            if (used == 0)
                used = write_variable(text, "role", role, out);
        }
        if (used == 0)
            fputc(*text++, out);
        text += used;
    }
}

char *migrate_sql(const struct config *config, const char *role)
{
    char *sql = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&sql, &len);

    if (out == NULL)
        abort();
    /*
     * The schema is created by EXECUTE, because a name within $$ could end the quoting. A schema that exists is left
     * alone, as by create_schema.sql.
     */
    write_filled(sql_migration_begin, config->postgres_schema, role, out);
    fprintf(out, "\n%s\n", sql_schema);
    write_filled(sql_grants, config->postgres_schema, role, out);
    if (config->postgres_reference_checks == REFERENCE_CHECKS_PER_BATCH)
        write_filled(sql_grants_per_batch, config->postgres_schema, role, out);
    fprintf(out, "\nCOMMIT;\n");
    if (fclose(out) != 0)
        abort();
    return sql;
}

#include "cli/cli.h"
#include "json/writer.h"
#include "postgres/migrate.h"

#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_ROLE "sessiond"

struct migration {
    const char *action; /* "status", "up" or "sql" */
    const char *role;   /* for the grants that `sql` prints */
};

/* ---- status ------------------------------------------------------------------------------------------------------ */

/* True when the table lacks nothing. */
static bool print_table(const struct migrate_report *report, const char *table)
{
    bool complete = true;

    for (size_t i = 0; i < report->count; i++) {
        const struct migrate_finding *finding = &report->findings[i];
        if (strcmp(finding->table, table) != 0)
            continue;
        printf("%s%s\n  fix: %s\n", finding->warning ? "warning: " : "", finding->text, finding->fix);
        complete = complete && finding->warning;
    }
    return complete;
}

static void print_report(const struct migrate_report *report)
{
    for (size_t i = 0; i < MIGRATE_TABLES; i++)
        if (print_table(report, migrate_tables[i]))
            printf("%s is complete\n", migrate_tables[i]);
}

static void write_findings(struct json_writer *json, const char *name, const struct migrate_report *report,
                           bool warnings)
{
    write_key(json, name);
    write_array(json);
    for (size_t i = 0; i < report->count; i++)
        if (report->findings[i].warning == warnings)
            write_raw(json, bytes_of(report->findings[i].json));
    write_array_end(json);
}

static void print_report_json(const struct migrate_report *report)
{
    struct json_writer json = json_to_stream(stdout);

    write_object(&json);
    write_member_bool(&json, "complete", report->complete);
    write_findings(&json, "missing", report, false);
    write_findings(&json, "warnings", report, true);
    write_object_end(&json);
    write_line_end(&json);
}

static int run_status(struct cli *cli, const char *role)
{
    struct arena arena = {0};
    struct migrate_report report;
    struct err err;

    (void)role;
    if (!migrate_status(&cli->config, &arena, &report, &err)) {
        arena_free(&arena);
        return cli_fail(&err);
    }
    if (cli->json)
        print_report_json(&report);
    else
        print_report(&report);
    arena_free(&arena);
    return report.complete ? EXIT_DONE : EXIT_NO;
}

/* ---- up ---------------------------------------------------------------------------------------------------------- */

static void print_created(const bool created[static MIGRATE_TABLES])
{
    for (size_t i = 0; i < MIGRATE_TABLES; i++)
        printf("%-16s  %s\n", migrate_tables[i], created[i] ? "created" : "already there");
}

static void print_created_json(const bool created[static MIGRATE_TABLES])
{
    struct json_writer json = json_to_stream(stdout);

    write_object(&json);
    write_key(&json, "tables");
    write_array(&json);
    for (size_t i = 0; i < MIGRATE_TABLES; i++) {
        write_object(&json);
        write_member_text(&json, "table", migrate_tables[i]);
        write_member_text(&json, "state", created[i] ? "created" : "exists");
        write_object_end(&json);
    }
    write_array_end(&json);
    write_object_end(&json);
    write_line_end(&json);
}

static int run_up(struct cli *cli, const char *role)
{
    bool created[MIGRATE_TABLES];
    struct err err;

    (void)role;
    if (!migrate_up(&cli->config, created, &err))
        return cli_fail(&err);
    if (cli->json)
        print_created_json(created);
    else
        print_created(created);
    return EXIT_DONE;
}

/* ---- sql --------------------------------------------------------------------------------------------------------- */

static int run_sql(struct cli *cli, const char *role)
{
    char *sql = migrate_sql(&cli->config, role);

    if (cli->json) {
        struct json_writer json = json_to_stream(stdout);
        write_object(&json);
        write_member_text(&json, "sql", sql);
        write_object_end(&json);
        write_line_end(&json);
    } else {
        fputs(sql, stdout);
    }
    free(sql);
    return EXIT_DONE;
}

/* ---- Actions ----------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int (*run)(struct cli *cli, const char *role);
} actions[] = {
    {"status", run_status},
    {"up",     run_up    },
    {"sql",    run_sql   },
};

static bool set(void *target, int letter, const char *text)
{
    struct migration *migration = target;

    if (letter == 'r')
        migration->role = text;
    else if (migration->action == NULL)
        migration->action = text;
    else
        return false;
    return true;
}

static int migrate_main(struct cli *cli, int argc, char **argv)
{
    struct migration migration = {.role = DEFAULT_ROLE};
    int failed = subcommand_options(&cli_migrate, argc, argv, set, &migration);

    if (failed != 0)
        return failed;
    if (migration.action == NULL)
        return cli_usage(&cli_migrate, "say what to do: status, up or sql");
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(migration.action, actions[i].name) != 0)
            continue;
        failed = cli_load_config(cli);
        return failed != 0 ? failed : actions[i].run(cli, migration.role);
    }
    return cli_usage(&cli_migrate, "there is no action %s; say status, up or sql", migration.action);
}

/* clang-format off */
const struct subcommand cli_migrate = {
    .name = "migrate",
    .section = "Operate",
    .summary = "Create and check the tables",
    .usage = {"status|up [--json]", "sql [--role NAME] [--json]"},
    .description =
        "The tables are groups, study_activities, study_sessions and command_outcomes in the schema postgres.schema.",
    .arguments = {
        {"status",
         "Says what the tables and the privileges of this role lack, and warns of what may surprise you."},
        {"up", "Creates what is missing, in one transaction. Tables that exist are left as they are."},
        {"sql", "Prints the SQL that creates all tables, and the grants of the role that runs sessiond. It connects to nothing."},
    },
    .options = {
        {"role", 'r', "NAME", "sql", "Prints the grants for this role (default " DEFAULT_ROLE ")."},
    },
    .json = "Prints one object. status: {\"complete\", \"missing\": [{\"table\", \"column\", \"problem\", \"text\", "
            "\"fix\"}], \"warnings\": [objects with the same members]}. up: {\"tables\": [{\"table\", \"state\"}]}. sql: {\"sql\"}.",
    .exits = {
        {EXIT_DONE, "It is done, and nothing is missing."},
        {EXIT_NO, "Something is missing (status)."},
        {EXIT_UNREACHABLE, "The server does not answer."},
        {EXIT_PERMISSION, "The password, the role or a privilege is wrong."},
        {EXIT_CONFIG, "The database is missing, or a table that exists cannot be used."},
    },
    .examples = {
        "sessiond -X postgres.conninfo='host=db user=owner dbname=app' migrate up",
        "sessiond migrate sql --role worker | psql app",
    },
    .run = migrate_main,
};
/* clang-format on */

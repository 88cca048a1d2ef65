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

static int run_status(struct cli *cli, const char *role)
{
    struct err err;
    bool complete;

    (void)role;
    if (!migrate_status(&cli->config, stdout, cli->json, &complete, &err))
        return cli_fail(&err);
    return complete ? EXIT_DONE : EXIT_NO;
}

static int run_up(struct cli *cli, const char *role)
{
    struct err err;

    (void)role;
    return migrate_up(&cli->config, stdout, cli->json, &err) ? EXIT_DONE : cli_fail(&err);
}

static void print_sql_json(const struct config *config, const char *role)
{
    char *sql = NULL;
    size_t len = 0;
    FILE *memory = open_memstream(&sql, &len);

    if (memory == NULL)
        abort();
    migrate_sql(config, role, memory);
    if (fclose(memory) != 0)
        abort();
    struct json_writer json = json_to_stream(stdout);
    write_object(&json);
    write_member_string(&json, "sql", (struct bytes){(const uint8_t *)sql, len});
    write_object_end(&json);
    write_line_end(&json);
    free(sql);
}

static int run_sql(struct cli *cli, const char *role)
{
    if (cli->json)
        print_sql_json(&cli->config, role);
    else
        migrate_sql(&cli->config, role, stdout);
    return EXIT_DONE;
}

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
    return cli_usage(&cli_migrate, "there is no action %s", migration.action);
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
         "Says what the tables lack, privileges of the present role included, and warns of what may surprise."},
        {"up", "Creates what is missing, in one transaction. Tables that exist are left as they are."},
        {"sql", "Prints the same as SQL, and the grants of the role that runs sessiond. It connects to nothing."},
    },
    .options = {
        {"role", 'r', "NAME", "sql", "Prints the grants for this role (default " DEFAULT_ROLE ")."},
    },
    .json = "Prints one object: status {\"complete\", \"missing\": [{\"table\", \"column\", \"problem\", \"text\", "
            "\"fix\"}], \"warnings\": [the same]}, up {\"tables\": [{\"table\", \"state\"}]}, sql {\"sql\"}.",
    .exits = {
        {EXIT_DONE, "It is done, and nothing is missing."},
        {EXIT_NO, "Something is missing (status)."},
        {EXIT_UNREACHABLE, "The server does not answer."},
        {EXIT_PERMISSION, "The password, the role or a privilege is wrong."},
        {EXIT_CONFIG, "The database is missing, or a table that exists cannot serve."},
    },
    .examples = {
        "sessiond -X postgres.conninfo='host=db user=owner dbname=app' migrate up",
        "sessiond migrate sql --role worker | psql app",
    },
    .run = migrate_main,
};
/* clang-format on */

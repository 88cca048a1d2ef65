#include "cli/cli.h"
#include "json/json_write.h"
#include "postgres/migrate.h"

#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_ROLE "sessiond"

static const char help[] =
    "Usage: sessiond migrate status|up|sql [--role NAME]\n"
    "\n"
    "  status   what the tables in postgres.schema lack, privileges of the present role included, and warnings\n"
    "  up       create what is missing, in one transaction; tables that exist are left as they are\n"
    "  sql      print the same as SQL, and the grants of the role that runs sessiond; nothing is connected to\n"
    "\n"
    "  --role NAME   with sql: the role for the grants (default " DEFAULT_ROLE ")\n"
    "  --json        one object: status {\"complete\", \"missing\": [{\"table\", \"column\", \"problem\", "
    "\"text\", \"fix\"}],\n"
    "                \"warnings\": [the same]}, up {\"tables\": [{\"table\", \"state\"}]}, sql {\"sql\"}\n"
    "\n"
    "Examples:\n"
    "  sessiond -X postgres.conninfo='host=db user=owner dbname=app' migrate up\n"
    "  sessiond migrate sql --role worker | psql app\n"
    "\n"
    "Exit codes: 0 done, nothing missing; 1 status: something is missing; 69 no answer from the server; 77 password "
    "or\n"
    "privilege; 78 database missing, or a table that cannot serve.\n";

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
    printf("{\"sql\": ");
    json_write_string(stdout, (struct bytes){(const uint8_t *)sql, len});
    printf("}\n");
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

static int migrate_main(struct cli *cli, int argc, char **argv)
{
    const char *what = NULL;
    const char *role = DEFAULT_ROLE;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--role") == 0 && i + 1 < argc)
            role = argv[++i];
        else if (what == NULL && argv[i][0] != '-')
            what = argv[i];
        else
            return cli_usage(&cli_migrate, "unexpected argument %s", argv[i]);
    }
    if (what == NULL)
        return cli_usage(&cli_migrate, "say what to do: status, up or sql");
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(what, actions[i].name) != 0)
            continue;
        int failed = cli_load_config(cli);
        return failed != 0 ? failed : actions[i].run(cli, role);
    }
    return cli_usage(&cli_migrate, "no such action: %s", what);
}

const struct subcommand cli_migrate = {
    .name = "migrate",
    .section = "Operate",
    .summary = "Create and check the tables",
    .help = help,
    .run = migrate_main,
};

#include "cli/schemas.h"

#include "runtime/stop.h"

static const char help[] =
    "Usage: sessiond schemas list|check|register [--json]\n"
    "       sessiond schemas fingerprint [FILE...] [--json]\n"
    "\n"
    "  list         the Avro schemas that are built in or in schemas.dir, and what the registry has under our "
    "subjects\n"
    "  check        whether our newest schemas agree with every version of them, built in and registered\n"
    "  register     check, then register our newest schemas as they are, each under its subject; the same again "
    "changes\n"
    "               nothing. No compatibility level is set\n"
    "  fingerprint  what identifies a schema: its canonical form, CRC-64-AVRO, SHA-256; of the files (- is standard\n"
    "               input), or without any of the built-in schemas\n"
    "\n"
    "Subjects are named after the topic, <topic>-value. When both events have one topic, theirs are\n"
    "<topic>-<record's full name> (in Java: TopicRecordNameStrategy). A registry is asked when schema.registry.url is "
    "set.\n"
    "\n"
    "check holds the command schema to BACKWARD_TRANSITIVE (we read what any version wrote) and the event schemas to\n"
    "FULL_TRANSITIVE (also, any version's reader reads what we write). A field may be added or dropped if it has a\n"
    "default; its type stays. Logical types that differ are refused too: Avro would read the bytes as something else.\n"
    "\n"
    "  --json   list: {\"schemas\": [...], \"subjects\": [...] or null}; check: {\"compatible\", \"checks\": [...]};\n"
    "           register: {\"subjects\": [{\"subject\", \"record\", \"state\", \"version\", \"id\"}]}, state is "
    "registered or "
    "exists;\n"
    "           fingerprint: {\"schemas\": [{\"file\", \"crc_64_avro\", \"single_object\", \"sha_256\", "
    "\"canonical\"}]}\n"
    "\n"
    "single_object is how a record in single-object encoding begins: C3 01 and the CRC-64, lowest byte first.\n"
    "\n"
    "Exit codes: 0; 1 not compatible; 65 not a schema; 66 no such file; 69 no answer from the registry; 75 "
    "interrupted;\n"
    "77 the registry says 401 or 403; 78 schemas.dir, or the registry refuses the schema.\n"
    "\n"
    "Examples:\n"
    "  sessiond schemas fingerprint order.avsc\n"
    "  sessiond -X schema.registry.url=http://registry:8081 schemas check\n";

/* As Java's clients name them: TopicNameStrategy, or with two kinds of record in one topic TopicRecordNameStrategy. */
static const char *subject_of(struct arena *arena, const char *topic, bool shared, const struct schema *schema)
{
    return (const char *)arena_printf(arena, "%s-%s", topic, shared ? schema_record(schema) : "value").data;
}

void schemas_name_own(struct schemas_own own[static SCHEMAS_OWN], const struct schemas *schemas,
                      const struct config *config, struct arena *arena)
{
    bool shared = strcmp(config->events_created_topic, config->events_rejected_topic) == 0;
    const struct {
        const char *record;
        const char *topic;
        bool is_event;
    } kinds[SCHEMAS_OWN] = {
        [SCHEMAS_COMMAND] = {"CreateStudySession",   config->commands_topic,        false},
        [SCHEMAS_CREATED] = {"StudySessionCreated",  config->events_created_topic,  true },
        [SCHEMAS_REJECTED] = {"StudySessionRejected", config->events_rejected_topic, true },
    };

    for (size_t i = 0; i < SCHEMAS_OWN; i++) {
        const struct schema *schema = schemas_builtin(schemas, kinds[i].record);
        const char *subject = subject_of(arena, kinds[i].topic, shared && kinds[i].is_event, schema);
        own[i] = (struct schemas_own){kinds[i].record, subject, schema, kinds[i].is_event};
    }
}

int schemas_registry_fail(struct err *err)
{
    if (err->class == ERR_NONE)
        err_set(err, ERR_STOP, EXIT_TIMEOUT, "E-INTERRUPTED", "interrupted; next: the same command again");
    /* A tool does not wait for better times: what is worth another try ends it too, with the exit code that fits. */
    err->class = ERR_STOP;
    return cli_fail(err);
}

static int run_with_schemas(struct cli *cli, int (*action)(const struct schemas_tool *tool))
{
    int failed = cli_load_config(cli);
    if (failed != 0)
        return failed;

    const struct config *config = &cli->config;
    struct schemas_tool tool = {.cli = cli};
    struct arena arena = {0};
    struct err err;
    struct schemas *schemas = schemas_open(config->schemas_dir, &err);
    if (schemas == NULL)
        return cli_fail(&err);
    int status;
    tool.schemas = schemas;
    schemas_name_own(tool.own, schemas, config, &arena);
    stop_setup();
    if (*config->schema_registry_url != NULL && (tool.subjects = subjects_open(config, &err)) == NULL)
        status = cli_fail(&err);
    else
        status = action(&tool);
    subjects_close(tool.subjects);
    arena_free(&arena);
    schemas_close(schemas);
    return status;
}

static int schemas_main(struct cli *cli, int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(const struct schemas_tool *tool);
    } actions[] = {
        {"list",     schemas_list    },
        {"check",    schemas_check   },
        {"register", schemas_register},
    };

    if (argc < 2)
        return cli_usage(&cli_schemas, "say what to do: list, check, register or fingerprint");
    for (int i = 1; i < argc; i++)
        if (argv[i][0] == '-' && argv[i][1] != 0)
            return cli_usage(&cli_schemas, "unexpected argument %s", argv[i]);
    if (strcmp(argv[1], "fingerprint") == 0)
        return schemas_fingerprint(cli, argv + 2);
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(argv[1], actions[i].name) != 0)
            continue;
        if (argc > 2)
            return cli_usage(&cli_schemas, "unexpected argument %s", argv[2]);
        return run_with_schemas(cli, actions[i].run);
    }
    return cli_usage(&cli_schemas, "no such action: %s", argv[1]);
}

const struct subcommand cli_schemas = {
    .name = "schemas",
    .section = "Operate",
    .summary = "Avro schemas and the registry: list | check | register | fingerprint",
    .help = help,
    .run = schemas_main,
};

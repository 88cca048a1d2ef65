#include "cli/schemas.h"

#include "core/memory.h"
#include "runtime/stop.h"

#include <stdlib.h>

/*
 * The name that Java's clients use: by TopicNameStrategy, or by TopicRecordNameStrategy if one topic has two kinds of
 * record.
 */
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
        own[i] = (struct schemas_own){kinds[i].record, subject, schema};
    }
}

int schemas_registry_fail(struct err *err)
{
    /*
     * A tool does not wait for an outage to end: errors that are worth another try end it too, with the fitting exit
     * code.
     */
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

struct chosen {
    const char *action;
    const char **files; /* the arguments after `fingerprint`; there is room for all arguments */
    size_t file_count;
};

static bool set(void *target, int letter, const char *text)
{
    struct chosen *chosen = target;

    (void)letter; /* there are no options */
    if (chosen->action == NULL)
        chosen->action = text;
    else if (strcmp(chosen->action, "fingerprint") == 0)
        chosen->files[chosen->file_count++] = text;
    else
        return false;
    return true;
}

static int run_action(struct cli *cli, const struct chosen *chosen)
{
    static const struct {
        const char *name;
        int (*run)(const struct schemas_tool *tool);
    } actions[] = {
        {"list",     schemas_list    },
        {"check",    schemas_check   },
        {"register", schemas_register},
    };

    if (chosen->action == NULL)
        return cli_usage(&cli_schemas, "say what to do: list, check, register or fingerprint");
    if (strcmp(chosen->action, "fingerprint") == 0)
        return schemas_fingerprint(cli, chosen->files);
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (strcmp(chosen->action, actions[i].name) == 0)
            return run_with_schemas(cli, actions[i].run);
    return cli_usage(&cli_schemas, "there is no action %s; say list, check, register or fingerprint", chosen->action);
}

static int schemas_main(struct cli *cli, int argc, char **argv)
{
    struct chosen chosen = {.files = memory_zeroed((size_t)argc + 1, sizeof *chosen.files)};
    int status = subcommand_options(&cli_schemas, argc, argv, set, &chosen);
    if (status == 0)
        status = run_action(cli, &chosen);
    free(chosen.files);
    return status;
}

/* clang-format off */
const struct subcommand cli_schemas = {
    .name = "schemas",
    .section = "Operate",
    .summary = "List, check, register and fingerprint Avro schemas",
    .usage = {"list|check|register [--json]", "fingerprint [FILE...] [--json]"},
    .description =
        "Subjects are named after the topic, <topic>-value. When both events have one topic, theirs are "
        "<topic>-<record's full name> (in Java: TopicRecordNameStrategy). A registry is asked when "
        "schema.registry.url is set.\n\n"
        "The registry judges compatibility, by the level that it has for each subject. BACKWARD_TRANSITIVE fits the "
        "commands, because we have to read them whatever version wrote them. FULL_TRANSITIVE fits the events, because their "
        "readers may be older or newer than we are. If the level is NONE nothing is compared, and check says so.",
    .arguments = {
        {"list",
         "Lists the Avro schemas that are built in or in schemas.dir, and what the registry has under our "
         "subjects."},
        {"check",
         "Asks the registry whether our newest schemas may follow each version that it has of them. Without a registry it "
         "only reads the built-in schemas, and says so."},
        {"register",
         "Checks our newest schemas and then registers each under its subject. To run it again changes nothing. It sets no "
         "compatibility level."},
        {"fingerprint [FILE...]",
         "Prints what identifies a schema: its canonical form, CRC-64-AVRO and SHA-256. Without a FILE it prints those of "
         "the built-in schemas."},
        {"FILE", "This file holds one Avro schema; - is standard input."},
    },
    .json = "Prints one object. list: {\"schemas\": [...], \"subjects\": [...] or null}. check: {\"schemas\": [...], "
            "\"checks\": [...] or null, \"compatible\": true, false or null (not compared)}. register: {\"subjects\": "
            "[{\"subject\", \"record\", \"state\", \"version\", \"id\"}]} with the state registered or exists. "
            "fingerprint: {\"schemas\": [{\"file\", \"crc_64_avro\", \"single_object\", \"sha_256\", "
            "\"canonical\"}]}. single_object is how a record in single-object encoding begins: C3 01 and the CRC-64, "
            "lowest byte first.",
    .exits = {
        {EXIT_DONE, "It is done, and no schema was found to be incompatible."},
        {EXIT_NO, "A schema is not compatible (check, register)."},
        {EXIT_DATA, "A file is not a schema (fingerprint)."},
        {EXIT_NOINPUT, "There is no such file (fingerprint)."},
        {EXIT_UNREACHABLE, "The registry gives no answer."},
        {EXIT_TIMEOUT, "It was interrupted."},
        {EXIT_PERMISSION, "The registry says 401 or 403."},
        {EXIT_CONFIG, "schemas.dir cannot be used, or the registry refuses the schema."},
    },
    .examples = {
        "sessiond schemas fingerprint order.avsc",
        "sessiond -X schema.registry.url=http://registry:8081 schemas check",
    },
    .run = schemas_main,
};
/* clang-format on */

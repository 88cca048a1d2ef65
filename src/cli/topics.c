#include "cli/cli.h"
#include "cli/parts/moment.h"
#include "json/writer.h"
#include "kafka/tools/admin.h"
#include "runtime/stop.h"

struct topics {
    struct topic list[OWN_TOPICS];
    bool created[OWN_TOPICS];
    size_t count;
    struct cleanup cleanup; /* for topics that exist */
    const char *action;     /* "plan" or "apply" */
    int timeout_ms;
};

static void topics_name(struct topics *topics, const struct config *config)
{
    cleanup_init(&topics->cleanup, config);
    for (; topics->count < topics->cleanup.count; topics->count++)
        topics->list[topics->count].name = topics->cleanup.topics[topics->count].name;
}

static bool topics_create(struct topics *topics, struct admin *admin, const struct config *config, struct err *err)
{
    for (size_t i = 0; i < topics->count; i++) {
        struct topic *topic = &topics->list[i];
        if (topic->partitions > 0)
            continue;
        if (!admin_create(admin, topic->name, (int)config->topics_partitions, (int)config->topics_replication_factor,
                          err))
            return false;
        topic->partitions = (int)config->topics_partitions;
        topics->created[i] = true;
    }
    return true;
}

/* A topic that does not exist has no settings to read. */
static bool topics_read_cleanup(struct topics *topics, struct admin *admin, struct err *err)
{
    struct cleanup *cleanup = &topics->cleanup;

    cleanup->count = 0;
    for (size_t i = 0; i < topics->count; i++)
        if (topics->list[i].partitions > 0)
            cleanup->topics[cleanup->count++] = cleanup->topics[i];
    return cleanup->count == 0 || admin_read_cleanup(admin, cleanup, err);
}

static enum cleanup_policy policy_of(const struct topics *topics, const struct topic *topic)
{
    for (size_t i = 0; i < topics->cleanup.count; i++)
        if (strcmp(topics->cleanup.topics[i].name, topic->name) == 0)
            return topics->cleanup.topics[i].policy;
    return CLEANUP_UNREAD;
}

static void print_text(const struct topics *topics, const struct config *config)
{
    for (size_t i = 0; i < topics->count; i++) {
        const struct topic *topic = &topics->list[i];
        if (topic->partitions == 0)
            printf("%-40s create, %d partitions\n", topic->name, (int)config->topics_partitions);
        else
            printf("%-40s %s, %d partitions%s\n", topic->name, topics->created[i] ? "created" : "exists",
                   topic->partitions, policy_of(topics, topic) == CLEANUP_COMPACTS ? ", compacted" : "");
    }
}

static void write_topic(struct json_writer *json, const struct topics *topics, size_t index,
                        const struct config *config)
{
    const struct topic *topic = &topics->list[index];
    enum cleanup_policy policy = policy_of(topics, topic);
    bool missing = topic->partitions == 0;

    write_object(json);
    write_member_text(json, "topic", topic->name);
    write_member_text(json, "state", missing ? "missing" : (topics->created[index] ? "created" : "exists"));
    write_member_int(json, "partitions", missing ? config->topics_partitions : topic->partitions);
    write_key(json, "compacted");
    if (policy == CLEANUP_UNREAD)
        write_null(json);
    else
        write_bool(json, policy == CLEANUP_COMPACTS);
    write_object_end(json);
}

static void print_json(const struct topics *topics, const struct config *config)
{
    struct json_writer json = json_to_stream(stdout);

    write_object(&json);
    write_key(&json, "topics");
    write_array(&json);
    for (size_t i = 0; i < topics->count; i++)
        write_topic(&json, topics, i, config);
    write_array_end(&json);
    write_object_end(&json);
    write_line_end(&json);
}

/* Events of a key are in order within each event topic whatever these numbers are, but people expect equal ones. */
static void warn_of_counts(const struct topics *topics, const struct config *config)
{
    for (size_t i = 0; i < topics->count; i++)
        if (topics->list[i].partitions > 0 && topics->list[i].partitions != config->topics_partitions)
            fprintf(stderr,
                    "sessiond: %s has %d partitions, topics.partitions is %d; it is left as it is, because a key's "
                    "records would change their partition [%s]\n",
                    topics->list[i].name, topics->list[i].partitions, (int)config->topics_partitions, E_TOPIC_06);
}

/*
 * All findings are printed, and one that would stop `run` gives the exit code. Nothing is altered, because only the
 * person who set compaction knows why.
 */
static int judge_cleanup(const struct topics *topics)
{
    struct err err;
    int status = EXIT_DONE;

    if (topics->cleanup.count > 0 && cleanup_unread(&topics->cleanup, &err))
        (void)cli_fail(&err);
    for (size_t i = 0; i < topics->cleanup.count; i++) {
        if (!cleanup_verdict(&topics->cleanup, &topics->cleanup.topics[i], &err))
            continue;
        (void)cli_fail(&err);
        if (err.class == ERR_STOP)
            status = (int)err.exit_code;
    }
    return status;
}

static int topics_run(struct topics *topics, const struct cli *cli)
{
    const struct config *config = &cli->config;
    struct err err;
    struct admin *admin = admin_open(config, topics->timeout_ms, &err);
    if (admin == NULL)
        return cli_fail(&err);

    bool done = admin_describe(admin, topics->list, topics->count, &err) &&
                (strcmp(topics->action, "apply") != 0 || topics_create(topics, admin, config, &err)) &&
                topics_read_cleanup(topics, admin, &err);
    admin_close(admin);
    if (!done)
        return cli_fail(&err);
    warn_of_counts(topics, config);
    if (cli->json)
        print_json(topics, config);
    else
        print_text(topics, config);
    return judge_cleanup(topics);
}

static bool set(void *target, int letter, const char *text)
{
    struct topics *topics = target;

    if (letter == 't')
        return moment_span(text, &topics->timeout_ms);
    if (topics->action != NULL || (strcmp(text, "plan") != 0 && strcmp(text, "apply") != 0))
        return false;
    topics->action = text;
    return true;
}

static int topics_main(struct cli *cli, int argc, char **argv)
{
    struct topics topics = {.timeout_ms = 30000};
    int failed = subcommand_options(&cli_topics, argc, argv, set, &topics);

    if (failed == 0 && topics.action == NULL)
        failed = cli_usage(&cli_topics, "say what to do: plan or apply");
    if (failed == 0)
        failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    stop_setup();
    topics_name(&topics, &cli->config);
    return topics_run(&topics, cli);
}

/* clang-format off */
const struct subcommand cli_topics = {
    .name = "topics",
    .section = "Run",
    .summary = "Plan or create the topics that run needs",
    .usage = {"plan|apply [--timeout D] [--json]"},
    .description =
        "The topics are commands.topic, events.created.topic, events.rejected.topic and dlq.topic (unless it is "
        "empty), each with topics.partitions partitions and topics.replication.factor replicas.\n\n"
        "Both actions say which topics are compacted. run does not start if the topic of commands or of dead letters is "
        "compacted; for a topic of events this is a warning.",
    .arguments = {
        {"plan", "Says which of the topics exist and what apply would create."},
        {"apply", "Creates the missing topics and waits until they can be seen. It does not change topics that exist."},
    },
    .options = {
        {"timeout", 't', "D", NULL, "Waits at most this long for a broker (default 30s)."},
    },
    .json = "Prints one object: {\"topics\": [{\"topic\", \"state\", \"partitions\", \"compacted\"}]}. The state is "
            "missing, exists or created; compacted is null if that cannot be seen.",
    .exits = {
        {EXIT_DONE, "The topics were described, or all exist now."},
        {EXIT_UNREACHABLE, "No broker answered."},
        {EXIT_PERMISSION, "The brokers do not allow it."},
        {EXIT_CONFIG, "The brokers refuse the settings, or a topic of commands or dead letters is compacted."},
    },
    .examples = {
        "sessiond topics plan",
        "sessiond topics apply -X topics.partitions=8",
    },
    .run = topics_main,
};
/* clang-format on */

#include "cli/cli.h"
#include "cli/moment.h"
#include "codec/json_write.h"
#include "kafka/admin.h"
#include "ops/stop.h"

#include <getopt.h>

#define TOPICS_MAX 4

struct topics {
    struct topic list[TOPICS_MAX];
    bool created[TOPICS_MAX];
    size_t count;
    bool apply;
    int timeout_ms;
};

/* Two keys may name one topic; an empty one names none. */
static void topics_add(struct topics *topics, const char *name)
{
    if (*name == 0)
        return;
    for (size_t i = 0; i < topics->count; i++)
        if (strcmp(topics->list[i].name, name) == 0)
            return;
    topics->list[topics->count++].name = name;
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

static void print_text(const struct topics *topics, const struct config *config)
{
    for (size_t i = 0; i < topics->count; i++) {
        const struct topic *topic = &topics->list[i];
        if (topic->partitions == 0)
            printf("%-40s create, %d partitions\n", topic->name, (int)config->topics_partitions);
        else
            printf("%-40s %s, %d partitions\n", topic->name, topics->created[i] ? "created" : "exists",
                   topic->partitions);
    }
}

static void print_json(const struct topics *topics, const struct config *config)
{
    printf("{\"topics\": [");
    for (size_t i = 0; i < topics->count; i++) {
        const struct topic *topic = &topics->list[i];
        bool missing = topic->partitions == 0;
        printf("%s{\"topic\": ", i > 0 ? ", " : "");
        json_write_string(stdout, bytes_of(topic->name));
        printf(", \"state\": \"%s\", \"partitions\": %d}",
               missing ? "missing" : (topics->created[i] ? "created" : "exists"),
               missing ? (int)config->topics_partitions : topic->partitions);
    }
    printf("]}\n");
}

/* Order holds per key and event topic whatever the counts are, but equal ones are what a person expects. */
static void warn_of_counts(const struct topics *topics, const struct config *config)
{
    for (size_t i = 0; i < topics->count; i++)
        if (topics->list[i].partitions > 0 && topics->list[i].partitions != config->topics_partitions)
            fprintf(stderr,
                    "sessiond: %s has %d partitions, topics.partitions is %d; it is left as it is, because a key's "
                    "records would change their partition [E-TOPIC-06]\n",
                    topics->list[i].name, topics->list[i].partitions, (int)config->topics_partitions);
}

static int topics_run(struct topics *topics, const struct cli *cli)
{
    const struct config *config = &cli->config;
    struct err err;
    struct admin *admin = admin_open(config, topics->timeout_ms, &err);
    if (admin == NULL)
        return cli_fail(&err);

    bool done = admin_describe(admin, topics->list, topics->count, &err) &&
                (!topics->apply || topics_create(topics, admin, config, &err));
    admin_close(admin);
    if (!done)
        return cli_fail(&err);
    warn_of_counts(topics, config);
    if (cli->json)
        print_json(topics, config);
    else
        print_text(topics, config);
    return EXIT_DONE;
}

static int topics_main(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        {"timeout", required_argument, NULL, 't'},
        {0    },
    };
    struct topics topics = {.timeout_ms = 30000};
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (option != 't' || !moment_span(optarg, &topics.timeout_ms))
            return cli_usage(&cli_topics, "cannot use %s", argv[optind - 1]);
    if (argc - optind != 1 || (strcmp(argv[optind], "plan") != 0 && strcmp(argv[optind], "apply") != 0))
        return cli_usage(&cli_topics, "say plan or apply");
    topics.apply = strcmp(argv[optind], "apply") == 0;

    int failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    stop_setup();
    topics_add(&topics, cli->config.commands_topic);
    topics_add(&topics, cli->config.events_created_topic);
    topics_add(&topics, cli->config.events_rejected_topic);
    topics_add(&topics, cli->config.dlq_topic);
    return topics_run(&topics, cli);
}

const struct subcommand cli_topics = {
    .name = "topics",
    .section = "Run",
    .summary = "The topics that run needs: plan | apply",
    .help =
        "Usage: sessiond topics plan|apply [--timeout D] [--json]\n"
        "\n"
        "plan says which of the topics exist and what apply would create. apply creates the missing ones and waits\n"
        "until they can be seen; it changes none that exists.\n"
        "\n"
        "The topics are commands.topic, events.created.topic, events.rejected.topic and dlq.topic (unless empty),\n"
        "each with topics.partitions partitions and topics.replication.factor replicas.\n"
        "\n"
        "  --timeout D   how long to wait for a broker (default 30s)\n"
        "  --json        one object: {\"topics\": [{\"topic\", \"state\", \"partitions\"}]}; state is missing, exists "
        "or\n"
        "                created\n"
        "\n"
        "Exit codes: 0; 69 no broker answered; 77 not allowed; 78 the brokers refuse the settings.\n"
        "\n"
        "Example:\n"
        "  sessiond topics apply -X topics.partitions=8\n",
    .run = topics_main,
};

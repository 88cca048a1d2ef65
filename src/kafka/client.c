#include "kafka/client.h"

#include "kafka/client_log.h"
#include "kafka/properties.h"
#include "runtime/log.h"
#include "config/secret.h"
#include "core/text.h"

#include <librdkafka/rdkafka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdatomic.h>
#include <stdlib.h>

#define OAUTHBEARER_VERSION 0x02020000 /* 2.2.0; see tokens_last */

/* ---- What is set for whom ---------------------------------------------------------------------------------------- */

enum {
    CONSUMER = 1 << CLIENT_CONSUMER,
    PRODUCER = 1 << CLIENT_PRODUCER,
    READER = 1 << CLIENT_READER,
    SENDER = 1 << CLIENT_SENDER,
    ADMIN = 1 << CLIENT_ADMIN,
    READING = CONSUMER | READER,
    WRITING = PRODUCER | SENDER,
    EVERYONE = READING | WRITING | ADMIN,
};

struct property {
    unsigned roles;
    const char *name;
    const char *value;
};

/*
 * The user's `kafka.*` keys come after these and win.
 *
 * socket.nagle.disable: a 500-event transaction takes 33 ms with Nagle's algorithm, 8 ms without (librdkafka turns it
 * off by itself only since 2.10).
 * queued.*, fetch.message.max.bytes: a message that waits in the client costs some 400 bytes beside its own. These keep
 * a long backlog in a small process (measured with small commands: 7 MiB of them; with librdkafka's defaults 80). The
 * worker's own number of messages is small, because only that bounds what headers take: see kafka/read_ahead.h. With it
 * a batch under load is what one response brings, so its size is twice the tools'.
 * topic.metadata.refresh.interval.ms, reading: a full queue puts the broker's thread to sleep for up to a second, and
 * if the queue is emptied meanwhile only a request wakes the thread. Measured with these queues: 75,000 to 150,000
 * messages/s with pauses of a second; 500,000 without pauses with the refresh. The worker wakes the thread itself, since
 * many workers should not ask the brokers so often. metadata.max.age.ms would follow the refresh and forget topics at
 * every hiccup. From librdkafka 2.2 on there is fetch.queue.backoff.ms for this, see read_sooner().
 * fetch.wait.max.ms: it delays no message that arrives, and bounds how long a partition that comes back waits for the
 * request that is under way.
 * message.timeout.ms: shorter than the transaction's, so that a record that cannot be delivered is reported while the
 * transaction can still be aborted.
 * enable.random.seed: main has seeded; librdkafka would seed again with the millisecond of the present second.
 * message.max.bytes: larger than the usual limit of topics, so that the topic's limit cuts a dead-letter copy, not ours.
 */
static const struct property defaults[] = {
    {EVERYONE,        "bootstrap.servers",                  CLIENT_DEFAULT_BROKERS},
    {EVERYONE,        "client.id",                          "sessiond"            },
    {EVERYONE,        "socket.nagle.disable",               "true"                },
    {EVERYONE,        "socket.keepalive.enable",            "true"                },
    {EVERYONE,        "socket.timeout.ms",                  "10000"               },
    {EVERYONE,        "reconnect.backoff.ms",               "50"                  },
    {EVERYONE,        "reconnect.backoff.max.ms",           "1000"                },
    {WRITING | ADMIN, "topic.metadata.refresh.interval.ms", "60000"               },
    {READER,          "topic.metadata.refresh.interval.ms", "100"                 },
    {CONSUMER,        "topic.metadata.refresh.interval.ms", "1000"                },
    {EVERYONE,        "metadata.max.age.ms",                "180000"              },
    {EVERYONE,        "log.connection.close",               "false"               },
    {EVERYONE,        "enable.random.seed",                 "false"               },

    {CONSUMER,        "session.timeout.ms",                 "10000"               },
    {CONSUMER,        "heartbeat.interval.ms",              "2500"                },
    {READING,         "queued.max.messages.kbytes",         "8192"                },
    {READER,          "queued.min.messages",                "10000"               },
    {CONSUMER,        "queued.min.messages",                "16"                  },
    {READER,          "fetch.message.max.bytes",            "262144"              },
    {CONSUMER,        "fetch.message.max.bytes",            "524288"              },
    {READING,         "fetch.wait.max.ms",                  "100"                 },
    {READING,         "fetch.error.backoff.ms",             "50"                  },

    {PRODUCER,        "transaction.timeout.ms",             "15000"               },
    {PRODUCER,        "message.timeout.ms",                 "10000"               },
    {PRODUCER,        "linger.ms",                          "1000"                },
    {SENDER,          "linger.ms",                          "20"                  },
    {WRITING,         "retry.backoff.ms",                   "20"                  },
    {WRITING,         "compression.type",                   "lz4"                 },
    {WRITING,         "message.max.bytes",                  "10485760"            },
    {SENDER,          "queue.buffering.max.messages",       "100000"              },
    {SENDER,          "queue.buffering.max.kbytes",         "65536"               },
};

/*
 * The guarantees rest on these, and nothing overrides them. Those that depend on the configuration are in
 * own_consumer() and own_producer().
 *
 * allow.auto.create.topics: honoured by producers too, whose default is to create.
 * partition.assignment.strategy: eager, because cooperative rebalancing in librdkafka 2.0.2 loses assignments.
 * delivery.report.only.error: only a delivery report wakes rd_kafka_flush() before its next 10 ms slice.
 */
static const struct property owned[] = {
    {EVERYONE, "allow.auto.create.topics",      "false"           },
    {READING,  "isolation.level",               "read_committed"  },
    {READING,  "check.crcs",                    "true"            },
    {READER,   "auto.offset.reset",             "earliest"        },

    {CONSUMER, "auto.offset.reset",             "error"           },
    {CONSUMER, "enable.auto.commit",            "false"           },
    {CONSUMER, "enable.auto.offset.store",      "false"           },
    {CONSUMER, "enable.partition.eof",          "false"           },
    {CONSUMER, "partition.assignment.strategy", "range,roundrobin"},

    {WRITING,  "enable.idempotence",            "true"            },
    {WRITING,  "partitioner",                   "murmur2_random"  },
    {WRITING,  "delivery.report.only.error",    "false"           },
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- Setting ----------------------------------------------------------------------------------------------------- */

int64_t client_number(const struct rd_kafka_conf_s *conf, const char *name)
{
    char value[24];
    size_t size = sizeof value;

    if (rd_kafka_conf_get(conf, name, value, &size) != RD_KAFKA_CONF_OK)
        abort();
    return strtoll(value, NULL, 10);
}

void client_set(struct rd_kafka_conf_s *conf, const char *name, const char *value)
{
    char reason[512];

    if (rd_kafka_conf_set(conf, name, value, reason, sizeof reason) == RD_KAFKA_CONF_OK)
        return;
    log_error(E_INTERNAL, "librdkafka %s refuses %s=%s: %s", rd_kafka_version_str(), name, value, reason);
    abort();
}

static void set_all(rd_kafka_conf_t *conf, enum client_role role, const struct property *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].roles & (1u << role))
            client_set(conf, list[i].name, list[i].value);
}

static void set_int(rd_kafka_conf_t *conf, const char *name, int64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, value);
    client_set(conf, name, text);
}

/* librdkafka before 2.2 does not know the property; there the metadata refresh does the same. */
static void read_sooner(rd_kafka_conf_t *conf)
{
    char reason[256];

    (void)rd_kafka_conf_set(conf, "fetch.queue.backoff.ms", "10", reason, sizeof reason);
}

/*
 * Room for everything that one batch publishes: for each command an event, its copy to a reply topic and a dead-letter
 * copy. An event is under 4 KiB plus what it echoes, and what is echoed or copied came with the batch.
 */
static void default_producer_queue(rd_kafka_conf_t *conf, const struct config *config)
{
    int64_t messages = config->batch_max_messages;
    int64_t kbytes = 4 * messages + 3 * config->batch_max_bytes / 1024 + 32 * 1024;

    set_int(conf, "queue.buffering.max.messages", 3 * messages + 1000);
    set_int(conf, "queue.buffering.max.kbytes", kbytes < INT32_MAX ? kbytes : INT32_MAX);
}

static bool applies(const struct kafka_property *property, enum client_role role)
{
    bool reads = (READING & (1u << role)) != 0;
    bool writes = (WRITING & (1u << role)) != 0;

    return property->scope == KAFKA_ALL || (property->scope == KAFKA_CONSUMER && reads) ||
           (property->scope == KAFKA_PRODUCER && writes);
}

/* The present value: one that came from a file is read again, since this client may be made later. The caller frees. */
static char *current_value(const struct kafka_property *property)
{
    char *text = property->file == NULL ? NULL : secret_read(property->file);

    /* A file that is being replaced may be missing or empty for a moment. */
    if (text != NULL && *text == 0) {
        free(text);
        text = NULL;
    }
    return text != NULL ? text : text_copy(property->value);
}

static bool set_users(rd_kafka_conf_t *conf, const struct config *config, enum client_role role, struct err *err)
{
    for (size_t i = 0; i < config->kafka_count; i++) {
        const struct kafka_property *property = &config->kafka[i];

        if (!applies(property, role))
            continue;
        char *value = current_value(property);
        bool done = properties_set(conf, property, value, err);
        free(value);
        if (!done)
            return false;
    }
    return true;
}

static void own_consumer(rd_kafka_conf_t *conf, const struct config *config)
{
    client_set(conf, "group.id", config->group_id);
    if (!config->instance_auto)
        client_set(conf, "group.instance.id", config->instance_id);
}

static void own_producer(rd_kafka_conf_t *conf, const struct config *config)
{
    if (config->events_delivery == DELIVERY_EXACTLY_ONCE)
        client_set(conf, "transactional.id", config->transactional_id);
}

static bool is_set_to(const rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char set[64];
    size_t size = sizeof set;

    return rd_kafka_conf_get(conf, name, set, &size) == RD_KAFKA_CONF_OK && strcasecmp(set, value) == 0;
}

/*
 * librdkafka 1.9 to 2.1 renews a token that it makes itself through a queue that does not exist: it crashes when four
 * fifths of the first one's life are over (rd_kafka_sasl_oauthbearer_init returns too early; fixed with KIP-368 in
 * 2.2.0).
 */
static bool tokens_last(const rd_kafka_conf_t *conf, struct err *err)
{
    if (rd_kafka_version() >= OAUTHBEARER_VERSION || !is_set_to(conf, "sasl.mechanisms", "OAUTHBEARER") ||
        !is_set_to(conf, "enable.sasl.oauthbearer.unsecure.jwt", "true"))
        return true;
    return err_set(err, ERR_STOP, EXIT_CONFIG, E_KAFKA_CONFIG,
                   "kafka.sasl.mechanism=OAUTHBEARER with kafka.enable.sasl.oauthbearer.unsecure.jwt needs librdkafka "
                   "2.2.0; this is %s, which crashes when it renews the token\n"
                   "  fix: a newer librdkafka, or another mechanism",
                   rd_kafka_version_str());
}

struct rd_kafka_conf_s *client_conf(const struct config *config, enum client_role role, struct err *err)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    bool is_tool = role != CLIENT_CONSUMER && role != CLIENT_PRODUCER;

    client_log_to_ours(conf, is_tool);
    set_all(conf, role, defaults, COUNT(defaults));
    if (READING & (1u << role))
        read_sooner(conf);
    if (role == CLIENT_PRODUCER)
        default_producer_queue(conf, config);

    if (!set_users(conf, config, role, err) || !tokens_last(conf, err)) {
        rd_kafka_conf_destroy(conf);
        return NULL;
    }

    set_all(conf, role, owned, COUNT(owned));
    if (role == CLIENT_CONSUMER)
        own_consumer(conf, config);
    if (role == CLIENT_PRODUCER)
        own_producer(conf, config);
    return conf;
}

/*
 * rd_kafka_new that fails has freed the interceptors of a configuration which it leaves to us: to destroy it would free them twice
 * (librdkafka 2.0.2, rd_kafka_new, "Legacy APIs, sigh"). Few ever are: a client that cannot be made ends what it was for.
 */
static void keep_unusable(rd_kafka_conf_t *conf)
{
    struct unusable {
        rd_kafka_conf_t *conf;
        struct unusable *next;
    };
    static struct unusable *_Atomic all; /* the monitor makes clients too */
    struct unusable *one = malloc(sizeof *one);

    if (one == NULL)
        abort();
    *one = (struct unusable){conf, atomic_load(&all)};
    while (!atomic_compare_exchange_weak(&all, &one->next, one))
        ;
}

struct rd_kafka_s *client_new(struct rd_kafka_conf_s *conf, enum client_role role, struct err *err)
{
    rd_kafka_type_t type = READING & (1u << role) ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER;
    char reason[512];

    rd_kafka_t *rk = rd_kafka_new(type, conf, reason, sizeof reason);
    if (rk != NULL)
        return rk;

    keep_unusable(conf);
    err_set(err, ERR_STOP, EXIT_CONFIG, E_KAFKA_CONFIG,
            "the kafka.* settings do not fit together: %s\n  fix: sessiond config shows them and where each is set",
            reason);
    return NULL;
}

bool client_setting(const struct config *config, enum client_role role, const char *name, int64_t *value,
                    struct err *err)
{
    rd_kafka_conf_t *conf = client_conf(config, role, err);

    if (conf == NULL)
        return false;
    *value = client_number(conf, name);
    rd_kafka_conf_destroy(conf);
    return true;
}

bool client_fits(const struct config *config, enum client_role role, struct err *err)
{
    rd_kafka_conf_t *conf = client_conf(config, role, err);
    if (conf == NULL)
        return false;

    client_set(conf, "bootstrap.servers", "");
    rd_kafka_t *rk = client_new(conf, role, err);
    if (rk != NULL)
        rd_kafka_destroy(rk);
    return rk != NULL;
}

const struct kafka_property *client_property(const struct config *config, enum client_role role, const char *name)
{
    for (size_t i = config->kafka_count; i > 0; i--)
        if (strcmp(config->kafka[i - 1].name, name) == 0 && applies(&config->kafka[i - 1], role))
            return &config->kafka[i - 1];
    return NULL;
}

static char *user_value(const struct config *config, enum client_role role, const char *name)
{
    const struct kafka_property *property = client_property(config, role, name);

    return property == NULL ? NULL : current_value(property);
}

bool client_credentials(const struct config *config, enum client_role role, char **user, char **password)
{
    *user = user_value(config, role, "sasl.username");
    *password = user_value(config, role, "sasl.password");
    return *user != NULL && *password != NULL;
}

void client_brokers(const struct config *config, enum client_role role, char text[static CLIENT_BROKERS_TEXT])
{
    static const struct kafka_property initial = {
        KAFKA_ALL, "bootstrap.servers", CLIENT_DEFAULT_BROKERS, "default", NULL, false};
    const struct kafka_property *named = &initial;

    for (size_t i = 0; i < config->kafka_count; i++) {
        const char *name = config->kafka[i].name;
        bool names_brokers = strcmp(name, "bootstrap.servers") == 0 || strcmp(name, "metadata.broker.list") == 0;
        if (names_brokers && applies(&config->kafka[i], role))
            named = &config->kafka[i];
    }
    snprintf(text, CLIENT_BROKERS_TEXT, "%s%s = %s (%s)", config_kafka_prefix(named->scope), named->name, named->value,
             named->origin);
}

#include "config/config_table.h"

#include "core/nearest.h"

#include <limits.h>

#define AT(field) offsetof(struct config, field)
#define TOPIC_MAX 249
#define DAY_MS    (24 * 60 * 60 * 1000)

/* Each in the order of its enum in config/config.h. */
static const char *const commands_formats[] = {"auto", "json", "avro-single-object", "confluent", NULL};
static const char *const events_formats[] = {"json", "avro", "confluent", NULL};
static const char *const basic_sources[] = {"", "URL", "USER_INFO", "SASL_INHERIT", NULL};
static const char *const bearer_sources[] = {"", "STATIC_TOKEN", NULL};
static const char *const deliveries[] = {"exactly-once", "at-least-once", NULL};
static const char *const duplicates[] = {"republish", "suppress", NULL};
static const char *const reference_checks[] = {"per-row", "per-batch", NULL};
static const char *const log_formats[] = {"auto", "text", "json", NULL};
static const char *const log_levels[] = {"error", "warning", "info", "debug", NULL};

/* clang-format off */
#define TEXT(least, most)    .type = CONFIG_TEXT, .min = least, .max = most
#define TOPIC(least)         .type = CONFIG_TOPIC, .min = least, .max = TOPIC_MAX
#define ADDRESS              .type = CONFIG_ADDRESS
#define LIST                 .type = CONFIG_LIST
#define INTEGER(least, most) .type = CONFIG_INTEGER, .min = least, .max = most
#define SIZE(least, most)    .type = CONFIG_SIZE, .min = least, .max = most
#define BOOLEAN              .type = CONFIG_BOOLEAN
#define WORD(list)           .type = CONFIG_WORD, .words = list
#define KAFKA                .type = CONFIG_KAFKA, .offset = CONFIG_NOWHERE
#define UNKEPT               .offset = CONFIG_NOWHERE

const struct config_key config_keys[] = {
    {"kafka.bootstrap.servers", KAFKA, .initial = "127.0.0.1:9092", .meaning = "brokers to connect to first"},
    {"kafka.*", KAFKA, .meaning = "any librdkafka property, for every client"},
    {"kafka.consumer.*", KAFKA, .meaning = "any librdkafka property, for consumers only"},
    {"kafka.producer.*", KAFKA, .meaning = "any librdkafka property, for producers only"},
    {"group.id", TEXT(1, 200), .offset = AT(group_id), .initial = "sessiond",
     .meaning = "consumer group"},
    {"instance.id", TEXT(1, 200), .offset = AT(instance_id),
     .meaning = "name of this process in its group, the same after a restart (default: the host name); auto: a new member each time"},

    {"commands.topic", TOPIC(1), .offset = AT(commands_topic), .initial = "study-sessions.commands",
     .meaning = "topic that commands are read from"},
    {"events.created.topic", TOPIC(1), .offset = AT(events_created_topic), .initial = "study-sessions.created",
     .meaning = "topic for created events"},
    {"events.rejected.topic", TOPIC(1), .offset = AT(events_rejected_topic), .initial = "study-sessions.rejected",
     .meaning = "topic for rejected events; may be the same as events.created.topic"},
    {"dlq.topic", TOPIC(0), .offset = AT(dlq_topic), .initial = "study-sessions.commands.dlq",
     .meaning = "topic for raw copies of undecodable and refused records; empty: none"},
    {"dlq.brake", INTEGER(0, INT_MAX), .offset = AT(dlq_brake), .initial = "1000",
     .meaning = "how many UNKNOWN_SCHEMA or STORE_REFUSED in a row stop the reading; 0: never"},
    {"topics.partitions", INTEGER(1, 10000), .offset = AT(topics_partitions), .initial = "4",
     .meaning = "partitions of the topics that topics apply creates"},
    {"topics.replication.factor", INTEGER(-1, 100), .offset = AT(topics_replication_factor), .initial = "-1",
     .meaning = "replicas of the topics that topics apply creates; -1: the broker's default"},

    {"commands.format", WORD(commands_formats), .offset = AT(commands_format), .initial = "auto",
     .meaning = "framing of command values; auto looks at each record"},
    {"commands.max.bytes", SIZE(1024, 64 << 20), .offset = AT(commands_max_bytes), .initial = "65536",
     .meaning = "largest size of a command's key, value and headers together; a larger command is UNDECODABLE"},
    {"commands.id.required", BOOLEAN, .offset = AT(commands_id_required), .initial = "false",
     .meaning = "a command without an id is MISSING_FIELD instead of getting a derived one"},
    {"events.format", WORD(events_formats), .offset = AT(events_format),
     .meaning = "encoding of event values (default: confluent with schema.registry.url, else json)"},
    {"events.source", TEXT(1, 1024), .offset = AT(events_source),
     .meaning = "ce_source of events (default: /sessiond/<commands.topic>)"},
    {"events.echo.headers", LIST, .offset = AT(events_echo_headers), .initial = "kafka_correlationId,correlation-id",
     .meaning = "headers of a command that its event repeats"},
    {"events.reply.topics", LIST, .offset = AT(events_reply_topics), .initial = "",
     .meaning = "topics that a command's kafka_replyTopic may name for a copy of its event; empty: none"},
    {"events.delivery", WORD(deliveries), .offset = AT(events_delivery), .initial = "exactly-once",
     .meaning = "at-least-once answers sooner and may repeat events after a crash or rebalance"},
    {"duplicates", WORD(duplicates), .offset = AT(duplicates), .initial = "republish",
     .meaning = "what happens to a command whose id was decided at another position"},

    {"schemas.dir", TEXT(0, 4096), .offset = AT(schemas_dir), .initial = "",
     .meaning = "folder with more Avro writer schemas (*.avsc); empty: none"},
    {"schema.registry.url", LIST, .offset = AT(schema_registry_url), .initial = "", .secret = true,
     .meaning = "URL of the schema registry, or several separated by commas; http_proxy is not used; empty: none"},
    {"schema.registry.retries", INTEGER(0, 100), .offset = AT(schema_registry_retries), .initial = "3",
     .meaning = "how often an id that the registry does not know is requested again before that is believed"},
    {"schema.registry.request.timeout.ms", INTEGER(1, DAY_MS), .offset = AT(schema_registry_timeout_ms), .initial = "10000",
     .meaning = "how long one request to the schema registry may take"},
    {"schema.registry.auto.register", BOOLEAN, .offset = AT(schema_registry_auto_register), .initial = "false",
     .meaning = "register the schemas of the events at the start; otherwise they are only looked up"},
    {"schema.registry.ssl.ca.location", TEXT(0, 4096), .offset = AT(schema_registry_ca), .initial = "",
     .meaning = "CA of the schema registry: a PEM file or a folder of them; empty: the system's"},
    {"schema.registry.ssl.certificate.location", TEXT(0, 4096), .offset = AT(schema_registry_certificate), .initial = "",
     .meaning = "client certificate for the schema registry, PEM"},
    {"schema.registry.ssl.key.location", TEXT(0, 4096), .offset = AT(schema_registry_key), .initial = "",
     .meaning = "key of that certificate, PEM; empty: it is in the certificate's file"},
    {"schema.registry.basic.auth.credentials.source", WORD(basic_sources), .offset = AT(schema_registry_basic_source),
     .initial = "", .later = "SASL_INHERIT", .other_name = "basic.auth.credentials.source",
     .meaning = "where the user comes from; empty: from whichever key is set; also basic.auth.credentials.source"},
    {"schema.registry.basic.auth.user.info", TEXT(0, 4096), .offset = AT(schema_registry_user_info), .initial = "",
     .secret = true, .other_name = "basic.auth.user.info",
     .meaning = "USER:PASSWORD for the schema registry; also basic.auth.user.info"},
    {"schema.registry.bearer.auth.credentials.source", WORD(bearer_sources), .offset = AT(schema_registry_bearer_source),
     .initial = "", .other_name = "bearer.auth.credentials.source",
     .meaning = "where the token comes from; also bearer.auth.credentials.source"},
    {"schema.registry.bearer.auth.token", TEXT(0, 65536), .offset = AT(schema_registry_token), .initial = "",
     .secret = true, .other_name = "bearer.auth.token",
     .meaning = "token for the schema registry; also bearer.auth.token"},

    {"postgres.conninfo", TEXT(0, 4096), .offset = AT(postgres_conninfo), .initial = "", .secret = true,
     .meaning = "libpq connection string or URI; what it does not say comes from PG* variables"},
    {"postgres.schema", TEXT(1, 63), .offset = AT(postgres_schema), .initial = "public",
     .meaning = "schema of the tables"},
    {"postgres.reference.checks", WORD(reference_checks), .offset = AT(postgres_reference_checks), .initial = "per-row",
     .meaning = "how parents are checked: by foreign keys, or per-batch by locks, faster (PostgreSQL 15, more grants)"},

    {"batch.max.messages", INTEGER(1, 100000), .offset = AT(batch_max_messages), .initial = "5000",
     .meaning = "most commands in a batch; a batch is what has arrived, there is no linger"},
    {"batch.max.bytes", SIZE(1024, 1 << 30), .offset = AT(batch_max_bytes), .initial = "4194304",
     .meaning = "most bytes in a batch, approximately"},
    {"startup.timeout.ms", INTEGER(1, DAY_MS), .offset = AT(startup_timeout_ms), .initial = "60000",
     .meaning = "a host that has not answered once this long after the start ends the process with 69"},
    {"shutdown.timeout.ms", INTEGER(1, DAY_MS), .offset = AT(shutdown_timeout_ms), .initial = "10000",
     .meaning = "a stop that takes longer ends the process with 75"},
    {"http.listen", ADDRESS, .offset = AT(http_listen), .initial = "127.0.0.1:9465",
     .meaning = "HOST:PORT for health, metrics, status and the page; empty: none"},
    {"log.format", WORD(log_formats), .offset = AT(log_format), .initial = "auto",
     .meaning = "auto: text on a terminal, else JSON"},
    {"log.level", WORD(log_levels), .offset = AT(log_level), .initial = "info",
     .meaning = "least important lines to write"},
};
/* clang-format on */

const size_t config_key_count = sizeof config_keys / sizeof *config_keys;

/* Names that people use without the prefix `kafka.`, from files made for Kafka's own clients. Used only for hints. */
static const char *const kafka_properties[] = {
    "kafka.bootstrap.servers",
    "kafka.client.id",
    "kafka.client.rack",
    "kafka.security.protocol",
    "kafka.sasl.mechanism",
    "kafka.sasl.mechanisms",
    "kafka.sasl.username",
    "kafka.sasl.password",
    "kafka.sasl.jaas.config",
    "kafka.sasl.kerberos.service.name",
    "kafka.sasl.oauthbearer.config",
    "kafka.ssl.ca.location",
    "kafka.ssl.certificate.location",
    "kafka.ssl.key.location",
    "kafka.ssl.key.password",
    "kafka.ssl.keystore.location",
    "kafka.ssl.keystore.password",
    "kafka.ssl.truststore.location",
    "kafka.ssl.truststore.password",
    "kafka.ssl.endpoint.identification.algorithm",
    "kafka.session.timeout.ms",
    "kafka.heartbeat.interval.ms",
    "kafka.max.poll.interval.ms",
    "kafka.transaction.timeout.ms",
    "kafka.request.timeout.ms",
    "kafka.socket.timeout.ms",
    "kafka.message.max.bytes",
    "kafka.compression.type",
    "kafka.linger.ms",
    "kafka.fetch.min.bytes",
    "kafka.fetch.max.bytes",
    "kafka.debug",
    "kafka.statistics.interval.ms",
    "kafka.retry.backoff.ms",
    "kafka.metadata.max.age.ms",
    "kafka.broker.address.family",
};

bool config_key_is_retired(const char *name)
{
    return strcmp(name, "postgres.connections") == 0;
}

const struct config_key *config_key_find(const char *name)
{
    for (size_t i = 0; i < config_key_count; i++)
        if (strcmp(config_keys[i].name, name) == 0 ||
            (config_keys[i].other_name != NULL && strcmp(config_keys[i].other_name, name) == 0))
            return &config_keys[i];
    return NULL;
}

const char *config_key_nearest(const char *name)
{
    struct nearest own = {.word = name};
    struct nearest kafka = {.word = name};

    for (size_t i = 0; i < config_key_count; i++) {
        nearest_offer(&own, config_keys[i].name);
        if (config_keys[i].other_name != NULL)
            nearest_offer(&own, config_keys[i].other_name);
    }
    /* The names are compared without the prefix, and the answer has it. */
    size_t prefix = strlen(config_kafka_prefix(KAFKA_ALL));
    for (size_t i = 0; i < sizeof kafka_properties / sizeof *kafka_properties; i++)
        nearest_offer(&kafka, kafka_properties[i] + prefix);
    if (nearest_name(&kafka) == NULL || own.distance <= kafka.distance)
        return nearest_name(&own);
    return kafka.name - prefix;
}

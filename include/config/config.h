/**
 * The configuration: one table of keys (src/config/config_table.c) from which parsing, `config`, `config --list` and
 * the tests come.
 *
 * The sources are the file (with what it includes), the environment, and `-X`; a later source wins. The configuration
 * is read once at the start and constant afterwards: any thread may read it. All strings are owned by the config and
 * live until `config_free`.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include "core/err.h"
#include "runtime/log.h"

#include <stdio.h>

enum commands_format { COMMANDS_AUTO, COMMANDS_JSON, COMMANDS_AVRO, COMMANDS_CONFLUENT };
enum events_format { EVENTS_JSON, EVENTS_AVRO, EVENTS_CONFLUENT };
enum registry_basic_source { REGISTRY_BASIC_ANY, REGISTRY_BASIC_URL, REGISTRY_BASIC_USER_INFO };
enum registry_bearer_source { REGISTRY_BEARER_ANY, REGISTRY_BEARER_STATIC_TOKEN };
enum events_delivery { DELIVERY_EXACTLY_ONCE, DELIVERY_AT_LEAST_ONCE };
enum duplicates { DUPLICATES_REPUBLISH, DUPLICATES_SUPPRESS };
enum reference_checks_mode { REFERENCE_CHECKS_PER_ROW, REFERENCE_CHECKS_PER_BATCH };

/** Which librdkafka clients a passed-through property applies to. */
enum kafka_scope { KAFKA_ALL, KAFKA_CONSUMER, KAFKA_PRODUCER };

/** The prefix of the scope's keys: "kafka.", "kafka.consumer." or "kafka.producer."; static. */
const char *config_kafka_prefix(enum kafka_scope scope);

/** One `kafka.*`, `kafka.consumer.*` or `kafka.producer.*` key, without its prefix. */
struct kafka_property {
    enum kafka_scope scope;
    char *name;
    char *value;
    char *origin;          /* "file:line", the variable's name or "-X": used in messages */
    char *file;            /* the file that the value came from (KEY.file), which later logins read again; NULL: none */
    bool from_environment; /* `origin` is then a variable, perhaps one that is meant for another program */
};

struct config {
    char *commands_topic;
    char *events_created_topic;
    char *events_rejected_topic;
    char *dlq_topic; /* "" turns it off */
    int64_t topics_partitions;
    int64_t topics_replication_factor; /* -1: the broker's default */

    enum commands_format commands_format;
    int64_t commands_max_bytes;
    bool commands_id_required;

    enum events_format events_format;
    char *events_source;        /* never empty: "/sessiond/<commands.topic>" unless set */
    char **events_echo_headers; /* NULL-terminated list of names */
    char **events_reply_topics; /* NULL-terminated list of names; empty: no replies */
    enum events_delivery events_delivery;
    enum duplicates duplicates;
    char *schemas_dir; /* "" none */

    /* Base URLs with their credentials, in the order in which they are tried; empty: no registry */
    char **schema_registry_url;
    enum registry_basic_source schema_registry_basic_source;
    char *schema_registry_user_info; /* USER:PASSWORD or "" */
    /* The file that the value came from, which later logins read again; NULL: none */
    const char *schema_registry_user_info_file;
    enum registry_bearer_source schema_registry_bearer_source;
    char *schema_registry_token; /* "" none */
    /* The file that the value came from, which later logins read again; NULL: none */
    const char *schema_registry_token_file;
    char *schema_registry_ca;          /* PEM file or folder; "": the system's */
    char *schema_registry_certificate; /* PEM; "" none */
    char *schema_registry_key;         /* PEM; "": it is in the certificate's file */
    int64_t schema_registry_retries;
    int64_t schema_registry_timeout_ms; /* the limit for one request */
    bool schema_registry_auto_register;

    char *group_id;
    char *instance_id;      /* the host name unless it is set; "" with `auto` */
    bool instance_auto;     /* dynamic membership, random transactional id */
    char *transactional_id; /* "<group.id>/<instance.id>", or with `auto` "<group.id>/<random UUID>" */

    char *postgres_conninfo;
    /* The file that the value came from, which later logins read again; NULL: none */
    const char *postgres_conninfo_file;
    char *postgres_schema;
    enum reference_checks_mode postgres_reference_checks;

    int64_t batch_max_messages;
    int64_t batch_max_bytes;
    int64_t dlq_brake;           /* 0 = off */
    int64_t startup_timeout_ms;  /* the process ends with exit 69 when a host never answered within it */
    int64_t shutdown_timeout_ms; /* the process ends with exit 75 when a stop takes longer */

    char *http_listen; /* HOST:PORT; "" none */

    enum log_format log_format;
    enum log_level log_level;

    struct kafka_property *kafka; /* in the order of the sources; a later one of the same name wins */
    size_t kafka_count;

    struct config_doubt *doubts; /* private: config_warn_doubts */
    size_t doubt_count;

    struct config_origin *origins; /* private: where each key's value came from */
};

/** The command line's part of the configuration. Everything is borrowed. */
struct config_request {
    const char *file;             /* -F; NULL: the default file if it exists */
    const char *const *overrides; /* -X key=value, in order */
    size_t override_count;
    char *const *environ; /* the process's environment */
};

#define CONFIG_DEFAULT_FILE "/etc/sessiond/sessiond.conf"

/**
 * Reads all sources. On failure: ERR_STOP with EXIT_CONFIG (or EXIT_NOINPUT for a file named by -F), and there is
 * nothing to free.
 */
MUSTUSE bool config_load(struct config *config, const struct config_request *request, struct err *err);

void config_free(struct config *config);

/** Takes a warning: a code of core/err_codes.def and a sentence, borrowed. */
typedef void config_take(void *opaque, const char *code, const char *text);

/** What config_warn_unknown and config_warn_doubts log. */
void config_each_unknown(const struct config_request *request, config_take *take, void *opaque);
void config_each_doubt(const struct config *config, config_take *take, void *opaque);

/** A secret that is set. Borrowed. */
struct config_secret {
    const char *key;    /* with its prefix, e.g. "kafka.sasl.password" */
    const char *origin; /* "file:line", a variable's name or "-X"; what it was read from behind a comma */
    const char *file;   /* KEY.file's path; NULL: it stands at its origin */
};
void config_each_secret(const struct config *config, void (*take)(void *opaque, const struct config_secret *secret),
                        void *opaque);

/**
 * Logs a warning for each SESSIOND_* variable that does not name a key (Kubernetes injects such names). Call it after
 * log_setup.
 */
void config_warn_unknown(const struct config_request *request);

/**
 * Logs a warning for each value that probably was meant differently: with quotes around it, or a comment behind it.
 * Call it after log_setup.
 */
void config_warn_doubts(const struct config *config);

/**
 * Removes config->kafka[index] and logs a warning: it came from a variable whose name turned out not to be a property
 * of librdkafka.
 */
void config_ignore_variable(struct config *config, size_t index);

/** True when this key of the table was set by any source, even to its default. */
bool config_given(const struct config *config, const char *key);

/** The group of a command that works beside the workers: `<group.id>-<name>`. The caller frees it. */
char *config_group_beside(const struct config *config, const char *name);

/**
 * Writes a key that is not secret, its value and where it was set, for messages: e.g. "dlq.topic = x (/etc/x.conf:12)".
 */
#define CONFIG_SETTING_TEXT 512
void config_setting(const struct config *config, const char *key, char text[static CONFIG_SETTING_TEXT]);

/**
 * Prints what `sessiond config` prints: each key, its value (secrets masked) and where it came from, as text or as one
 * JSON object.
 */
void config_print(const struct config *config, FILE *out, bool json);

/** Prints what `sessiond config --list` prints: all keys with type, default and meaning. */
void config_list(FILE *out, bool json);

#endif

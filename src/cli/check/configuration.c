/* Finds what the configuration alone can show. It could be read, because every command ends before this if it cannot. */
#include "cli/check/steps.h"

#include "codec/schemas.h"
#include "core/text.h"
#include "kafka/client.h"
#include "postgres/inspect.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>

static void add_doubt(void *opaque, const char *code, const char *text)
{
    struct check *check = opaque;
    struct err err;

    (void)err_set(&err, ERR_NONE, EXIT_DONE, code, "%s", text);
    check_add_err(check->findings, CHECK_WARNING, &err, "the configuration",
                  "write it as it is meant, or leave it out; sessiond config shows each value and where it was set");
}

/* ---- Secrets ------------------------------------------------------------------------------------------------------ */

static bool read_by_all(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && (status.st_mode & S_IROTH) != 0;
}

static void judge_file(struct check *check, const char *path, const char *key)
{
    if (!read_by_all(path))
        return;
    char *fix = text_printf("chmod o-r %s, and change the secret if others have been here", path);
    check_add(check->findings, CHECK_SECRET_FILE, path, fix, "everybody on this machine can read %s", key);
    free(fix);
}

/* Judges where a secret stands: in a file of its own, in a configuration file ("file:line"), on the command line, or in a variable. */
static void judge_secret(void *opaque, const struct config_secret *secret)
{
    struct check *check = opaque;
    const char *colon = strrchr(secret->origin, ':');

    if (secret->file != NULL) {
        judge_file(check, secret->file, secret->key);
    } else if (strcmp(secret->origin, "-X") == 0) {
        char *fix = text_printf("write it into a file and set %s.file=PATH, or set it in the environment", secret->key);
        check_add(check->findings, CHECK_SECRET_ARGUMENT, "-X", fix, "%s stands in the command line, which ps shows",
                  secret->key);
        free(fix);
    } else if (colon != NULL) {
        char *path = text_copy_n(secret->origin, (size_t)(colon - secret->origin));
        judge_file(check, path, secret->key);
        free(path);
    }
}

/* postgres.conninfo is a secret only if it has a password, which is masked when it is shown. */
static bool is_secret(const struct config *config, const struct config_secret *secret)
{
    if (strcmp(secret->key, "postgres.conninfo") == 0)
        return inspect_has_password(config);
    if (strcmp(secret->key, "schema.registry.url") != 0)
        return true;
    for (char **url = config->schema_registry_url; *url != NULL; url++)
        if (strchr(*url, '@') != NULL)
            return true;
    return false;
}

static void take_secret(void *opaque, const struct config_secret *secret)
{
    struct check *check = opaque;

    if (is_secret(check->config, secret))
        judge_secret(check, secret);
}

static const char *kafka_value(const struct config *config, const char *name)
{
    const struct kafka_property *property = client_property(config, CLIENT_CONSUMER, name);

    if (property == NULL)
        property = client_property(config, CLIENT_PRODUCER, name);
    return property == NULL ? "" : property->value;
}

static bool is_here(const char *host)
{
    return text_begins(host, "127.") || text_begins(host, "localhost") || text_begins(host, "[::1]");
}

static void check_kafka_key(struct check *check)
{
    const char *key = kafka_value(check->config, "ssl.key.location");

    if (*key != 0)
        judge_file(check, key, "kafka.ssl.key.location");
    if (*check->config->schema_registry_key != 0)
        judge_file(check, check->config->schema_registry_key, "schema.registry.ssl.key.location");
}

static bool registry_in_clear(const struct config *config)
{
    bool has_user = *config->schema_registry_user_info != 0 || *config->schema_registry_token != 0;

    for (char **url = config->schema_registry_url; *url != NULL; url++)
        if (text_begins(*url, "http://") && !is_here(*url + strlen("http://")) &&
            (has_user || strchr(*url, '@') != NULL))
            return true;
    return false;
}

static void check_clear(struct check *check)
{
    const struct config *config = check->config;
    char brokers[CLIENT_BROKERS_TEXT];
    char host[128];

    client_brokers(config, CLIENT_CONSUMER, brokers);
    if (strcasecmp(kafka_value(config, "security.protocol"), "SASL_PLAINTEXT") == 0 &&
        !is_here(kafka_value(config, "bootstrap.servers")))
        check_add(check->findings, CHECK_SECRET_CLEAR, brokers, "set kafka.security.protocol=SASL_SSL",
                  "the password goes to the brokers without TLS");
    if (registry_in_clear(config))
        check_add(check->findings, CHECK_SECRET_CLEAR, "schema.registry.url",
                  "write https:// before the registry's address, if it serves TLS",
                  "the password or token goes to the schema registry without TLS");
    if (inspect_in_clear(config, host, sizeof host))
        check_add(check->findings, CHECK_SECRET_CLEAR, "postgres.conninfo",
                  "add sslmode=verify-full and sslrootcert to postgres.conninfo",
                  "TLS is not asked for on the way to the PostgreSQL at %s", host);
}

/* ---- Clients of Kafka --------------------------------------------------------------------------------------------- */

static void check_clients(struct check *check)
{
    static const enum client_role roles[] = {CLIENT_CONSUMER, CLIENT_PRODUCER};
    int64_t session_ms;
    int64_t heartbeat_ms;
    struct err err;

    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (!client_fits(check->config, roles[i], &err)) {
            check_add_err(check->findings, CHECK_ERROR, &err, "kafka.*", CHECK_SEE_PAGE);
            return;
        }
    if (client_setting(check->config, CLIENT_CONSUMER, "session.timeout.ms", &session_ms, &err) &&
        client_setting(check->config, CLIENT_CONSUMER, "heartbeat.interval.ms", &heartbeat_ms, &err) &&
        3 * heartbeat_ms > session_ms)
        check_add(check->findings, CHECK_HEARTBEAT, "kafka.consumer.heartbeat.interval.ms",
                  "set it to a third of kafka.consumer.session.timeout.ms at most",
                  "heartbeats are sent every %" PRId64 " ms, and a session ends after %" PRId64
                  " ms without one: two that are late end the membership",
                  heartbeat_ms, session_ms);
}

/* ---- Settings among each other ------------------------------------------------------------------------------------ */

static bool is_everybodys(const char *instance)
{
    static const char *const names[] = {"localhost", "localhost.localdomain"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(instance, names[i]) == 0)
            return true;
    return false;
}

static void check_instance(struct check *check)
{
    char where[CONFIG_SETTING_TEXT];

    if (check->config->instance_auto || !is_everybodys(check->config->instance_id))
        return;
    config_setting(check->config, "instance.id", where);
    check_add(check->findings, CHECK_INSTANCE, where, "set instance.id=NAME, another name for each process",
              "many hosts have this name: the second worker that has it ends the first one (exit code 76)");
}

static void add_no_effect(struct check *check, const char *key, const char *because)
{
    char where[CONFIG_SETTING_TEXT];

    config_setting(check->config, key, where);
    check_add(check->findings, CHECK_NO_EFFECT, where, "leave it out, or set what it belongs to",
              "%s does nothing, because %s", key, because);
}

static void check_effects(struct check *check)
{
    const struct config *config = check->config;
    bool registry = *config->schema_registry_url != NULL;

    if (config->schema_registry_auto_register && config->events_format != EVENTS_CONFLUENT)
        add_no_effect(check, "schema.registry.auto.register", "events.format is not confluent");
    if (!registry && config_given(config, "schema.registry.retries"))
        add_no_effect(check, "schema.registry.retries", "schema.registry.url is empty");
    if (!registry && *config->schema_registry_ca != 0)
        add_no_effect(check, "schema.registry.ssl.ca.location", "schema.registry.url is empty");
}

static void check_choices(struct check *check)
{
    const struct config *config = check->config;
    char where[CONFIG_SETTING_TEXT];

    if (*config->dlq_topic == 0) {
        config_setting(config, "dlq.topic", where);
        check_add(check->findings, CHECK_NO_DLQ, where, "set dlq.topic=NAME, and create it with sessiond topics apply",
                  "records that cannot be decoded or stored are answered, and no copy of them is kept");
    }
    if (config->events_delivery == DELIVERY_AT_LEAST_ONCE) {
        config_setting(config, "events.delivery", where);
        check_add(check->findings, CHECK_DELIVERY, where,
                  "leave it if every consumer drops repeats by event_id; else set events.delivery=exactly-once",
                  "a crash or a rebalance may repeat events");
    }
    if (config->batch_max_bytes < config->commands_max_bytes) {
        config_setting(config, "batch.max.bytes", where);
        check_add(check->findings, CHECK_BATCH, where, "set batch.max.bytes to commands.max.bytes at least",
                  "batch.max.bytes is %" PRId64 ", and one command may have %" PRId64 ": large ones go one at a time",
                  config->batch_max_bytes, config->commands_max_bytes);
    }
}

/* ---- What a start opens without asking a server ------------------------------------------------------------------- */

static void check_files(struct check *check)
{
    struct err err;
    struct schemas *schemas = schemas_open(check->config->schemas_dir, &err);

    if (schemas == NULL)
        check_add_err(check->findings, CHECK_ERROR, &err, "schemas.dir", CHECK_SEE_PAGE);
    schemas_close(schemas);
    if (!inspect_conninfo(check->config, &err))
        check_add_err(check->findings, CHECK_ERROR, &err, "postgres.conninfo", CHECK_SEE_PAGE);
}

void check_configuration(struct check *check)
{
    config_each_unknown(check->request->sources, add_doubt, check);
    config_each_doubt(check->config, add_doubt, check);
    config_each_secret(check->config, take_secret, check);
    check_kafka_key(check);
    check_clear(check);
    check_clients(check);
    check_instance(check);
    check_effects(check);
    check_choices(check);
    check_files(check);
}

/*
 * Loads the configuration: the defaults, the sources in their order, the derived values, and the checks between keys.
 */
#include "config/config.h"

#include "config/topics.h"
#include "core/uuid.h"
#include "config/config_doubt.h"
#include "config/config_table.h"
#include "core/memory.h"
#include "core/text.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#define DEFAULT_ORIGIN "default"

/* ---- Sources ---- */

static bool read_defaults(struct config *config, struct err *err)
{
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        if (key->initial != NULL && !config_set(config, key->name, key->initial, DEFAULT_ORIGIN, err))
            return false;
    }
    return true;
}

static bool read_file(struct config *config, const char *path, struct err *err)
{
    if (path != NULL)
        return config_file_read(config, path, EXIT_NOINPUT, err);
    if (access(CONFIG_DEFAULT_FILE, F_OK) != 0)
        return true;
    return config_file_read(config, CONFIG_DEFAULT_FILE, EXIT_CONFIG, err);
}

static bool read_override(struct config *config, const char *override, struct err *err)
{
    const char *equals = strchr(override, '=');

    if (equals == NULL || equals == override)
        return err_set(err, ERR_STOP, EXIT_CONFIG, E_CONFIG_06, "-X %.100s: expected key=value", override);
    char *name = text_copy_n(override, (size_t)(equals - override));
    bool done = config_set(config, name, equals + 1, "-X", err);
    free(name);
    return done;
}

static bool read_sources(struct config *config, const struct config_request *request, struct err *err)
{
    if (!read_defaults(config, err) || !read_file(config, request->file, err) ||
        !config_credentials_read(config, request->environ, err) ||
        !config_environment_read(config, request->environ, err))
        return false;
    for (size_t i = 0; i < request->override_count; i++)
        if (!read_override(config, request->overrides[i], err))
            return false;
    return true;
}

/* ---- What is derived ---- */

static bool set_derived(struct config *config, const char *name, const char *value, const char *origin, struct err *err)
{
    return config_value_set(config, config_key_find(name), value, origin, err);
}

static bool derive_instance(struct config *config, struct err *err)
{
    char host[256] = "";

    if (config->instance_id != NULL)
        return true;
    /* A name must never be made up: two processes that share one would fence each other for ever. */
    if (gethostname(host, sizeof host - 1) != 0 || *host == 0)
        return err_set(err, ERR_STOP, EXIT_CONFIG, E_CONFIG_09, "this host has no name\n  fix: set instance.id");
    return set_derived(config, "instance.id", host, DEFAULT_ORIGIN ", the host name", err);
}

static bool random_uuid(char text[static UUID_TEXT + 1], struct err *err)
{
    struct uuid uuid;

    if (getrandom(uuid.b, sizeof uuid.b, 0) != (ssize_t)sizeof uuid.b)
        return err_set(err, ERR_STOP, EXIT_INTERNAL, E_INTERNAL, "no random bytes: %s", strerror(errno));
    uuid.b[6] = (uint8_t)((uuid.b[6] & 0x0F) | 0x40); /* RFC 9562, version 4 */
    uuid.b[8] = (uint8_t)((uuid.b[8] & 0x3F) | 0x80);
    uuid_format(&uuid, text);
    return true;
}

static bool derive_identity(struct config *config, struct err *err)
{
    char member[UUID_TEXT + 1];

    if (!derive_instance(config, err))
        return false;
    config->instance_auto = strcmp(config->instance_id, "auto") == 0;
    if (config->instance_auto) {
        if (!random_uuid(member, err))
            return false;
        config->instance_id[0] = 0;
    }
    config->transactional_id =
        text_printf("%s/%s", config->group_id, config->instance_auto ? member : config->instance_id);
    return true;
}

static const struct config_origin *origin_of(const struct config *config, const char *name)
{
    return &config->origins[config_key_find(name) - config_keys];
}

/* Where there is a registry, consumers read by it. */
static bool derive_events_format(struct config *config, struct err *err)
{
    if (origin_of(config, "events.format")->value != NULL)
        return true;
    if (*config->schema_registry_url == NULL)
        return set_derived(config, "events.format", "json", DEFAULT_ORIGIN, err);
    return set_derived(config, "events.format", "confluent", DEFAULT_ORIGIN ", with schema.registry.url", err);
}

static bool derive(struct config *config, struct err *err)
{
    config->postgres_conninfo_file = origin_of(config, "postgres.conninfo")->file;
    config->schema_registry_user_info_file = origin_of(config, "schema.registry.basic.auth.user.info")->file;
    config->schema_registry_token_file = origin_of(config, "schema.registry.bearer.auth.token")->file;
    if (config->events_source == NULL) {
        char *source = text_printf("/sessiond/%s", config->commands_topic);
        bool done = set_derived(config, "events.source", source, DEFAULT_ORIGIN, err);
        free(source);
        if (!done)
            return false;
    }
    return derive_events_format(config, err) && derive_identity(config, err);
}

/* ---- Checks between keys ---- */

static bool refuse_same(const struct config *config, const char *name, const char *other, struct err *err)
{
    const struct config_origin *origin = origin_of(config, name);
    const struct config_origin *other_origin = origin_of(config, other);

    return err_set(err, ERR_STOP, EXIT_CONFIG, E_CONFIG_09,
                   "%s and %s are both %s\n  in %s and %s\n  fix: name two different topics", name, other,
                   origin->value, origin->origin, other_origin->origin);
}

/* A second copy in the topic of the first would be a second event; among commands or dead letters it has no place. */
static bool check_replies(const struct config *config, struct err *err)
{
    for (char **reply = config->events_reply_topics; *reply != NULL; reply++)
        for (enum own_topic topic = 0; topic < OWN_TOPICS; topic++)
            if (strcmp(*reply, topic_name(config, topic)) == 0)
                return err_set(
                    err, ERR_STOP, EXIT_CONFIG, E_CONFIG_09,
                    "events.reply.topics: %.249s is %s already\n  fix: name topics that are for replies only", *reply,
                    topic_key(topic));
    return true;
}

/* Events that are read as commands would go round for ever; dead letters among the events are not events. */
static bool check_topics(const struct config *config, struct err *err)
{
    for (enum own_topic one = 0; one < OWN_TOPICS; one++) {
        for (enum own_topic other = one + 1; other < OWN_TOPICS; other++) {
            bool may_be_one = one == TOPIC_CREATED && other == TOPIC_REJECTED;
            if (!may_be_one && strcmp(topic_name(config, one), topic_name(config, other)) == 0)
                return refuse_same(config, topic_key(one), topic_key(other), err);
        }
    }
    return true;
}

static bool is_written_by_us(const char *header)
{
    static const char *const names[] = {"content-type",   "traceparent",       "tracestate",         "command-topic",
                                        "command-offset", "command-partition", "idempotent-replayed"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], header) == 0)
            return true;
    return text_begins(header, "ce_");
}

static bool check_echo(const struct config *config, struct err *err)
{
    const struct config_origin *origin = origin_of(config, "events.echo.headers");

    for (char **header = config->events_echo_headers; *header != NULL; header++)
        if (is_written_by_us(*header))
            return err_set(err, ERR_STOP, EXIT_CONFIG, E_CONFIG_09,
                           "events.echo.headers: sessiond writes the header %.100s of every event itself\n  in %s",
                           *header, origin->origin);
    return true;
}

static bool check_replication(const struct config *config, struct err *err)
{
    if (config->topics_replication_factor != 0)
        return true;
    return err_set(
        err, ERR_STOP, EXIT_CONFIG, E_CONFIG_02,
        "topics.replication.factor: 0 is not a legal value\n  fix: -1 for the broker's default, or 1 and more");
}

/* ---- The whole ---- */

bool config_load(struct config *config, const struct config_request *request, struct err *err)
{
    memset(config, 0, sizeof *config);
    config->origins = memory_zeroed(config_key_count, sizeof *config->origins);

    if (read_sources(config, request, err) && derive(config, err) && check_topics(config, err) &&
        check_replies(config, err) && check_echo(config, err) && check_replication(config, err) &&
        config_registry_check(config, err))
        return true;
    config_free(config);
    return false;
}

void config_free(struct config *config)
{
    for (size_t i = 0; config->origins != NULL && i < config_key_count; i++) {
        config_value_free(config, &config_keys[i]);
        free(config->origins[i].value);
        free(config->origins[i].origin);
        free(config->origins[i].file);
    }
    for (size_t i = 0; i < config->kafka_count; i++)
        config_property_free(&config->kafka[i]);
    free(config->kafka);
    free(config->origins);
    free(config->transactional_id);
    config_doubts_free(config);
    memset(config, 0, sizeof *config);
}

void config_setting(const struct config *config, const char *key, char text[static CONFIG_SETTING_TEXT])
{
    const struct config_origin *origin = &config->origins[config_key_find(key) - config_keys];

    snprintf(text, CONFIG_SETTING_TEXT, "%s = %s (%s)", key, origin->value, origin->origin);
}

bool config_given(const struct config *config, const char *key)
{
    return strcmp(config->origins[config_key_find(key) - config_keys].origin, DEFAULT_ORIGIN) != 0;
}

char *config_group_beside(const struct config *config, const char *name)
{
    return text_printf("%s-%s", config->group_id, name);
}

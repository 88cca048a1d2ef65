/*
 * Applies one setting from any source: to the table's field or to the list for librdkafka, or refuses it with the
 * reason.
 */
#include "config/config_table.h"

#include "config/config_doubt.h"
#include "config/owned_keys.h"
#include "config/secret.h"
#include "core/memory.h"
#include "core/text.h"

#include <errno.h>
#include <stdlib.h>

#define FILE_SUFFIX ".file"

/* ---- kafka.* ---- */

const char *config_kafka_prefix(enum kafka_scope scope)
{
    static const char *const prefix[] = {
        [KAFKA_ALL] = "kafka.", [KAFKA_CONSUMER] = "kafka.consumer.", [KAFKA_PRODUCER] = "kafka.producer."};
    return prefix[scope];
}

static const char *kafka_name(const char *name, enum kafka_scope *scope)
{
    if (!text_begins(name, config_kafka_prefix(KAFKA_ALL)))
        return NULL;
    *scope = text_begins(name, config_kafka_prefix(KAFKA_CONSUMER))   ? KAFKA_CONSUMER
             : text_begins(name, config_kafka_prefix(KAFKA_PRODUCER)) ? KAFKA_PRODUCER
                                                                      : KAFKA_ALL;
    return name + strlen(config_kafka_prefix(*scope));
}

static bool refuse_owned(const char *name, const char *reason, const char *origin, struct err *err)
{
    return err_set(err, ERR_STOP, EXIT_CONFIG, E_CONFIG_03, "%s cannot be set: %s\n  in %s\n  fix: leave it out", name,
                   reason, origin);
}

void config_property_free(struct kafka_property *property)
{
    free(property->name);
    free(property->value);
    free(property->origin);
    free(property->file);
}

static bool kafka_set(struct config *config, const char *name, const char *value, const char *origin, struct err *err)
{
    enum kafka_scope scope = KAFKA_ALL;
    const char *property = kafka_name(name, &scope);
    const char *reason = owned_key_reason(property);
    size_t kept = 0;

    if (reason != NULL)
        return refuse_owned(name, reason, origin, err);

    /*
     * A property that is set again moves to the end, so that aliases and scopes of one property take effect in the
     * order of the sources.
     */
    for (size_t i = 0; i < config->kafka_count; i++) {
        struct kafka_property *old = &config->kafka[i];
        if (old->scope == scope && strcmp(old->name, property) == 0)
            config_property_free(old);
        else
            config->kafka[kept++] = *old;
    }
    config->kafka_count = kept;
    config->kafka = memory_resized(config->kafka, kept + 1, sizeof *config->kafka);
    config->kafka[config->kafka_count++] =
        (struct kafka_property){scope, text_copy(property), text_copy(value), text_copy(origin), NULL, false};
    return true;
}

/* ---- <key>.file ---- */

/* The key whose value is read from a file, or NULL when `name` is not such a setting. The caller frees. */
static char *file_key(const char *name)
{
    enum kafka_scope scope;
    const char *property = kafka_name(name, &scope);

    /* librdkafka 2.11 has its own properties that end like this. */
    if (!text_ends(name, FILE_SUFFIX) || (property != NULL && text_begins(property, "sasl.oauthbearer.assertion.")))
        return NULL;
    char *base = text_copy_n(name, strlen(name) - strlen(FILE_SUFFIX));
    const struct config_key *key = config_key_find(base);
    if (property != NULL ? strlen(property) > strlen(FILE_SUFFIX) : key != NULL && key->secret)
        return base;
    free(base);
    return NULL;
}

/* A secret that came from a file is read again by later logins. */
static void remember_file(struct config *config, const char *key, const char *path)
{
    enum kafka_scope scope;
    /* The property that was just set */
    char **file = kafka_name(key, &scope) != NULL ? &config->kafka[config->kafka_count - 1].file
                                                  : &config->origins[config_key_find(key) - config_keys].file;

    *file = text_copy(path);
}

static bool set_from_file(struct config *config, const char *name, const char *base, const char *path,
                          const char *origin, struct err *err)
{
    char *secret = secret_read(path);
    int reason = errno;
    char *secret_origin = text_printf("%s, from %s", origin, path);
    bool done;

    if (secret == NULL)
        done = err_set(err, ERR_STOP, EXIT_CONFIG, E_CONFIG_08,
                       "%s: cannot read %s: %s\n  in %s\n  fix: name a file that this user can read", name, path,
                       secret_reason(reason), origin);
    else
        done = config_set(config, base, secret, secret_origin, err);
    if (done)
        remember_file(config, base, path);
    free(secret);
    free(secret_origin);
    return done;
}

/* ---- Any setting ---- */

static bool refuse_unknown(const char *name, const char *origin, struct err *err)
{
    const char *nearest = config_key_nearest(name);

    if (nearest != NULL)
        return err_set(err, ERR_STOP, EXIT_CONFIG, E_CONFIG_01,
                       "unknown key %.100s\n  in %s\n  did you mean %s? All keys: sessiond config --list", name, origin,
                       nearest);
    return err_set(
        err, ERR_STOP, EXIT_CONFIG, E_CONFIG_01,
        "unknown key %.100s\n  in %s\n  fix: all keys are in sessiond config --list; those of librdkafka begin "
        "with kafka.",
        name, origin);
}

bool config_set(struct config *config, const char *name, const char *value, const char *origin, struct err *err)
{
    enum kafka_scope scope;
    const struct config_key *key = config_key_find(name);
    const char *property = kafka_name(name, &scope);
    const char *reason = owned_key_reason(name);
    char *base = file_key(name);

    if (base != NULL) {
        bool done = set_from_file(config, name, base, value, origin, err);
        free(base);
        return done;
    }
    if (property != NULL && *property != 0)
        return kafka_set(config, name, value, origin, err);
    if (key != NULL)
        return config_value_set(config, key, value, origin, err);
    if (config_key_is_retired(name)) {
        config_doubt_retired(config, name, origin);
        return true;
    }
    if (reason != NULL)
        return refuse_owned(name, reason, origin, err);
    return refuse_unknown(name, origin, err);
}

bool config_settable(const char *name)
{
    enum kafka_scope scope;
    const char *property = kafka_name(name, &scope);
    char *base = file_key(name);
    bool settable = base != NULL || (property != NULL && *property != 0) || config_key_find(name) != NULL ||
                    config_key_is_retired(name);

    free(base);
    return settable;
}

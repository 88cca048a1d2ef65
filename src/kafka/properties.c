#include "kafka/properties.h"

#include "core/memory.h"
#include "core/nearest.h"
#include "core/text.h"

#include <librdkafka/rdkafka.h>

#include <stdlib.h>

/* ---- Refusals ---------------------------------------------------------------------------------------------------- */

/* Finds out by setting it: rd_kafka_conf_get() does not know a property that has no value. */
static bool is_known(rd_kafka_conf_t *conf, const char *name)
{
    char reason[512];

    return rd_kafka_conf_set(conf, name, NULL, reason, sizeof reason) != RD_KAFKA_CONF_UNKNOWN;
}

/*
 * librdkafka's manual (CONFIGURATION.md): each line that begins with a property describes it. Unlike
 * rd_kafka_conf_dump() it has the aliases too, bootstrap.servers among them. The caller frees.
 */
static char *manual(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = memory_stream(&text, &size);

    rd_kafka_conf_properties_show(out);
    if (fclose(out) != 0)
        abort();
    return text;
}

/* The property that `name` was probably meant to be; NULL when none is near. The caller frees. */
static char *nearest_property(const char *name)
{
    struct nearest nearest = {.word = name};
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char *text = manual();
    char *rest;

    for (char *line = strtok_r(text, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        /* It cannot be set by text: log_cb, ssl_key */
        bool is_for_programs = strstr(line, "see dedicated API") != NULL;
        line[strcspn(line, " ")] = 0;
        if (!is_for_programs && is_known(conf, line))
            nearest_offer(&nearest, line);
    }
    char *found = nearest_name(&nearest) == NULL ? NULL : text_copy(nearest_name(&nearest));
    free(text);
    rd_kafka_conf_destroy(conf);
    return found;
}

static bool refuse_unknown(const struct kafka_property *property, struct err *err)
{
    const char *prefix = config_kafka_prefix(property->scope);
    char *nearest = nearest_property(property->name);

    if (nearest != NULL)
        err_set(err, ERR_STOP, EXIT_CONFIG, E_KAFKA_CONFIG,
                "unknown key %s%.100s\n  set in %s\n  did you mean %s%s? All keys: CONFIGURATION.md of librdkafka %s",
                prefix, property->name, property->origin, prefix, nearest, rd_kafka_version_str());
    else
        err_set(err, ERR_STOP, EXIT_CONFIG, E_KAFKA_CONFIG,
                "unknown key %s%.100s\n  set in %s\n  fix: all keys are in CONFIGURATION.md of librdkafka %s", prefix,
                property->name, property->origin, rd_kafka_version_str());
    free(nearest);
    return false;
}

static bool refuse_value(const struct kafka_property *property, const char *reason, struct err *err)
{
    return err_set(err, ERR_STOP, EXIT_CONFIG, E_KAFKA_CONFIG,
                   "%s%s cannot be used: %s\n  set in %s\n  fix: see librdkafka's CONFIGURATION.md for %s",
                   config_kafka_prefix(property->scope), property->name, reason, property->origin,
                   rd_kafka_version_str());
}

static bool judge(const struct kafka_property *property, rd_kafka_conf_res_t result, const char *reason,
                  struct err *err)
{
    if (result == RD_KAFKA_CONF_UNKNOWN)
        return refuse_unknown(property, err);
    return result == RD_KAFKA_CONF_OK || refuse_value(property, reason, err);
}

/* ---- The keys ---------------------------------------------------------------------------------------------------- */

bool properties_set(struct rd_kafka_conf_s *conf, const struct kafka_property *property, const char *value,
                    struct err *err)
{
    char reason[512];

    return judge(property, rd_kafka_conf_set(conf, property->name, value, reason, sizeof reason), reason, err);
}

/* They are set and not looked up, because a plugin (plugin.library.paths) has properties of its own. */
bool properties_check(struct config *config, struct err *err)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    bool good = true;

    for (size_t i = 0; good && i < config->kafka_count;) {
        const struct kafka_property *property = &config->kafka[i];
        char reason[512];
        rd_kafka_conf_res_t result = rd_kafka_conf_set(conf, property->name, property->value, reason, sizeof reason);

        if (result == RD_KAFKA_CONF_UNKNOWN && property->from_environment) {
            config_ignore_variable(config, i);
            continue;
        }
        good = judge(property, result, reason, err);
        i++;
    }
    rd_kafka_conf_destroy(conf);
    return good;
}

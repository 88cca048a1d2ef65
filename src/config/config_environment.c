/*
 * The environment: SESSIOND_<KEY>, where the key is in upper case with `.` → `_`, `_` → `__`, `-` → `___`, as in the
 * official Kafka image. A variable's name is translated back into a key, so that SESSIOND_KAFKA_* reaches every
 * property of librdkafka.
 */
#include "config/config_table.h"

#include "config/config_doubt.h"
#include "runtime/log.h"
#include "core/text.h"

#include <ctype.h>
#include <stdlib.h>

#define PREFIX "SESSIOND_"

struct variable {
    char *name;        /* owned, e.g. "SESSIOND_GROUP_ID" */
    char *key;         /* owned, e.g. "group.id" */
    const char *value; /* borrowed from the environment */
};

/* `_` → `.`, `__` → `_`, `___` → `-`; in place, since the key is never longer. False when no such key can exist. */
static bool decode(char *name)
{
    static const char separators[] = {0, '.', '_', '-'};
    char *out = name;

    for (const char *in = name; *in != 0;) {
        size_t run = strspn(in, "_");
        if (run > 3)
            run = 3;
        if (run > 0) {
            *out++ = separators[run];
            in += run;
        } else {
            if (!isupper((unsigned char)*in) && !isdigit((unsigned char)*in))
                return false;
            *out++ = (char)tolower((unsigned char)*in++);
        }
    }
    *out = 0;
    return true;
}

/*
 * Kubernetes gives every container variables about the services beside it: a service "sessiond-kafka" makes
 * SESSIOND_KAFKA_SERVICE_HOST, SESSIOND_KAFKA_PORT_9092_TCP_ADDR, … None of them is a librdkafka property.
 */
static bool is_service_variable(const char *name)
{
    const char *port = strstr(name, "_PORT_");

    return text_ends(name, "_PORT") || text_ends(name, "_SERVICE_HOST") || strstr(name, "_SERVICE_PORT_") != NULL ||
           (port != NULL && isdigit((unsigned char)port[strlen("_PORT_")]));
}

/*
 * False when the entry of the environment is not for this program. True: the caller frees name and key; the key is NULL
 * when there is none.
 */
static bool variable_read(const char *entry, struct variable *variable)
{
    const char *equals = strchr(entry, '=');

    if (equals == NULL || !text_begins(entry, PREFIX))
        return false;
    variable->name = text_copy_n(entry, (size_t)(equals - entry));
    variable->key = text_copy(variable->name + strlen(PREFIX));
    variable->value = equals + 1;
    if (is_service_variable(variable->name) || !decode(variable->key) || !config_settable(variable->key)) {
        free(variable->key);
        variable->key = NULL;
    }
    return true;
}

static void variable_free(struct variable *variable)
{
    free(variable->name);
    free(variable->key);
}

static bool set_by_variable(struct config *config, const struct variable *variable, struct err *err)
{
    config_doubt(config, variable->key, variable->value, variable->name, false);
    if (!config_set(config, variable->key, variable->value, variable->name, err))
        return false;
    if (text_begins(variable->key, config_kafka_prefix(KAFKA_ALL)))
        config->kafka[config->kafka_count - 1].from_environment = true; /* the property that was just set */
    return true;
}

bool config_environment_read(struct config *config, char *const *environment, struct err *err)
{
    struct variable variable;
    bool done = true;

    for (char *const *entry = environment; done && entry != NULL && *entry != NULL; entry++) {
        if (!variable_read(*entry, &variable))
            continue;
        if (variable.key != NULL)
            done = set_by_variable(config, &variable, err);
        variable_free(&variable);
    }
    return done;
}

static void warn(void *opaque, const char *code, const char *text)
{
    (void)opaque;
    log_warning(code, "%s", text);
}

static void tell_ignored(const char *name, config_take *take, void *opaque)
{
    char *text = text_printf("the variable %s is no key of sessiond: ignored", name);

    take(opaque, E_CONFIG_10, text);
    free(text);
}

void config_each_unknown(const struct config_request *request, config_take *take, void *opaque)
{
    struct variable variable;

    for (char *const *entry = request->environ; entry != NULL && *entry != NULL; entry++) {
        if (!variable_read(*entry, &variable))
            continue;
        if (variable.key == NULL)
            tell_ignored(variable.name, take, opaque);
        variable_free(&variable);
    }
}

void config_warn_unknown(const struct config_request *request)
{
    config_each_unknown(request, warn, NULL);
}

void config_ignore_variable(struct config *config, size_t index)
{
    struct kafka_property *property = &config->kafka[index];
    char *name = text_copy_n(property->origin, strcspn(property->origin, ",")); /* "NAME, from FILE" */

    tell_ignored(name, warn, NULL);
    free(name);
    config_property_free(property);
    config->kafka_count--;
    memmove(property, property + 1, (config->kafka_count - index) * sizeof *property);
}

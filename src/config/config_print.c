/* `sessiond config` and `sessiond config --list`: the table with the values in effect, and the table itself. */
#include "config/config_table.h"

#include "config/secret.h"
#include "core/memory.h"
#include "core/text.h"
#include "json/writer.h"

#include <stdlib.h>

#define ORIGIN_COLUMN 64

/* One line of `sessiond config`. */
struct setting {
    char *name;
    char *value; /* masked */
    const char *origin;
    bool bare; /* a number or a boolean, which has no quotes in JSON */
};

static char *masked_value(const struct config_key *key, const char *value)
{
    if (!key->secret || *value == 0)
        return text_copy(value);
    if (strcmp(key->name, "postgres.conninfo") == 0)
        return secret_mask_conninfo(value);
    return strcmp(key->name, "schema.registry.url") == 0 ? secret_mask_urls(value) : text_copy(SECRET_MASK);
}

static struct setting kafka_setting(const struct kafka_property *property)
{
    bool secret = secret_property(property->name) && *property->value != 0;

    return (struct setting){
        .name = text_printf("%s%s", config_kafka_prefix(property->scope), property->name),
        .value = text_copy(secret ? SECRET_MASK : property->value),
        .origin = property->origin,
    };
}

static struct setting own_setting(const struct config *config, size_t index)
{
    const struct config_key *key = &config_keys[index];

    return (struct setting){
        .name = text_copy(key->name),
        .value = masked_value(key, config->origins[index].value),
        .origin = config->origins[index].origin,
        .bare = key->type == CONFIG_INTEGER || key->type == CONFIG_SIZE || key->type == CONFIG_BOOLEAN,
    };
}

/*
 * Collects the settings in effect, librdkafka's first, and returns how many there are. The caller frees them with
 * free_settings.
 */
static size_t collect(const struct config *config, struct setting **settings)
{
    size_t count = 0;

    *settings = memory_zeroed(config->kafka_count + config_key_count, sizeof **settings);
    for (size_t i = 0; i < config->kafka_count; i++)
        (*settings)[count++] = kafka_setting(&config->kafka[i]);
    for (size_t i = 0; i < config_key_count; i++)
        if (config_keys[i].type != CONFIG_KAFKA)
            (*settings)[count++] = own_setting(config, i);
    return count;
}

static void free_settings(struct setting *settings, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(settings[i].name);
        free(settings[i].value);
    }
    free(settings);
}

static void print_json(const struct setting *settings, size_t count, FILE *out)
{
    struct json_writer json = json_to_stream(out);

    write_object(&json);
    for (size_t i = 0; i < count; i++) {
        write_key_below(&json, settings[i].name);
        write_object(&json);
        write_key(&json, "value");
        (settings[i].bare ? write_raw : write_string)(&json, bytes_of(settings[i].value));
        write_member_text(&json, "origin", settings[i].origin);
        write_object_end(&json);
    }
    write_object_end(&json);
    write_line_end(&json);
}

static void print_text(const struct setting *settings, size_t count, FILE *out)
{
    for (size_t i = 0; i < count; i++) {
        int len = fprintf(out, "%s=%s", settings[i].name, settings[i].value);
        fprintf(out, "%*s  # %s\n", len < ORIGIN_COLUMN ? ORIGIN_COLUMN - len : 0, "", settings[i].origin);
    }
}

void config_print(const struct config *config, FILE *out, bool json)
{
    struct setting *settings;
    size_t count = collect(config, &settings);

    if (json)
        print_json(settings, count, out);
    else
        print_text(settings, count, out);
    free_settings(settings, count);
}

static void list_json(FILE *out)
{
    struct json_writer json = json_to_stream(out);
    char rule[CONFIG_RULE_SIZE];

    write_object(&json);
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        config_value_rule(key, rule);
        write_key_below(&json, key->name);
        write_object(&json);
        write_member_text(&json, "type", rule);
        write_member_text(&json, "default", key->initial);
        write_member_bool(&json, "secret", key->secret);
        write_member_text(&json, "meaning", key->meaning);
        write_object_end(&json);
    }
    write_object_end(&json);
    write_line_end(&json);
}

static void list_text(FILE *out)
{
    char rule[CONFIG_RULE_SIZE];

    fprintf(out, "%-40s  %-32s  %-35s  %s\n", "KEY", "TYPE", "DEFAULT", "MEANING");
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        config_value_rule(key, rule);
        fprintf(out, "%-40s  %-32s  %-35s  %s\n", key->name, rule, key->initial == NULL ? "" : key->initial,
                key->meaning);
    }
    fputs("\nIn a file also include=FILE. Any kafka.* key and each secret is read from a file by KEY.file=PATH:\n",
          out);
    for (size_t i = 0; i < config_key_count; i++)
        if (config_keys[i].secret)
            fprintf(out, "  %s.file\n", config_keys[i].name);
    fputs("Environment: SESSIOND_<KEY>, upper case, `.` as `_`, `_` as `__`, `-` as `___`: SESSIOND_GROUP_ID,\n"
          "SESSIOND_KAFKA_BOOTSTRAP_SERVERS. Later wins: file, secrets, environment, -X.\n"
          "Secrets: files named after their keys (kafka.sasl.password) in the folder $CREDENTIALS_DIRECTORY.\n",
          out);
}

void config_list(FILE *out, bool json)
{
    if (json)
        list_json(out);
    else
        list_text(out);
}

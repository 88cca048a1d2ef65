/* Parses one value into the typed field of its key, by the rules of the key's row. */
#include "config/config_table.h"

#include "core/decimal.h"
#include "core/memory.h"
#include "core/text.h"

#include <stdlib.h>

/* ---- Rules in words ---- */

static void words_rule(const struct config_key *key, char text[static CONFIG_RULE_SIZE])
{
    size_t len = 0;

    text[0] = 0;
    for (const char *const *word = key->words; *word != NULL; word++) {
        if (key->later != NULL && strcmp(*word, key->later) == 0)
            continue;
        int written = snprintf(text + len, CONFIG_RULE_SIZE - len, "%s%s", len == 0 ? "" : "|", *word);
        len += written > 0 ? (size_t)written : 0;
        if (len >= CONFIG_RULE_SIZE)
            return;
    }
}

void config_value_rule(const struct config_key *key, char text[static CONFIG_RULE_SIZE])
{
    const char *rule = "text";

    switch (key->type) {
    case CONFIG_INTEGER:
        snprintf(text, CONFIG_RULE_SIZE, "integer %lld..%lld", (long long)key->min, (long long)key->max);
        return;
    case CONFIG_SIZE:
        snprintf(text, CONFIG_RULE_SIZE, "bytes %lld..%lld, KiB, MiB", (long long)key->min, (long long)key->max);
        return;
    case CONFIG_WORD: words_rule(key, text); return;
    case CONFIG_TEXT:
        snprintf(text, CONFIG_RULE_SIZE, "text, %lld..%lld bytes", (long long)key->min, (long long)key->max);
        return;
    case CONFIG_TOPIC: rule = key->min > 0 ? "topic name" : "topic name or empty"; break;
    case CONFIG_ADDRESS: rule = "host:port or empty"; break;
    case CONFIG_LIST: rule = "names, by commas"; break;
    case CONFIG_BOOLEAN: rule = "true|false"; break;
    case CONFIG_KAFKA: rule = "as in librdkafka"; break;
    }
    snprintf(text, CONFIG_RULE_SIZE, "%s", rule);
}

/* ---- Text → value ---- */

static bool parse_number(const struct config_key *key, const char *text, int64_t *value)
{
    const char *rest;
    int64_t unit = 1;

    if (!decimal_read(text, value, &rest))
        return false;
    if (key->type == CONFIG_SIZE) {
        rest += *rest == ' ';
        unit = strcmp(rest, "KiB") == 0 ? 1 << 10 : strcmp(rest, "MiB") == 0 ? 1 << 20 : 1;
        rest += unit == 1 ? 0 : 3;
    }
    if (*rest != 0 || *value > key->max / unit || *value * unit < key->min)
        return false;
    *value *= unit;
    return true;
}

static bool is_topic(const char *text)
{
    static const char legal[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

    return strspn(text, legal) == strlen(text) && strcmp(text, ".") != 0 && strcmp(text, "..") != 0;
}

static bool is_address(const char *text)
{
    const char *colon = strrchr(text, ':');
    int64_t port;

    if (*text == 0)
        return true;
    return colon != NULL && decimal_read_all(colon + 1, &port) && port >= 0 && port <= 65535;
}

static bool is_text_of(const struct config_key *key, const char *text)
{
    int64_t len = (int64_t)strlen(text);

    if (key->type == CONFIG_ADDRESS)
        return is_address(text);
    return len >= key->min && len <= key->max && (key->type != CONFIG_TOPIC || is_topic(text));
}

static char **parse_list(const char *text)
{
    char **list = NULL;
    size_t count = 0;
    const char *rest = text;

    for (;;) {
        size_t len = strcspn(rest, ",");
        char *piece = text_copy_n(rest, len);
        char *name = text_copy(text_trim(piece));
        free(piece);
        list = memory_resized(list, count + 2, sizeof *list);
        if (*name != 0)
            list[count++] = name;
        else
            free(name);
        list[count] = NULL;
        if (rest[len] == 0)
            return list;
        rest += len + 1;
    }
}

/* ---- Value → field ---- */

static void *field_of(struct config *config, const struct config_key *key)
{
    return key->offset == CONFIG_NOWHERE ? NULL : (char *)config + key->offset;
}

static void free_list(char **list)
{
    for (char **name = list; name != NULL && *name != NULL; name++)
        free(*name);
    free(list);
}

void config_value_free(struct config *config, const struct config_key *key)
{
    void *field = field_of(config, key);

    if (field == NULL)
        return;
    if (key->type == CONFIG_TEXT || key->type == CONFIG_TOPIC || key->type == CONFIG_ADDRESS) {
        free(*(char **)field);
        *(char **)field = NULL;
    } else if (key->type == CONFIG_LIST) {
        free_list(*(char ***)field);
        *(char ***)field = NULL;
    }
}

static bool set_number(const struct config_key *key, const char *value, void *field)
{
    int64_t number;

    if (!parse_number(key, value, &number))
        return false;
    if (field != NULL)
        *(int64_t *)field = number;
    return true;
}

static bool set_boolean(const char *value, void *field)
{
    bool on = strcmp(value, "true") == 0;

    if (!on && strcmp(value, "false") != 0)
        return false;
    if (field != NULL)
        *(bool *)field = on;
    return true;
}

static bool set_word(const struct config_key *key, const char *value, void *field)
{
    for (unsigned i = 0; key->words[i] != NULL; i++) {
        if (strcmp(key->words[i], value) == 0) {
            /*
             * All enums of struct config are unsigned int here: the ABI uses that for small constants that are not
             * negative.
             */
            if (field != NULL)
                *(unsigned *)field = i;
            return true;
        }
    }
    return false;
}

_Static_assert(sizeof(enum events_format) == sizeof(unsigned), "set_word writes an unsigned");

static bool set_field(struct config *config, const struct config_key *key, const char *value)
{
    void *field = field_of(config, key);

    switch (key->type) {
    case CONFIG_INTEGER:
    case CONFIG_SIZE: return set_number(key, value, field);
    case CONFIG_BOOLEAN: return set_boolean(value, field);
    case CONFIG_WORD: return set_word(key, value, field);
    case CONFIG_LIST:
        config_value_free(config, key);
        if (field != NULL)
            *(char ***)field = parse_list(value);
        return true;
    case CONFIG_TEXT:
    case CONFIG_TOPIC:
    case CONFIG_ADDRESS:
        if (!is_text_of(key, value))
            return false;
        config_value_free(config, key);
        if (field != NULL)
            *(char **)field = text_copy(value);
        return true;
    case CONFIG_KAFKA: break;
    }
    return false;
}

static bool refuse_later(const struct config_key *key, const char *value, const char *origin, struct err *err)
{
    char rule[CONFIG_RULE_SIZE];

    config_value_rule(key, rule);
    return err_set(err, ERR_STOP, EXIT_CONFIG, E_CONFIG_04,
                   "%s=%s is not in this version of sessiond\n  in %s\n  fix: one of %s", key->name, value, origin,
                   rule);
}

/* The value as `config` prints it: numbers have no units and no leading zeros. */
static char *canonical(const struct config_key *key, const char *value)
{
    int64_t number;

    if ((key->type == CONFIG_INTEGER || key->type == CONFIG_SIZE) && parse_number(key, value, &number))
        return text_printf("%lld", (long long)number);
    return text_copy(value);
}

bool config_value_set(struct config *config, const struct config_key *key, const char *value, const char *origin,
                      struct err *err)
{
    struct config_origin *entry = &config->origins[key - config_keys];
    char rule[CONFIG_RULE_SIZE];

    if (key->later != NULL && strcmp(value, key->later) == 0)
        return refuse_later(key, value, origin, err);
    if (!set_field(config, key, value)) {
        config_value_rule(key, rule);
        return err_set(err, ERR_STOP, EXIT_CONFIG, E_CONFIG_02,
                       "%s: %s%.100s%s is not a legal value\n  in %s\n  fix: %s", key->name, key->secret ? "" : "\"",
                       key->secret ? "this" : value, key->secret ? "" : "\"", origin, rule);
    }
    free(entry->value);
    free(entry->origin);
    free(entry->file);
    entry->file = NULL;
    entry->value = canonical(key, value);
    entry->origin = text_copy(origin);
    return true;
}

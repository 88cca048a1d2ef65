#include "config/secrets.h"

#include "config/config_table.h"
#include "config/secret.h"
#include "core/memory.h"
#include "core/text.h"

#include <ctype.h>
#include <stdlib.h>

#define SHORTEST 4

/* ---- Collecting -------------------------------------------------------------------------------------------------- */

static void add(struct secrets *secrets, const char *text, size_t len)
{
    if (len < SHORTEST)
        return;
    secrets->texts = memory_resized(secrets->texts, secrets->count + 1, sizeof *secrets->texts);
    secrets->texts[secrets->count++] = text_copy_n(text, len);
}

/* 'it\'s' becomes it's. */
static void strip_quotes(char *text)
{
    char *to = text;

    for (const char *from = text; *from != 0; from++) {
        if (*from == '\\' && from[1] != 0)
            from++;
        else if (*from == '\'' || *from == '"')
            continue;
        *to++ = *from;
    }
    *to = 0;
}

/* As JSON writes it. */
static char *quoted(const char *text)
{
    char *result = malloc(2 * strlen(text) + 1);
    char *to = result;

    if (result == NULL)
        abort();
    for (; *text != 0; text++) {
        if (*text == '"' || *text == '\\')
            *to++ = '\\';
        *to++ = *text;
    }
    *to = 0;
    return result;
}

/* A password with an @, / or ? that nobody escaped is cut there, and a piece of it is taken for a host. */
static void add_pieces(struct secrets *secrets, const char *text)
{
    for (const char *p = text; *p != 0; p += strspn(p, "@/:?#&= \"',;")) {
        size_t len = strcspn(p, "@/:?#&= \"',;");
        if (len < strlen(text))
            add(secrets, p, len);
        p += len;
    }
}

static void add_forms(void *target, struct bytes text)
{
    struct secrets *secrets = target;
    char *written = text_copy_n((const char *)text.data, text.len);
    char *plain = text_copy(written);
    char *decoded = text_copy(written);

    strip_quotes(plain);
    text_percent_decode(decoded);
    char *in_json = quoted(written);
    char *plain_in_json = quoted(plain);
    const char *const forms[] = {written, plain, decoded, in_json, plain_in_json};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        add(secrets, forms[i], strlen(forms[i]));
    add_pieces(secrets, written);
    free(written);
    free(plain);
    free(decoded);
    free(in_json);
    free(plain_in_json);
}

static void add_key(struct secrets *secrets, const struct config_key *key, const char *value)
{
    if (strcmp(key->name, "postgres.conninfo") == 0)
        secret_find_conninfo(value, add_forms, secrets);
    else if (strcmp(key->name, "schema.registry.url") == 0)
        secret_find_urls(value, add_forms, secrets);
    else
        add_forms(secrets, bytes_of(value));
}

static void add_config(struct secrets *secrets, const struct config *config)
{
    for (size_t i = 0; i < config_key_count; i++)
        if (config_keys[i].secret && config->origins[i].value != NULL)
            add_key(secrets, &config_keys[i], config->origins[i].value);
    for (size_t i = 0; i < config->kafka_count; i++)
        if (secret_property(config->kafka[i].name))
            add_forms(secrets, bytes_of(config->kafka[i].value));
}

/* PGPASSWORD, and whatever else calls itself a secret. */
static void add_environment(struct secrets *secrets, char *const *environment)
{
    for (; *environment != NULL; environment++) {
        char *name = text_copy_n(*environment, strcspn(*environment, "="));
        if (secret_property(name) && (*environment)[strlen(name)] == '=')
            add_forms(secrets, bytes_of(*environment + strlen(name) + 1));
        free(name);
    }
}

/* The longest first, so that no piece of one hides where it is. */
static int by_length(const void *a, const void *b)
{
    size_t left = strlen(*(char *const *)a);
    size_t right = strlen(*(char *const *)b);

    return (left < right) - (left > right);
}

void secrets_collect(struct secrets *secrets, const struct config *config, char *const *environment)
{
    *secrets = (struct secrets){0};
    if (config != NULL)
        add_config(secrets, config);
    add_environment(secrets, environment);
    if (secrets->count > 0)
        qsort(secrets->texts, secrets->count, sizeof *secrets->texts, by_length);
}

void secrets_free(struct secrets *secrets)
{
    for (size_t i = 0; i < secrets->count; i++)
        free(secrets->texts[i]);
    free(secrets->texts);
}

/* ---- Masking ----------------------------------------------------------------------------------------------------- */

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* The password "sessiond" is not what sessiond_commands_total begins with. */
static bool stands_alone(const char *text, const char *at, size_t len)
{
    bool begins = at == text || !in_word(at[-1]) || !in_word(*at);

    return begins && (!in_word(at[len]) || !in_word(at[len - 1]));
}

/* The length of the secret that stands here; 0: none does. */
static size_t secret_at(const struct secrets *secrets, const char *text, const char *at)
{
    for (size_t i = 0; i < secrets->count; i++) {
        size_t len = strlen(secrets->texts[i]);
        if (strncmp(at, secrets->texts[i], len) == 0 && stands_alone(text, at, len))
            return len;
    }
    return 0;
}

char *secrets_mask(const struct secrets *secrets, const char *text)
{
    char *result = NULL;
    size_t size = 0;
    FILE *out = memory_stream(&result, &size);

    for (const char *p = text; *p != 0;) {
        size_t len = secret_at(secrets, text, p);
        if (len > 0)
            fputs(SECRET_MASK, out);
        else
            fputc(*p, out);
        p += len > 0 ? len : 1;
    }
    if (fclose(out) != 0)
        abort();
    return result;
}

/*
 * Configuration files. Input: main.conf and, each behind a NUL, the files a and b that it may include or read secrets
 * from.
 *
 * Slashes in the names of such files are no slashes here: a fuzzer would find the devices.
 */
#include "config/config.h"
#include "config/config_table.h"
#include "core/text.h"

#include "fuzz.h"

#include <jansson.h>
#include <unistd.h>

static char folder[4096];

static const char *const names[] = {"main.conf", "a", "b"};
static char *texts[sizeof names / sizeof *names]; /* as they stand in the files */

static void leave(void)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        (void)unlink(names[i]);
        free(texts[i]);
    }
    (void)chdir("/");
    (void)rmdir(folder);
}

static void start(void)
{
    static bool started;

    if (started)
        return;
    started = true;
    const char *tmpdir = getenv("TMPDIR");
    snprintf(folder, sizeof folder, "%s/sessiond-fuzz.XXXXXX", tmpdir == NULL ? "/tmp" : tmpdir);
    /* The working folder too, so that a relative name leads nowhere else. */
    MUST(mkdtemp(folder) != NULL && chdir(folder) == 0);
    MUST(atexit(leave) == 0);
}

static char *harmless(struct bytes text)
{
    char *copy = strndup((const char *)text.data, text.len);

    if (copy == NULL)
        abort();
    if (strstr(copy, "include") != NULL || strstr(copy, ".file") != NULL)
        for (char *c = copy; *c != 0; c++)
            *c = (char)(*c == '/' ? '|' : *c);
    return copy;
}

/* Takes the text. Files are slow: one that stays the same is not written. */
static void put(size_t index, char *text)
{
    bool same = texts[index] != NULL && strcmp(texts[index], text) == 0;

    free(texts[index]);
    texts[index] = text;
    if (same)
        return;
    /* A new file: ext4 writes one that was cut to nothing to the disk when it is closed. */
    (void)unlink(names[index]);
    FILE *file = fopen(names[index], "w");
    MUST(file != NULL);
    fputs(text, file);
    fclose(file);
}

/* What a line by line reading of one file makes of a plain key: the last value set. */
static char *last_value(const char *text, const char *wanted)
{
    char *copy = text_copy(text), *rest = copy, *value = NULL;

    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        char *equals = strchr(line, '=');
        if (equals == NULL)
            continue;
        *equals = 0;
        if (strcmp(text_trim(line), wanted) != 0)
            continue;
        free(value);
        value = text_copy(text_trim(equals + 1));
    }
    free(copy);
    return value;
}

/* As JSON it is JSON, and has each key once. */
static void check_printed(const struct config *config)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    config_print(config, out, true);
    fclose(out);
    json_t *json = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    MUST(json_is_object(json));
    json_decref(json);
    free(text);
    out = open_memstream(&text, &size);
    config_print(config, out, false);
    fclose(out);
    MUST(size > 0);
    free(text);
}

static void check(const char *text)
{
    static const char *const no_overrides[] = {NULL};
    static char *const no_environment[] = {NULL};
    struct config_request request = {.file = "main.conf", .overrides = no_overrides, .environ = no_environment};
    struct config config;
    struct err err = {0};

    if (!config_load(&config, &request, &err)) {
        MUST(err.class == ERR_STOP && (err.exit_code == EXIT_CONFIG || err.exit_code == EXIT_NOINPUT));
        MUST(strncmp(err.code, "E-CONFIG-", 9) == 0 && err.message[0] != 0);
        return;
    }
    char *group = strstr(text, "include") != NULL ? NULL : last_value(text, "group.id");
    MUST(group == NULL || strcmp(config.group_id, group) == 0);
    free(group);
    check_printed(&config);
    config_free(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = {data, size};

    start();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        put(i, harmless(fuzz_part(&input)));
    check(texts[0]);
    return 0;
}

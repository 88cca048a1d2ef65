/* The sections of a report that come from the brokers and the database. */
#include "cli/report.h"

#include "cli/check.h"
#include "config/topics.h"
#include "core/memory.h"
#include "core/text.h"
#include "kafka/tools/admin.h"
#include "postgres/table_sizes.h"

#include <stdlib.h>

/* ---- Topics ------------------------------------------------------------------------------------------------------ */

/* Puts the topics that exist first, and returns how many there are. */
static size_t existing_first(struct topic topics[], size_t count)
{
    size_t existing = 0;

    for (size_t i = 0; i < count; i++)
        if (topics[i].partitions > 0) {
            struct topic topic = topics[i];
            topics[i] = topics[existing];
            topics[existing++] = topic;
        }
    return existing;
}

static size_t name_topics(const struct config *config, struct topic topics[static OWN_TOPICS])
{
    struct topic_list named = topic_list_of(config, TOPIC_COMMANDS, false);
    size_t count = named.count;

    for (size_t i = 0; i < count; i++)
        topics[i] = (struct topic){.name = named.list[i].name};
    topic_list_free(&named);
    return count;
}

/* A broker gives them in no particular order. */
struct lines {
    char **list;
    size_t count;
};

static void add_line(struct lines *lines, char *text)
{
    lines->list = memory_resized(lines->list, lines->count + 1, sizeof *lines->list);
    lines->list[lines->count++] = text;
}

static void add_settings(void *target, const struct settings *settings)
{
    for (size_t i = 0; i < settings->count; i++) {
        struct setting setting = settings_at(settings, i);
        add_line(target, text_printf("%s %s=%s%s\n", settings->name, setting.name,
                                     setting.value == NULL ? "(not told)" : setting.value,
                                     setting.own ? "  # of this topic" : ""));
    }
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void print_lines(struct lines *lines, FILE *out)
{
    if (lines->count > 0)
        qsort(lines->list, lines->count, sizeof *lines->list, by_text);
    for (size_t i = 0; i < lines->count; i++) {
        fputs(lines->list[i], out);
        free(lines->list[i]);
    }
    free(lines->list);
}

static bool print_topics(struct admin *admin, struct topic topics[], size_t count, FILE *out, struct err *err)
{
    struct lines lines = {0};

    if (!admin_describe(admin, topics, count, err))
        return false;
    size_t existing = existing_first(topics, count);
    for (size_t i = 0; i < count; i++)
        if (i < existing)
            fprintf(out, "%s: %d partitions\n", topics[i].name, topics[i].partitions);
        else
            fprintf(out, "%s: does not exist, or cannot be seen\n", topics[i].name);
    fputc('\n', out);
    bool read = admin_read_settings(admin, topics, existing, add_settings, &lines, err);
    print_lines(&lines, out);
    return read;
}

bool report_topics(const struct report *report, FILE *out, struct err *err)
{
    struct topic topics[OWN_TOPICS];
    size_t count = name_topics(&report->cli->config, topics);
    struct admin *admin = admin_open(&report->cli->config, report->timeout_ms, err);
    bool done = admin != NULL && print_topics(admin, topics, count, out, err);

    admin_close(admin);
    return done;
}

/* ---- Tables ------------------------------------------------------------------------------------------------------ */

static void print_version(void *target, const char *version)
{
    fprintf(target, "PostgreSQL %s\n\n%-18s %-32s %12s %14s %14s %10s  %-24s %s\n", version == NULL ? "?" : version,
            "TABLE", "INDEX", "ROWS (EST.)", "BYTES", "IN ALL", "DEAD ROWS", "VACUUMED", "ANALYZED");
}

static const char *known(const char *text)
{
    return text == NULL ? "-" : text;
}

static void print_size(void *target, const struct table_size *size)
{
    fprintf(target, "%-18s %-32s %12s %14s %14s %10s  %-24s %s\n", size->table, known(size->index), size->rows,
            size->bytes, size->total, known(size->dead), known(size->vacuumed), known(size->analyzed));
}

bool report_tables(const struct report *report, FILE *out, struct err *err)
{
    return table_sizes_read(&report->cli->config, print_version, print_size, out, err);
}

/* ---- The whole chain ---------------------------------------------------------------------------------------------- */

bool report_check(const struct report *report, FILE *out, struct err *err)
{
    struct check_request request = {
        .config = &report->cli->config,
        .sources = &report->cli->request,
        .connect = true,
        .timeout_ms = report->timeout_ms,
    };

    return check_print(&request, out) || err_interrupted(err, "checking");
}

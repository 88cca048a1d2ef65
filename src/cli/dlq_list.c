#include "cli/dlq.h"
#include "cli/parts/record_print.h"
#include "core/memory.h"
#include "core/rfc3339.h"
#include "json/writer.h"
#include "runtime/stop.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

#define SLICE_MS  100
#define HOUR_MS   INT64_C(3600000)
#define CODE_TEXT 64

/* How many records of one code came into one partition within one hour. */
struct dlq_count {
    char code[CODE_TEXT];
    int32_t partition;
    int64_t hour; /* since 1970 UTC */
    uint64_t records;
};

struct dlq_list {
    const struct dlq_request *request;
    struct dlq_count *counts; /* owned */
    size_t count;
    uint64_t total;
};

/* ---- Counting ---------------------------------------------------------------------------------------------------- */

static void name_code(const struct dead_letter *letter, char text[static CODE_TEXT])
{
    struct bytes code = letter->code.len > 0 ? letter->code : bytes_of("-");
    size_t len = code.len < CODE_TEXT - 1 ? code.len : CODE_TEXT - 1;

    /* Anybody can write into the topic, so nothing raw goes to a terminal. */
    for (size_t i = 0; i < len; i++)
        text[i] = code.data[i] > ' ' && code.data[i] < 0x7f ? (char)code.data[i] : '?';
    text[len] = 0;
}

static bool same(const struct dlq_count *a, const struct dlq_count *b)
{
    return a->hour == b->hour && a->partition == b->partition && strcmp(a->code, b->code) == 0;
}

/* Counts from the end of the list, because the records of a partition mostly come in the order of their times. */
static void count(struct dlq_list *list, const struct record *record, const struct dead_letter *letter)
{
    struct dlq_count one = {.partition = record->partition, .hour = record->timestamp_ms / HOUR_MS, .records = 1};

    name_code(letter, one.code);
    list->total++;
    for (size_t i = list->count; i > 0; i--) {
        if (same(&list->counts[i - 1], &one)) {
            list->counts[i - 1].records++;
            return;
        }
    }
    list->counts = memory_resized(list->counts, list->count + 1, sizeof *list->counts);
    list->counts[list->count++] = one;
}

static int compare(const void *left, const void *right)
{
    const struct dlq_count *a = left;
    const struct dlq_count *b = right;
    int order = strcmp(a->code, b->code);

    if (order == 0)
        order = (a->partition > b->partition) - (a->partition < b->partition);
    return order != 0 ? order : (a->hour > b->hour) - (a->hour < b->hour);
}

/* ---- Printing ---------------------------------------------------------------------------------------------------- */

/* Writes only whole hours: "2026-11-22T02:00:00Z". */
static void hour_text(int64_t hour, char text[static RFC3339_TEXT])
{
    rfc3339_format(hour * HOUR_MS * 1000, text);
    memcpy(strchr(text, '.'), "Z", 2);
}

static void write_count(struct json_writer *json, const struct dlq_count *count)
{
    char hour[RFC3339_TEXT];

    hour_text(count->hour, hour);
    write_object(json);
    write_member_text(json, "code", count->code);
    write_member_int(json, "partition", count->partition);
    write_member_text(json, "hour", hour);
    write_member_int(json, "records", (int64_t)count->records);
    write_object_end(json);
}

static void print_json(const struct dlq_list *list, const struct config *config)
{
    struct json_writer json = json_to_stream(stdout);

    write_object(&json);
    write_member_text(&json, "topic", config->dlq_topic);
    write_member_int(&json, "records", (int64_t)list->total);
    write_key(&json, "counts");
    write_array(&json);
    for (size_t i = 0; i < list->count; i++)
        write_count(&json, &list->counts[i]);
    write_array_end(&json);
    write_object_end(&json);
    write_line_end(&json);
}

static void print_text(const struct dlq_list *list, const struct config *config)
{
    char hour[RFC3339_TEXT];

    printf("%s: %" PRIu64 " dead letters\n", config->dlq_topic, list->total);
    if (list->count > 0)
        printf("\nCODE              PARTITION  HOUR                    RECORDS\n");
    for (size_t i = 0; i < list->count; i++) {
        const struct dlq_count *one = &list->counts[i];
        hour_text(one->hour, hour);
        printf("%-17s %9" PRId32 "  %-20s %10" PRIu64 "\n", one->code, one->partition, hour, one->records);
    }
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

static void take(struct dlq_list *list, const struct cli *cli, struct value_schemas *schemas,
                 const struct record *record)
{
    struct dead_letter letter;

    dead_letter_read(record, &letter);
    if (!dlq_filter_has_code(&list->request->filter, &letter) || !dlq_filter_has_time(&list->request->filter, record))
        return;
    if (list->request->records)
        (cli->json ? record_print_json : record_print_text)(schemas, record, stdout);
    else
        count(list, record, &letter);
}

static bool read_all(struct dlq_list *list, const struct cli *cli, struct reader *reader, struct value_schemas *schemas,
                     struct err *err)
{
    struct record record;

    while (!reader_ended(reader)) {
        if (stop_requested())
            return err_interrupted(err, "reading the dead letters");
        enum progress progress = reader_next(reader, SLICE_MS, &record, err);
        if (progress == FAILED)
            return false;
        if (progress == DONE)
            take(list, cli, schemas, &record);
    }
    return true;
}

static int list_run(struct dlq_list *list, const struct cli *cli)
{
    struct range_request from = {RANGE_BEGINNING, 0, list->request->timeout_ms};
    struct reader *reader = NULL;
    const char *topic;
    struct err err;
    struct value_schemas *schemas = value_schemas_open(&cli->config, &err);

    if (list->request->filter.since_ms != INT64_MIN)
        from = (struct range_request){RANGE_TIME, list->request->filter.since_ms, list->request->timeout_ms};
    if (schemas != NULL)
        reader = dlq_read(&cli->config, &list->request->filter, from, &topic, &err);
    bool done = reader != NULL && read_all(list, cli, reader, schemas, &err);
    reader_close(reader);
    value_schemas_close(schemas);
    if (!done)
        return cli_fail(&err);
    if (list->count > 0)
        qsort(list->counts, list->count, sizeof *list->counts, compare);
    if (!list->request->records)
        (cli->json ? print_json : print_text)(list, &cli->config);
    return EXIT_DONE;
}

int dlq_list(const struct cli *cli, const struct dlq_request *request)
{
    struct dlq_list list = {.request = request};

    /* `dlq list --records | head` ends when its reader does. */
    signal(SIGPIPE, SIG_DFL);
    int status = list_run(&list, cli);
    free(list.counts);
    return status;
}

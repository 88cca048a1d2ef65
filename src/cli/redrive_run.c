#include "cli/redrive.h"

#include "cli/parts/own_config.h"
#include "core/memory.h"
#include "kafka/tools/places.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#include <inttypes.h>
#include <stdlib.h>

#define SLICE_MS     100
#define PORTION_SIZE ((size_t)1024 * 1024)

static bool interrupted(struct err *err)
{
    return err_set(
        err, ERR_INTERRUPTED, EXIT_TIMEOUT, E_INTERRUPTED,
        "interrupted before all dead letters were sent\n  fix: the same command goes on where this one ended");
}

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

/* The sink writes to the topics of its configuration. Here there is only one, the commands topic. */
static void configure(struct redrive *redrive)
{
    const struct config *config = &redrive->cli->config;

    own_config_make(&redrive->config, config, "redrive");
    redrive->config.events_created_topic = config->commands_topic;
    redrive->config.events_rejected_topic = config->commands_topic;
    redrive->rules.commands_topic = config->commands_topic;
}

void redrive_free(struct redrive *redrive)
{
    copier_close(redrive->copier);
    redrive_progress_free(&redrive->progress);
    arena_free(&redrive->arena);
    free(redrive->ranges);
    own_config_free(&redrive->config);
}

/* Finds how many partitions a topic has, and where they begin and end now. */
static bool look_at(const struct redrive *redrive, const char *topic, int *count, struct range **ranges,
                    struct err *err)
{
    struct range_request beginning = {RANGE_BEGINNING, 0, redrive->request->timeout_ms};
    struct places *places = places_open(&redrive->cli->config, topic, redrive->request->timeout_ms, err);

    if (places == NULL)
        return false;
    bool good = true;
    *count = places_count(places);
    if (ranges != NULL) {
        *ranges = memory_zeroed((size_t)*count, sizeof **ranges);
        good = places_find(places, &beginning, *ranges, err);
    }
    places_close(places);
    return good;
}

static bool look_at_topics(struct redrive *redrive, int *count, struct err *err)
{
    const struct config *config = &redrive->cli->config;
    int commands;

    if (!cli_need_dlq(config, err) || !look_at(redrive, config->commands_topic, &commands, NULL, err) ||
        !look_at(redrive, config->dlq_topic, count, &redrive->ranges, err))
        return false;
    redrive->rules.partitions = commands;
    return cli_need_partition(config->dlq_topic, redrive->request->filter.partition, *count, err);
}

/* A transaction that a predecessor left open is ended first, because only then can its progress be read. */
static bool open_all(struct redrive *redrive, struct err *err)
{
    const struct config *config = &redrive->cli->config;
    int count = 0;

    if (!look_at_topics(redrive, &count, err))
        return false;
    if (redrive->request->apply &&
        (redrive->copier = copier_open(&redrive->config, redrive->request->timeout_ms, err)) == NULL)
        return false;
    return redrive_progress_read(&redrive->progress, &redrive->config, config->dlq_topic, (size_t)count,
                                 redrive->request->timeout_ms, err);
}

/* ---- Sending ----------------------------------------------------------------------------------------------------- */

static bool keep_rate(const struct redrive *redrive, struct err *err)
{
    int64_t wait_ms;

    while ((wait_ms = rate_wait_ms(&redrive->rate, redrive->sent, clock_ms())) > 0) {
        if (stop_requested())
            return interrupted(err);
        clock_sleep_ms(wait_ms < SLICE_MS ? wait_ms : SLICE_MS);
    }
    return true;
}

static bool move(struct redrive *redrive, struct err *err)
{
    size_t too_large = redrive->count;

    if (!keep_rate(redrive, err))
        return false;
    if (copier_move(redrive->copier, redrive->portion, redrive->count, redrive_progress_list(&redrive->progress),
                    &too_large, err))
        return true;
    if (too_large < redrive->count)
        err_prefix(err, "%s[%" PRId32 "]@%" PRId64, redrive->progress.topic, redrive->origins[too_large].partition,
                   redrive->origins[too_large].offset);
    return false;
}

static bool send_portion(struct redrive *redrive, struct err *err)
{
    if (redrive->count == 0)
        return true;
    if (redrive->request->apply && !move(redrive, err))
        return false;
    redrive_progress_committed(&redrive->progress);
    for (size_t i = 0; i < redrive->count; i++)
        redrive->counts[redrive->origins[i].code].records++;
    redrive->sent += redrive->count;
    redrive->count = 0;
    redrive->size = 0;
    arena_reset(&redrive->arena);
    return true;
}

/* ---- Choosing ---------------------------------------------------------------------------------------------------- */

static size_t count_of(struct redrive *redrive, struct bytes code)
{
    size_t i = 0;

    while (i < redrive->count_codes && !bytes_equal(bytes_of(redrive->counts[i].code), code))
        i++;
    if (i == redrive->count_codes) {
        memcpy(redrive->counts[i].code, code.data, code.len);
        redrive->count_codes++;
    }
    return i;
}

/* True when there is room for another code: the progress of a partition holds only so many. */
static bool may_count(const struct redrive *redrive, struct bytes code)
{
    for (size_t i = 0; i < redrive->count_codes; i++)
        if (bytes_equal(bytes_of(redrive->counts[i].code), code))
            return true;
    return redrive->count_codes < REDRIVE_CODES;
}

static enum redrive_verdict judge(struct redrive *redrive, const struct record *record,
                                  const struct dead_letter *letter)
{
    if (!dlq_filter_has_time(&redrive->request->filter, record))
        return REDRIVE_OUTSIDE;
    if (!redrive_is_code(letter->code) || !may_count(redrive, letter->code))
        return REDRIVE_INCOMPLETE;
    return redrive_judge(&redrive->rules, record, letter);
}

static void take(struct redrive *redrive, const struct record *record, const struct dead_letter *letter)
{
    struct redrive_partition *partition = &redrive->progress.partitions[record->partition];

    if (!redrive_mark_set(&partition->mark, letter->code, record->offset + 1)) {
        redrive->stay[REDRIVE_INCOMPLETE]++;
        return;
    }
    partition->changed = true;
    redrive->origins[redrive->count] =
        (struct redrive_origin){count_of(redrive, letter->code), record->partition, record->offset};
    redrive_encode(&redrive->rules, record, letter, &redrive->arena, &redrive->portion[redrive->count]);
    redrive->size += outbound_size(&redrive->portion[redrive->count++]);
    redrive->taken++;
}

static void look(struct redrive *redrive, const struct record *record)
{
    const struct redrive_mark *mark = &redrive->progress.partitions[record->partition].mark;
    struct dead_letter letter;

    dead_letter_read(record, &letter);
    if (!dlq_filter_has_code(&redrive->request->filter, &letter) ||
        record->offset < redrive_mark_next(mark, letter.code))
        return;
    enum redrive_verdict verdict = judge(redrive, record, &letter);
    if (verdict == REDRIVE_GOES)
        take(redrive, record, &letter);
    else
        redrive->stay[verdict]++;
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

static bool is_enough(const struct redrive *redrive)
{
    return redrive->taken >= (uint64_t)redrive->request->max;
}

static bool is_full(const struct redrive *redrive)
{
    return redrive->count >= (size_t)rate_portion(redrive->rate.limit, REDRIVE_PORTION) ||
           redrive->size >= PORTION_SIZE;
}

static bool read_partition(struct redrive *redrive, struct reader *reader, const struct range *range, struct err *err)
{
    struct record record;

    while (!reader_ended(reader) && !is_enough(redrive)) {
        if (stop_requested())
            return interrupted(err);
        enum progress progress = reader_next(reader, SLICE_MS, &record, err);
        if (progress == FAILED)
            return false;
        if (progress == PENDING)
            continue;
        look(redrive, &record);
        if (is_full(redrive) && !send_portion(redrive, err))
            return false;
        progress_line_say(&redrive->line, redrive->behind + (uint64_t)(record.offset + 1 - range->start), clock_ms());
    }
    return true;
}

/* The first offset that may have a letter that was not looked at before. */
static int64_t first_of(const struct redrive *redrive, int32_t partition)
{
    const struct redrive_mark *mark = &redrive->progress.partitions[partition].mark;

    return redrive->request->filter.code != NULL ? redrive_mark_next(mark, bytes_of(redrive->request->filter.code))
                                                 : redrive_mark_lowest(mark);
}

/*
 * Partitions are handled one after the other, so that a dry run and the run that it announces stop at the same letter.
 */
static bool run_partition(struct redrive *redrive, int32_t partition, struct err *err)
{
    struct dlq_filter only = {.partition = partition};
    struct range_request from = {RANGE_OFFSET, first_of(redrive, partition), redrive->request->timeout_ms};
    struct range *range = &redrive->ranges[partition];
    const char *topic;

    if (from.value > range->start)
        range->start = from.value < range->end ? from.value : range->end;
    if (range->start >= range->end)
        return true;
    struct reader *reader = dlq_read(&redrive->cli->config, &only, from, &topic, err);
    bool good = reader != NULL && read_partition(redrive, reader, range, err);
    reader_close(reader);
    redrive->behind += (uint64_t)(range->end - range->start);
    return good;
}

static bool is_wanted(const struct redrive *redrive, int32_t partition)
{
    return redrive->request->filter.partition < 0 || redrive->request->filter.partition == partition;
}

static uint64_t offsets_to_read(const struct redrive *redrive)
{
    int64_t sum = 0;

    for (int32_t i = 0; (size_t)i < redrive->progress.count; i++)
        if (is_wanted(redrive, i))
            sum += redrive->ranges[i].end - redrive->ranges[i].start;
    return (uint64_t)sum;
}

bool redrive_run(struct redrive *redrive, struct err *err)
{
    configure(redrive);
    if (!open_all(redrive, err))
        return false;
    redrive->rate.started_ms = clock_ms();
    redrive->line = progress_line_start("dead letters read", offsets_to_read(redrive), clock_ms());
    bool good = true;
    for (int32_t i = 0; good && (size_t)i < redrive->progress.count && !is_enough(redrive); i++)
        good = !is_wanted(redrive, i) || run_partition(redrive, i, err);
    good = good && send_portion(redrive, err);
    progress_line_end(&redrive->line);
    return good;
}

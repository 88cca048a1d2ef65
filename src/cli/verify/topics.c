/* Fixes the moment of which is spoken, and reads the topics up to it: src/cli/verify.c, "The moment". */
#include "cli/verify/letter.h"
#include "cli/verify/verify.h"

#include "kafka/tools/reader.h"
#include "runtime/clock.h"
#include "runtime/stop.h"
#include "worker/decode_batch.h"

#include <inttypes.h>
#include <stdlib.h>

#define SLICE_MS 250

/* Longer than any transaction of ours may last, and the broker's look for those that are over their time. */
#define OPEN_TRANSACTION_MS 90000

static bool interrupted(struct err *err)
{
    return err_set(err, ERR_STOP, EXIT_TIMEOUT, "E-INTERRUPTED", "interrupted; nothing is known");
}

static void *zeros(int count, size_t size)
{
    void *memory = calloc((size_t)count + 1, size);

    if (memory == NULL)
        abort();
    return memory;
}

/* ---- The moment -------------------------------------------------------------------------------------------------- */

static bool open_commands(struct verify *verify, struct extents *extents, struct err *err)
{
    struct scope *scope = &verify->scope;

    if (!extents_partitions(extents, verify->config->commands_topic, &scope->command_count, err))
        return false;
    scope->commands = zeros(scope->command_count, sizeof *scope->commands);
    return true;
}

static bool open_topic(struct verify *verify, struct extents *extents, const char *name, struct err *err)
{
    struct event_topic *topic = &verify->scope.topics[verify->scope.topic_count];

    if (!extents_partitions(extents, name, &topic->count, err))
        return false;
    topic->name = name;
    topic->partitions = zeros(topic->count, sizeof *topic->partitions);
    verify->scope.topic_count++;
    for (int q = 0; q < topic->count; q++) {
        struct event_partition *partition = &topic->partitions[q];
        partition->last = -1;
        partition->first_ms = INT64_MAX;
        partition->floor = zeros(verify->scope.command_count, sizeof *partition->floor);
        for (int p = 0; p < verify->scope.command_count; p++)
            partition->floor[p] = INT64_MAX;
    }
    return true;
}

static bool open_topics(struct verify *verify, struct extents *extents, struct err *err)
{
    const struct config *config = verify->config;

    verify->scope.config = config;
    verify->scope.letters = *config->dlq_topic != 0;
    return open_commands(verify, extents, err) && open_topic(verify, extents, config->events_created_topic, err) &&
           (strcmp(config->events_created_topic, config->events_rejected_topic) == 0 ||
            open_topic(verify, extents, config->events_rejected_topic, err));
}

enum when { BEFORE, AFTER };

static bool read_committed(struct verify *verify, struct extents *extents, enum when when, struct err *err)
{
    struct scope *scope = &verify->scope;
    int64_t *offsets = zeros(scope->command_count, sizeof *offsets);
    bool done = extents_committed(extents, EXTENT_LIVE, verify->config->commands_topic, offsets, scope->command_count,
                                  err);

    for (int p = 0; p < scope->command_count && done; p++) {
        struct command_partition *partition = &scope->commands[p];
        if (when == BEFORE)
            partition->committed = partition->low = partition->high = offsets[p];
        partition->low = offsets[p] < partition->low ? offsets[p] : partition->low;
        partition->high = offsets[p] > partition->high ? offsets[p] : partition->high;
    }
    free(offsets);
    return done;
}

/* Who may not know what was replayed takes all repeats for those of a replay. */
static bool read_replayed(struct verify *verify, struct extents *extents, struct err *err)
{
    struct scope *scope = &verify->scope;
    int64_t *offsets = zeros(scope->command_count, sizeof *offsets);
    bool done = extents_committed(extents, EXTENT_REPLAY, verify->config->commands_topic, offsets,
                                  scope->command_count, err);
    bool hidden = !done && err->exit_code == EXIT_PERMISSION;

    for (int p = 0; p < scope->command_count && (done || hidden); p++)
        scope->commands[p].replayed = hidden || offsets[p] >= 0;
    free(offsets);
    return done || hidden;
}

/* Until the last record that there is in the topic now is one that a reader may see, or is known to be aborted. */
static bool await_transactions(struct extents *extents, const char *topic, int count, struct err *err)
{
    struct extent *now = zeros(count, sizeof *now), *first = zeros(count, sizeof *first);
    int64_t until_ms = clock_ms() + OPEN_TRANSACTION_MS;
    bool open = true, done = extents_read(extents, topic, first, count, err);

    memcpy(now, first, (size_t)count * sizeof *now);
    while (done && open) {
        open = false;
        for (int q = 0; q < count; q++)
            open = open || now[q].stable < first[q].end;
        if (!open)
            break;
        if (stop_requested())
            done = interrupted(err);
        else if (clock_ms() > until_ms)
            done = err_set(err, ERR_STOP, EXIT_TIMEOUT, "E-KAFKA-HANGING",
                           "a transaction in %s stays open, so what comes after it cannot be seen\n"
                           "  fix: wait for its transaction.timeout.ms, or kafka-transactions.sh find-hanging",
                           topic);
        else {
            clock_sleep_ms(20);
            done = extents_read(extents, topic, now, count, err);
        }
    }
    free(now);
    free(first);
    return done;
}

static bool await_all(struct verify *verify, struct extents *extents, struct err *err)
{
    int letters;

    for (size_t i = 0; i < verify->scope.topic_count; i++)
        if (!await_transactions(extents, verify->scope.topics[i].name, verify->scope.topics[i].count, err))
            return false;
    return !verify->scope.letters ||
           (extents_partitions(extents, verify->config->dlq_topic, &letters, err) &&
            await_transactions(extents, verify->config->dlq_topic, letters, err));
}

static struct reader *open_reader(struct verify *verify, const char *const *topics, size_t count, struct err *err)
{
    return reader_open(verify->config,
                       &(struct reader_request){
                           .topics = topics,
                           .topic_count = count,
                           .range = {.from = RANGE_BEGINNING, .timeout_ms = verify->timeout_ms},
                           .until_end = true,
    },
                       err);
}

/* The ends that the reader has fixed, and whether anything lies beyond them. */
static bool note_ends(struct verify *verify, struct extents *extents, const struct reader *reader, struct err *err)
{
    for (size_t i = 0; i < verify->scope.topic_count; i++) {
        struct event_topic *topic = &verify->scope.topics[i];
        struct extent *now = zeros(topic->count, sizeof *now);
        bool done = extents_read(extents, topic->name, now, topic->count, err);
        for (int q = 0; q < topic->count && done; q++) {
            topic->partitions[q].extent = now[q];
            topic->partitions[q].extent.stable = reader_range(reader, i, q).end;
        }
        free(now);
        if (!done)
            return false;
    }
    return true;
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

typedef bool take_fn(struct verify *verify, const struct record *record, struct err *err);

static bool read_all(struct verify *verify, struct reader *reader, const char *what, take_fn *take, struct err *err)
{
    struct record record;
    int64_t count = 0;

    while (!reader_ended(reader)) {
        if (stop_requested())
            return interrupted(err);
        enum progress progress = reader_next(reader, SLICE_MS, &record, err);
        if (progress == FAILED || (progress == DONE && !take(verify, &record, err)))
            return false;
        if (progress == DONE)
            verify_progress(what, ++count);
    }
    return true;
}

static bool take_command(struct verify *verify, const struct record *record, struct err *err)
{
    struct batch_item item = {.record = *record};
    struct batch batch = {.arena = verify->arena, .items = &item, .count = 1, .capacity = 1};
    struct command_digest digest;

    value_schemas_learn(verify->schemas, &verify->decode, record);
    decode_batch(&verify->decode, verify->config->commands_id_required, &batch);
    command_digest(verify->config, &item, &digest);
    verify->arena = batch.arena;
    arena_reset(&verify->arena);
    verify->counts.commands++;
    return external_sort_add(verify->commands, &digest, err);
}

#define CLOCKS_MS 1000

static void note_event(struct scope *scope, struct event_digest *event)
{
    struct event_partition *partition = scope_event_partition(scope, &event->at);
    int32_t command = place_partition(&event->place);

    event->at.unseen = event->at.offset - partition->count++;
    partition->last = event->at.offset;
    if (event->at.timestamp_ms < partition->first_ms)
        partition->first_ms = event->at.timestamp_ms;
    if (event->at.timestamp_ms < partition->last_ms - CLOCKS_MS)
        scope->clocks_differ = true;
    if (event->at.timestamp_ms > partition->last_ms)
        partition->last_ms = event->at.timestamp_ms;
    if (command >= 0 && command < scope->command_count && partition->floor[command] == INT64_MAX)
        partition->floor[command] = place_offset(&event->place);
}

static uint8_t topic_index(const struct scope *scope, const char *name)
{
    return strcmp(name, scope->topics[0].name) == 0 ? 0 : 1;
}

static bool take_event(struct verify *verify, const struct record *record, struct err *err)
{
    struct event_digest event;

    memset(&event, 0, sizeof event);
    event.place = place_of(-1, -1);
    event.at.topic = topic_index(&verify->scope, record->topic);
    event.at.partition = record->partition;
    event.at.offset = record->offset;
    event.at.timestamp_ms = record->timestamp_ms;
    const char *fault = event_digest(verify->config, value_schemas_all(verify->schemas), record, &event);
    note_event(&verify->scope, &event);
    verify->counts.events++;
    if (fault != NULL) {
        const struct ref ref = verify_event_ref(verify, &event.at);
        findings_add(verify->findings, 3, (event.flags & EVENT_PLACED) == 0 ? "UNREADABLE_EVENT" : "ALTERED_EVENT",
                     &ref, 1, "an event is not as one is published: %s", fault);
    }
    if ((event.flags & EVENT_PLACED) == 0)
        return true;
    verify->counts.created += event.code == ERRCODE_NONE;
    verify->counts.other_topics += (event.flags & EVENT_OTHER_TOPIC) != 0;
    return external_sort_add(verify->events, &event, err);
}

static bool take_letter(struct verify *verify, const struct record *record, struct err *err)
{
    verify->counts.dead_letters++;
    return letter_read(verify, record, err);
}

static bool read_commands(struct verify *verify, struct err *err)
{
    const char *topic = verify->config->commands_topic;
    struct reader *reader = open_reader(verify, &topic, 1, err);

    if (reader == NULL)
        return false;
    for (int p = 0; p < verify->scope.command_count; p++) {
        struct range range = reader_range(reader, 0, p);
        verify->scope.commands[p].begin = range.start;
        verify->scope.commands[p].end = range.end;
    }
    bool done = read_all(verify, reader, "commands", take_command, err);
    reader_close(reader);
    return done;
}

/* What retention has taken while the topics were read counts as well. */
static bool note_begins(struct verify *verify, struct extents *extents, struct err *err)
{
    for (size_t i = 0; i < verify->scope.topic_count; i++) {
        struct event_topic *topic = &verify->scope.topics[i];
        struct extent *now = zeros(topic->count, sizeof *now);
        bool done = extents_read(extents, topic->name, now, topic->count, err);
        for (int q = 0; q < topic->count && done; q++)
            topic->partitions[q].extent.begin = now[q].begin;
        free(now);
        if (!done)
            return false;
    }
    return true;
}

static void note_letters(struct verify *verify, const struct reader *reader)
{
    for (int i = 0; i < reader_partitions(reader, 0); i++)
        verify->scope.letters_trimmed = verify->scope.letters_trimmed || reader_range(reader, 0, i).start > 0;
}

/* All ends are fixed before the first record is read. */
static bool read_events(struct verify *verify, struct extents *extents, struct err *err)
{
    const char *topics[2] = {verify->scope.topics[0].name, verify->scope.topics[1].name};
    const char *letters_topic = verify->config->dlq_topic;
    struct reader *events = open_reader(verify, topics, verify->scope.topic_count, err);
    struct reader *letters = NULL;
    bool done = events != NULL && note_ends(verify, extents, events, err);

    if (done && verify->scope.letters) {
        letters = open_reader(verify, &letters_topic, 1, err);
        done = letters != NULL;
    }
    done = done && read_committed(verify, extents, AFTER, err) && read_replayed(verify, extents, err) &&
           read_all(verify, events, "events", take_event, err);
    reader_close(events);
    if (done && letters != NULL) {
        note_letters(verify, letters);
        done = read_all(verify, letters, "dead letters", take_letter, err);
    }
    reader_close(letters);
    return done && note_begins(verify, extents, err);
}

bool verify_read_topics(struct verify *verify, struct err *err)
{
    struct extents *extents = extents_open(verify->config, verify->timeout_ms, err);

    if (extents == NULL)
        return false;
    verify->commands = external_sort_new(sizeof(struct command_digest), COMMAND_KEY, VERIFY_SORT_MEMORY);
    verify->events = external_sort_new(sizeof(struct event_digest), EVENT_KEY, VERIFY_SORT_MEMORY);
    verify->letters = external_sort_new(sizeof(struct letter), LETTER_KEY, VERIFY_SORT_MEMORY);
    bool done = open_topics(verify, extents, err) && read_committed(verify, extents, BEFORE, err) &&
                await_all(verify, extents, err) && read_events(verify, extents, err);
    extents_close(extents);
    return done && read_commands(verify, err);
}

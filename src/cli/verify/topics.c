/* Fixes the moment, and reads the topics up to it: src/cli/verify.c, "The moment". */
#include "cli/verify/letter.h"
#include "cli/verify/moment.h"

#include "runtime/stop.h"
#include "worker/decode_batch.h"

#define SLICE_MS 250

static bool interrupted(struct err *err)
{
    return err_interrupted(err, "comparing topics and tables");
}

/* Two readers are open at the same time, and sorting takes memory too. */
#define QUEUE_KBYTES 6144

static struct reader *open_reader(struct verify *verify, const char *const *topics, size_t count, int partitions,
                                  struct err *err)
{
    return reader_open(verify->config,
                       &(struct reader_request){
                           .topics = topics,
                           .topic_count = count,
                           .range = {.from = RANGE_BEGINNING, .timeout_ms = verify->timeout_ms},
                           .until_end = true,
                           .queue_kbytes = QUEUE_KBYTES,
                           .queue_partitions = partitions,
    },
                       err);
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
    struct reader *reader = open_reader(verify, &topic, 1, verify->scope.command_count, err);

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
    int partitions = verify->scope.topics[0].count + verify->scope.topics[1].count;
    struct reader *events = open_reader(verify, topics, verify->scope.topic_count, partitions, err);
    struct reader *letters = NULL;
    bool done = events != NULL && moment_note_ends(verify, extents, events, err);

    if (done && verify->scope.letters) {
        letters = open_reader(verify, &letters_topic, 1, verify->scope.command_count, err);
        done = letters != NULL;
    }
    done = done && moment_read_committed(verify, extents, MOMENT_AFTER, err) &&
           moment_read_replayed(verify, extents, err) && read_all(verify, events, "events", take_event, err);
    reader_close(events);
    if (done && letters != NULL) {
        note_letters(verify, letters);
        done = read_all(verify, letters, "dead letters", take_letter, err);
    }
    reader_close(letters);
    return done && moment_note_begins(verify, extents, err);
}

bool verify_read_topics(struct verify *verify, struct err *err)
{
    struct extents *extents = extents_open(verify->config, verify->timeout_ms, err);

    if (extents == NULL)
        return false;
    verify->commands = external_sort_new(sizeof(struct command_digest), COMMAND_KEY, VERIFY_SORT_MEMORY);
    verify->events = external_sort_new(sizeof(struct event_digest), EVENT_KEY, VERIFY_SORT_MEMORY);
    verify->letters = external_sort_new(sizeof(struct letter), LETTER_KEY, VERIFY_SORT_MEMORY);
    bool done = moment_open_topics(verify, extents, err) &&
                moment_read_committed(verify, extents, MOMENT_BEFORE, err) &&
                moment_await_transactions(verify, extents, err) && read_events(verify, extents, err);
    extents_close(extents);
    return done && read_commands(verify, err);
}

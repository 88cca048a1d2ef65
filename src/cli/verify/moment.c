#include "cli/verify/moment.h"

#include "core/memory.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#include <stdlib.h>

/* Longer than any transaction of a worker lasts, together with the broker's check for expired ones. */
#define OPEN_TRANSACTION_MS 90000

static bool interrupted(struct err *err)
{
    return err_interrupted(err, "comparing topics and tables");
}

static bool open_commands(struct verify *verify, struct extents *extents, struct err *err)
{
    struct scope *scope = &verify->scope;

    if (!extents_partitions(extents, verify->config->commands_topic, &scope->command_count, err))
        return false;
    scope->commands = memory_zeroed((size_t)scope->command_count, sizeof *scope->commands);
    return true;
}

static bool open_topic(struct verify *verify, struct extents *extents, const char *name, struct err *err)
{
    struct event_topic *topic = &verify->scope.topics[verify->scope.topic_count];

    if (!extents_partitions(extents, name, &topic->count, err))
        return false;
    topic->name = name;
    topic->partitions = memory_zeroed((size_t)topic->count, sizeof *topic->partitions);
    verify->scope.topic_count++;
    for (int q = 0; q < topic->count; q++) {
        struct event_partition *partition = &topic->partitions[q];
        partition->last = -1;
        partition->first_ms = INT64_MAX;
        partition->floor = memory_zeroed((size_t)verify->scope.command_count, sizeof *partition->floor);
        for (int p = 0; p < verify->scope.command_count; p++)
            partition->floor[p] = INT64_MAX;
    }
    return true;
}

bool moment_open_topics(struct verify *verify, struct extents *extents, struct err *err)
{
    const struct config *config = verify->config;

    verify->scope.config = config;
    verify->scope.letters = *config->dlq_topic != 0;
    return open_commands(verify, extents, err) && open_topic(verify, extents, config->events_created_topic, err) &&
           (strcmp(config->events_created_topic, config->events_rejected_topic) == 0 ||
            open_topic(verify, extents, config->events_rejected_topic, err));
}

bool moment_read_committed(struct verify *verify, struct extents *extents, enum when when, struct err *err)
{
    struct scope *scope = &verify->scope;
    int64_t *offsets = memory_zeroed((size_t)scope->command_count, sizeof *offsets);
    bool done =
        extents_committed(extents, EXTENT_LIVE, verify->config->commands_topic, offsets, scope->command_count, err);

    for (int p = 0; p < scope->command_count && done; p++) {
        struct command_partition *partition = &scope->commands[p];
        if (when == MOMENT_BEFORE)
            partition->committed = partition->low = partition->high = offsets[p];
        partition->low = offsets[p] < partition->low ? offsets[p] : partition->low;
        partition->high = offsets[p] > partition->high ? offsets[p] : partition->high;
    }
    free(offsets);
    return done;
}

bool moment_read_replayed(struct verify *verify, struct extents *extents, struct err *err)
{
    struct scope *scope = &verify->scope;
    int64_t *offsets = memory_zeroed((size_t)scope->command_count, sizeof *offsets);
    bool done =
        extents_committed(extents, EXTENT_REPLAY, verify->config->commands_topic, offsets, scope->command_count, err);
    bool hidden = !done && err->exit_code == EXIT_PERMISSION;

    for (int p = 0; p < scope->command_count && (done || hidden); p++)
        scope->commands[p].replayed = hidden || offsets[p] >= 0;
    free(offsets);
    return done || hidden;
}

/* Waits until the present last record of the topic can be seen by a reader, or is known to be aborted. */
static bool await_transactions(struct extents *extents, const char *topic, int count, struct err *err)
{
    struct extent *now = memory_zeroed((size_t)count, sizeof *now),
                  *first = memory_zeroed((size_t)count, sizeof *first);
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
            done = err_set(err, ERR_STOP, EXIT_TIMEOUT, E_KAFKA_HANGING,
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

bool moment_await_transactions(struct verify *verify, struct extents *extents, struct err *err)
{
    int letters;

    for (size_t i = 0; i < verify->scope.topic_count; i++)
        if (!await_transactions(extents, verify->scope.topics[i].name, verify->scope.topics[i].count, err))
            return false;
    return !verify->scope.letters || (extents_partitions(extents, verify->config->dlq_topic, &letters, err) &&
                                      await_transactions(extents, verify->config->dlq_topic, letters, err));
}

bool moment_note_ends(struct verify *verify, struct extents *extents, const struct reader *reader, struct err *err)
{
    for (size_t i = 0; i < verify->scope.topic_count; i++) {
        struct event_topic *topic = &verify->scope.topics[i];
        struct extent *now = memory_zeroed((size_t)topic->count, sizeof *now);
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

bool moment_note_begins(struct verify *verify, struct extents *extents, struct err *err)
{
    for (size_t i = 0; i < verify->scope.topic_count; i++) {
        struct event_topic *topic = &verify->scope.topics[i];
        struct extent *now = memory_zeroed((size_t)topic->count, sizeof *now);
        bool done = extents_read(extents, topic->name, now, topic->count, err);
        for (int q = 0; q < topic->count && done; q++)
            topic->partitions[q].extent.begin = now[q].begin;
        free(now);
        if (!done)
            return false;
    }
    return true;
}

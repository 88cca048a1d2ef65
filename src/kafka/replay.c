#include "kafka/replay.h"

#include "kafka/kafka_error.h"
#include "kafka/positions.h"
#include "runtime/clock.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>

/* The new replay has its producer ready, and commits its first offsets within a fraction of this time. */
#define WATCH_MS      10000
#define LOOK_EVERY_MS 200
#define LOOK_MS       500

static bool is_part(const struct replay *replay, int32_t partition)
{
    return partition >= 0 && (size_t)partition < replay->count;
}

static struct bytes metadata_of(const rd_kafka_topic_partition_t *place)
{
    return (struct bytes){place->metadata, place->metadata_size};
}

/* The caller destroys it. */
static rd_kafka_topic_partition_list_t *all_parts(const struct replay *replay, const char *topic)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)replay->count);

    for (size_t i = 0; i < replay->count; i++)
        rd_kafka_topic_partition_list_add(list, topic, (int32_t)i);
    return list;
}

/* ---- Beginning --------------------------------------------------------------------------------------------------- */

/*
 * True when all offsets were committed by one replay with these arguments, and a part of its ranges is left. A
 * partition without an offset was added to the topic later, or was finished so long ago that the broker has dropped it.
 */
static bool may_resume(const struct replay *replay, const rd_kafka_topic_partition_list_t *list)
{
    int64_t begun_us = -1;
    bool unfinished = false;
    struct replay_mark mark;

    for (int i = 0; i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *place = &list->elems[i];
        if (place->offset < 0)
            continue;
        if (!replay_mark_parse(metadata_of(place), &mark) ||
            !replay_arguments_equal(&mark.arguments, &replay->mark.arguments) ||
            (begun_us != -1 && mark.begun_us != begun_us))
            return false;
        begun_us = mark.begun_us;
        unfinished = unfinished || place->offset < mark.end;
    }
    return unfinished;
}

static void resume(struct replay *replay, const rd_kafka_topic_partition_list_t *list)
{
    replay->resumed = true;
    for (int i = 0; i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *place = &list->elems[i];
        struct replay_part *part = &replay->parts[place->partition];
        struct replay_mark mark = {.start = part->begin, .end = part->begin, .begun_us = replay->mark.begun_us};
        bool known = place->offset >= 0 && replay_mark_parse(metadata_of(place), &mark);
        part->start = mark.start;
        part->end = mark.end;
        part->next = known ? place->offset : part->begin;
        if (known)
            replay->mark.begun_us = mark.begun_us;
    }
}

static void note_found(struct replay *replay, const rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *place = &list->elems[i];
        struct replay_part *part = &replay->parts[place->partition];
        struct replay_mark mark = {0};
        if (!replay_mark_parse(metadata_of(place), &mark))
            mark.run[0] = 0;
        part->found = place->offset;
        memcpy(part->found_run, mark.run, sizeof part->found_run);
    }
}

/* Passes over offsets that the topic no longer has, and counts them. */
static void pass_over_gone(struct replay *replay)
{
    for (size_t i = 0; i < replay->count; i++) {
        struct replay_part *part = &replay->parts[i];
        int64_t first = part->begin < part->end ? part->begin : part->end;
        if (part->next < first) {
            replay->gone += first - part->next;
            part->next = first;
        }
        part->read = part->next;
        part->reached = part->next >= part->end;
    }
}

MUSTUSE static enum progress read_progress(struct replay *replay, rd_kafka_t *rk, rd_kafka_topic_partition_list_t *list,
                                           int timeout_ms, struct err *err)
{
    int code = positions_committed(rk, list, patience_begin(&replay->patience, timeout_ms));

    patience_end(&replay->patience, code == RD_KAFKA_RESP_ERR_NO_ERROR);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return DONE;
    (void)kafka_error_code(err, KAFKA_CALL_CONSUME, code, "reading how far the replay has come");
    return err->class == ERR_STOP ? FAILED : PENDING;
}

/* The partitions of which something is left to read. */
static rd_kafka_topic_partition_list_t *unread(const struct replay *replay, const char *topic)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)replay->count);

    for (size_t i = 0; i < replay->count; i++)
        if (!replay->parts[i].reached)
            rd_kafka_topic_partition_list_add(list, topic, (int32_t)i)->offset = replay->parts[i].next;
    return list;
}

enum progress replay_begin(struct replay *replay, struct assignment *assignment, struct rd_kafka_s *rk,
                           struct rd_kafka_queue_s *messages, const struct config *config, int timeout_ms,
                           struct err *err)
{
    rd_kafka_topic_partition_list_t *list = all_parts(replay, config->commands_topic);
    enum progress progress = read_progress(replay, rk, list, timeout_ms, err);

    if (progress == DONE) {
        for (size_t i = 0; i < replay->count; i++)
            replay->parts[i].next = replay->parts[i].start;
        replay->announced = replay->resumed = false;
        note_found(replay, list);
        if (may_resume(replay, list))
            resume(replay, list);
        pass_over_gone(replay);
    }
    rd_kafka_topic_partition_list_destroy(list);
    if (progress != DONE)
        return progress;
    list = unread(replay, config->commands_topic);
    bool good = assignment_fix(assignment, rk, messages, list, config->group_id, err);
    rd_kafka_topic_partition_list_destroy(list);
    return good ? DONE : FAILED;
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

bool replay_may_read(const struct replay *replay)
{
    return replay->announced || replay->forecast;
}

/* Other partitions may have far to go; nothing more is fetched of this one. */
static void stop_fetching(rd_kafka_t *rk, const char *topic, int32_t partition)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);

    rd_kafka_topic_partition_list_add(list, topic, partition);
    (void)rd_kafka_pause_partitions(rk, list);
    rd_kafka_topic_partition_list_destroy(list);
}

void replay_at(struct replay *replay, struct rd_kafka_s *rk, const char *topic, int32_t partition, int64_t offset)
{
    if (!is_part(replay, partition) || replay->parts[partition].reached)
        return;
    struct replay_part *part = &replay->parts[partition];
    part->read = offset < part->end ? offset : part->end;
    part->reached = offset >= part->end;
    if (part->reached)
        stop_fetching(rk, topic, partition);
}

bool replay_wants(struct replay *replay, struct rd_kafka_s *rk, const char *topic, int32_t partition, int64_t offset)
{
    if (!is_part(replay, partition) || replay->parts[partition].reached)
        return false;
    bool wanted = offset < replay->parts[partition].end;
    replay_at(replay, rk, topic, partition, offset + 1);
    if (wanted)
        replay->records++;
    return wanted;
}

void replay_judge(struct err *err, const char *place)
{
    if (err->class == ERR_STOP && err->exit_code == EXIT_DATA)
        (void)err_set(err, ERR_STOP, EXIT_DATA, E_REPLAY_02,
                      "%s: these records are gone, or cannot be read, since the replay has begun\n"
                      "  fix: the same command goes on behind those that are gone, and counts them",
                      place);
}

int64_t replay_position(const struct replay *replay, int32_t partition)
{
    return is_part(replay, partition) && replay->parts[partition].reached ? replay->parts[partition].end : -1;
}

/* ---- Progress ---------------------------------------------------------------------------------------------------- */

void replay_trailing(const struct replay *replay, struct offsets *offsets)
{
    for (size_t i = 0; i < replay->count && !replay->announced && !replay->forecast; i++)
        offsets_raise(offsets, (int32_t)i, replay->parts[i].next);
}

void replay_committed(struct replay *replay, const struct offsets *offsets)
{
    for (size_t i = 0; i < offsets->count; i++)
        if (is_part(replay, offsets->list[i].partition))
            replay->parts[offsets->list[i].partition].next = offsets->list[i].next;
    replay->announced = true;
}

void replay_mark_list(const struct replay *replay, struct rd_kafka_topic_partition_list_s *list)
{
    char text[REPLAY_MARK_TEXT];

    for (int i = 0; i < list->cnt; i++) {
        rd_kafka_topic_partition_t *place = &list->elems[i];
        struct replay_mark mark = replay->mark;
        if (!is_part(replay, place->partition))
            continue;
        mark.start = replay->parts[place->partition].start;
        mark.end = replay->parts[place->partition].end;
        place->metadata_size = replay_mark_format(&mark, text);
        /* librdkafka frees it with the list, with free(). */
        place->metadata = strdup(text);
    }
}

bool replay_finished(const struct replay *replay)
{
    for (size_t i = 0; i < replay->count; i++) {
        const struct replay_part *part = &replay->parts[i];
        if (replay->forecast ? !part->reached : !replay->announced || part->next < part->end)
            return false;
    }
    return true;
}

/* ---- Another one ------------------------------------------------------------------------------------------------- */

static bool is_run(const struct replay *replay, const rd_kafka_topic_partition_t *place)
{
    struct replay_mark mark;

    return place->offset >= 0 && replay_mark_parse(metadata_of(place), &mark) &&
           strcmp(mark.run, replay->mark.run) == 0;
}

/*
 * True when nothing has changed since the offsets were read. Another replay may have committed between the start of our
 * producer, which fences it, and its own start, which fences us.
 */
static bool is_as_found(const struct replay *replay, const rd_kafka_topic_partition_t *place)
{
    const struct replay_part *part = &replay->parts[place->partition];
    struct replay_mark mark = {0};

    if (!replay_mark_parse(metadata_of(place), &mark))
        mark.run[0] = 0;
    return place->offset == part->found && strcmp(mark.run, part->found_run) == 0;
}

bool replay_is_ours(const struct replay *replay, const struct rd_kafka_topic_partition_list_s *list, struct err *err)
{
    for (int i = 0; i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *place = &list->elems[i];
        if (!replay->announced && !is_as_found(replay, place))
            return err_set(err, ERR_RESTART, EXIT_FENCED, E_REPLAY_01, "another replay has gone on meanwhile");
        if (replay->announced && place->offset >= 0 && !is_run(replay, place))
            return err_set(err, ERR_STOP, EXIT_FENCED, E_REPLAY_01, "another replay of this group has begun");
    }
    return true;
}

enum progress replay_settled(const struct replay *replay, struct rd_kafka_s *rk, const char *topic,
                             const struct offsets *offsets, int timeout_ms, bool *moved, struct err *err)
{
    rd_kafka_topic_partition_list_t *list = positions_list(topic, offsets);
    int code = positions_committed(rk, list, timeout_ms);
    bool ours = true;

    *moved = true;
    for (int i = 0; i < list->cnt && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
        *moved = *moved && list->elems[i].offset >= offsets->list[i].next && is_run(replay, &list->elems[i]);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        ours = replay_is_ours(replay, list, err);
    rd_kafka_topic_partition_list_destroy(list);
    if (!ours)
        return FAILED;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return DONE;
    (void)kafka_error_code(err, KAFKA_CALL_CONSUME, code, "reading how far the replay has come");
    return err->class == ERR_STOP ? FAILED : PENDING;
}

int64_t replay_watch(struct replay *replay)
{
    replay->watch_until_ms = clock_ms() + WATCH_MS;
    return WATCH_MS;
}

bool replay_look(struct replay *replay, struct rd_kafka_s *rk, const char *topic, struct err *err)
{
    int64_t now_ms = clock_ms();
    bool ours = true;

    if (now_ms >= replay->watch_until_ms || now_ms - replay->watched_ms < LOOK_EVERY_MS)
        return true;
    rd_kafka_topic_partition_list_t *list = all_parts(replay, topic);
    if (positions_committed(rk, list, LOOK_MS) == RD_KAFKA_RESP_ERR_NO_ERROR)
        ours = replay_is_ours(replay, list, err);
    rd_kafka_topic_partition_list_destroy(list);
    replay->watched_ms = clock_ms();
    return ours;
}

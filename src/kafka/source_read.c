#include "core/status.h"
#include "kafka/kafka_error.h"
#include "kafka/message_headers.h"
#include "kafka/replay.h"
#include "kafka/source_parts.h"
#include "runtime/clock.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>

/*
 * The time of the first try to read the committed offsets (kafka/patience.h). It must not hold up batches that are in
 * flight.
 */
#define BEGIN_MS 200

#define ENDS_EVERY_MS 1000

/*
 * Headers that cannot be read have no known size either, and the message would keep them in memory. So the batch copies
 * the rest, the key and the value, and gives the message back.
 */
static void let_go_of_headers(struct batch *batch, struct batch_item *item)
{
    item->record.key = arena_copy(&batch->arena, item->record.key);
    item->record.value = arena_copy(&batch->arena, item->record.value);
    rd_kafka_message_destroy(item->message);
    item->message = NULL;
}

static bool is_wanted(struct source *source, const rd_kafka_message_t *message)
{
    return assignment_find(&source->assignment, message->partition) != NULL &&
           (source->replay == NULL || replay_wants(source->replay, source->rk, source->config->commands_topic,
                                                   message->partition, message->offset));
}

/*
 * Appends a message, from which the batch then borrows. No rebalance is served meanwhile, so all messages are of the
 * batch's epoch.
 */
static void take(struct source *source, struct batch *batch, rd_kafka_message_t *message)
{
    if (!is_wanted(source, message)) {
        rd_kafka_message_destroy(message);
        return;
    }
    struct batch_item *item = &batch->items[batch->count++];
    item->message = message;
    item->record = (struct record){
        .topic = source->config->commands_topic,
        .partition = message->partition,
        .offset = message->offset,
        .timestamp_ms = rd_kafka_message_timestamp(message, NULL),
        .key = {message->key,     message->key_len},
        .value = {message->payload, message->len    },
    };
    message_headers(message, &batch->arena, &item->record);
    if (item->record.headers_unreadable)
        let_go_of_headers(batch, item);
    batch->bytes += record_memory(&item->record);
    assignment_find(&source->assignment, item->record.partition)->handed = item->record.offset + 1;
}

/* A message that is an error means that records were skipped or that the client as a whole has failed. */
static bool message_error(struct source *source, rd_kafka_message_t *message, struct err *err)
{
    char place[RECORD_PLACE_TEXT];
    char fatal[256];
    rd_kafka_resp_err_t code = message->err;
    const char *text = rd_kafka_message_errstr(message);

    if (code == RD_KAFKA_RESP_ERR__FATAL) {
        code = rd_kafka_fatal_error(source->rk, fatal, sizeof fatal);
        text = fatal;
    }
    if (message->offset < 0) /* it is about the group or the client, not about a record */
        snprintf(place, sizeof place, "group %s", source->config->group_id);
    else
        record_place(source->config->commands_topic, message->partition, message->offset, place);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return err_set(err, ERR_STOP, EXIT_INTERNAL, E_INTERNAL, "%s arrived among the group's events", place);
    /* Nothing is lost: the beginning of the partition could not be read, and librdkafka does not ask again. */
    if (code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET && message->offset < 0)
        return err_set(err, ERR_RESTART, EXIT_UNREACHABLE, E_KAFKA_OFFSETS, "%s[%" PRId32 "]: %s",
                       source->config->commands_topic, message->partition, text == NULL ? "" : text);
    (void)kafka_error_classify(err, KAFKA_CALL_CONSUME, (int)code, KAFKA_FLAG_NONE, text, place);
    if (source->replay != NULL)
        replay_judge(err, place);
    source_doubt_topic(source, err);
    if (err->class >= ERR_RESTART)
        return false;
    log_limited(&source->limit, clock_ms(), err->code, "%s", err->message);
    return true;
}

/* Only a replay gets these. */
static bool is_end_of_partition(struct source *source, const rd_kafka_message_t *message)
{
    if (source->replay == NULL || message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF)
        return false;
    replay_at(source->replay, source->rk, source->config->commands_topic, message->partition, message->offset);
    return true;
}

/*
 * Handles an error that came in the place of a message, or from the group's queue; NULL is nothing. Takes the message
 * over.
 */
static bool handle_error(struct source *source, rd_kafka_message_t *message, struct err *err)
{
    bool go_on = message == NULL || is_end_of_partition(source, message) || message_error(source, message, err);

    if (message != NULL)
        rd_kafka_message_destroy(message);
    if (!go_on)
        membership_judge(&source->membership, err);
    return !membership_over(&source->membership, source->rk, err);
}

/* After a lost session this process joins the group again only when no other one has its identity. */
static bool look_for_successor(struct source *source, struct err *err)
{
    const struct config *config = source->config;

    if (!source->takeover.asking)
        return true;
    enum progress progress = takeover_read(&source->takeover, source->rk, config->group_id, config->instance_id, err);
    if (progress == FAILED)
        membership_replaced(&source->membership, err);
    if (progress == DONE)
        assignment_end(&source->assignment, source->rk);
    return progress != FAILED;
}

/* Tells the status the ends that every fetch brings; no request is made. */
static void tell_ends(struct source *source)
{
    const char *topic = source->config->commands_topic;
    int64_t now_ms = clock_ms();
    int64_t low, high;

    if (now_ms - source->ends_ms < ENDS_EVERY_MS)
        return;
    source->ends_ms = now_ms;
    for (size_t i = 0; i < source->assignment.count; i++) {
        int32_t partition = source->assignment.list[i].partition;
        if (rd_kafka_get_watermark_offsets(source->rk, topic, partition, &low, &high) == RD_KAFKA_RESP_ERR_NO_ERROR)
            status_end(partition, high);
    }
}

static bool serve_replay(struct source *source, struct err *err)
{
    const struct config *config = source->config;

    if (!source->beginning)
        return replay_look(source->replay, source->rk, config->commands_topic, err);
    enum progress progress =
        replay_begin(source->replay, &source->assignment, source->rk, source->messages, config, BEGIN_MS, err);
    source->beginning = progress == PENDING;
    return progress != FAILED;
}

bool source_serve(struct source *source, int timeout_ms, struct err *err)
{
    if (!handle_error(source, rd_kafka_consumer_poll(source->rk, timeout_ms), err) ||
        !source_look_for_topic(source, err))
        return false;
    if (!look_for_successor(source, err))
        return false;
    sasl_reload_renew(&source->sasl_reload, source->rk);
    tell_ends(source);
    if (source->replay != NULL)
        return serve_replay(source, err);
    return assignment_begin(&source->assignment, source->rk, source->messages, BEGIN_MS, err) != FAILED;
}

/* Takes what is queued, as far as it fits. */
static bool take_queued(struct source *source, struct batch *batch, size_t max_bytes, int timeout_ms, struct err *err)
{
    while (batch->epoch != 0 && batch->count < batch->capacity && batch->bytes < max_bytes) {
        rd_kafka_message_t *message = rd_kafka_consume_queue(source->messages, batch->count == 0 ? timeout_ms : 0);
        if (message == NULL)
            return !membership_over(&source->membership, source->rk, err);
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            take(source, batch, message);
        else if (!handle_error(source, message, err))
            return false;
    }
    return true;
}

static void wake_fetching(struct source *source)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)source->assignment.count);

    for (size_t i = 0; i < source->assignment.count; i++)
        rd_kafka_topic_partition_list_add(list, source->config->commands_topic, source->assignment.list[i].partition);
    read_ahead_wake(source->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
}

bool source_fill(struct source *source, struct batch *batch, size_t max_bytes, int timeout_ms, struct err *err)
{
    bool idle = source->assignment.epoch == 0;
    size_t before = batch->count;

    if (!source_serve(source, idle ? timeout_ms : 0, err))
        return false;
    if (batch->count > 0 && batch->epoch != source->assignment.epoch)
        return true;
    batch->epoch = source->assignment.epoch;
    if (source->replay != NULL && !replay_may_read(source->replay))
        return true;
    read_ahead_before(&source->read_ahead, source->messages);
    if (!take_queued(source, batch, max_bytes, timeout_ms, err))
        return false;
    if (read_ahead_after(&source->read_ahead, source->messages, batch->count - before))
        wake_fetching(source);
    return true;
}

void source_truncate(struct source *source, struct batch *batch, size_t count)
{
    (void)source;
    for (size_t i = count; i < batch->count; i++) {
        if (batch->items[i].message != NULL)
            rd_kafka_message_destroy(batch->items[i].message);
        batch->items[i] = (struct batch_item){0};
    }
    batch->count = count;
}

void source_release(struct source *source, struct batch *batch)
{
    source_truncate(source, batch, 0);
    batch_reset(batch);
}

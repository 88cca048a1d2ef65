#include "kafka/tools/reader.h"

#include "core/memory.h"
#include "kafka/brokers.h"
#include "kafka/kafka_error.h"
#include "kafka/message_headers.h"
#include "runtime/clock.h"
#include "runtime/log.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>

struct reader_partition {
    bool started;
    bool finished; /* with `until_end` */
};

struct reader_topic {
    const char *name;
    rd_kafka_topic_t *handle;
    struct reader_partition *partitions; /* owned */
    struct range *ranges;                /* owned, of each partition */
    int partition_count;
};

/*
 * Uses librdkafka's "simple consumer", which knows no group. The newer interface would ask for a group id and look for
 * its coordinator, which takes a permission that a reader need not have.
 */
struct reader {
    struct brokers brokers;
    struct reader_request request;
    rd_kafka_t *rk;
    rd_kafka_queue_t *queue; /* the messages of all partitions */
    struct reader_topic *topics;
    size_t open_partitions; /* not yet finished */
    bool following;
    rd_kafka_message_t *message;
    struct arena arena; /* the headers of `message` */
    struct log_limit limit;
};

/* Runs inside rd_kafka_poll(), on the caller's thread. */
static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    struct reader *reader = opaque;
    uint64_t held_back;
    char why[BROKERS_WHY_TEXT];

    (void)rk;
    brokers_trouble(&reader->brokers, code, reason);
    bool news = reader->following && code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
    if (!news || !log_allowed(&reader->limit, clock_ms(), &held_back))
        return;
    bool advertised = brokers_why(&reader->brokers, why);
    log_warning(advertised ? E_KAFKA_ADVERTISED : E_KAFKA_DOWN, "no broker answers; waiting: %s: %s",
                reader->brokers.setting, why);
}

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

#define MESSAGE_BYTES 1024 /* a small record, and librdkafka's own memory for it */

static void set_number(rd_kafka_conf_t *conf, const char *name, int number)
{
    char text[16];

    snprintf(text, sizeof text, "%d", number);
    client_set(conf, name, text);
}

/* Each partition has a queue of its own, and the response of each broker is in memory besides. */
static void bound_queue(rd_kafka_conf_t *conf, const struct reader_request *request)
{
    int partitions = request->queue_partitions > 0 ? request->queue_partitions : 1;
    int kbytes = request->queue_kbytes / partitions > 16 ? request->queue_kbytes / partitions : 16;

    set_number(conf, "queued.max.messages.kbytes", kbytes);
    set_number(conf, "queued.min.messages", kbytes * 1024 / MESSAGE_BYTES);
    set_number(conf, "fetch.message.max.bytes", kbytes < 256 ? kbytes * 1024 : 256 * 1024);
    set_number(conf, "fetch.max.bytes", request->queue_kbytes * 1024);
}

static bool reader_connect(struct reader *reader, const struct config *config, struct err *err)
{
    rd_kafka_conf_t *conf = client_conf(config, CLIENT_READER, err);
    if (conf == NULL)
        return false;
    if (reader->request.until_end)
        client_set(conf, "enable.partition.eof", "true");
    if (reader->request.queue_kbytes > 0)
        bound_queue(conf, &reader->request);
    rd_kafka_conf_set_opaque(conf, reader);
    rd_kafka_conf_set_error_cb(conf, on_error);
    brokers_watch(&reader->brokers, conf);
    reader->rk = client_new(conf, CLIENT_READER, err);
    if (reader->rk == NULL)
        return false;
    reader->queue = rd_kafka_queue_new(reader->rk);
    return true;
}

static bool open_topic(struct reader *reader, struct reader_topic *topic, const char *name, struct err *err)
{
    const struct range_request *range = &reader->request.range;

    topic->name = name;
    if (!brokers_need_topic(&reader->brokers, reader->rk, name, range->timeout_ms, &topic->partition_count, err))
        return false;
    topic->handle = rd_kafka_topic_new(reader->rk, name, NULL);
    topic->partitions = memory_zeroed((size_t)topic->partition_count, sizeof *topic->partitions);
    topic->ranges = memory_zeroed((size_t)topic->partition_count, sizeof *topic->ranges);
    if (topic->handle == NULL)
        abort();
    return range_find(&reader->brokers, reader->rk, name, topic->partition_count, range, topic->ranges, err);
}

static bool is_wanted(const struct reader *reader, int32_t partition)
{
    return reader->request.partition == NULL || *reader->request.partition == partition;
}

static bool start_topic(struct reader *reader, struct reader_topic *topic, struct err *err)
{
    for (int32_t i = 0; i < topic->partition_count; i++) {
        struct reader_partition *partition = &topic->partitions[i];
        const struct range *range = &topic->ranges[i];
        partition->finished = !is_wanted(reader, i) || (reader->request.until_end && range->start >= range->end);
        if (partition->finished)
            continue;
        reader->open_partitions++;
        partition->started = true;
        if (rd_kafka_consume_start_queue(topic->handle, i, range->start, reader->queue) != 0)
            return kafka_error_code(err, KAFKA_CALL_CONSUME, rd_kafka_last_error(), topic->name);
    }
    return true;
}

struct reader *reader_open(const struct config *config, const struct reader_request *request, struct err *err)
{
    struct reader *reader = memory_zeroed(1, sizeof *reader);

    reader->request = *request;
    reader->topics = memory_zeroed(request->topic_count, sizeof *reader->topics);
    brokers_init(&reader->brokers, config, CLIENT_READER);
    bool opened = reader_connect(reader, config, err);
    for (size_t i = 0; i < request->topic_count && opened; i++)
        opened = open_topic(reader, &reader->topics[i], request->topics[i], err);
    for (size_t i = 0; i < request->topic_count && opened; i++)
        opened = start_topic(reader, &reader->topics[i], err);
    reader->following = opened;
    if (opened)
        return reader;
    reader_close(reader);
    return NULL;
}

static void close_topic(struct reader_topic *topic)
{
    for (int32_t i = 0; i < topic->partition_count && topic->partitions != NULL; i++)
        if (topic->partitions[i].started)
            rd_kafka_consume_stop(topic->handle, i);
    if (topic->handle != NULL)
        rd_kafka_topic_destroy(topic->handle);
    free(topic->partitions);
    free(topic->ranges);
}

void reader_close(struct reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->message != NULL)
        rd_kafka_message_destroy(reader->message);
    for (size_t i = 0; i < reader->request.topic_count; i++)
        close_topic(&reader->topics[i]);
    if (reader->queue != NULL)
        rd_kafka_queue_destroy(reader->queue);
    if (reader->rk != NULL)
        rd_kafka_destroy(reader->rk);
    arena_free(&reader->arena);
    free(reader->topics);
    free(reader);
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

static struct reader_topic *topic_of(struct reader *reader, const rd_kafka_message_t *message)
{
    for (size_t i = 0; i < reader->request.topic_count; i++)
        if (reader->topics[i].handle == message->rkt)
            return &reader->topics[i];
    return NULL;
}

static void finish(struct reader *reader, struct reader_partition *partition)
{
    if (!partition->finished)
        reader->open_partitions--;
    partition->finished = true;
}

/*
 * With `until_end`: true when the record existed when the reader was opened. Counts the partitions that are finished.
 */
static bool belongs(struct reader *reader, struct reader_topic *topic, int32_t number, int64_t offset)
{
    struct reader_partition *partition = &topic->partitions[number];

    if (!reader->request.until_end)
        return true;
    bool wanted = !partition->finished && offset < topic->ranges[number].end;
    if (offset >= topic->ranges[number].end - 1)
        finish(reader, partition);
    return wanted;
}

static void fill_record(struct reader *reader, const struct reader_topic *topic, struct record *record)
{
    rd_kafka_message_t *message = reader->message;
    rd_kafka_timestamp_type_t type;

    *record = (struct record){
        .topic = topic->name,
        .partition = message->partition,
        .offset = message->offset,
        .key = {message->key,     message->key_len},
        .value = {message->payload, message->len    },
    };
    record->timestamp_ms = rd_kafka_message_timestamp(message, &type);
    message_headers(message, &reader->arena, record);
}

MUSTUSE static enum progress nothing(struct reader *reader, struct err *err)
{
    rd_kafka_poll(reader->rk, 0);
    if (reader->brokers.trouble == 0)
        return PENDING;
    kafka_error_classify(err, KAFKA_CALL_ADMIN, reader->brokers.trouble, KAFKA_FLAG_NONE, reader->brokers.reason,
                         reader->brokers.setting);
    return err->class == ERR_STOP ? FAILED : PENDING;
}

MUSTUSE static enum progress trouble(struct reader *reader, struct reader_topic *topic, struct err *err)
{
    const rd_kafka_message_t *message = reader->message;
    char place[RECORD_PLACE_TEXT];

    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF && topic != NULL) {
        finish(reader, &topic->partitions[message->partition]);
        return PENDING;
    }
    record_place(topic == NULL ? "" : topic->name, message->partition, message->offset, place);
    kafka_error_classify(err, KAFKA_CALL_CONSUME, (int)message->err, KAFKA_FLAG_NONE, rd_kafka_message_errstr(message),
                         place);
    return err->class == ERR_STOP ? FAILED : PENDING;
}

enum progress reader_next(struct reader *reader, int timeout_ms, struct record *record, struct err *err)
{
    if (reader->message != NULL)
        rd_kafka_message_destroy(reader->message);
    arena_reset(&reader->arena);

    reader->message = rd_kafka_consume_queue(reader->queue, timeout_ms);
    if (reader->message == NULL)
        return nothing(reader, err);
    struct reader_topic *topic = topic_of(reader, reader->message);
    if (topic == NULL || reader->message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
        return trouble(reader, topic, err);
    if (!belongs(reader, topic, reader->message->partition, reader->message->offset))
        return PENDING;
    fill_record(reader, topic, record);
    return DONE;
}

bool reader_ended(const struct reader *reader)
{
    return reader->request.until_end && reader->open_partitions == 0;
}

int reader_partitions(const struct reader *reader, size_t topic)
{
    return reader->topics[topic].partition_count;
}

struct range reader_range(const struct reader *reader, size_t topic, int32_t partition)
{
    return reader->topics[topic].ranges[partition];
}

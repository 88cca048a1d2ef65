#include "kafka/topic_metadata.h"

#include "kafka/kafka_error.h"
#include "kafka/topics_seen.h"

#include <librdkafka/rdkafka.h>

/* After success the caller destroys `*metadata`. */
static rd_kafka_resp_err_t ask(rd_kafka_t *rk, const char *name, int timeout_ms, const rd_kafka_metadata_t **metadata)
{
    rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, name, NULL);
    rd_kafka_resp_err_t code = rd_kafka_last_error();
    if (topic == NULL)
        return code != RD_KAFKA_RESP_ERR_NO_ERROR ? code : RD_KAFKA_RESP_ERR__FAIL;

    code = rd_kafka_metadata(rk, 0, topic, metadata, timeout_ms);
    rd_kafka_topic_destroy(topic);
    return code;
}

int topic_broker(struct rd_kafka_s *rk, const char *name, int32_t *broker, int timeout_ms)
{
    const rd_kafka_metadata_t *metadata;
    rd_kafka_resp_err_t code = ask(rk, name, timeout_ms, &metadata);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return code;
    *broker = metadata->orig_broker_id;
    if (*broker < 0 && metadata->broker_cnt > 0)
        *broker = metadata->brokers[0].id;
    rd_kafka_metadata_destroy(metadata);
    return code;
}

int topic_ask(struct rd_kafka_s *rk, const char *name, int32_t *partitions, int timeout_ms)
{
    const rd_kafka_metadata_t *metadata;
    rd_kafka_resp_err_t code = ask(rk, name, timeout_ms, &metadata);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return code;
    code = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && partitions != NULL)
        *partitions = metadata->topics[0].partition_cnt;
    rd_kafka_metadata_destroy(metadata);
    return code;
}

static rd_kafka_topic_partition_list_t *led_partitions(const rd_kafka_metadata_topic_t *topic)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(topic->partition_cnt);

    for (int i = 0; i < topic->partition_cnt; i++) {
        const rd_kafka_metadata_partition_t *partition = &topic->partitions[i];
        if (partition->leader >= 0)
            rd_kafka_topic_partition_list_add(list, topic->topic, partition->id)->offset = RD_KAFKA_OFFSET_END;
    }
    return list;
}

/*
 * rd_kafka_offsets_for_times() keeps its timeout in all versions. Its result does not matter, only that it was
 * answered.
 */
bool topic_leaders_answer(struct rd_kafka_s *rk, const char *name, int timeout_ms)
{
    const rd_kafka_metadata_t *metadata;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, name, NULL);
    if (topic == NULL)
        return false;

    rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 0, topic, &metadata, timeout_ms);
    rd_kafka_topic_destroy(topic);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return false;
    if (metadata->topic_cnt == 1) {
        rd_kafka_topic_partition_list_t *list = led_partitions(&metadata->topics[0]);
        if (list->cnt > 0)
            code = rd_kafka_offsets_for_times(rk, list, timeout_ms);
        rd_kafka_topic_partition_list_destroy(list);
    }
    rd_kafka_metadata_destroy(metadata);
    return code != RD_KAFKA_RESP_ERR__TIMED_OUT && code != RD_KAFKA_RESP_ERR__TRANSPORT &&
           code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN;
}

void topic_doubt(const char *name, struct err *err)
{
    if (err->reason == REASON_NO_TOPIC && !topics_seen_missing(name))
        err->class = ERR_RETRY;
}

enum progress topic_metadata(struct rd_kafka_s *rk, const char *name, int32_t *partitions, int timeout_ms,
                             struct err *err)
{
    int code = topic_ask(rk, name, partitions, timeout_ms);

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        topics_seen_there(name);
        return DONE;
    }
    (void)kafka_error_code(err, KAFKA_CALL_ADMIN, code, name);
    topic_doubt(name, err);
    return err->class == ERR_STOP ? FAILED : PENDING;
}

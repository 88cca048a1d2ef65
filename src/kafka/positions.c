#include "kafka/positions.h"

#include "kafka/kafka_error.h"

#include <librdkafka/rdkafka.h>

struct rd_kafka_topic_partition_list_s *positions_list(const char *topic, const struct offsets *offsets)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)offsets->count);

    for (size_t i = 0; i < offsets->count; i++) {
        const struct offset *offset = &offsets->list[i];
        rd_kafka_topic_partition_list_add(list, topic, offset->partition)->offset = offset->next;
    }
    return list;
}

/* The error of the call, or the first one of a partition. */
static rd_kafka_resp_err_t first_error(rd_kafka_resp_err_t code, const rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
        code = list->elems[i].err;
    return code;
}

int64_t position_of(struct rd_kafka_s *rk, const char *topic, int32_t partition)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_t *p = rd_kafka_topic_partition_list_add(list, topic, partition);
    rd_kafka_resp_err_t code = first_error(rd_kafka_position(rk, list), list);
    int64_t position = code == RD_KAFKA_RESP_ERR_NO_ERROR ? p->offset : -1;

    rd_kafka_topic_partition_list_destroy(list);
    return position;
}

int positions_committed(struct rd_kafka_s *rk, struct rd_kafka_topic_partition_list_s *list, int timeout_ms)
{
    return first_error(rd_kafka_committed(rk, list, timeout_ms), list);
}

enum progress positions_settled(struct rd_kafka_s *rk, const char *topic, const struct offsets *offsets, int timeout_ms,
                                bool *moved, struct err *err)
{
    rd_kafka_topic_partition_list_t *list = positions_list(topic, offsets);
    int code = positions_committed(rk, list, timeout_ms);

    *moved = true;
    for (size_t i = 0; i < offsets->count; i++)
        *moved = *moved && list->elems[i].offset >= offsets->list[i].next;
    rd_kafka_topic_partition_list_destroy(list);

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return DONE;
    (void)kafka_error_code(err, KAFKA_CALL_CONSUME, code, "reading the group's committed offsets");
    return err->class == ERR_STOP ? FAILED : PENDING;
}

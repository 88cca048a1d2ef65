#include "kafka/range.h"

#include "kafka/kafka_error.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>

/* The first offset at or after a time; left as it is when there is none. */
static rd_kafka_resp_err_t offset_at(rd_kafka_t *rk, const char *topic, int32_t partition,
                                     const struct range_request *request, int64_t *offset)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_t *question = rd_kafka_topic_partition_list_add(list, topic, partition);

    question->offset = request->value;
    rd_kafka_resp_err_t code = rd_kafka_offsets_for_times(rk, list, request->timeout_ms);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        code = question->err;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR && question->offset >= 0)
        *offset = question->offset;
    rd_kafka_topic_partition_list_destroy(list);
    return code;
}

static int64_t within(int64_t value, int64_t low, int64_t high)
{
    if (value < low)
        return low;
    return value > high ? high : value;
}

static rd_kafka_resp_err_t find(rd_kafka_t *rk, const char *topic, int32_t partition,
                                const struct range_request *request, struct range *range)
{
    int64_t low, high;
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(rk, topic, partition, &low, &high, request->timeout_ms);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return code;

    *range = (struct range){.start = high, .end = high};
    switch (request->from) {
    case RANGE_BEGINNING: range->start = low; break;
    case RANGE_END: break;
    case RANGE_OFFSET: range->start = within(request->value, low, high); break;
    case RANGE_TIME: return offset_at(rk, topic, partition, request, &range->start);
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

bool range_find(struct rd_kafka_s *rk, const char *topic, int32_t partition, const struct range_request *request,
                struct range *range, struct err *err)
{
    char place[320];
    rd_kafka_resp_err_t code = find(rk, topic, partition, request, range);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return true;

    snprintf(place, sizeof place, "%s[%" PRId32 "]", topic, partition);
    kafka_error_code(err, KAFKA_CALL_ADMIN, code, place);
    err->class = ERR_STOP;
    return false;
}

#include "kafka/tools/ends.h"

#include "kafka/kafka_error.h"

#include <librdkafka/rdkafka.h>

/*
 * Uses rd_kafka_offsets_for_times(), which keeps its timeout: rd_kafka_query_watermark_offsets() of librdkafka before
 * 2.2 waits for ever for a leader that does not answer (#4460), and rd_kafka_ListOffsets() exists only since 2.3. In
 * Kafka's ListOffsets request the beginning and the end are times too.
 */
static rd_kafka_resp_err_t ask(rd_kafka_t *rk, rd_kafka_topic_partition_list_t *list, int timeout_ms)
{
    rd_kafka_topic_partition_list_t *asked = rd_kafka_topic_partition_list_copy(list);
    rd_kafka_resp_err_t code = rd_kafka_offsets_for_times(rk, asked, timeout_ms);

    for (int i = 0; i < asked->cnt && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
        code = asked->elems[i].err;
    for (int i = 0; i < asked->cnt && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++) {
        const rd_kafka_topic_partition_t *one = &asked->elems[i];
        rd_kafka_topic_partition_list_set_offset(list, one->topic, one->partition, one->offset);
    }
    rd_kafka_topic_partition_list_destroy(asked);
    return code;
}

bool ends_ask(struct brokers *brokers, struct rd_kafka_s *rk, struct rd_kafka_topic_partition_list_s *list,
              int timeout_ms, struct err *err)
{
    struct brokers_wait wait = brokers_wait_for(timeout_ms);
    int slice_ms;

    while ((slice_ms = brokers_wait_next(brokers, rk, &wait, err)) > 0) {
        rd_kafka_resp_err_t code = ask(rk, list, slice_ms);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            return true;
        kafka_error_code(err, KAFKA_CALL_ADMIN, code, list->elems[0].topic);
        if (err->class == ERR_STOP)
            return false;
        rd_kafka_poll(rk, 20);
    }
    return false;
}

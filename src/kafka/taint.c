#include "kafka/taint.h"

#include "core/bytes.h"

#include <librdkafka/rdkafka.h>

/* Kafka protocol guide, "API keys": the requests whose late arrival can affect a later transaction. */
enum {
    API_PRODUCE = 0,
    API_INIT_PRODUCER_ID = 22,
    API_ADD_PARTITIONS_TO_TXN = 24,
    API_ADD_OFFSETS_TO_TXN = 25,
    API_END_TXN = 26,
    API_TXN_OFFSET_COMMIT = 28,
};

static bool touches_transactions(int16_t api_key)
{
    return api_key == API_PRODUCE || api_key == API_INIT_PRODUCER_ID || api_key == API_ADD_PARTITIONS_TO_TXN ||
           api_key == API_ADD_OFFSETS_TO_TXN || api_key == API_END_TXN || api_key == API_TXN_OFFSET_COMMIT;
}

/* Runs on broker threads. `err` is about the transport: an error code inside a proper answer does not show here. */
static rd_kafka_resp_err_t on_response(rd_kafka_t *rk, int sockfd, const char *brokername, int32_t brokerid,
                                       int16_t api_key, int16_t api_version, int32_t corr_id, size_t size, int64_t rtt,
                                       rd_kafka_resp_err_t err, void *opaque)
{
    taint_flag *flag = opaque;

    (void)rk, (void)sockfd, (void)brokername, (void)brokerid, (void)api_version, (void)corr_id, (void)size, (void)rtt;
    if (err != RD_KAFKA_RESP_ERR_NO_ERROR && touches_transactions(api_key))
        atomic_store(flag, true);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* Runs on the thread that calls rd_kafka_new. */
static rd_kafka_resp_err_t on_new(rd_kafka_t *rk, const rd_kafka_conf_t *conf, void *opaque, char *errstr,
                                  size_t errstr_size)
{
    (void)conf, (void)errstr, (void)errstr_size;
    return rd_kafka_interceptor_add_on_response_received(rk, "sessiond-taint", on_response, opaque);
}

void taint_watch(struct rd_kafka_conf_s *conf, taint_flag *flag)
{
    atomic_store(flag, false);
    rd_kafka_conf_interceptor_add_on_new(conf, "sessiond-taint", on_new, flag);
}

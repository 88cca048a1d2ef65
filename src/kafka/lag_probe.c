#include "kafka/lag_probe.h"

#include "core/memory.h"
#include "kafka/brokers.h"
#include "kafka/kafka_error.h"
#include "kafka/sasl_reload.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>

#define BROKERS_COUNTED 256

struct lag_probe {
    const char *topic;
    struct brokers brokers;
    struct sasl_reload sasl_reload;
    rd_kafka_t *rk;
    rd_kafka_topic_t *rkt; /* to ask for its metadata alone */
};

/* Runs inside rd_kafka_poll(), on the caller's thread. A password may change here as it may for the loop's clients. */
static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    struct lag_probe *probe = opaque;
    struct err err;

    (void)rk;
    brokers_trouble(&probe->brokers, code, reason);
    (void)kafka_error_classify(&err, KAFKA_CALL_ADMIN, code, KAFKA_FLAG_NONE, reason, probe->brokers.setting);
    sasl_reload_judge(&probe->sasl_reload, &err);
}

struct lag_probe *lag_probe_open(const struct config *config, struct err *err)
{
    rd_kafka_conf_t *conf = client_conf(config, CLIENT_READER, err);
    if (conf == NULL)
        return NULL;

    struct lag_probe *probe = memory_zeroed(1, sizeof *probe);
    probe->topic = config->commands_topic;
    /*
     * The reader of a tool wants to see a new topic at once (100 ms). This client has time, and that interval would
     * cost 0.6 % of a core.
     */
    client_set(conf, "topic.metadata.refresh.interval.ms", "60000");
    rd_kafka_conf_set_opaque(conf, probe);
    rd_kafka_conf_set_error_cb(conf, on_error);
    brokers_init(&probe->brokers, config, CLIENT_READER);
    brokers_watch(&probe->brokers, conf);
    sasl_reload_watch(&probe->sasl_reload, conf, config, CLIENT_READER);
    probe->rk = client_new(conf, CLIENT_READER, err);
    if (probe->rk == NULL) {
        free(probe);
        return NULL;
    }
    probe->rkt = rd_kafka_topic_new(probe->rk, probe->topic, NULL);
    if (probe->rkt == NULL)
        abort(); /* its name was taken by the configuration */
    return probe;
}

void lag_probe_close(struct lag_probe *probe)
{
    if (probe == NULL)
        return;
    rd_kafka_topic_destroy(probe->rkt);
    rd_kafka_destroy(probe->rk);
    free(probe);
}

/* Says why there was no answer: what the client reported about its connections says more than "timed out". */
static bool unanswered(struct lag_probe *probe, rd_kafka_resp_err_t code, struct err *err)
{
    char why[BROKERS_WHY_TEXT];

    (void)kafka_error_code(err, KAFKA_CALL_ADMIN, code, probe->topic);
    if (probe->brokers.trouble == 0)
        return false;
    (void)brokers_why(&probe->brokers, why);
    return kafka_error_classify(err, KAFKA_CALL_ADMIN, probe->brokers.trouble, KAFKA_FLAG_NONE, why,
                                probe->brokers.setting);
}

bool lag_probe_ask(struct lag_probe *probe, const int32_t partitions[], size_t count, enum lag_probe_which which,
                   int timeout_ms, int64_t offsets[], struct err *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    int64_t time = which == LAG_PROBE_BEGINNING ? RD_KAFKA_OFFSET_BEGINNING : RD_KAFKA_OFFSET_END;

    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, probe->topic, partitions[i])->offset = time;
    rd_kafka_resp_err_t code = rd_kafka_offsets_for_times(probe->rk, list, timeout_ms);
    for (size_t i = 0; i < count; i++) {
        const rd_kafka_topic_partition_t *one = rd_kafka_topic_partition_list_find(list, probe->topic, partitions[i]);
        offsets[i] = one != NULL && one->err == RD_KAFKA_RESP_ERR_NO_ERROR && one->offset >= 0 ? one->offset : -1;
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR && one != NULL)
            code = one->err;
    }
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_poll(probe->rk, 0);
    sasl_reload_renew(&probe->sasl_reload, probe->rk);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return unanswered(probe, code, err);
    probe->brokers.trouble = 0;
    return true;
}

static bool is_listed(const int32_t *list, int count, int32_t id)
{
    for (int i = 0; i < count; i++)
        if (list[i] == id)
            return true;
    return false;
}

/* A broker that is down is not in the cluster's list, but still among the replicas. */
static int count_brokers(const struct rd_kafka_metadata *metadata)
{
    int32_t known[BROKERS_COUNTED];
    int count = 0;

    for (int i = 0; i < metadata->broker_cnt && count < BROKERS_COUNTED; i++)
        known[count++] = metadata->brokers[i].id;
    for (int t = 0; t < metadata->topic_cnt; t++)
        for (int p = 0; p < metadata->topics[t].partition_cnt; p++) {
            const struct rd_kafka_metadata_partition *partition = &metadata->topics[t].partitions[p];
            for (int i = 0; i < partition->replica_cnt && count < BROKERS_COUNTED; i++)
                if (!is_listed(known, count, partition->replicas[i]))
                    known[count++] = partition->replicas[i];
        }
    return count;
}

bool lag_probe_brokers(struct lag_probe *probe, int timeout_ms, int *up, int *all)
{
    const struct rd_kafka_metadata *metadata;

    if (rd_kafka_metadata(probe->rk, 0, probe->rkt, &metadata, timeout_ms) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return false;
    *all = count_brokers(metadata);
    *up = metadata->broker_cnt < *all ? metadata->broker_cnt : *all;
    rd_kafka_metadata_destroy(metadata);
    return true;
}

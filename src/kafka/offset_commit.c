#include "kafka/offset_commit.h"

#include "kafka/kafka_error.h"
#include "kafka/positions.h"
#include "runtime/clock.h"

#include <librdkafka/rdkafka.h>

/* The pause before a commit that was refused for the moment is requested again. */
#define PAUSE_MS 50

static bool same(const rd_kafka_topic_partition_list_t *list, const struct offsets *offsets)
{
    if (list == NULL || list->cnt != (int)offsets->count)
        return false;
    for (int i = 0; i < list->cnt; i++)
        if (list->elems[i].partition != offsets->list[i].partition || list->elems[i].offset != offsets->list[i].next)
            return false;
    return true;
}

static rd_kafka_resp_err_t ask(struct offset_commit *commit, rd_kafka_t *rk, const char *topic,
                               const struct offsets *offsets)
{
    commit->answers = rd_kafka_queue_new(rk);
    commit->asked = positions_list(topic, offsets);
    return rd_kafka_commit_queue(rk, commit->asked, commit->answers, NULL, NULL);
}

void offset_commit_forget(struct offset_commit *commit)
{
    if (commit->answers != NULL)
        rd_kafka_queue_destroy(commit->answers);
    if (commit->asked != NULL)
        rd_kafka_topic_partition_list_destroy(commit->asked);
    *commit = (struct offset_commit){0};
}

static rd_kafka_resp_err_t read_answer(rd_kafka_event_t *answer)
{
    const rd_kafka_topic_partition_list_t *list = rd_kafka_event_topic_partition_list(answer);
    rd_kafka_resp_err_t code = rd_kafka_event_error(answer);

    for (int i = 0; list != NULL && i < list->cnt && code == RD_KAFKA_RESP_ERR_NO_ERROR; i++)
        code = list->elems[i].err;
    return code;
}

enum progress offset_commit_run(struct offset_commit *commit, struct rd_kafka_s *rk, const char *topic,
                                const struct offsets *offsets, int timeout_ms, struct err *err)
{
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

    if (!same(commit->asked, offsets)) {
        offset_commit_forget(commit);
        code = ask(commit, rk, topic, offsets);
    }
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
        rd_kafka_event_t *answer = rd_kafka_queue_poll(commit->answers, timeout_ms);
        if (answer == NULL)
            return PENDING;
        code = read_answer(answer);
        rd_kafka_event_destroy(answer);
    }
    offset_commit_forget(commit);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return DONE;
    (void)kafka_error_code(err, KAFKA_CALL_CONSUME, code, "committing offsets");
    if (err->class != ERR_RETRY)
        return FAILED;
    clock_sleep_ms(timeout_ms < PAUSE_MS ? timeout_ms : PAUSE_MS);
    return PENDING;
}

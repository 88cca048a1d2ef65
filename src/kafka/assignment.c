#include "kafka/assignment.h"

#include "core/counters.h"
#include "core/memory.h"
#include "core/status.h"
#include "kafka/kafka_error.h"
#include "kafka/positions.h"
#include "runtime/clock.h"
#include "runtime/log.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdlib.h>

/*
 * How long a member may be unable to read its group's offsets. No worker's transaction is open that long, so one of
 * them has lost its end (a broker that stopped, or an unclean leader election: KAFKA-20716), and waiting does not help.
 */
#define HANGING_MS 60000

static void log_unreadable(const struct assignment *assignment, const struct err *err)
{
    static struct log_limit limit;
    uint64_t held_back;
    int64_t now_ms = clock_ms();

    if (now_ms - assignment->offered_ms < HANGING_MS)
        log_limited(&limit, now_ms, err->code, "%s; asking again", err->message);
    else if (log_allowed(&limit, now_ms, &held_back))
        log_error(E_KAFKA_HANGING,
                  "the group's committed offsets have not been readable for %" PRId64
                  " s, as when a transaction that never "
                  "ends holds them\n"
                  "  fix: end it: deploy/README.md, \"A transaction that hangs\"",
                  (now_ms - assignment->offered_ms) / 1000);
}

/*
 * Reads the group's committed offsets: stable ones (librdkafka asks for them under read_committed, KIP-447). While a
 * transaction of our predecessor is open the broker says "not yet" and we wait, since guessing would answer commands
 * twice.
 */
MUSTUSE static enum progress read_committed_offsets(struct assignment *assignment, rd_kafka_t *rk,
                                                    rd_kafka_topic_partition_list_t *partitions, int timeout_ms,
                                                    struct err *err)
{
    int code = positions_committed(rk, partitions, patience_begin(&assignment->patience, timeout_ms));

    patience_end(&assignment->patience, code == RD_KAFKA_RESP_ERR_NO_ERROR);

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return DONE;
    (void)kafka_error_code(err, KAFKA_CALL_CONSUME, code, "reading the group's committed offsets");
    if (err->class == ERR_STOP)
        return FAILED;
    log_unreadable(assignment, err);
    return PENDING;
}

/*
 * Takes the metadata and checks it. After a long pause (SIGSTOP) librdkafka 2.0.2 can have a generation without a
 * member id, and the broker accepts offsets from "no member" beside a live one. There is no getter for the metadata's
 * contents, so the member id is read before and after: when it is the same both times and not empty, the metadata has
 * it too.
 */
static rd_kafka_consumer_group_metadata_t *checked_metadata(rd_kafka_t *rk)
{
    char *before = rd_kafka_memberid(rk);
    rd_kafka_consumer_group_metadata_t *metadata = rd_kafka_consumer_group_metadata(rk);
    char *after = rd_kafka_memberid(rk);
    bool good = before != NULL && after != NULL && *before != 0 && strcmp(before, after) == 0;

    if (!good && metadata != NULL) {
        rd_kafka_consumer_group_metadata_destroy(metadata);
        metadata = NULL;
    }
    if (before != NULL)
        rd_kafka_mem_free(rk, before);
    if (after != NULL)
        rd_kafka_mem_free(rk, after);
    return metadata;
}

/* Where each partition starts. It is explicit, so that nothing depends on a reset policy. */
static void choose_starts(struct assignment *assignment, rd_kafka_topic_partition_list_t *partitions)
{
    assignment->count = (size_t)partitions->cnt;
    assignment->list = memory_zeroed(assignment->count + 1, sizeof *assignment->list);
    for (int i = 0; i < partitions->cnt; i++) {
        rd_kafka_topic_partition_t *p = &partitions->elems[i];
        bool committed = p->offset >= 0;

        assignment->list[i] = (struct owned_partition){p->partition, committed ? p->offset : -1, -1};
        if (!committed)
            p->offset = RD_KAFKA_OFFSET_BEGINNING;
        if (committed)
            log_info("assigned %s[%" PRId32 "] from offset %" PRId64, p->topic, p->partition, p->offset);
        else
            log_info("assigned %s[%" PRId32 "] from the beginning: the group never committed", p->topic, p->partition);
    }
}

/*
 * Forwards the messages to a queue of our own, so that the group can be served without taking any. This is done each
 * time anew, before the fetch begins. Once an application has forwarded a partition's queue, librdkafka leaves that to
 * it for ever, but still removes the forwarding when the partition is revoked (rd_kafka_toppar_fetch_stopped): a
 * partition that came back would stay silent.
 */
static void forward_messages(rd_kafka_t *rk, rd_kafka_queue_t *messages,
                             const rd_kafka_topic_partition_list_t *partitions)
{
    for (int i = 0; i < partitions->cnt; i++) {
        const rd_kafka_topic_partition_t *p = &partitions->elems[i];
        rd_kafka_queue_t *queue = rd_kafka_queue_get_partition(rk, p->topic, p->partition);
        if (queue == NULL)
            continue;
        rd_kafka_queue_forward(queue, messages);
        rd_kafka_queue_destroy(queue);
    }
}

static void forget(struct assignment *assignment)
{
    if (assignment->metadata != NULL)
        rd_kafka_consumer_group_metadata_destroy(assignment->metadata);
    if (assignment->offered != NULL)
        rd_kafka_topic_partition_list_destroy(assignment->offered);
    free(assignment->list);
    if (assignment->epoch != 0)
        status_assigned(0);
    *assignment = (struct assignment){.epochs = assignment->epochs, .patience = assignment->patience};
}

bool assignment_offer(struct assignment *assignment, struct rd_kafka_s *rk,
                      const struct rd_kafka_topic_partition_list_s *partitions, struct err *err)
{
    forget(assignment);
    assignment->metadata = checked_metadata(rk);
    if (assignment->metadata == NULL) {
        rd_kafka_assign(rk, NULL);
        return err_set(err, ERR_RETRY, 0, E_KAFKA_MEMBER, "assigned partitions, but no longer a member of the group");
    }
    assignment->offered = rd_kafka_topic_partition_list_copy(partitions);
    assignment->offered_ms = clock_ms();
    return true;
}

/* Tells the status which partitions are ours now, in ascending order. */
static void tell(const struct assignment *assignment)
{
    struct partition_status *list = memory_zeroed(assignment->count + 1, sizeof *list);

    for (size_t i = 0; i < assignment->count; i++) {
        struct partition_status one = {
            .partition = assignment->list[i].partition, .position = assignment->list[i].committed, .end = -1};
        size_t at = i;
        for (; at > 0 && list[at - 1].partition > one.partition; at--)
            list[at] = list[at - 1];
        list[at] = one;
    }
    status_assigned(assignment->epoch);
    status_partitions(list, assignment->count);
    counters_add(COUNTER_REBALANCES, 1);
    free(list);
}

enum progress assignment_begin(struct assignment *assignment, struct rd_kafka_s *rk, struct rd_kafka_queue_s *messages,
                               int timeout_ms, struct err *err)
{
    rd_kafka_topic_partition_list_t *partitions = assignment->offered;

    if (partitions == NULL)
        return DONE;
    enum progress progress = read_committed_offsets(assignment, rk, partitions, timeout_ms, err);
    if (progress == PENDING)
        status_down(DEPENDENCY_KAFKA, err, 0, clock_utc_us());
    if (progress != DONE)
        return progress;
    status_up(DEPENDENCY_KAFKA, -1, clock_utc_us());

    choose_starts(assignment, partitions);
    forward_messages(rk, messages, partitions);
    rd_kafka_resp_err_t code = rd_kafka_assign(rk, partitions);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        (void)kafka_error_code(err, KAFKA_CALL_CONSUME, code, "taking over partitions");
        assignment_end(assignment, rk);
        return err->class == ERR_STOP ? FAILED : PENDING;
    }
    rd_kafka_topic_partition_list_destroy(partitions);
    assignment->offered = NULL;
    assignment->epoch = ++assignment->epochs;
    tell(assignment);
    return DONE;
}

/* The group is not asked here: the caller knows where to begin. */
static void take_starts(struct assignment *assignment, const rd_kafka_topic_partition_list_t *partitions)
{
    assignment->count = (size_t)partitions->cnt;
    assignment->list = memory_zeroed(assignment->count + 1, sizeof *assignment->list);
    for (int i = 0; i < partitions->cnt; i++)
        assignment->list[i] = (struct owned_partition){partitions->elems[i].partition, -1, -1};
}

bool assignment_fix(struct assignment *assignment, struct rd_kafka_s *rk, struct rd_kafka_queue_s *messages,
                    const struct rd_kafka_topic_partition_list_s *partitions, const char *group_id, struct err *err)
{
    forget(assignment);
    assignment->metadata = rd_kafka_consumer_group_metadata_new(group_id);
    take_starts(assignment, partitions);
    forward_messages(rk, messages, partitions);
    rd_kafka_resp_err_t code = rd_kafka_assign(rk, partitions);
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        (void)kafka_error_code(err, KAFKA_CALL_CONSUME, code, "beginning to read");
        err->class = ERR_STOP;
        return false;
    }
    assignment->epoch = ++assignment->epochs;
    return true;
}

void assignment_end(struct assignment *assignment, struct rd_kafka_s *rk)
{
    rd_kafka_assign(rk, NULL);
    forget(assignment);
}

void assignment_end_unanswered(struct assignment *assignment)
{
    forget(assignment);
}

struct owned_partition *assignment_find(const struct assignment *assignment, int32_t partition)
{
    for (size_t i = 0; i < assignment->count; i++)
        if (assignment->list[i].partition == partition)
            return &assignment->list[i];
    return NULL;
}

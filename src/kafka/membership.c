#include "kafka/membership.h"

#include "kafka/client.h"
#include "kafka/kafka_error.h"
#include "runtime/clock.h"

#include <librdkafka/rdkafka.h>

#define OWN_FENCE_MIN_MS 500
#define OWN_FENCE_MAX_MS 60000

#define WATCH_MIN_MS 4000

void membership_init(struct membership *membership, const struct rd_kafka_conf_s *conf)
{
    *membership = (struct membership){
        .session_ms = client_number(conf, "session.timeout.ms"),
        .heartbeat_ms = client_number(conf, "heartbeat.interval.ms"),
    };
}

/* A fence also takes the assignment away. That must not hide an outage just before it, which is_own_fence looks for. */
void membership_revoked(struct membership *membership, bool lost)
{
    int64_t now_ms = clock_ms();

    if (lost && (membership->lost_ms == 0 || now_ms - membership->lost_ms >= OWN_FENCE_MAX_MS))
        membership->lost_ms = now_ms;
}

void membership_down(struct membership *membership)
{
    membership->down_ms = clock_ms();
}

/*
 * A fence although no other process has our identity: after a session that ended in an outage librdkafka joins anew as
 * the same static member, and a late request of the old member is answered "fenced". Only a new consumer helps. If
 * another process does run with our instance.id, it will be fenced without any outage before it.
 *
 * A process that was stopped for long loses its session too, and is rightly fenced in the same moment. So a loss counts
 * only when it is older than that.
 */
static bool is_own_fence(const struct membership *membership, const struct err *err)
{
    int64_t now_ms = clock_ms();
    int64_t lost_ago_ms = now_ms - membership->lost_ms;
    bool lost = membership->lost_ms != 0 && lost_ago_ms > OWN_FENCE_MIN_MS && lost_ago_ms < OWN_FENCE_MAX_MS;
    bool down = membership->down_ms != 0 && now_ms - membership->down_ms < OWN_FENCE_MAX_MS;

    return err->class == ERR_STOP && err->exit_code == EXIT_FENCED && (lost || down);
}

static void keep(struct membership *membership, const struct err *err)
{
    if (membership->over.class == ERR_NONE && err->class >= ERR_RESTART)
        membership->over = *err;
}

void membership_judge(struct membership *membership, struct err *err)
{
    if (is_own_fence(membership, err))
        err->class = ERR_RESTART;
    keep(membership, err);
}

void membership_replaced(struct membership *membership, const struct err *err)
{
    keep(membership, err);
}

bool membership_over(struct membership *membership, struct rd_kafka_s *rk, struct err *err)
{
    char text[256];

    if (membership->over.class == ERR_NONE) {
        rd_kafka_resp_err_t code = rd_kafka_fatal_error(rk, text, sizeof text);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            return false;
        (void)kafka_error_classify(err, KAFKA_CALL_CONSUME, (int)code, KAFKA_FLAG_NONE, text,
                                   "the consumer has failed");
        if (err->class < ERR_RESTART) /* for librdkafka every fatal error is final, whatever it means elsewhere */
            err->class = ERR_RESTART;
        membership_judge(membership, err);
    }
    *err = membership->over;
    return true;
}

void membership_refused(struct membership *membership, uint64_t epoch, struct err *err)
{
    int64_t now_ms = clock_ms();

    membership_judge(membership, err);
    if (err->class != ERR_ABORT || err->reason != REASON_REBALANCE)
        return;
    if (membership->refused_ms == 0 || membership->refused_epoch != epoch) {
        membership->refused_ms = now_ms;
        membership->refused_epoch = epoch;
    }
    if (now_ms - membership->refused_ms <= membership->session_ms)
        return;
    err_prefix(err, "refused by the group for longer than a session, and no other assignment has come");
    err->class = ERR_RESTART;
    keep(membership, err);
}

void membership_accepted(struct membership *membership)
{
    membership->refused_ms = 0;
}

int64_t membership_watch_ms(const struct membership *membership)
{
    return 2 * membership->heartbeat_ms > WATCH_MIN_MS ? 2 * membership->heartbeat_ms : WATCH_MIN_MS;
}

/**
 * What the group thinks of this consumer: whether it is still a member, whether it can be used at all, and whether a
 * fence is our own doing.
 *
 * librdkafka reports a fatal error only once, to whichever call polls at that moment. That call may be waiting for
 * something else and take the error for a failure of its own; the process would then live on and never read again. So
 * the error is kept here and reported at every call.
 *
 * One thread: the loop's, inside polls.
 */
#ifndef KAFKA_MEMBERSHIP_H
#define KAFKA_MEMBERSHIP_H

#include "core/err.h"

struct rd_kafka_s;
struct rd_kafka_conf_s;

/** Plain data, nothing to free. */
struct membership {
    int64_t session_ms;
    int64_t heartbeat_ms;
    int64_t lost_ms;        /* when this consumer lost its session; 0: never */
    int64_t down_ms;        /* when a broker was last out of reach; 0: never */
    int64_t refused_ms;     /* since when the group refuses the offsets of `refused_epoch`; 0: it does not */
    uint64_t refused_epoch; /* an epoch of the assignment */
    struct err over;        /* why nothing can be read any more; ERR_NONE while reading is possible */
};

/** For a consumer that will be made with this configuration. */
void membership_init(struct membership *membership, const struct rd_kafka_conf_s *conf);

/** Partitions were revoked. `lost`: because the session is over, and not because the group wanted them. */
void membership_revoked(struct membership *membership, bool lost);

/** A broker is out of reach. */
void membership_down(struct membership *membership);

/**
 * Judges an error that the consumer reported: a fence of our own making becomes ERR_RESTART, and an error that ends the
 * consumer is kept.
 */
void membership_judge(struct membership *membership, struct err *err);

/** Another process has our identity, as the group itself says: this consumer is over, whatever happened before. */
void membership_replaced(struct membership *membership, const struct err *err);

/** True, with `err`, when this consumer is over: it was found before, or librdkafka says so now. */
bool membership_over(struct membership *membership, struct rd_kafka_s *rk, struct err *err);

/**
 * The group refused the offsets of this epoch's batch with `err`. A member learns of a new generation within a
 * heartbeat, and then the epoch ends. If the refusals last longer than a session while the epoch is the same, this
 * client has missed what the group knows: ERR_RESTART.
 */
void membership_refused(struct membership *membership, uint64_t epoch, struct err *err);

/** The group has accepted offsets. */
void membership_accepted(struct membership *membership);

/** How long to wait for what the group says after a fence of our producer, in milliseconds. */
int64_t membership_watch_ms(const struct membership *membership);

#endif

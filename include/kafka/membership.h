/**
 * What the group thinks of this consumer: whether it is still a member, or of no more use, and whose fault a fence is.
 *
 * librdkafka tells a fatal error once, to whoever polls at that moment. Whoever polls may be waiting for something else and take it for
 * that one's failure; then the process would live on and never read again. So it is kept here, for ever, and told at every call.
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
    int64_t refused_ms;     /* since when the group has refused the offsets of `refused_epoch`; 0: it has not */
    uint64_t refused_epoch; /* of the assignment */
    struct err over;        /* why nothing can be read any more; ERR_NONE: it can */
};

/** Of a consumer that is to be made with this configuration. */
void membership_init(struct membership *membership, const struct rd_kafka_conf_s *conf);

/** Partitions were revoked; `lost`: because the session is over, not because the group asked for them. */
void membership_revoked(struct membership *membership, bool lost);

/** A broker is out of reach. */
void membership_down(struct membership *membership);

/** What came from the consumer: a fence that is our own becomes ERR_RESTART, and what ends the consumer is kept. */
void membership_judge(struct membership *membership, struct err *err);

/** Another process has our identity, by the group's own word: this consumer is over, whatever happened before. */
void membership_replaced(struct membership *membership, const struct err *err);

/** True, with `err`: this consumer is over, as was found before or as librdkafka says when it is asked. */
bool membership_over(struct membership *membership, struct rd_kafka_s *rk, struct err *err);

/**
 * The offsets of this epoch's batch were refused with `err`. A member learns of a new generation within a heartbeat, and the epoch ends;
 * one that is refused for longer than a session and still has its epoch does not know what the group knows: ERR_RESTART.
 */
void membership_refused(struct membership *membership, uint64_t epoch, struct err *err);

/** The group has taken offsets. */
void membership_accepted(struct membership *membership);

/** How long after a fence of our producer the group's own word on it is to be waited for. */
int64_t membership_watch_ms(const struct membership *membership);

#endif

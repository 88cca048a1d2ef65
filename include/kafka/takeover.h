/**
 * Whether another process with the same `instance.id` took our place in the group while this one was away.
 *
 * The story: (1) a process is paused for longer than its session; (2) its supervisor, or an operator, starts another
 * one, which the group takes for the same static member; (3) the first one wakes up. By its own clock its session is
 * over, so librdkafka (2.0.2 to 2.15) forgets its member id and joins anew before it hears that it was replaced. The
 * group takes it for the newest one, and fences the process that works. So a process that has lost its session first
 * asks the group who holds its instance.id now.
 *
 * Plain data, all zero at first. One thread: the loop's.
 */
#ifndef KAFKA_TAKEOVER_H
#define KAFKA_TAKEOVER_H

#include "core/err.h"
#include "kafka/patience.h"

struct rd_kafka_s;

struct takeover {
    char *member;     /* our last member id; owned; NULL: we were never a member */
    bool asking;      /* set from takeover_ask until takeover_read is not PENDING */
    bool replaced;    /* the group has said that we were replaced */
    int64_t asked_ms; /* when it was last asked */
    int unclear;      /* how many answers lacked some broker's part, and the group */
    struct patience patience;
};

/** The group has given us partitions, as this member: remembers the member id. */
void takeover_member(struct takeover *takeover, struct rd_kafka_s *rk);

/** The session is over: it is to be asked who holds the place. Does nothing for a process that was never a member. */
void takeover_ask(struct takeover *takeover);

/**
 * Asks the brokers, at most twice a second, each time for as long as an answer takes. DONE: nobody has our place, or
 * the group cannot say. PENDING: no answer yet, perhaps because the brokers are away; until then this client must not
 * join. FAILED: ERR_STOP with EXIT_FENCED.
 */
MUSTUSE enum progress takeover_read(struct takeover *takeover, struct rd_kafka_s *rk, const char *group_id,
                                    const char *instance_id, struct err *err);

/**
 * True when another process has our place, or when it is not known yet that none has: this client must not join again.
 */
bool takeover_possible(const struct takeover *takeover);

/** True when a broker has made this member id for that static member: the instance's id, a hyphen, a UUID (KIP-345). */
bool takeover_is_instance(const char *member, const char *instance_id);

void takeover_close(struct takeover *takeover);

#endif

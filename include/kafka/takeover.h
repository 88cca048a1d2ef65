/**
 * Whether another process took our place in the group while this one was away, with the same `instance.id`.
 *
 * The story: (1) a process is paused for longer than its session; (2) its supervisor, or an operator, starts another one, which the
 * group takes for the same static member; (3) the first one wakes up. By its own clock its session is over, so librdkafka (2.0.2 to
 * 2.15) forgets its member id and joins anew, before it hears that it was replaced: the group takes it for the newest one, and fences
 * the process that works. So whoever has lost its session asks the group first who holds its instance.id now.
 *
 * Plain data, all zero at first. One thread: the loop's.
 */
#ifndef KAFKA_TAKEOVER_H
#define KAFKA_TAKEOVER_H

#include "core/err.h"
#include "kafka/patience.h"

struct rd_kafka_s;

struct takeover {
    char *member;     /* our last member id; owned, NULL: never a member */
    bool asking;      /* since takeover_ask, until takeover_read is not PENDING */
    bool replaced;    /* the group has said so */
    int64_t asked_ms; /* when, last */
    int unclear;      /* answers without some broker's, and without the group */
    struct patience patience;
};

/** The group has given us partitions, as this member. */
void takeover_member(struct takeover *takeover, struct rd_kafka_s *rk);

/** The session is over. Does nothing for who was never a member. */
void takeover_ask(struct takeover *takeover);

/**
 * Asks the brokers, at most twice a second and each time for as long as an answer takes. DONE: nobody else, or the group cannot say.
 * PENDING: no answer yet, for as long as the brokers are away; meanwhile nobody may join. FAILED: ERR_STOP with EXIT_FENCED.
 */
MUSTUSE enum progress takeover_read(struct takeover *takeover, struct rd_kafka_s *rk, const char *group_id,
                                    const char *instance_id, struct err *err);

/** Another process has our place, or nobody has said yet that none has: this client must not join again. */
bool takeover_possible(const struct takeover *takeover);

/** Whether a broker has made this member id for that static member: the instance's id, a hyphen, a UUID (KIP-345). */
bool takeover_is_instance(const char *member, const char *instance_id);

void takeover_close(struct takeover *takeover);

#endif

/**
 * How far a group has come in a topic, and who is in it, as seen by a tool that is not a member.
 *
 * One thread. It joins, commits and changes nothing.
 */
#ifndef KAFKA_TOOLS_LAG_H
#define KAFKA_TOOLS_LAG_H

#include "core/err.h"
#include "config/config.h"

struct lag;

/** Offsets are those of the next record. */
struct lag_partition {
    int64_t begin;     /* the oldest record that is kept */
    int64_t committed; /* by the group; -1: it never committed */
    int64_t stable;    /* the end of what can be read: an open transaction holds back the rest */
    int64_t end;
    int64_t behind; /* records and transaction markers from `committed` (or `begin`, if that is later) to `end` */
    int owner;      /* index of the member to which it is assigned; -1: none */
};

struct lag_member {
    const char *instance; /* group.instance.id, or the client's own id of a dynamic member */
    const char *host;
};

/** All members are borrowed from `struct lag` until the next lag_read. */
struct lag_group {
    const char *assignor; /* how its members share the partitions, e.g. "range"; "" where there is none */
    const char *state;    /* Kafka's name: "Stable", "Empty", "Dead" (no such group), ... */
    const struct lag_partition *partitions;
    int partition_count;
    const struct lag_member *members;
    int member_count;
    int64_t behind; /* the sum of all partitions */
};

/** Makes the clients. Does not wait for a broker yet. NULL with ERR_STOP/EXIT_CONFIG. Borrows the config. */
MUSTUSE struct lag *lag_open(const struct config *config, int timeout_ms, struct err *err);
void lag_close(struct lag *lag);

/**
 * Asks for everything anew: the group `group.id` in `commands.topic`. False with ERR_STOP: out of reach (69),
 * interrupted (75), no permission (77), no such topic (78).
 */
MUSTUSE bool lag_read(struct lag *lag, struct lag_group *group, struct err *err);

#endif

/**
 * What a tool that compares topics has to know at one moment: where each partition begins and ends, and what groups
 * have committed. It joins, commits and changes nothing. One thread.
 */
#ifndef KAFKA_TOOLS_EXTENT_H
#define KAFKA_TOOLS_EXTENT_H

#include "config/config.h"
#include "core/err.h"

struct extents;

/** Offsets are those of the next record. */
struct extent {
    int64_t begin;  /* the oldest record that is kept */
    int64_t stable; /* the end of what can be read: an open transaction holds back the rest */
    int64_t end;
};

enum extent_group {
    EXTENT_LIVE,   /* `group.id` */
    EXTENT_REPLAY, /* "<group.id>-replay": how far `sessiond replay` has come */
};

/** Makes two clients; waits for nothing. NULL with ERR_STOP/EXIT_CONFIG. Borrows the config. */
MUSTUSE struct extents *extents_open(const struct config *config, int timeout_ms, struct err *err);
void extents_close(struct extents *extents);

/**
 * Finds how many partitions the topic has. False with ERR_STOP: out of reach (69), interrupted (75), not allowed (77),
 * no such topic (78).
 */
MUSTUSE bool extents_partitions(struct extents *extents, const char *topic, int *count, struct err *err);

/**
 * Fills the extents of the topic's first `count` partitions; the stable end is asked for after the end. False with
 * ERR_STOP: the same exit codes as of extents_partitions.
 */
MUSTUSE bool extents_read(struct extents *extents, const char *topic, struct extent *list, int count, struct err *err);

/**
 * Fills what the group has committed in the topic's first `count` partitions, with -1 where it has committed nothing.
 * For the live group these are offsets that no open transaction can change any more: it waits for the end of such a
 * transaction. False with ERR_STOP: the same exit codes as of extents_partitions.
 */
MUSTUSE bool extents_committed(struct extents *extents, enum extent_group group, const char *topic, int64_t *offsets,
                               int count, struct err *err);

#endif

/**
 * Records on their way into a topic, in transactions together with the offsets of a group that has no members: what a tool moves, it
 * moves once, whatever ends it.
 *
 * The sink of `run` does the work; this waits for it, but not for ever. One thread.
 */
#ifndef KAFKA_TOOLS_COPIER_H
#define KAFKA_TOOLS_COPIER_H

#include "config/config.h"
#include "core/err.h"
#include "core/record.h"

struct copier;
struct rd_kafka_topic_partition_list_s;

/**
 * `config`: that of the tool, with its `transactional_id`, its `group_id`, and the topic as one of the topics that a sink writes. Ends
 * what a predecessor left open. Waits up to `timeout_ms` now, and for each transaction. NULL with ERR_STOP: out of reach (69),
 * interrupted (75), another process has this transactional id (76), no permission (77), no such topic (78).
 */
MUSTUSE struct copier *copier_open(const struct config *config, int timeout_ms, struct err *err);
void copier_close(struct copier *copier);

/**
 * One transaction: the records, and the offsets, which it takes over. False: ERR_STOP, as above; 78 also when the topic takes no record of such a size:
 * `*too_large` is the first one's index, else `count`. After any failure close it: whether the transaction was committed shows when the
 * group's offsets are read anew.
 */
MUSTUSE bool copier_move(struct copier *copier, const struct outbound *records, size_t count,
                         struct rd_kafka_topic_partition_list_s *offsets, size_t *too_large, struct err *err);

#endif

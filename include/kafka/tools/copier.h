/**
 * Writes records into a topic in transactions, together with the offsets of a group that has no members: so a tool
 * moves each record once, however it ends.
 *
 * It uses the sink of `run` and waits for it, but not for ever. One thread.
 */
#ifndef KAFKA_TOOLS_COPIER_H
#define KAFKA_TOOLS_COPIER_H

#include "config/config.h"
#include "core/err.h"
#include "core/record.h"

struct copier;
struct rd_kafka_topic_partition_list_s;

/**
 * Opens the sink with the configuration of the tool, which has its own `transactional_id` and `group_id`, and the topic
 * as one of those that a sink writes. Ends what a predecessor left open. Waits up to `timeout_ms` now, and for each
 * transaction. NULL with ERR_STOP: out of reach (69), interrupted (75), another process has this transactional id (76),
 * no permission (77), no such topic (78).
 */
MUSTUSE struct copier *copier_open(const struct config *config, int timeout_ms, struct err *err);
void copier_close(struct copier *copier);

/**
 * Moves the records in one transaction, with the offsets, which it takes over. False with ERR_STOP: the same exit codes
 * as of copier_open, and 78 when the topic refuses a record for its size; `*too_large` is then the index of the first
 * such record, else `count`. After any failure close the copier: only the group's offsets, read anew, tell whether the
 * transaction was committed.
 */
MUSTUSE bool copier_move(struct copier *copier, const struct outbound *records, size_t count,
                         struct rd_kafka_topic_partition_list_s *offsets, size_t *too_large, struct err *err);

#endif

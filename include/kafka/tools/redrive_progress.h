/**
 * What `sessiond dlq redrive` has committed, for each partition of the dead-letter topic (kafka/tools/redrive_mark.h).
 *
 * It uses a client of its own that is not a member of the group. One thread.
 */
#ifndef KAFKA_TOOLS_REDRIVE_PROGRESS_H
#define KAFKA_TOOLS_REDRIVE_PROGRESS_H

#include "config/config.h"
#include "core/err.h"
#include "kafka/tools/redrive_mark.h"

struct rd_kafka_topic_partition_list_s;

struct redrive_partition {
    struct redrive_mark mark;
    bool changed; /* changed since the last list */
};

struct redrive_progress {
    const char *topic;
    struct redrive_partition *partitions; /* owned */
    size_t count;
};

/**
 * Reads what the group `config->group_id` has committed in the first `count` partitions of `dlq.topic`; waits up to
 * `timeout_ms`, also for the end of an open transaction. False: ERR_STOP, out of reach (69), interrupted (75), no
 * permission (77).
 */
MUSTUSE bool redrive_progress_read(struct redrive_progress *progress, const struct config *config, const char *topic,
                                   size_t count, int timeout_ms, struct err *err);
void redrive_progress_free(struct redrive_progress *progress);

/** The offsets and marks of all partitions that have changed. The caller destroys the list. */
MUSTUSE struct rd_kafka_topic_partition_list_s *redrive_progress_list(const struct redrive_progress *progress);

/** Notes that the last list was committed. */
void redrive_progress_committed(struct redrive_progress *progress);

#endif

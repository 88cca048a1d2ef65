/**
 * The topics that the producer writes: created, rejected and dead-letter topic and the reply topics, each name once.
 *
 * The names stay for the life of the sink; the handles belong to one producer and are made anew with it. One thread.
 */
#ifndef KAFKA_OUTLETS_H
#define KAFKA_OUTLETS_H

#include "core/err.h"
#include "kafka/patience.h"
#include "config/config.h"

struct rd_kafka_s;
struct rd_kafka_topic_s;

struct outlets {
    const char **names; /* the configuration's; the lists are owned */
    size_t count;
    struct rd_kafka_topic_s **topics; /* in the same order; while `ready` */
    int32_t *partitions;              /* how many each has */
    bool ready;
    struct patience patience;
};

void outlets_name(struct outlets *outlets, const struct config *config);
void outlets_free(struct outlets *outlets);

/** Asks the broker about each and makes the handles of this producer. Again while PENDING; FAILED: ERR_STOP, see topic_metadata. */
enum progress outlets_open(struct outlets *outlets, struct rd_kafka_s *rk, int timeout_ms, struct err *err);

/** Before their producer goes. */
void outlets_close(struct outlets *outlets);

/** The index of a topic that is ready; `count` when there is none. */
size_t outlets_find(const struct outlets *outlets, const char *name);

#endif

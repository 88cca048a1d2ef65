/**
 * The inside of a source, for its four files: source.c (the client, its callbacks and its life), source_topics.c
 * (whether the topics exist and are suitable), source_read.c (records) and source_offsets.c. Everybody else uses
 * kafka/source.h. One thread: the loop's.
 */
#ifndef KAFKA_SOURCE_PARTS_H
#define KAFKA_SOURCE_PARTS_H

#include "kafka/assignment.h"
#include "kafka/brokers.h"
#include "kafka/cleanup.h"
#include "kafka/membership.h"
#include "kafka/offset_commit.h"
#include "kafka/patience.h"
#include "kafka/read_ahead.h"
#include "kafka/sasl_reload.h"
#include "kafka/source.h"
#include "kafka/takeover.h"
#include "runtime/log.h"

struct source {
    const struct config *config;
    struct replay *replay; /* borrowed; NULL: a member of the group */
    bool beginning;        /* the replay was requested and has not begun yet */
    struct rd_kafka_s *rk;
    /* The messages of all partitions, apart from the group's events, which can so be served alone */
    struct rd_kafka_queue_s *messages;
    struct assignment assignment;
    struct brokers brokers;
    struct sasl_reload sasl_reload;
    struct read_ahead read_ahead;
    struct cleanup cleanup;
    int64_t settings_until_ms; /* 0: the topics' settings were not asked for yet */
    int leaders_ms;            /* the next try of reach_leaders */

    struct membership membership;
    struct takeover takeover;
    struct offset_commit commit;
    struct patience topics; /* one for each kind of request */
    struct patience settled;
    struct patience kept;
    bool in_question; /* a broker said that the commands topic is missing */
    int64_t looked_ms;
    int64_t ends_ms; /* when the ends that fetches have told were last passed on */
    struct log_limit limit;
};

/**
 * Judges `err`, by which a broker may have said that the commands topic or a partition of it is missing: is it really?
 */
void source_doubt_topic(struct source *source, struct err *err);

/** Asks again, once in a while, for a commands topic that may be missing. False: it is really missing. */
MUSTUSE bool source_look_for_topic(struct source *source, struct err *err);

#endif

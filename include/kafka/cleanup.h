/**
 * Whether the brokers compact our topics: the topic setting `cleanup.policy`, as far as a promise depends on it.
 *
 * The story: (1) four commands with one key, that of a user, wait on a compacted topic while the worker is down; (2)
 * the broker's cleaner removes all but the last; (3) three commands are never answered, and nothing shows that they
 * existed: the missing offsets look like those of transaction markers. A compacted dead-letter topic loses copies in
 * the same way. A compacted event topic loses events, which is right for a view of the present state, and so is only a
 * warning.
 *
 * Reading the setting takes DESCRIBE_CONFIGS on the topics. Without that right a warning says once that it was not
 * read. One thread.
 */
#ifndef KAFKA_CLEANUP_H
#define KAFKA_CLEANUP_H

#include "core/err.h"
#include "config/topics.h"

struct rd_kafka_s;
struct rd_kafka_queue_s;

enum cleanup_policy { CLEANUP_UNREAD = 0, CLEANUP_DELETES, CLEANUP_COMPACTS };

struct cleanup_topic {
    const char *name; /* the topic's name; borrowed from the configuration */
    const char *key;  /* the key that names it; static */
    enum cleanup_policy policy;
};

struct cleanup {
    const struct config *config;
    struct cleanup_topic topics[OWN_TOPICS];
    size_t count;
    struct rd_kafka_queue_s *answers; /* NULL: no request is under way */
    char why[256];                    /* the last reason why a policy is unread */
};

/** Takes the topics that the configuration names, each once. Nothing is requested yet. */
void cleanup_init(struct cleanup *cleanup, const struct config *config);

/** Ends a request that is under way. Call it before the client is destroyed. */
void cleanup_close(struct cleanup *cleanup);

/**
 * Asks the brokers. DONE: each `policy` is known, or unread for a reason that another request would not change (no
 * right, or a broker that cannot say). PENDING: no answer yet, or one that may differ the next time; `why` may say
 * more. Never FAILED.
 */
MUSTUSE enum progress cleanup_read(struct cleanup *cleanup, struct rd_kafka_s *rk, int timeout_ms);

/**
 * Asks as cleanup_read does, until it is done; a tool waits so. What is not answered in time stays unread, which is not
 * a failure. False: ERR_INTERRUPTED (75).
 */
MUSTUSE bool cleanup_await(struct cleanup *cleanup, struct rd_kafka_s *rk, int timeout_ms, struct err *err);

/**
 * Judges one topic. False: nothing is wrong with it. Else `err` is ERR_STOP when `run` does not work with such a topic,
 * or ERR_NONE for a warning.
 */
MUSTUSE bool cleanup_verdict(const struct cleanup *cleanup, const struct cleanup_topic *topic, struct err *err);

/** Makes one warning that names all topics whose policy is unread. False: there are none. */
bool cleanup_unread(const struct cleanup *cleanup, struct err *err);

/** Judges all topics. False with the first verdict that stops; warnings, and what could not be read, are logged. */
MUSTUSE bool cleanup_judge(const struct cleanup *cleanup, struct err *err);

#endif

/**
 * Which of our topics the brokers compact: the topic setting `cleanup.policy`, as far as a promise rests on it.
 *
 * The story: (1) four commands with one key, a user's, wait on a compacted topic while the worker is down; (2) the broker's cleaner
 * removes all but the last; (3) three commands are never answered, and nothing shows that they were there: the offsets that are gone
 * look like those of transaction markers. A compacted dead-letter topic loses copies in the same way. A compacted event topic loses
 * events, which is right for a view of the present state: only a warning.
 *
 * Reading it takes DESCRIBE_CONFIGS on the topics. Who has no such right is told once that nobody has looked. One thread.
 */
#ifndef KAFKA_CLEANUP_H
#define KAFKA_CLEANUP_H

#include "core/err.h"
#include "config/topics.h"

struct rd_kafka_s;
struct rd_kafka_queue_s;

enum cleanup_policy { CLEANUP_UNREAD = 0, CLEANUP_DELETES, CLEANUP_COMPACTS };

struct cleanup_topic {
    const char *name; /* of the topic; borrowed from the configuration */
    const char *key;  /* that names it; static */
    enum cleanup_policy policy;
};

struct cleanup {
    const struct config *config;
    struct cleanup_topic topics[OWN_TOPICS];
    size_t count;
    struct rd_kafka_queue_s *answers; /* NULL: no question is under way */
    char why[256];                    /* the last reason why something is unread */
};

/** The topics that the configuration names, each once; nothing is asked yet. */
void cleanup_init(struct cleanup *cleanup, const struct config *config);

/** Ends a question that is under way. Before the client is destroyed. */
void cleanup_close(struct cleanup *cleanup);

/**
 * Asks the brokers. DONE: each `policy` is known, or unread for a reason that asking again does not change (no right to, a broker that
 * cannot say). PENDING: no answer yet, or one that may be another the next time; `why` may say more. Never FAILED.
 */
MUSTUSE enum progress cleanup_read(struct cleanup *cleanup, struct rd_kafka_s *rk, int timeout_ms);

/**
 * The verdict on one topic. False: there is nothing to say of it. `err`: ERR_STOP when `run` does not work with such a topic, ERR_NONE
 * for a warning.
 */
MUSTUSE bool cleanup_verdict(const struct cleanup *cleanup, const struct cleanup_topic *topic, struct err *err);

/** One warning that names all topics that are unread. False: there is none. */
bool cleanup_unread(const struct cleanup *cleanup, struct err *err);

/** All verdicts: false with the first that stops; the others, and what could not be read, are logged. */
MUSTUSE bool cleanup_judge(const struct cleanup *cleanup, struct err *err);

#endif

/**
 * What `sessiond verify` compares, and the moment of which it speaks: the ends of all topics, what the group had committed before and
 * after they were fixed, and what retention has taken away.
 */
#ifndef CLI_VERIFY_SCOPE_H
#define CLI_VERIFY_SCOPE_H

#include "cli/verify/digest.h"
#include "config/config.h"
#include "kafka/tools/extent.h"

/** A partition of the commands topic. */
struct command_partition {
    int64_t begin; /* the oldest record that was read */
    int64_t end;
    int64_t committed; /* before the events' ends were fixed: what lies below has its event there. -1: never */
    int64_t low, high; /* the least and the most that was committed meanwhile: what lies between is in flight */
    bool replayed;     /* `sessiond replay` has been here */
    bool recreated;    /* the ledger knows records of it that are not there: the topic was another one */
};

/** A partition of an event topic. */
struct event_partition {
    struct extent extent;
    int64_t last;     /* offset of its last event; -1: none */
    int64_t count;    /* of its events */
    int64_t first_ms; /* the least timestamp of its events; INT64_MAX: none */
    int64_t last_ms;  /* the greatest; 0: none */
    /* By command partition: which command its oldest event answers. INT64_MAX: it has none. Where `extent.begin` is not 0, events of
     * commands before that one may have gone by retention. */
    int64_t *floor;
};

struct event_topic {
    const char *name;
    struct event_partition *partitions; /* owned */
    int count;
};

struct scope {
    const struct config *config;
    struct command_partition *commands; /* owned */
    int command_count;
    struct event_topic topics[2]; /* created, rejected */
    size_t topic_count;           /* 1 where both are one topic */
    bool clocks_differ;           /* timestamps of events go back by more than a second in a partition */
    bool letters;                 /* there is a dead-letter topic */
    bool letters_trimmed;
};

void scope_free(struct scope *scope);

/** NULL: the topic has no such partition now. */
struct command_partition *scope_partition(const struct scope *scope, const struct place *place);

/** The partition in which an event stands. */
struct event_partition *scope_event_partition(const struct scope *scope, const struct position *at);

/** Retention has taken some events of the topics. */
bool scope_events_trimmed(const struct scope *scope);

/** True when the event of that command could be among those that retention has taken. `key`: murmur2 of the event's key. */
bool scope_may_be_gone(const struct scope *scope, bool created, uint32_t key, const struct place *command);

/** Which of two records was written first: by offset in one partition, else by timestamp. */
bool position_before(const struct position *a, const struct position *b);

/** At the very end of a partition in which no transaction is open, and without the marker that ends a transaction behind it. */
bool scope_outside_transaction(const struct scope *scope, const struct position *at);

/** True when an event with that key belongs there: now, or before the topic got more partitions. */
bool scope_key_belongs(const struct scope *scope, uint32_t key, const struct position *at);

static inline bool scope_exactly_once(const struct scope *scope)
{
    return scope->config->events_delivery == DELIVERY_EXACTLY_ONCE;
}

#endif

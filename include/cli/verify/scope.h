/**
 * What `sessiond verify` compares, and the moment that it speaks about: the ends of all topics, what the group had
 * committed before and after they were fixed, and what retention has taken away.
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
    /* Before the events' ends were fixed: everything below has its event before those ends. -1: never */
    int64_t committed;
    int64_t low, high; /* the least and the most that was committed meanwhile: what is in between is in flight */
    bool replayed;     /* `sessiond replay` was used here */
    bool recreated;    /* the ledger knows records of it that do not exist: the topic was another one */
};

/** A partition of an event topic. */
struct event_partition {
    struct extent extent;
    int64_t last;     /* offset of its last event; -1: none */
    int64_t count;    /* how many events it has */
    int64_t first_ms; /* the lowest timestamp of its events; INT64_MAX: none */
    int64_t last_ms;  /* the highest; 0: none */
    /*
     * By partition of the commands topic: which command its oldest event answers. INT64_MAX: it has none. Where
     * `extent.begin` is not 0, retention may have taken events of commands before that one.
     */
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
    size_t topic_count;           /* 1 when both have the same topic */
    bool clocks_differ;           /* timestamps of events go back by more than a second in a partition */
    bool letters;                 /* a dead-letter topic is configured */
    bool letters_trimmed;
};

void scope_free(struct scope *scope);

/** NULL: the topic does not have this partition now. */
struct command_partition *scope_partition(const struct scope *scope, const struct place *place);

/** The partition that the event is in. */
struct event_partition *scope_event_partition(const struct scope *scope, const struct position *at);

/** True when retention has taken events of the topics. */
bool scope_events_trimmed(const struct scope *scope);

/** True when retention may have taken the event of that command. `key`: murmur2 of the event's key. */
bool scope_may_be_gone(const struct scope *scope, bool created, uint32_t key, const struct place *command);

/** True when the first of two records was written before the second: by offset in one partition, else by timestamp. */
bool position_before(const struct position *a, const struct position *b);

/** True at the very end of a partition without an open transaction, when no marker of a transaction follows. */
bool scope_outside_transaction(const struct scope *scope, const struct position *at);

/** True when an event with that key belongs in this partition: now, or before the topic got more partitions. */
bool scope_key_belongs(const struct scope *scope, uint32_t key, const struct position *at);

static inline bool scope_exactly_once(const struct scope *scope)
{
    return scope->config->events_delivery == DELIVERY_EXACTLY_ONCE;
}

#endif

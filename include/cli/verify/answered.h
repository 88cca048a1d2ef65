/** How each command record was answered: from the step by ids to the step by places. */
#ifndef CLI_VERIFY_ANSWERED_H
#define CLI_VERIFY_ANSWERED_H

#include "cli/verify/verify.h"

/** A place; sorted from the last to the first of each partition. */
struct place_back {
    uint8_t partition[4];
    uint8_t offset_back[8];
};

struct place_back place_back_of(const struct place *place);

/** The events of one record. */
struct answers {
    uint32_t count;
    bool decided;   /* one of them is a decision */
    bool undecided; /* one of them decides nothing */
    bool joined;    /* two of them are in one partition without an end of a transaction between them */
    bool expired;   /* the first one says COMMAND_EXPIRED */
    struct position first;
    struct position last;
    uint64_t key_hash; /* of the key of the first one */
};

void answers_add(struct answers *answers, const struct event_digest *event);

/** A command record that still exists. Sorted by place, backwards. */
struct answered {
    struct place_back back;
    bool suppressed;  /* a duplicate that needs no event */
    bool has_row;     /* the ledger has an outcome for its id */
    bool created;     /* that outcome is a session */
    bool misanswered; /* an event with another id answers it, which is a finding of its own */
    struct command_digest command;
    struct answers answers;
};

/** An event whose command id belongs to no command at its place. Sorted by place, backwards. */
struct stray {
    struct place_back back;
    struct event_digest event;
};

/**
 * A claim that an outcome created a session, by an event, a row of the ledger, or both in the same words. Sorted by
 * session.
 */
struct claim {
    uint8_t session[8]; /* big-endian; all ids are positive */
    bool by_ledger;
    bool by_event;
    struct position at; /* where the event is */
    struct uuid command_id;
    int64_t group_id;
    int64_t activity_id;
    int64_t start_us;
};

/**
 * The first event for a command. Sorted by all but the last three members: the commands that they answer must ascend.
 */
struct first_event {
    uint8_t topic;
    uint8_t key_hash[8];
    uint8_t command_partition[4];
    uint8_t partition[4];
    uint8_t offset[8];
    struct place command;
    struct position at;
};

#define FIRST_EVENT_KEY 25

#endif

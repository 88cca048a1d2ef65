/** Which repeated answers a rewind explains, and the state of the walk that finds it out (answers.c walks). */
#ifndef CLI_VERIFY_REPEATS_H
#define CLI_VERIFY_REPEATS_H

#include "cli/verify/answered.h"

/*
 * The earliest of the last answers to the records that come later, and how often that record was answered; 0: there is
 * none.
 */
struct line {
    uint32_t count;
    struct position least;
};

/* The state within one partition. */
struct way {
    int32_t partition;
    struct command_partition *scope; /* NULL: the topic does not have this partition */
    struct line all;                 /* by timestamps */
    struct line *lines;       /* by offset: one for each partition of both event topics; owned by verify_answers */
    bool beyond;              /* the lines are about records after what is committed */
    bool ahead;               /* one of those records was answered, */
    struct position ahead_at; /* here */
};

struct walk_back {
    struct verify *verify;
    struct way way;
};

void walk_init(struct walk_back *walk, struct verify *verify);
void walk_free(struct walk_back *walk);

/** Begins anew when a place is in another partition than the one before. */
void walk_enter(struct walk_back *walk, const struct place *place);

/** Reports a record that was answered more often than rewinds and replays explain. */
void walk_check_repeats(struct walk_back *walk, const struct answered *answered);

#endif

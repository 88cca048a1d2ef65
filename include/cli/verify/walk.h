/** The walk over all places of the commands topic, backwards: between answers.c and repeats.c. */
#ifndef CLI_VERIFY_WALK_H
#define CLI_VERIFY_WALK_H

#include "cli/verify/answers.h"

/* The earliest of the last answers of the records that come later, and how often that one was answered; 0: there are none. */
struct line {
    uint32_t count;
    struct position least;
};

/* One partition on the way back. */
struct way {
    int32_t partition;
    struct command_partition *scope; /* NULL: the topic has no such partition */
    struct line all;                 /* by timestamps */
    struct line *lines;              /* by offsets: of each partition of both event topics; owned by verify_answers */
    bool beyond;                     /* the lines are about records beyond what is committed */
    bool ahead;                      /* one of those was answered, */
    struct position ahead_at;        /* so */
};

struct walk_back {
    struct verify *verify;
    struct way way;
};

void walk_init(struct walk_back *walk, struct verify *verify);
void walk_free(struct walk_back *walk);

/** Begins anew where a place is in another partition than the one before. */
void walk_enter(struct walk_back *walk, const struct place *place);

/** Says when the record was answered more often than rewinds and replays explain. */
void walk_check_repeats(struct walk_back *walk, const struct answered *answered);

#endif

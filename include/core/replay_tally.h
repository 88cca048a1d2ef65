/**
 * What a replay finds, or has done, in numbers: one word for each command. Pure.
 *
 * A forecast, which only looks up, and a replay that publishes give each command the same word: what is decided now counts as undecided
 * in both, also for the later records of its id.
 */
#ifndef CORE_REPLAY_TALLY_H
#define CORE_REPLAY_TALLY_H

#include "core/batch.h"

enum replay_word {
    REPLAY_CREATED,
    REPLAY_REJECTED,  /* stored, to be repeated */
    REPLAY_UNDECIDED, /* no outcome was in the ledger when the replay began: decided now */
    REPLAY_REUSED,
    REPLAY_EXPIRED,
    REPLAY_SUPPRESSED,
    REPLAY_UNDECODABLE,
    REPLAY_UNKNOWN_SCHEMA,
    REPLAY_WORDS,
};

struct replay_tally {
    uint64_t commands[REPLAY_WORDS];
};

/** "created", ...; static. */
const char *replay_word_name(enum replay_word word);

/**
 * The word of an item whose outcome is known, or OUTCOME_PENDING: not in the ledger. `begun_us`: rows that were decided since then are the
 * replay's own; `suppress`: duplicates=suppress.
 */
enum replay_word replay_word_of(const struct batch_item *item, int64_t begun_us, bool suppress);

void replay_tally_add(struct replay_tally *tally, const struct batch *batch, int64_t begun_us, bool suppress);

uint64_t replay_tally_sum(const struct replay_tally *tally);

#endif

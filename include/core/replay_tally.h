/**
 * What a replay finds, or has done, in numbers: each command gets one word. Pure.
 *
 * A forecast only looks up, a replay publishes; both give each command the same word. A command that is decided now
 * counts as undecided in both, and so do the later records with its id.
 */
#ifndef CORE_REPLAY_TALLY_H
#define CORE_REPLAY_TALLY_H

#include "core/batch.h"

enum replay_word {
    REPLAY_CREATED,
    REPLAY_REJECTED,  /* stored, its event is repeated */
    REPLAY_UNDECIDED, /* no outcome was in the ledger when the replay began: it is decided now */
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

/** The word as text, e.g. "created"; static. */
const char *replay_word_name(enum replay_word word);

/**
 * The word for an item whose outcome is known; OUTCOME_PENDING means that the ledger does not have it. Rows decided
 * since `begun_us` (microseconds since 1970 UTC) are the replay's own. `suppress`: duplicates=suppress is set.
 */
enum replay_word replay_word_of(const struct batch_item *item, int64_t begun_us, bool suppress);

void replay_tally_add(struct replay_tally *tally, const struct batch *batch, int64_t begun_us, bool suppress);

uint64_t replay_tally_sum(const struct replay_tally *tally);

#endif

#include "core/replay_tally.h"

static const char *const names[] = {
    [REPLAY_CREATED] = "created",         [REPLAY_REJECTED] = "rejected",
    [REPLAY_UNDECIDED] = "undecided",     [REPLAY_REUSED] = "reused",
    [REPLAY_EXPIRED] = "expired",         [REPLAY_SUPPRESSED] = "suppressed",
    [REPLAY_UNDECODABLE] = "undecodable", [REPLAY_UNKNOWN_SCHEMA] = "unknown_schema",
};

const char *replay_word_name(enum replay_word word)
{
    return names[word];
}

/* The word for an answer that decides nothing. */
static enum replay_word word_of_code(enum errcode code)
{
    switch (code) {
    case ERRCODE_UNDECODABLE: return REPLAY_UNDECODABLE;
    case ERRCODE_UNKNOWN_SCHEMA: return REPLAY_UNKNOWN_SCHEMA;
    case ERRCODE_COMMAND_ID_REUSED: return REPLAY_REUSED;
    case ERRCODE_COMMAND_EXPIRED: return REPLAY_EXPIRED;
    case ERRCODE_STORE_REFUSED: return REPLAY_UNDECIDED;
    default: return REPLAY_REJECTED;
    }
}

/* A pruned row no longer says when it was decided. It was long ago. */
static bool decided_since(const struct ledger_row *row, int64_t begun_us)
{
    return row != NULL && row->kind != OUTCOME_PRUNED && row->decided_us >= begun_us;
}

enum replay_word replay_word_of(const struct batch_item *item, int64_t begun_us, bool suppress)
{
    const struct outcome *outcome = &item->outcome;

    if (outcome->kind == OUTCOME_PENDING || decided_since(item->row, begun_us))
        return REPLAY_UNDECIDED;
    if (outcome->decided && outcome->replayed && suppress)
        return REPLAY_SUPPRESSED;
    return outcome->kind == OUTCOME_CREATED ? REPLAY_CREATED : word_of_code(outcome->code);
}

void replay_tally_add(struct replay_tally *tally, const struct batch *batch, int64_t begun_us, bool suppress)
{
    for (size_t i = 0; i < batch->count; i++)
        tally->commands[replay_word_of(&batch->items[i], begun_us, suppress)]++;
}

uint64_t replay_tally_sum(const struct replay_tally *tally)
{
    uint64_t sum = 0;

    for (int i = 0; i < REPLAY_WORDS; i++)
        sum += tally->commands[i];
    return sum;
}

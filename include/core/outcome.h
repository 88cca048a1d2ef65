/**
 * What became of a command: created or rejected, decided or only answered; and the ledger's memory of it.
 */
#ifndef CORE_OUTCOME_H
#define CORE_OUTCOME_H

#include "core/command.h"
#include "core/errcode.h"
#include "core/hint.h"

struct violation {
    enum command_field field;
    enum errcode code;
};

#define VIOLATIONS_MAX 3

struct violations {
    uint8_t count;
    struct violation list[VIOLATIONS_MAX];
};

enum outcome_kind {
    OUTCOME_PENDING = 0, /* not known yet: to be decided by the store */
    OUTCOME_CREATED,
    OUTCOME_REJECTED,
    OUTCOME_PRUNED, /* in a ledger row only: it was decided once, and its details are gone */
};

/** The session row with the names that its parents had when it was created. Times are microseconds since 1970 UTC. */
struct session {
    int64_t id;
    int64_t group_id;
    int64_t activity_id;
    struct bytes group_name;    /* UTF-8, in the batch's arena */
    struct bytes activity_name; /* UTF-8, in the batch's arena */
    int64_t start_us;           /* created_at of the row */
};

/**
 * One row of the ledger `command_outcomes`: the decision for a command id. A row never changes once it is written,
 * except by `prune`.
 */
struct ledger_row {
    enum outcome_kind kind; /* CREATED, REJECTED or PRUNED */
    enum errcode code;      /* REJECTED */
    struct violations violations;
    struct bytes hints;        /* for violations (core/hint.h), in the batch's arena; absent: there are none */
    struct field_int group_id; /* as the command asked for */
    struct field_int study_activity_id;
    struct session session; /* only with CREATED */
    int64_t decided_us;
    const char *topic; /* the position of the record that was decided; borrowed from the batch's arena */
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms;
};

struct outcome {
    enum outcome_kind kind;
    enum errcode code;
    struct violations violations;
    struct bytes hints; /* the hints of a decided rejection, borrowed from its ledger row */
    bool decided;       /* it is from the ledger, and event_id = command_id; else it answers this record alone */
    bool replayed;      /* decided by another record with the same id and values: a duplicate */
    struct field_int group_id;
    struct field_int study_activity_id;
    struct session session;
    int64_t occurred_us; /* the moment of the decision; for an answer the record's own timestamp, or 0 */
    char sqlstate[6];    /* only with STORE_REFUSED */
    const char *reason;  /* only with UNDECODABLE and UNKNOWN_SCHEMA: in the batch's arena or static; NULL otherwise */
};

/**
 * Writes the violations in the ledger's form, "field:CODE,field:CODE", in order; "" for none. `text` needs
 * VIOLATIONS_TEXT bytes.
 */
#define VIOLATIONS_TEXT 160
size_t violations_format(const struct violations *violations, char text[static VIOLATIONS_TEXT]);
/** Reads what violations_format writes. False when the text is anything else. */
MUSTUSE bool violations_parse(struct bytes text, struct violations *violations);

/** True when `row` was decided for this very record: its topic, partition, offset and timestamp. */
bool ledger_row_is_of(const struct ledger_row *row, const struct record *record);

/**
 * Fills an outcome that answers `record` alone, with one violation of `field`. `reason` is in the batch's arena, static
 * or NULL.
 */
void outcome_answer(struct outcome *outcome, const struct record *record, enum errcode code, enum command_field field,
                    const char *reason);

/**
 * Fills the answer to `record` from the ledger's row of its id. It is the stored outcome, with `replayed` set if the
 * row was decided at another position; COMMAND_ID_REUSED if the values differ; COMMAND_EXPIRED if the row was pruned.
 * Names are borrowed from the row.
 */
void outcome_from_ledger(struct outcome *outcome, const struct ledger_row *row, const struct record *record,
                         const struct command *command);

/**
 * One violation as text for people, e.g. "group 7 does not exist"; in the arena. Change it only with the schema
 * version: replays must stay byte-identical.
 */
MUSTUSE struct bytes violation_message(const struct violation *violation, const struct outcome *outcome,
                                       struct arena *arena);

#endif

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
    OUTCOME_PRUNED, /* in a ledger row only: decided once, details forgotten */
};

/** The session row with its parents' names as they were when it was created. Times are microseconds since 1970 UTC. */
struct session {
    int64_t id;
    int64_t group_id;
    int64_t activity_id;
    struct bytes group_name;    /* UTF-8, in the batch's arena */
    struct bytes activity_name; /* likewise */
    int64_t start_us;           /* the row's created_at */
};

/**
 * One row of the ledger `command_outcomes`: the decision for a command id. Never changes once written, except by
 * `prune`.
 */
struct ledger_row {
    enum outcome_kind kind; /* CREATED, REJECTED or PRUNED */
    enum errcode code;      /* REJECTED */
    struct violations violations;
    struct bytes hints;        /* for violations (core/hint.h), in the batch's arena; absent: none */
    struct field_int group_id; /* as asked for */
    struct field_int study_activity_id;
    struct session session; /* CREATED */
    int64_t decided_us;
    const char *topic; /* position of the record that was decided; borrowed from the batch's arena */
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms;
};

struct outcome {
    enum outcome_kind kind;
    enum errcode code;
    struct violations violations;
    struct bytes hints; /* of a decided rejection, as in its ledger row; borrowed from that */
    bool decided;       /* from the ledger: event_id = command_id; else an answer to this record alone */
    bool replayed;      /* decided by another record with the same id and values: a duplicate */
    struct field_int group_id;
    struct field_int study_activity_id;
    struct session session;
    int64_t occurred_us; /* moment of decision; for an answer the record's own timestamp, 0 if it has none */
    char sqlstate[6];    /* STORE_REFUSED */
    const char *reason;  /* UNDECODABLE, UNKNOWN_SCHEMA: in the batch's arena or static; NULL otherwise */
};

/** "group_id", …; NULL for COMMAND_FIELD_NONE. */
const char *command_field_name(enum command_field field);

/** The ledger's text form: "field:CODE,field:CODE", in order; "" for none. `text` needs VIOLATIONS_TEXT bytes. */
#define VIOLATIONS_TEXT 160
size_t violations_format(const struct violations *violations, char text[static VIOLATIONS_TEXT]);
/** False when the text is not one that `violations_format` writes. */
MUSTUSE bool violations_parse(struct bytes text, struct violations *violations);

/** True when `row` was decided for this very record: its topic, partition, offset and timestamp. */
bool ledger_row_is_of(const struct ledger_row *row, const struct record *record);

/** An outcome that answers `record` alone, with one violation of `field`. `reason`: in the batch's arena, static or NULL. */
void outcome_answer(struct outcome *outcome, const struct record *record, enum errcode code, enum command_field field,
                    const char *reason);

/**
 * The answer to `record` given the ledger's row of its id: the stored outcome, `replayed` if the row was decided at
 * another position; COMMAND_ID_REUSED if the values differ; COMMAND_EXPIRED if the row was pruned. Names are borrowed
 * from the row.
 */
void outcome_from_ledger(struct outcome *outcome, const struct ledger_row *row, const struct record *record,
                         const struct command *command);

/**
 * The text for people of one violation, e.g. "group 7 does not exist"; in the arena. Change it only with the schema
 * version: replays must stay byte-identical.
 */
MUSTUSE struct bytes violation_message(const struct violation *violation, const struct outcome *outcome,
                                       struct arena *arena);

#endif

/**
 * The command CreateStudySession as decoded, whatever its format was.
 *
 * Each field is absent (missing or null), a value, or invalid (there, but of the wrong type or beyond int64). Two
 * commands with one id are the same command when both ids' states and values are equal; all invalid values are equal.
 */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include "core/record.h"

/** The fields of a command in the order in which violations name them. */
enum command_field {
    COMMAND_FIELD_NONE = 0, /* the record as a whole */
    COMMAND_FIELD_COMMAND_ID,
    COMMAND_FIELD_GROUP_ID,
    COMMAND_FIELD_STUDY_ACTIVITY_ID,
};

enum field_state {
    FIELD_ABSENT = 0,
    FIELD_VALUE,
    FIELD_INVALID,
};

struct field_int {
    enum field_state state;
    int64_t value; /* 0 unless FIELD_VALUE; not yet checked for its range */
};

struct field_uuid {
    enum field_state state;
    struct uuid value;
};

/** The fields as the version before this one read them. */
struct command_former {
    struct field_uuid command_id;
    struct field_int group_id;
    struct field_int study_activity_id;
};

struct command {
    struct field_uuid command_id; /* not yet checked: the nil and the max UUID are values here */
    struct field_int group_id;
    struct field_int study_activity_id;
    bool structured;               /* it came in a structured CloudEvent, whose attributes count, not ce_* headers */
    struct bytes ce_id;            /* of that; absent otherwise. Borrowed from the record or the arena */
    struct bytes ce_source;        /* likewise */
    struct bytes ce_correlationid; /* likewise */
    struct bytes ce_traceparent;   /* likewise; not yet checked */
    struct bytes ce_tracestate;    /* likewise; not yet checked */
    struct bytes hints;            /* for fields that are absent (core/hint.h), in the arena; absent: none */
    const struct command_former *former; /* in the arena; NULL: that version read the same (core/former.h) */
};

static inline bool field_int_equal(struct field_int a, struct field_int b)
{
    return a.state == b.state && (a.state != FIELD_VALUE || a.value == b.value);
}

/**
 * The command's id: `command_id` if valid; if absent, the CloudEvents id (itself when a UUID, else UUIDv5(N, source
 * "\n" id)); else, and whenever `command_id` is invalid, the id under which the record was dead-lettered (header
 * `__dlq.errors.command.id`: it was sent back, and its first position may be read again), else UUIDv5(N, P). The nil and the max
 * UUID are no valid `command_id`, no CloudEvents id and no id of a dead letter. `*brought` says whether the record brought an id
 * (the first two). For a record that could not be decoded pass an all-zero command.
 */
struct uuid command_identity(const struct command *command, const struct record *record, struct arena *arena,
                             bool *brought);

/** The CloudEvents id of the record, from its envelope or the header `ce_id`; absent when there is none or it is the nil or max UUID. */
struct bytes command_ce_id(const struct command *command, const struct record *record);

/** True and the id under which the record was dead-lettered before it was sent back. */
MUSTUSE bool command_redriven_id(const struct record *record, struct uuid *id);

#endif

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

/** The name of the field, e.g. "group_id"; NULL for COMMAND_FIELD_NONE. */
const char *command_field_name(enum command_field field);

enum field_state {
    FIELD_ABSENT = 0,
    FIELD_VALUE,
    FIELD_INVALID,
};

struct field_int {
    enum field_state state;
    int64_t value; /* 0 unless FIELD_VALUE; its range is not checked yet */
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
    struct field_uuid command_id; /* not checked yet: the nil and the max UUID count as values here */
    struct field_int group_id;
    struct field_int study_activity_id;
    bool structured; /* it came in a structured CloudEvent, whose attributes count, not ce_* headers */
    /* The CloudEvent's `id`, only when `structured`. Borrowed from the record or the arena, as are the next four */
    struct bytes ce_id;
    struct bytes ce_source;        /* the CloudEvent's `source`, only when `structured` */
    struct bytes ce_correlationid; /* its `correlationid`, only when `structured` */
    struct bytes ce_traceparent;   /* its `traceparent`, only when `structured`; not checked yet */
    struct bytes ce_tracestate;    /* its `tracestate`, only when `structured`; not checked yet */
    struct bytes hints;            /* for fields that are absent (core/hint.h), in the arena; absent: none */
    /* In the arena; NULL: that version read the command in the same way (core/former.h) */
    const struct command_former *former;
};

static inline bool field_int_equal(struct field_int a, struct field_int b)
{
    return a.state == b.state && (a.state != FIELD_VALUE || a.value == b.value);
}

/**
 * The id of the command. The first of these that applies:
 *   1. `command_id`, if it is valid;
 *   2. if `command_id` is absent, the CloudEvents id: itself when it is a UUID, else UUIDv5(N, source "\n" id);
 *   3. the id under which the record was dead-lettered (header `__dlq.errors.command.id`). Such a record was sent back,
 *      and its first position may be read again;
 *   4. UUIDv5(N, P), where P is the record's position (record_position).
 *
 * The nil and the max UUID never count as an id. `*brought` tells whether the record brought an id itself (1 or 2). For
 * a record that could not be decoded pass an all-zero command. The arena is used for temporary text.
 */
struct uuid command_identity(const struct command *command, const struct record *record, struct arena *arena,
                             bool *brought);

/**
 * The CloudEvents id of the record, from its envelope or from the header `ce_id`. Absent when it has none, and when it
 * is the nil or the max UUID.
 */
struct bytes command_ce_id(const struct command *command, const struct record *record);

/** True when the record was a dead letter and was sent back; `*id` is then the id under which it was dead-lettered. */
MUSTUSE bool command_redriven_id(const struct record *record, struct uuid *id);

#endif

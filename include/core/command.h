/**
 * The command CreateStudySession as decoded, whatever its format was.
 *
 * Each field is absent (missing or null), a value, or invalid (there, but of the wrong type or beyond int64). Two
 * commands with one id are the same command when both ids' states and values are equal; all invalid values are equal.
 */
#ifndef CORE_COMMAND_H
#define CORE_COMMAND_H

#include "core/record.h"

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

struct command {
    struct field_uuid command_id;
    struct field_int group_id;
    struct field_int study_activity_id;
    bool structured;               /* it came in a structured CloudEvent, whose attributes count, not ce_* headers */
    struct bytes ce_id;            /* of that; absent otherwise. Borrowed from the record or the arena */
    struct bytes ce_source;        /* likewise */
    struct bytes ce_correlationid; /* likewise */
    struct bytes ce_traceparent;   /* likewise; not yet checked */
    struct bytes ce_tracestate;    /* likewise; not yet checked */
};

static inline bool field_int_equal(struct field_int a, struct field_int b)
{
    return a.state == b.state && (a.state != FIELD_VALUE || a.value == b.value);
}

/**
 * The command's id: `command_id` if valid; if absent, the CloudEvents id (itself when a UUID, else UUIDv5(N, source
 * "\n" id)); else, and whenever `command_id` is invalid, UUIDv5(N, P). `*brought` says whether the record brought an id
 * (the first two). For a record that could not be decoded pass an all-zero command.
 */
struct uuid command_identity(const struct command *command, const struct record *record, struct arena *arena,
                             bool *brought);

#endif

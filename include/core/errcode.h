/**
 * The rejection codes: why a command was answered with a rejected event.
 *
 * Codes are a promise to every consumer: they are never renamed and never reused. To add one: add a row here and in
 * errcode.c, the table in README.md, `schemas/study-session-rejected.*.avsc` (doc), and the cases in
 * tests/core/validate.table.
 */
#ifndef CORE_ERRCODE_H
#define CORE_ERRCODE_H

#include "core/bytes.h"

enum errcode {
    ERRCODE_NONE = 0,
    ERRCODE_UNDECODABLE,
    ERRCODE_UNKNOWN_SCHEMA,
    ERRCODE_COMMAND_ID_REUSED,
    ERRCODE_COMMAND_EXPIRED,
    ERRCODE_MISSING_FIELD,
    ERRCODE_INVALID_FIELD,
    ERRCODE_GROUP_NOT_FOUND,
    ERRCODE_STUDY_ACTIVITY_NOT_FOUND,
    ERRCODE_STORE_REFUSED,
    ERRCODE_COUNT,
};

/** The code as published, e.g. "MISSING_FIELD"; static. */
const char *errcode_name(enum errcode code);

/** The code with that name; ERRCODE_NONE when there is none. */
enum errcode errcode_from_name(struct bytes name);

/** True when an outcome with this code is final and kept in the ledger; false when it only answers one record. */
bool errcode_decides(enum errcode code);

/** True when the raw record is also copied to the dead-letter topic. */
bool errcode_goes_to_dlq(enum errcode code);

#endif

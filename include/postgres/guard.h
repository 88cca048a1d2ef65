/**
 * What the guards in our own statements stop: a row that could not be published, or that is not what was asked for, must
 * not be stored, and only the statement sees it in time.
 *
 * SQL has no RAISE. A guard casts a text that begins with sessiond/ to a number, and the server's error quotes it:
 * `invalid input syntax for type integer: "sessiond/name/groups/17"`. Its words, in sql/decide.sql and
 * sql/row_security.sql:
 *
 *   name/TABLE/ID        a parent without a name, which no event could tell          STOP, 78
 *   room/COLUMN/VALUE    a column of study_sessions is too small for its next value  STOP, 78
 *   row-security/TABLE   row security hides rows that decide                         STOP, 77
 *   unread/TABLE         row security came into force on study_sessions              RENEW: another statement is needed
 *   changed/COUNT        a trigger skipped (COUNT < 0) or changed a session          ISOLATE, SQLSTATE 09000
 */
#ifndef POSTGRES_GUARD_H
#define POSTGRES_GUARD_H

#include "postgres/pg_error.h"

/** True when the error is a guard's: `err` is filled, with a code "E-PG-…" as pg_error_classify's. */
MUSTUSE bool guard_classify(const struct pg_error *error, struct err *err);

#endif

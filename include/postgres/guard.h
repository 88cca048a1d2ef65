/**
 * The guards in our own statements stop a row that could not be published, or that is not what was sent. Such a row
 * must not be stored, and only the statement sees it in time.
 *
 * SQL has no RAISE. A guard casts a text that begins with sessiond/ to a number, and the server's error quotes that
 * text: `invalid input syntax for type integer: "sessiond/name/groups/17"`. These texts are in sql/decide.sql and
 * sql/row_security.sql:
 *
 *   name/TABLE/ID        a parent has no name, which its event needs                 STOP, 78
 *   room/COLUMN/VALUE    a column of study_sessions is too small for its next value  STOP, 78
 *   row-security/TABLE   row security hides rows that decide                         STOP, 77
 *   unread/TABLE         row security now applies to study_sessions                  RENEW: another statement is needed
 *   changed/COUNT        a trigger skipped (COUNT < 0) or changed a session          ISOLATE, SQLSTATE 09000
 */
#ifndef POSTGRES_GUARD_H
#define POSTGRES_GUARD_H

#include "postgres/pg_error.h"

/** True when a guard caused the error; `err` is then filled, with a code "E-PG-…" of the error table. */
MUSTUSE bool guard_classify(const struct pg_error *error, struct err *err);

#endif

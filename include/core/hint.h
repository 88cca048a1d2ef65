/**
 * What a rejection may say about a field beside its code: a short name, such as the name of a field that looks like a
 * misspelling of it.
 *
 * Hints are part of the message that was published. So the ledger keeps them beside the violations, as text: pieces of
 * the form "field:name", separated by commas ("group_id:groupId,study_activity_id:studyActivityId"). A replay and a
 * duplicate thus say the same for ever. Rows of a version that did not know hints have none.
 *
 * Names are short and plain whatever the command holds: a name that does not fit is not a hint. Pure.
 */
#ifndef CORE_HINT_H
#define CORE_HINT_H

#include "core/command.h"

#define HINT_NAME_MAX 32

/** In the place of a field's name: the command is in the `payload` of an envelope of Kafka Connect. */
#define HINT_ENVELOPE "payload"

/** In the place of a field's name: the command's id is a UUID that identifies nothing; the hint says which. */
#define HINT_NIL "nil"
#define HINT_MAX "max"

/** True for 1 to HINT_NAME_MAX letters, digits, `_`, `-`, `.` and blanks of ASCII: only such names are published. */
bool hint_fits(struct bytes name);

/** Returns `hints` with one more, in the arena. A name that does not fit is left out. */
MUSTUSE struct bytes hints_add(struct bytes hints, enum command_field field, struct bytes name, struct arena *arena);

/**
 * The first name for `field`, borrowed from `hints`; absent when there is none. `hints` may be any text, also one that
 * hints_add did not make.
 */
struct bytes hints_find(struct bytes hints, enum command_field field);

#endif

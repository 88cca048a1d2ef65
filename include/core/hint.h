/**
 * What a rejection may say of a field beside its code: a short name, such as that of a field which looks like a misspelling of it.
 *
 * Hints are part of the message that was published, so the ledger keeps them beside the violations, as text: "field:name" pieces,
 * separated by commas ("group_id:groupId,study_activity_id:studyActivityId"). A replay and a duplicate say the same for ever. A row
 * of a version that knew no hints has none.
 *
 * Names are short and plain, whatever the command was: what does not fit is no hint. Pure.
 */
#ifndef CORE_HINT_H
#define CORE_HINT_H

#include "core/command.h"

#define HINT_NAME_MAX 32

/** Instead of a field's name: the command stands in the `payload` of an envelope of Kafka Connect. */
#define HINT_ENVELOPE "payload"

/** Instead of a field's name: which UUID that identifies nothing the command has as its id. */
#define HINT_NIL "nil"
#define HINT_MAX "max"

/** True for 1 to HINT_NAME_MAX letters, digits, `_`, `-`, `.` and blanks of ASCII: nothing else is ever published. */
bool hint_fits(struct bytes name);

/** `hints` and one more, in the arena. A name that does not fit is left out. */
MUSTUSE struct bytes hints_add(struct bytes hints, enum command_field field, struct bytes name, struct arena *arena);

/** The first name for `field`, borrowed from `hints`; absent when there is none. `hints` may be any text. */
struct bytes hints_find(struct bytes hints, enum command_field field);

#endif

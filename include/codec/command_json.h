/**
 * JSON commands, bare or in a structured CloudEvent (CloudEvents 1.0, JSON event format): as its `data`, or as JSON in
 * base64 in its `data_base64`.
 *
 * The syntax is strict (json/scan.h). Nothing may follow the value, and an object whose fields are read must not have a
 * key twice (compared after unescaping). One UTF-8 byte order mark before the value is skipped. Unknown fields are
 * skipped whatever they contain. An id must be an integer literal within int64 (`-0` is the integer 0); anything else
 * is invalid, and nothing is converted. jansson is not used because 2.14 refuses a whole document for one integer
 * beyond int64, or 1e999, in a field that nobody reads.
 */
#ifndef CODEC_COMMAND_JSON_H
#define CODEC_COMMAND_JSON_H

#include "codec/refusal.h"
#include "core/command.h"

/**
 * Reads a command, or returns false and a refusal.
 *
 * `structured`: the record's content type says that it is a structured CloudEvent. An object with `specversion` and
 * `data` or `data_base64` counts as one without that too. Only then are the `ce_*` members of the command set, each
 * when it is a text that is not empty. They borrow from `json`, or from the arena where they had escapes. The arena
 * also takes the keys of an object with very many.
 *
 * An attribute with an escape of NUL or of half a surrogate pair is no text and is ignored. If the command's id would
 * depend on it the record is refused, because no two readers would derive the same id.
 */
MUSTUSE bool command_json_decode(struct bytes json, bool structured, struct arena *arena, struct command *command,
                                 struct refusal *refusal);

/**
 * Calls `offer` with each field name of the object that command_json_decode reads the command from, in order and
 * unescaped.
 */
void command_json_names(struct bytes json, bool structured, struct arena *arena,
                        void (*offer)(void *opaque, struct bytes name), void *opaque);

#endif

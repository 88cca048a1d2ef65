/**
 * JSON commands, bare or in a structured CloudEvent (CloudEvents 1.0, JSON event format): as its `data`, or as JSON in base64 in its
 * `data_base64`.
 *
 * Strict, see json/scan.h; besides: no trailing bytes, and no duplicate key in an object whose fields are read
 * (compared after unescaping). One UTF-8 byte order mark before it is skipped. Unknown fields are skipped whatever they hold. An id is
 * an integer literal within int64 (`-0` is the integer 0), else invalid: nothing is converted. Why not jansson: 2.14 fails a whole
 * document for one integer beyond int64, or 1e999, in a field that nobody reads.
 */
#ifndef CODEC_COMMAND_JSON_H
#define CODEC_COMMAND_JSON_H

#include "codec/refusal.h"
#include "core/command.h"

/**
 * True and a command; false and a refusal.
 *
 * `structured`: the record says that it is a structured CloudEvent; an object with `specversion` and `data` or `data_base64` is one
 * even so. Only then are the `ce_*` of the command set, each when it is a text that is not empty. They borrow from
 * `json`, or from the arena where they had escapes. The arena is also the place for the keys of an object with very many.
 *
 * An attribute with an escape of NUL or of half a surrogate pair is no text and says nothing; where the command's id would rest on it
 * the record is refused, since no two readers would name the same id.
 */
MUSTUSE bool command_json_decode(struct bytes json, bool structured, struct arena *arena, struct command *command,
                                 struct refusal *refusal);

/** The names of the fields in the object that command_json_decode reads the command from, one by one as they stand (unescaped). */
void command_json_names(struct bytes json, bool structured, struct arena *arena,
                        void (*offer)(void *opaque, struct bytes name), void *opaque);

#endif

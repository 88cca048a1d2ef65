/**
 * JSON commands, bare or as the `data` of a structured CloudEvent (CloudEvents 1.0, JSON event format).
 *
 * Strict, see json_scan.h; besides: no trailing bytes, and no duplicate key in an object whose fields are read
 * (compared after unescaping). Unknown fields are skipped whatever they hold. An id is an integer literal within int64
 * (`-0` is the integer 0), else invalid: nothing is converted. Why not jansson: 2.14 fails a whole document for one
 * integer beyond int64, or 1e999, in a field that nobody reads.
 */
#ifndef CODEC_JSON_COMMAND_H
#define CODEC_JSON_COMMAND_H

#include "core/command.h"

/**
 * True and a command; false and a static reason.
 *
 * `structured`: the record says that it is a structured CloudEvent; an object with both `specversion` and `data` is one
 * even so. Only then are the `ce_*` of the command set, each when it is a string that is not empty. They borrow from
 * `json`, or from the arena where they had escapes. The arena is also the place for the keys of an object with very many.
 */
MUSTUSE bool json_command_decode(struct bytes json, bool structured, struct arena *arena, struct command *command,
                                 const char **reason);

#endif

/**
 * Why a field that is required may be missing: the command has one that looks like a misspelling of it (`groupId`, `Group-ID`,
 * `study_activty_id`), or stands in an envelope of Kafka Connect. What is found becomes a hint of the rejection (core/hint.h).
 *
 * Only for commands that are rejected: it reads the record a second time.
 */
#ifndef CODEC_MISSPELLING_H
#define CODEC_MISSPELLING_H

#include "codec/decode.h"
#include "core/outcome.h"

/**
 * The hints for `violations` of a command that was decoded from `record`; absent when there is nothing to say. In the arena. The same
 * record gets the same hints.
 */
MUSTUSE struct bytes misspelling_hints(const struct decode_options *options, const struct record *record,
                                       const struct command *command, const struct violations *violations,
                                       struct arena *arena);

#endif

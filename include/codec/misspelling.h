/**
 * Finds out why a required field may be missing: the command has a field that looks like a misspelling of it
 * (`groupId`, `Group-ID`, `study_activty_id`), or it is inside an envelope of Kafka Connect. The result becomes a hint
 * of the rejection (core/hint.h).
 *
 * It reads the record a second time, so it is used only for commands that are rejected.
 */
#ifndef CODEC_MISSPELLING_H
#define CODEC_MISSPELLING_H

#include "codec/decode.h"
#include "core/outcome.h"

/**
 * The hints for `violations` of a command that was decoded from `record`; absent when there is nothing to say. In the
 * arena. The same record gets the same hints.
 */
MUSTUSE struct bytes misspelling_hints(const struct decode_options *options, const struct record *record,
                                       const struct command *command, const struct violations *violations,
                                       struct arena *arena);

#endif

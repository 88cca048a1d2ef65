/**
 * A command in Avro, with the newest built-in schema: what a producer in Avro would send.
 *
 * One thread (avro-c).
 */
#ifndef CODEC_COMMAND_ENCODE_H
#define CODEC_COMMAND_ENCODE_H

#include "codec/schemas.h"
#include "core/command.h"

/**
 * In the arena: in the single-object encoding, or with `id` (else NULL) in Confluent's wire format. False and a static reason when the schema cannot say it: an id that is invalid, or a required one that
 * is absent.
 */
MUSTUSE bool command_encode_avro(const struct schemas *schemas, const int32_t *id, const struct command *command,
                                 struct arena *arena, struct bytes *value, const char **reason);

#endif

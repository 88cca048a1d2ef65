/**
 * A command in Avro, with the newest built-in schema: what a producer that uses Avro would send.
 *
 * One thread (avro-c).
 */
#ifndef CODEC_COMMAND_ENCODE_H
#define CODEC_COMMAND_ENCODE_H

#include "codec/schemas.h"
#include "core/command.h"

/**
 * Encodes the command, into the arena: in the single-object encoding, or with `id` (else NULL) in Confluent's wire
 * format. False and a static reason when the schema cannot express it: an id is invalid, or a required one is absent.
 */
MUSTUSE bool command_encode_avro(const struct schemas *schemas, const int32_t *id, const struct command *command,
                                 struct arena *arena, struct bytes *value, const char **reason);

#endif

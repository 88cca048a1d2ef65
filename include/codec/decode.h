/**
 * From a record's bytes to a command, whatever the framing. The bytes are a stranger's: nothing in them can crash,
 * allocate without bound, or be read beyond their length.
 */
#ifndef CODEC_DECODE_H
#define CODEC_DECODE_H

#include "codec/schema_cache.h"
#include "codec/schemas.h"
#include "core/command.h"
#include "core/errcode.h"
#include "config/config.h"

/** What the decoder has to know; borrowed for its whole life. */
struct decode_options {
    enum commands_format format;
    size_t max_bytes; /* key + value + headers (record_size); more is UNDECODABLE */
    const struct schemas *schemas;
    struct schema_cache *schema_cache; /* what the registry has answered; NULL: there is no registry */
};

/** True when the record names its schema by an id, which has to be in the cache before the record is decoded. */
MUSTUSE bool decode_schema_id(const struct decode_options *options, const struct record *record, struct schema_id *id);

/**
 * ERRCODE_NONE and a command; or ERRCODE_UNDECODABLE / ERRCODE_UNKNOWN_SCHEMA and in `*reason` a text for people, static or in the
 * arena, that says what was expected and at which byte of the value, counted from 0 (never a part of the payload). The same record
 * gets the same text. The command borrows from the record and the arena.
 */
enum errcode decode(const struct decode_options *options, const struct record *record, struct arena *arena,
                    struct command *command, const char **reason);

/** The names of the fields that the command of the record has, or that its writer's schema has; none for what is not readable. */
void decode_names(const struct decode_options *options, const struct record *record, struct arena *arena,
                  void (*offer)(void *opaque, struct bytes name), void *opaque);

#endif

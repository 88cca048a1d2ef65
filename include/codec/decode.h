/**
 * From a record's bytes to a command, whatever the framing. The bytes are not trusted: nothing in them can make the
 * decoder crash, allocate without bound, or read beyond their end.
 */
#ifndef CODEC_DECODE_H
#define CODEC_DECODE_H

#include "codec/schema_cache.h"
#include "codec/schemas.h"
#include "core/command.h"
#include "core/errcode.h"
#include "config/config.h"

/** What the decoder needs to know. The pointers are borrowed while it is used. */
struct decode_options {
    enum commands_format format;
    size_t max_bytes; /* key + value + headers (record_size); more is UNDECODABLE */
    const struct schemas *schemas;
    struct schema_cache *schema_cache; /* what the registry has answered; NULL: there is no registry */
};

/** True when the record names its schema by an id, which has to be in the cache before the record is decoded. */
MUSTUSE bool decode_schema_id(const struct decode_options *options, const struct record *record, struct schema_id *id);

/**
 * Decodes a record. The answer is ERRCODE_NONE and a command, or ERRCODE_UNDECODABLE or ERRCODE_UNKNOWN_SCHEMA and in
 * `*reason` a text for people, static or in the arena. That text says what was expected, and at which byte of the
 * value, counted from 0; it never contains a part of the payload. The same record always gets the same text. The
 * command borrows from the record and the arena.
 */
enum errcode decode(const struct decode_options *options, const struct record *record, struct arena *arena,
                    struct command *command, const char **reason);

/**
 * Calls `offer` with the name of each field that the record's command has, or that its writer's schema has. A record
 * that cannot be read has none.
 */
void decode_names(const struct decode_options *options, const struct record *record, struct arena *arena,
                  void (*offer)(void *opaque, struct bytes name), void *opaque);

#endif

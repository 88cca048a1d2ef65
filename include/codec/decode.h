/**
 * From a record's bytes to a command, whatever the framing. The bytes are a stranger's: nothing in them can crash,
 * allocate without bound, or be read beyond their length.
 */
#ifndef CODEC_DECODE_H
#define CODEC_DECODE_H

#include "codec/registered.h"
#include "codec/schemas.h"
#include "core/command.h"
#include "core/errcode.h"
#include "ops/config.h"

/** What the decoder has to know; borrowed for its whole life. */
struct decode_options {
    enum commands_format format;
    size_t max_bytes; /* key + value + headers; more is UNDECODABLE */
    const struct schemas *schemas;
    struct registered *registered; /* what the registry has answered; NULL: there is no registry */
};

/** True when the record names its schema by an id, which has to be in `registered` before the record is decoded. */
MUSTUSE bool decode_schema_id(const struct decode_options *options, const struct record *record, struct schema_id *id);

/**
 * ERRCODE_NONE and a command; or ERRCODE_UNDECODABLE / ERRCODE_UNKNOWN_SCHEMA and in `*reason` a static text for people
 * that says which rule was broken (never a part of the payload). The command borrows from the record and the arena.
 */
enum errcode decode(const struct decode_options *options, const struct record *record, struct arena *arena,
                    struct command *command, const char **reason);

#endif

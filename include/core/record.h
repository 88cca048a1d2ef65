/** A Kafka record as plain data without Kafka's types: what a decoder reads and what an encoder writes. */
#ifndef CORE_RECORD_H
#define CORE_RECORD_H

#include "core/arena.h"
#include "core/uuid.h"

struct header {
    struct bytes name;  /* NUL-terminated */
    struct bytes value; /* absent when the header has none */
};

/** A command record as it was read. Everything is borrowed from the source's message until the batch is released. */
struct record {
    const char *topic;
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms; /* since 1970 UTC; -1 when the record has none */
    struct bytes key;
    struct bytes value;
    const struct header *headers; /* in the order of the record; lives in the batch's arena */
    size_t header_count;
    /* It has headers that could not be read: `headers` is then empty and the record UNDECODABLE */
    bool headers_unreadable;
};

/** A record to be published. Borrows from an arena and from the command's record. */
struct outbound {
    const char *topic;
    int32_t partition; /* -1, or a partition that the topic does not have: the key decides */
    struct bytes key;
    struct bytes value;
    const struct header *headers;
    size_t header_count;
};

/**
 * The most that a header takes in a published record besides its bytes: two lengths as varints (KIP-98, record format
 * 2).
 */
#define OUTBOUND_HEADER_SIZE 10

/**
 * Key + value + headers (name, value and OUTBOUND_HEADER_SIZE each), in bytes: the uncompressed size that counts for
 * the topic's limit.
 */
size_t outbound_size(const struct outbound *out);

/** What a published record is to the command that it answers. */
enum delivery_role {
    ROLE_EVENT,
    ROLE_REPLY,       /* a second copy of the event, in the topic that the command asked for */
    ROLE_DEAD_LETTER, /* the raw record as it came */
};

/** What became of a published record: lives until its transaction has ended. */
struct delivery {
    uint32_t item; /* index in the batch of the command that it answers */
    enum delivery_role role;
    bool too_large; /* set by the sink: the topic refused it for its size */
    size_t size;    /* set by the sink: of the record that it was given */
};

/** The last header of that name (Kafka's `lastHeader`), or NULL. Names are case-sensitive, as in Kafka. */
const struct header *record_header(const struct record *record, const char *name);

/** What a header adds to a record's size beside its name and value, so that an empty header counts too. */
#define RECORD_HEADER_SIZE 16

/** Key + value + headers (name, value and RECORD_HEADER_SIZE each), in bytes: what `commands.max.bytes` limits. */
size_t record_size(const struct record *record);
/** The size of key and headers, counted as record_size does: what an event may have to echo. */
size_t record_envelope_size(const struct record *record);

/**
 * The memory that a header takes beside its name and value while its record is in a batch: our `struct header`, and
 * librdkafka's structure of some 60 bytes in a block of its own. (Measured: 110 bytes for each of a hundred thousand
 * empty headers.)
 */
#define RECORD_HEADER_MEMORY 112

/** The memory that the record takes, in bytes: what `batch.max.bytes` limits for all records of a batch together. */
size_t record_memory(const struct record *record);

/** 9999-12-31T23:59:59.999999Z in microseconds since 1970: the last time that RFC 3339, and most libraries, can say. */
#define TIME_LAST_US INT64_C(253402300799999999)

/**
 * The record's timestamp in microseconds; it must not be negative. At most TIME_LAST_US: producers set what they like,
 * and a timestamp in microseconds or nanoseconds, read as milliseconds, lies far beyond.
 */
int64_t record_timestamp_us(const struct record *record);

/** "topic[partition]@offset", as messages name a record. Writes at most RECORD_PLACE_TEXT bytes and returns `text`. */
#define RECORD_PLACE_TEXT 320
const char *record_place(const char *topic, int32_t partition, int64_t offset, char text[static RECORD_PLACE_TEXT]);

/** "topic[partition]@offset (command UUID)", the name of a record in messages when its command is known; returns `text`. */
#define RECORD_LABEL_TEXT (RECORD_PLACE_TEXT + 56)
const char *record_label(const struct record *record, const struct uuid *command_id,
                         char text[static RECORD_LABEL_TEXT]);

/** The position P = "topic/partition/offset/timestamp": the timestamp tells a recreated topic from the one before. */
MUSTUSE struct bytes record_position(const struct record *record, struct arena *arena);

/** UUIDv5(N, P): the id of a command that brought none. */
struct uuid record_derived_id(const struct record *record, struct arena *arena);

/** UUIDv5(N, P + "#" + code): the event id of an outcome that answers this record and decides nothing. */
struct uuid record_answer_id(const struct record *record, const char *code, struct arena *arena);

#endif

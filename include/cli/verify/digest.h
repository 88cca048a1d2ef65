/**
 * What `sessiond verify` keeps of a record when its bytes are gone: data of fixed size, which is sorted in temporary
 * files.
 *
 * The members by which a digest is sorted come first, with numbers in big-endian order. Digests are written as they are
 * in memory, so all of them begin as zeros. What is only compared is kept as a hash of 64 bits.
 */
#ifndef CLI_VERIFY_DIGEST_H
#define CLI_VERIFY_DIGEST_H

#include "codec/decode.h"
#include "codec/event_read.h"
#include "core/batch.h"

/** Partition and offset in the commands topic; sorted by both. */
struct place {
    uint8_t partition[4];
    uint8_t offset[8];
};

struct place place_of(int32_t partition, int64_t offset);
int32_t place_partition(const struct place *place);
int64_t place_offset(const struct place *place);

/** Where an event or a dead letter is. */
struct position {
    uint8_t topic; /* 0 created, 1 rejected (also 0 when both have the same topic) */
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms;
    int64_t unseen; /* offsets before it in its partition that have no record: markers of transactions, for example */
};

enum command_flag {
    COMMAND_UNDECODABLE = 1,    /* as this program reads it */
    COMMAND_UNKNOWN_SCHEMA = 2, /* as this program reads it; the worker may have known more */
    COMMAND_HAS_FORMER = 4,
    COMMAND_HAS_UNREAD = 8, /* it was sent back from the dead letters */
    COMMAND_KEYLESS = 16,   /* its event has the command id as key */
};

/** A command record; sorted by id and place. */
struct command_digest {
    struct uuid id;
    struct place place;
    uint8_t flags;
    struct field_int group_id;
    struct field_int study_activity_id;
    int64_t timestamp_ms;
    struct uuid former;     /* COMMAND_HAS_FORMER: the id under which the version before decided such a record */
    struct uuid unread;     /* COMMAND_HAS_UNREAD: the id of its answer when it cannot be read */
    uint64_t key_hash;      /* of the key; 0 without a key */
    uint64_t carried_hash;  /* of what its event takes from it: correlation and causation */
    uint64_t content_hash;  /* of what a dead letter copies */
    uint32_t key_partition; /* murmur2 of the event's key */
    struct place letter;    /* its place as a dead letter of it would tell it: its first place, if it was sent back */
};

#define COMMAND_KEY (sizeof(struct uuid) + sizeof(struct place))

enum event_flag {
    EVENT_REPLAYED = 1,    /* it says that its id was decided for another record */
    EVENT_KEY_IS_ID = 2,   /* its key is its command id */
    EVENT_OTHER_TOPIC = 4, /* it answers a record of another commands topic: `place` is not valid */
    EVENT_PLACED = 8,      /* it can be read and says which command it answers */
    EVENT_ROW_HERE = 16,   /* the ledger says that its id was decided at this very place */
    EVENT_ROW_PRUNED = 32, /* the ledger no longer knows where */
};

/** An event; sorted by command id and place. */
struct event_digest {
    struct uuid command_id;
    struct place place; /* the place of the command that it answers */
    uint8_t flags;
    uint8_t encoding; /* enum event_encoding */
    uint8_t code;     /* enum errcode; ERRCODE_NONE: a created event */
    struct position at;
    struct uuid event_id;
    struct field_int group_id;
    struct field_int study_activity_id;
    int64_t session_id;
    int64_t start_us;
    int64_t occurred_us;
    uint64_t body_hash;
    uint64_t key_hash;
    uint64_t carried_hash;
    uint32_t key_partition;
};

#define EVENT_KEY (sizeof(struct uuid) + sizeof(struct place))

static inline bool event_decided(const struct event_digest *event)
{
    return event->code == ERRCODE_NONE || errcode_decides((enum errcode)event->code);
}

static inline bool event_unread(const struct event_digest *event)
{
    return event->code == ERRCODE_UNDECODABLE || event->code == ERRCODE_UNKNOWN_SCHEMA;
}

/** FNV-1a. `before` is a hash to continue, or HASH_START. Absent bytes differ from empty ones. */
#define HASH_START UINT64_C(0xcbf29ce484222325)
uint64_t digest_hash(uint64_t before, struct bytes bytes);

/** Fills the digest of a command. `item` must be decoded and identified as `run` does it (worker/decode_batch.h). */
void command_digest(const struct config *config, const struct batch_item *item, struct command_digest *digest);

/**
 * Fills everything but `at`. Returns a static text that says what is wrong with the event by itself, or NULL. Without
 * EVENT_PLACED nothing more can be said about the event.
 */
const char *event_digest(const struct config *config, const struct schemas *schemas, const struct record *record,
                         struct event_digest *digest);

/** The hash of what a dead letter copies: key, value, and all headers that are not its own. */
uint64_t digest_content(const struct record *record);

#endif

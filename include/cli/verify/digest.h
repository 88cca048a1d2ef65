/**
 * What `sessiond verify` keeps of a record when its bytes are gone: fixed-size, to be sorted in temporary files.
 *
 * The fields by which a digest is sorted stand first, numbers among them big-endian. Digests are written as they are in memory, so all
 * of them begin as zeros. What is only compared is kept as a hash of 64 bits.
 */
#ifndef CLI_VERIFY_DIGEST_H
#define CLI_VERIFY_DIGEST_H

#include "codec/decode.h"
#include "codec/event_read.h"
#include "core/batch.h"

/** Partition and offset in the commands topic, in the order of both. */
struct place {
    uint8_t partition[4];
    uint8_t offset[8];
};

struct place place_of(int32_t partition, int64_t offset);
int32_t place_partition(const struct place *place);
int64_t place_offset(const struct place *place);

/** Where an event or a dead letter stands. */
struct position {
    uint8_t topic; /* 0 created, 1 rejected (0 too where both are one topic) */
    int32_t partition;
    int64_t offset;
    int64_t timestamp_ms;
    int64_t unseen; /* offsets before it in its partition that hold no record: markers of transactions among them */
};

enum command_flag {
    COMMAND_UNDECODABLE = 1,    /* as this program reads it */
    COMMAND_UNKNOWN_SCHEMA = 2, /* the same; the worker may have known more */
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
    struct uuid unread;     /* COMMAND_HAS_UNREAD: the id under which it is answered when it cannot be read */
    uint64_t key_hash;      /* of the key; of a keyless one 0 */
    uint64_t carried_hash;  /* of what its event takes over: correlation and causation */
    uint64_t content_hash;  /* of what a dead letter copies */
    uint32_t key_partition; /* murmur2 of the event's key */
    struct place letter;    /* where a dead letter of it says that it stood: its first place, if it was sent back */
};

#define COMMAND_KEY (sizeof(struct uuid) + sizeof(struct place))

enum event_flag {
    EVENT_REPLAYED = 1,    /* it says that its id was decided at another record */
    EVENT_KEY_IS_ID = 2,   /* its key is its command id */
    EVENT_OTHER_TOPIC = 4, /* it answers a record of another commands topic: `place` says nothing */
    EVENT_PLACED = 8,      /* it can be read and says which command it answers */
    EVENT_ROW_HERE = 16,   /* the ledger says that its id was decided at this very place */
    EVENT_ROW_PRUNED = 32, /* the ledger has forgotten where */
};

/** An event; sorted by command id and place. */
struct event_digest {
    struct uuid command_id;
    struct place place; /* of the command that it answers */
    uint8_t flags;
    uint8_t encoding; /* enum event_encoding */
    uint8_t code;     /* enum errcode; ERRCODE_NONE: created */
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

/** FNV-1a; `before` is a hash to go on from, or HASH_START. Absent bytes differ from empty ones. */
#define HASH_START UINT64_C(0xcbf29ce484222325)
uint64_t digest_hash(uint64_t before, struct bytes bytes);

/** `item`: decoded and identified as `run` does it (worker/decode_batch.h). */
void command_digest(const struct config *config, const struct batch_item *item, struct command_digest *digest);

/** Fills all but `at`. What is wrong with the event by itself, static; NULL: nothing. Without EVENT_PLACED nothing more can be said of it. */
const char *event_digest(const struct config *config, const struct schemas *schemas, const struct record *record,
                         struct event_digest *digest);

/** Of what a dead letter copies: key, value and all headers that are not its own. */
uint64_t digest_content(const struct record *record);

#endif

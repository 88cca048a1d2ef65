/**
 * What the event of a decided outcome must be according to the ledger: encoded as `run` does it, and kept as a hash.
 */
#ifndef CLI_VERIFY_EXPECTED_H
#define CLI_VERIFY_EXPECTED_H

#include "codec/event_read.h"

struct event_avro;

/** The event of one outcome. All but the first three members start as zero. */
struct expected {
    const struct ledger_row *row; /* CREATED or REJECTED */
    struct uuid command_id;
    struct event_avro *avro; /* borrowed; schemas of the newest version */
    bool known[2];           /* indexed by enum event_encoding */
    uint64_t hash[2];        /* of the body (struct event_facts) */
};

/** The digest_hash of the event's body in that encoding. It is computed when it is first needed. */
uint64_t expected_hash(struct expected *expected, enum event_encoding encoding, struct arena *arena);

#endif

/** What the event of a decided outcome has to be, by the ledger: encoded as `run` does it, and kept as a hash. */
#ifndef CLI_VERIFY_EXPECTED_H
#define CLI_VERIFY_EXPECTED_H

#include "codec/event_read.h"

struct event_avro;

/** One outcome's event. All zero but for the first three at its beginning. */
struct expected {
    const struct ledger_row *row; /* CREATED or REJECTED */
    struct uuid command_id;
    struct event_avro *avro; /* borrowed; schemas of the newest version */
    bool known[2];           /* by enum event_encoding */
    uint64_t hash[2];        /* of the body (struct event_facts) */
};

/** digest_hash of the event's body in that encoding; worked out when it is first asked for. */
uint64_t expected_hash(struct expected *expected, enum event_encoding encoding, struct arena *arena);

#endif

/**
 * Sends commands to the command topic, for tools: an idempotent producer that waits for a broker only for a limited
 * time.
 *
 * It is not the sink of `run`: it has no transaction and no transactional id. One thread; delivery reports are served
 * inside the calls.
 */
#ifndef KAFKA_TOOLS_SENDER_H
#define KAFKA_TOOLS_SENDER_H

#include "core/err.h"
#include "config/config.h"

struct sender;

/** What became of the records so far. */
struct sent {
    uint64_t delivered; /* acknowledged by all in-sync replicas */
    int32_t partition;  /* partition of the last record that was delivered */
    int64_t offset;     /* offset of the last record that was delivered */
    uint64_t refused;   /* after a failed call: the tag of the first record that was not delivered */
};

/**
 * Waits up to `timeout_ms` for a broker; the same limit then holds for each record's delivery. NULL with ERR_STOP: out
 * of reach (69), no permission (77), no such topic or a wrong setting (78).
 */
MUSTUSE struct sender *sender_open(const struct config *config, int timeout_ms, struct err *err);

/** The same for one that measures: each record goes out at once, whatever linger.ms is configured. */
MUSTUSE struct sender *sender_open_prompt(const struct config *config, int timeout_ms, struct err *err);

void sender_close(struct sender *sender);

/** Makes the sender call `delivered` for every acknowledged record, inside the calls below, on the caller's thread. */
void sender_on_delivered(struct sender *sender, void (*delivered)(void *opaque, int32_t partition, int64_t offset),
                         void *opaque);

/**
 * Copies the record into the queue; waits while the queue is full. The key decides the partition. `tag` names the
 * record in `sent.refused`. False with ERR_STOP: this record or an earlier one cannot be delivered, or a signal came
 * (75).
 */
MUSTUSE bool sender_send(struct sender *sender, struct bytes key, struct bytes value, uint64_t tag, struct err *err);

/** Serves what has come meanwhile; does not wait. False as `sender_send`. */
MUSTUSE bool sender_serve(struct sender *sender, struct err *err);

/**
 * Waits until every record is delivered or given up; after a signal only a few seconds more. False with ERR_STOP: a
 * record cannot be delivered, or a signal came (75) before everything was delivered.
 */
MUSTUSE bool sender_finish(struct sender *sender, struct err *err);

const struct sent *sender_sent(const struct sender *sender);

#endif

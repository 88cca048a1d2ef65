/**
 * The dead-letter copy: key, value and headers of a record as they are, and `__dlq.errors.*` headers (named as the
 * broker's own, KIP-1191). Headers in which an earlier copy of the same record said the same things are left out, so
 * that each is there once.
 *
 * A record that was a dead letter before and was sent back to the commands topic with everything that needs
 * (redriven.h) still counts as the record of its first position. Its number of deliveries is copied as it is: sending
 * it back has added one.
 */
#ifndef CODEC_DLQ_H
#define CODEC_DLQ_H

#include "core/batch.h"

/** What a copy takes from the configuration. Plain data; the strings are borrowed. */
struct dlq_settings {
    const char *topic;
    const char *commands_topic; /* a position that an earlier copy gives counts only if it is in this topic */
    const char *group_id;
};

/**
 * Fills `out` with the copy of `item`, which was rejected. A null key or value stays null. What `out`
 * points to lives in `arena`, in the item's record, or in the settings' strings.
 *
 * If `item->dlq_limit` is not 0 the copy is cut to about that many bytes in all: first the end of the value, then whole
 * headers, then the end of the key; `__dlq.errors.truncated` names what was cut ("value", "value,headers", …). The
 * `__dlq.errors.*` headers themselves are never cut.
 */
void dlq_encode(const struct dlq_settings *settings, const struct batch_item *item, struct arena *arena,
                struct outbound *out);

#endif

/**
 * Topics that have been there since the process began. Brokers say "unknown" of an existing topic for a moment (while they start, elect a
 * controller or catch up with metadata); of one that has been seen it is believed only when it has been away for a while.
 *
 * Process-wide, since a consumer or a producer that is made anew must know it, too. For the loop's thread only.
 */
#ifndef KAFKA_TOPICS_SEEN_H
#define KAFKA_TOPICS_SEEN_H

#include <stdbool.h>

/** It has answered. */
void topics_seen_there(const char *name);

/** It is said to be missing. True: so it is; false: it was there and has not been away for long enough. */
bool topics_seen_missing(const char *name);

#endif

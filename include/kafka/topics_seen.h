/**
 * Topics that have existed since the process began. Brokers answer "unknown" for an existing topic for a moment (while
 * they start, elect a controller or catch up with metadata). For a topic that was seen before, that is believed only
 * when it has lasted for a while.
 *
 * The list is for the whole process, since a new consumer or producer must know it too. For the loop's thread only.
 */
#ifndef KAFKA_TOPICS_SEEN_H
#define KAFKA_TOPICS_SEEN_H

#include <stdbool.h>

/** Notes that the topic exists. */
void topics_seen_there(const char *name);

/**
 * A broker says that the topic is missing. True: it is believed; false: the topic existed before, and has not been away
 * for long enough.
 */
bool topics_seen_missing(const char *name);

#endif

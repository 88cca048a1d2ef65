/** The list of our topics: what checks, creates, watches or reads all of them goes over it. */
#ifndef CONFIG_TOPICS_H
#define CONFIG_TOPICS_H

#include "config/config.h"

enum own_topic { TOPIC_COMMANDS, TOPIC_CREATED, TOPIC_REJECTED, TOPIC_DLQ, OWN_TOPICS };

/** The key that names it, e.g. "dlq.topic". */
const char *topic_key(enum own_topic topic);

/** Its name; "" for a dead-letter topic that there is not. Borrows. Created and rejected may be one topic. */
const char *topic_name(const struct config *config, enum own_topic topic);

#endif

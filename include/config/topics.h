/** The list of the program's topics. Everything that checks, creates, watches or reads all of them uses it. */
#ifndef CONFIG_TOPICS_H
#define CONFIG_TOPICS_H

#include "config/config.h"

enum own_topic { TOPIC_COMMANDS, TOPIC_CREATED, TOPIC_REJECTED, TOPIC_DLQ, OWN_TOPICS };

/** The key that names the topic, e.g. "dlq.topic". */
const char *topic_key(enum own_topic topic);

/**
 * Its name; "" when there is no dead-letter topic. Borrowed from the configuration. Created and rejected events may
 * have the same topic.
 */
const char *topic_name(const struct config *config, enum own_topic topic);

struct topic_named {
    const char *key;  /* static */
    const char *name; /* borrowed from the configuration */
};

struct topic_list {
    struct topic_named *list; /* owned */
    size_t count;
};

/**
 * The topics from `first` on that the configuration names, each once under the first key that names it; with `replies`
 * those of events.reply.topics follow. Free it with topic_list_free.
 */
struct topic_list topic_list_of(const struct config *config, enum own_topic first, bool replies);
void topic_list_free(struct topic_list *topics);

#endif

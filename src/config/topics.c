#include "config/topics.h"

const char *topic_key(enum own_topic topic)
{
    static const char *const keys[] = {"commands.topic", "events.created.topic", "events.rejected.topic", "dlq.topic"};

    return keys[topic];
}

const char *topic_name(const struct config *config, enum own_topic topic)
{
    const char *const names[] = {config->commands_topic, config->events_created_topic, config->events_rejected_topic,
                                 config->dlq_topic};

    return names[topic];
}

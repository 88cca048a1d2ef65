#include "config/topics.h"

#include "core/memory.h"

#include <stdlib.h>

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

static void add(struct topic_list *topics, const char *key, const char *name)
{
    if (*name == 0)
        return;
    for (size_t i = 0; i < topics->count; i++)
        if (strcmp(topics->list[i].name, name) == 0)
            return;
    topics->list[topics->count++] = (struct topic_named){key, name};
}

struct topic_list topic_list_of(const struct config *config, enum own_topic first, bool replies)
{
    struct topic_list topics = {0};
    size_t capacity = OWN_TOPICS;

    for (char **reply = config->events_reply_topics; replies && *reply != NULL; reply++)
        capacity++;
    topics.list = memory_zeroed(capacity, sizeof *topics.list);
    for (enum own_topic topic = first; topic < OWN_TOPICS; topic++)
        add(&topics, topic_key(topic), topic_name(config, topic));
    for (char **reply = config->events_reply_topics; replies && *reply != NULL; reply++)
        add(&topics, "events.reply.topics", *reply);
    return topics;
}

void topic_list_free(struct topic_list *topics)
{
    free(topics->list);
}

#include "kafka/outlets.h"

#include "kafka/topic_metadata.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>

/* created, rejected, dlq; the reply topics come behind them */
#define OWN_TOPICS 3

static void *list_of(size_t count, size_t size)
{
    void *list = calloc(count, size);

    if (list == NULL)
        abort();
    return list;
}

static void add_name(struct outlets *outlets, const char *name)
{
    if (*name == 0)
        return;
    for (size_t i = 0; i < outlets->count; i++)
        if (strcmp(outlets->names[i], name) == 0)
            return;
    outlets->names[outlets->count++] = name;
}

void outlets_name(struct outlets *outlets, const struct config *config)
{
    size_t capacity = OWN_TOPICS;

    for (char **reply = config->events_reply_topics; *reply != NULL; reply++)
        capacity++;
    outlets->count = 0;
    outlets->names = list_of(capacity, sizeof *outlets->names);
    outlets->topics = list_of(capacity, sizeof *outlets->topics);
    outlets->partitions = list_of(capacity, sizeof *outlets->partitions);
    add_name(outlets, config->events_created_topic);
    add_name(outlets, config->events_rejected_topic);
    add_name(outlets, config->dlq_topic);
    for (char **reply = config->events_reply_topics; *reply != NULL; reply++)
        add_name(outlets, *reply);
}

void outlets_free(struct outlets *outlets)
{
    free(outlets->names);
    free(outlets->topics);
    free(outlets->partitions);
}

enum progress outlets_open(struct outlets *outlets, struct rd_kafka_s *rk, int timeout_ms, struct err *err)
{
    if (outlets->ready)
        return DONE;
    for (size_t i = 0; i < outlets->count; i++) {
        int slice_ms = patience_begin(&outlets->patience, timeout_ms);
        enum progress progress = topic_metadata(rk, outlets->names[i], &outlets->partitions[i], slice_ms, err);

        patience_end(&outlets->patience, progress != PENDING);
        if (progress != DONE)
            return progress;
    }
    for (size_t i = 0; i < outlets->count; i++)
        outlets->topics[i] = rd_kafka_topic_new(rk, outlets->names[i], NULL);
    outlets->ready = true;
    return DONE;
}

void outlets_close(struct outlets *outlets)
{
    for (size_t i = 0; outlets->ready && i < outlets->count; i++)
        rd_kafka_topic_destroy(outlets->topics[i]);
    outlets->ready = false;
}

size_t outlets_find(const struct outlets *outlets, const char *name)
{
    size_t i = 0;

    while (i < outlets->count && (!outlets->ready || strcmp(outlets->names[i], name) != 0))
        i++;
    return i;
}

#include "kafka/output_topics.h"

#include "config/topics.h"
#include "kafka/topic_metadata.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>

static void *list_of(size_t count, size_t size)
{
    void *list = calloc(count, size);

    if (list == NULL)
        abort();
    return list;
}

void output_topics_name(struct output_topics *output_topics, const struct config *config)
{
    struct topic_list topics = topic_list_of(config, TOPIC_CREATED, true);

    output_topics->count = topics.count;
    output_topics->names = list_of(topics.count, sizeof *output_topics->names);
    output_topics->topics = list_of(topics.count, sizeof *output_topics->topics);
    output_topics->partitions = list_of(topics.count, sizeof *output_topics->partitions);
    for (size_t i = 0; i < topics.count; i++)
        output_topics->names[i] = topics.list[i].name;
    topic_list_free(&topics);
}

void output_topics_free(struct output_topics *output_topics)
{
    free(output_topics->names);
    free(output_topics->topics);
    free(output_topics->partitions);
}

enum progress output_topics_open(struct output_topics *output_topics, struct rd_kafka_s *rk, int timeout_ms,
                                 struct err *err)
{
    if (output_topics->ready)
        return DONE;
    for (size_t i = 0; i < output_topics->count; i++) {
        int slice_ms = patience_begin(&output_topics->patience, timeout_ms);
        enum progress progress =
            topic_metadata(rk, output_topics->names[i], &output_topics->partitions[i], slice_ms, err);

        patience_end(&output_topics->patience, progress != PENDING);
        if (progress != DONE)
            return progress;
    }
    for (size_t i = 0; i < output_topics->count; i++)
        output_topics->topics[i] = rd_kafka_topic_new(rk, output_topics->names[i], NULL);
    output_topics->ready = true;
    return DONE;
}

void output_topics_close(struct output_topics *output_topics)
{
    for (size_t i = 0; output_topics->ready && i < output_topics->count; i++)
        rd_kafka_topic_destroy(output_topics->topics[i]);
    output_topics->ready = false;
}

size_t output_topics_find(const struct output_topics *output_topics, const char *name)
{
    size_t i = 0;

    while (i < output_topics->count && (!output_topics->ready || strcmp(output_topics->names[i], name) != 0))
        i++;
    return i;
}

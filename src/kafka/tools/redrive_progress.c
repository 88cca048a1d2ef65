#include "kafka/tools/redrive_progress.h"

#include "core/memory.h"
#include "kafka/brokers.h"
#include "kafka/kafka_error.h"
#include "kafka/positions.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>

static bool ask(struct brokers *brokers, rd_kafka_t *rk, rd_kafka_topic_partition_list_t *list, int timeout_ms,
                struct err *err)
{
    struct brokers_wait wait = brokers_wait_for(timeout_ms);
    int slice_ms;

    while ((slice_ms = brokers_wait_next(brokers, rk, &wait, err)) > 0) {
        int code = positions_committed(rk, list, slice_ms);
        if (code == 0)
            return true;
        (void)kafka_error_code(err, KAFKA_CALL_ADMIN, code, "reading how far redrive has come");
        if (err->class == ERR_STOP)
            return false;
        rd_kafka_poll(rk, 20);
    }
    return false;
}

static void take(struct redrive_progress *progress, const rd_kafka_topic_partition_list_t *list)
{
    for (int i = 0; i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *place = &list->elems[i];
        struct bytes text = {place->metadata, place->metadata_size};
        if (place->offset < 0 || !redrive_mark_parse(text, &progress->partitions[place->partition].mark))
            progress->partitions[place->partition].mark = (struct redrive_mark){0};
    }
}

bool redrive_progress_read(struct redrive_progress *progress, const struct config *config, const char *topic,
                           size_t count, int timeout_ms, struct err *err)
{
    struct brokers brokers;
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)count);
    rd_kafka_t *rk = brokers_open(&brokers, config, CLIENT_CONSUMER, err);

    progress->topic = topic;
    progress->count = count;
    progress->partitions = memory_zeroed(count, sizeof *progress->partitions);
    for (size_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, topic, (int32_t)i);
    bool read = rk != NULL && ask(&brokers, rk, list, timeout_ms, err);
    if (read)
        take(progress, list);
    rd_kafka_topic_partition_list_destroy(list);
    if (rk != NULL)
        rd_kafka_destroy_flags(rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    return read;
}

void redrive_progress_free(struct redrive_progress *progress)
{
    free(progress->partitions);
}

struct rd_kafka_topic_partition_list_s *redrive_progress_list(const struct redrive_progress *progress)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)progress->count);
    char text[REDRIVE_MARK_TEXT];

    for (size_t i = 0; i < progress->count; i++) {
        const struct redrive_partition *partition = &progress->partitions[i];
        if (!partition->changed)
            continue;
        rd_kafka_topic_partition_t *place = rd_kafka_topic_partition_list_add(list, progress->topic, (int32_t)i);
        place->offset = redrive_mark_lowest(&partition->mark);
        place->metadata_size = redrive_mark_format(&partition->mark, text);
        /* librdkafka frees it with the list, with free(). */
        place->metadata = strdup(text);
    }
    return list;
}

void redrive_progress_committed(struct redrive_progress *progress)
{
    for (size_t i = 0; i < progress->count; i++)
        progress->partitions[i].changed = false;
}

#include "kafka/read_ahead.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>

/* From this version on the threads look again by themselves: fetch.queue.backoff.ms. */
#define LOOKS_AGAIN 0x02020000

void read_ahead_init(struct read_ahead *ahead, const struct rd_kafka_conf_s *conf)
{
    char value[24];
    size_t size = sizeof value;

    if (rd_kafka_conf_get(conf, "queued.min.messages", value, &size) != RD_KAFKA_CONF_OK)
        abort();
    *ahead = (struct read_ahead){.enough = strtoull(value, NULL, 10)};
}

void read_ahead_before(struct read_ahead *ahead, struct rd_kafka_queue_s *messages)
{
    ahead->asleep = ahead->asleep || rd_kafka_queue_length(messages) >= ahead->enough;
}

bool read_ahead_after(struct read_ahead *ahead, struct rd_kafka_queue_s *messages, size_t taken)
{
    bool wake;

    ahead->asleep = ahead->asleep || taken >= ahead->enough;
    wake = ahead->asleep && rd_kafka_queue_length(messages) < ahead->enough;
    if (wake)
        ahead->asleep = false;
    return wake && rd_kafka_version() < LOOKS_AGAIN;
}

/* Asks where the partitions end: the cheapest request that goes to each of their leaders. */
void read_ahead_wake(struct rd_kafka_s *rk, struct rd_kafka_topic_partition_list_s *partitions)
{
    for (int i = 0; i < partitions->cnt; i++)
        partitions->elems[i].offset = RD_KAFKA_OFFSET_END;
    if (partitions->cnt > 0)
        (void)rd_kafka_offsets_for_times(rk, partitions, 0);
}

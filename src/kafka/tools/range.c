#include "kafka/tools/range.h"

#include "kafka/tools/ends.h"

#include <librdkafka/rdkafka.h>

/* What the request is about: the first partitions of one topic. */
struct search {
    struct brokers *brokers;
    rd_kafka_t *rk;
    const char *topic;
    int count;
    int timeout_ms;
};

/* NULL with ERR_STOP; else a list by partition, which the caller destroys. */
static rd_kafka_topic_partition_list_t *ask(const struct search *search, int64_t time, struct err *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(search->count);

    for (int32_t i = 0; i < search->count; i++)
        rd_kafka_topic_partition_list_add(list, search->topic, i)->offset = time;
    if (ends_ask(search->brokers, search->rk, list, search->timeout_ms, err))
        return list;
    rd_kafka_topic_partition_list_destroy(list);
    return NULL;
}

static int64_t within(int64_t value, int64_t low, int64_t high)
{
    if (value < low)
        return low;
    return value > high ? high : value;
}

/* An empty partition may begin after what is called its end, when an open transaction holds the end back. */
static bool find_ends(const struct search *search, struct range *ranges, struct err *err)
{
    rd_kafka_topic_partition_list_t *low = ask(search, RD_KAFKA_OFFSET_BEGINNING, err);
    rd_kafka_topic_partition_list_t *high = low == NULL ? NULL : ask(search, RD_KAFKA_OFFSET_END, err);

    for (int i = 0; high != NULL && i < search->count; i++) {
        int64_t end = high->elems[i].offset >= 0 ? high->elems[i].offset : 0;
        int64_t start = low->elems[i].offset >= 0 ? low->elems[i].offset : end;
        ranges[i] = (struct range){.start = start < end ? start : end, .end = end};
    }
    bool found = high != NULL;
    if (low != NULL)
        rd_kafka_topic_partition_list_destroy(low);
    if (high != NULL)
        rd_kafka_topic_partition_list_destroy(high);
    return found;
}

/* The first record at or after the time; the end where there is none. */
static bool start_at_time(const struct search *search, int64_t time_ms, struct range *ranges, struct err *err)
{
    rd_kafka_topic_partition_list_t *list = ask(search, time_ms, err);
    if (list == NULL)
        return false;

    for (int i = 0; i < search->count; i++)
        ranges[i].start = list->elems[i].offset >= 0 ? list->elems[i].offset : ranges[i].end;
    rd_kafka_topic_partition_list_destroy(list);
    return true;
}

bool range_find(struct brokers *brokers, struct rd_kafka_s *rk, const char *topic, int count,
                const struct range_request *request, struct range *ranges, struct err *err)
{
    const struct search search = {brokers, rk, topic, count, request->timeout_ms};

    if (!find_ends(&search, ranges, err))
        return false;
    for (int i = 0; i < count; i++) {
        if (request->from == RANGE_END)
            ranges[i].start = ranges[i].end;
        if (request->from == RANGE_OFFSET)
            ranges[i].start = within(request->value, ranges[i].start, ranges[i].end);
    }
    return request->from != RANGE_TIME || start_at_time(&search, request->value, ranges, err);
}

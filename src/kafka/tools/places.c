#include "kafka/tools/places.h"

#include "core/memory.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>

struct places {
    struct brokers brokers;
    const char *topic;
    rd_kafka_t *rk;
    int count;
};

struct places *places_open(const struct config *config, const char *topic, int timeout_ms, struct err *err)
{
    struct places *places = memory_zeroed(1, sizeof *places);

    places->topic = topic;
    places->rk = brokers_open(&places->brokers, config, CLIENT_READER, err);
    if (places->rk != NULL && brokers_need_topic(&places->brokers, places->rk, topic, timeout_ms, &places->count, err))
        return places;
    places_close(places);
    return NULL;
}

void places_close(struct places *places)
{
    if (places == NULL)
        return;
    if (places->rk != NULL)
        rd_kafka_destroy(places->rk);
    free(places);
}

int places_count(const struct places *places)
{
    return places->count;
}

bool places_find(struct places *places, const struct range_request *request, struct range *ranges, struct err *err)
{
    return range_find(&places->brokers, places->rk, places->topic, places->count, request, ranges, err);
}

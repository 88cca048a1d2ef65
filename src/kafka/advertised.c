#include "kafka/advertised.h"

#include "runtime/clock.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>

/* A connection takes milliseconds within a data centre, and less than this around the world. */
#define PATIENCE_MS 1000

void advertised_init(struct advertised *advertised)
{
    *advertised = (struct advertised){.lock = PTHREAD_MUTEX_INITIALIZER};
}

/* NULL when there are too many addresses. */
static struct advertised_address *find(struct advertised *advertised, const char *text)
{
    for (size_t i = 0; i < advertised->count; i++)
        if (strcmp(advertised->list[i].text, text) == 0)
            return &advertised->list[i];
    if (advertised->count == ADVERTISED_MAX)
        return NULL;
    struct advertised_address *address = &advertised->list[advertised->count++];
    *address = (struct advertised_address){0};
    snprintf(address->text, sizeof address->text, "%s", text);
    return address;
}

static void note(struct advertised_address *address, const char *state, int64_t now_ms)
{
    address->up = strcmp(state, "UP") == 0;
    if (address->up) {
        address->answered = true;
        address->refused = false;
        address->tried_ms = 0;
    } else if (strcmp(state, "CONNECT") == 0 && address->tried_ms == 0) {
        address->tried_ms = now_ms;
    } else if (strcmp(state, "DOWN") == 0 && address->tried_ms != 0) {
        address->refused = true;
    }
}

void advertised_note(struct advertised *advertised, const char *address, bool told, const char *state, int64_t now_ms)
{
    pthread_mutex_lock(&advertised->lock);
    struct advertised_address *found = find(advertised, address);
    if (found != NULL) {
        found->told = found->told || told;
        note(found, state, now_ms);
    }
    pthread_mutex_unlock(&advertised->lock);
}

/*
 * Runs on broker threads. Brokers with an id are known from an answer. The connection to a coordinator (port 0) has no
 * address of its own.
 */
static rd_kafka_resp_err_t on_broker(rd_kafka_t *rk, int32_t broker_id, const char *secproto, const char *name,
                                     int port, const char *state, void *opaque)
{
    char address[ADVERTISED_TEXT];

    (void)rk, (void)secproto;
    if (port != 0) {
        snprintf(address, sizeof address, "%s:%d", name, port);
        advertised_note(opaque, address, broker_id >= 0, state, clock_ms());
    }
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* Runs on the thread that calls rd_kafka_new. */
static rd_kafka_resp_err_t on_new(rd_kafka_t *rk, const rd_kafka_conf_t *conf, void *opaque, char *errstr,
                                  size_t errstr_size)
{
    (void)conf, (void)errstr, (void)errstr_size;
    return rd_kafka_interceptor_add_on_broker_state_change(rk, "sessiond-advertised", on_broker, opaque);
}

void advertised_watch(struct advertised *advertised, struct rd_kafka_conf_s *conf)
{
    rd_kafka_conf_interceptor_add_on_new(conf, "sessiond-advertised", on_new, advertised);
}

bool advertised_answered(struct advertised *advertised)
{
    bool answered = false;

    pthread_mutex_lock(&advertised->lock);
    for (size_t i = 0; i < advertised->count; i++)
        answered = answered || (advertised->list[i].told && advertised->list[i].answered);
    pthread_mutex_unlock(&advertised->lock);
    return answered;
}

static bool is_silent(const struct advertised_address *address, int64_t now_ms)
{
    return address->told && !address->answered && address->tried_ms != 0 &&
           (address->refused || now_ms - address->tried_ms >= PATIENCE_MS);
}

bool advertised_silent(struct advertised *advertised, int64_t now_ms, struct advertised_pair *pair)
{
    const struct advertised_address *answers = NULL;
    const struct advertised_address *silent = NULL;

    pthread_mutex_lock(&advertised->lock);
    for (size_t i = 0; i < advertised->count; i++) {
        const struct advertised_address *address = &advertised->list[i];
        if (address->up && answers == NULL)
            answers = address;
        if (is_silent(address, now_ms) && silent == NULL)
            silent = address;
    }
    bool found = answers != NULL && silent != NULL;
    if (found) {
        memcpy(pair->answers, answers->text, sizeof pair->answers);
        memcpy(pair->silent, silent->text, sizeof pair->silent);
    }
    pthread_mutex_unlock(&advertised->lock);
    return found;
}

#include "kafka/offsets_call.h"

#include "core/memory.h"
#include "runtime/thread.h"

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct offsets_call {
    rd_kafka_t *rk;
    rd_kafka_topic_partition_list_t *offsets;
    rd_kafka_consumer_group_metadata_t *metadata;
    int timeout_ms;
    pthread_mutex_t mutex; /* protects the members below */
    pthread_cond_t ended;
    bool done;
    bool abandoned;
    rd_kafka_error_t *error;
};

static void release(struct offsets_call *call)
{
    rd_kafka_topic_partition_list_destroy(call->offsets);
    rd_kafka_consumer_group_metadata_destroy(call->metadata);
    pthread_cond_destroy(&call->ended);
    pthread_mutex_destroy(&call->mutex);
    free(call);
}

/* Runs on the call's own thread. */
static void *make_call(void *opaque)
{
    struct offsets_call *call = opaque;
    rd_kafka_error_t *error =
        rd_kafka_send_offsets_to_transaction(call->rk, call->offsets, call->metadata, call->timeout_ms);

    pthread_mutex_lock(&call->mutex);
    call->error = error;
    call->done = true;
    bool abandoned = call->abandoned;
    pthread_cond_signal(&call->ended);
    pthread_mutex_unlock(&call->mutex);
    if (!abandoned)
        return NULL;
    if (error != NULL)
        rd_kafka_error_destroy(error);
    rd_kafka_destroy(call->rk);
    release(call);
    return NULL;
}

/* librdkafka 2.0.2 has no public function that copies it, but it can be written and read. */
static rd_kafka_consumer_group_metadata_t *copy_of(const rd_kafka_consumer_group_metadata_t *metadata)
{
    rd_kafka_consumer_group_metadata_t *copy = NULL;
    void *bytes;
    size_t size;

    if (rd_kafka_consumer_group_metadata_write(metadata, &bytes, &size) != NULL)
        abort();
    if (rd_kafka_consumer_group_metadata_read(&copy, bytes, size) != NULL)
        abort();
    rd_kafka_mem_free(NULL, bytes);
    return copy;
}

struct offsets_call *offsets_call_start(struct rd_kafka_s *rk, struct rd_kafka_topic_partition_list_s *offsets,
                                        const struct rd_kafka_consumer_group_metadata_s *metadata, int timeout_ms)
{
    struct offsets_call *call = memory_zeroed(1, sizeof *call);
    pthread_condattr_t monotonic;

    call->rk = rk;
    call->offsets = offsets;
    call->metadata = copy_of(metadata);
    call->timeout_ms = timeout_ms;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&call->mutex, NULL);
    pthread_cond_init(&call->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_detach(thread_start(make_call, call));
    return call;
}

bool offsets_call_wait(struct offsets_call *call, int timeout_ms, struct rd_kafka_error_s **error)
{
    struct timespec until;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&call->mutex);
    while (!call->done && pthread_cond_timedwait(&call->ended, &call->mutex, &until) == 0)
        continue;
    bool done = call->done;
    *error = call->error;
    pthread_mutex_unlock(&call->mutex);
    if (done)
        release(call);
    return done;
}

void offsets_call_abandon(struct offsets_call *call)
{
    pthread_mutex_lock(&call->mutex);
    bool done = call->done;
    call->abandoned = true;
    pthread_mutex_unlock(&call->mutex);
    if (!done)
        return;
    if (call->error != NULL)
        rd_kafka_error_destroy(call->error);
    rd_kafka_destroy(call->rk);
    release(call);
}

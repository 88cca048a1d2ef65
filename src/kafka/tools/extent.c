#include "kafka/tools/extent.h"

#include "core/memory.h"
#include "kafka/brokers.h"
#include "kafka/kafka_error.h"
#include "kafka/positions.h"
#include "kafka/replay.h"
#include "kafka/tools/ends.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>

/*
 * Two clients are needed, because a client asks for ends and offsets at its own isolation level and for its own group.
 */
struct extents {
    struct brokers brokers;
    int timeout_ms;
    rd_kafka_t *rk[2]; /* by enum extent_group: read_committed; read_uncommitted */
};

static bool open_client(struct extents *extents, const struct config *config, enum extent_group group, struct err *err)
{
    rd_kafka_conf_t *conf = client_conf(config, CLIENT_READER, err);

    if (conf == NULL)
        return false;
    client_set(conf, "group.id", config->group_id);
    if (group == EXTENT_REPLAY) {
        char *name = config_group_beside(config, REPLAY_NAME);
        client_set(conf, "group.id", name);
        client_set(conf, "isolation.level", "read_uncommitted");
        free(name);
    }
    extents->rk[group] = brokers_client(&extents->brokers, conf, CLIENT_READER, err);
    return extents->rk[group] != NULL;
}

struct extents *extents_open(const struct config *config, int timeout_ms, struct err *err)
{
    struct extents *extents = memory_zeroed(1, sizeof *extents);

    extents->timeout_ms = timeout_ms;
    brokers_init(&extents->brokers, config, CLIENT_READER);
    if (open_client(extents, config, EXTENT_LIVE, err) && open_client(extents, config, EXTENT_REPLAY, err))
        return extents;
    extents_close(extents);
    return NULL;
}

void extents_close(struct extents *extents)
{
    if (extents == NULL)
        return;
    for (size_t i = 0; i < 2; i++)
        if (extents->rk[i] != NULL)
            rd_kafka_destroy(extents->rk[i]);
    free(extents);
}

bool extents_partitions(struct extents *extents, const char *topic, int *count, struct err *err)
{
    return brokers_need_topic(&extents->brokers, extents->rk[EXTENT_LIVE], topic, extents->timeout_ms, count, err);
}

/* NULL with ERR_STOP; else a list by partition, which the caller destroys. */
static rd_kafka_topic_partition_list_t *ask(struct extents *extents, enum extent_group group, const char *topic,
                                            int count, int64_t which, struct err *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(count);

    for (int32_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, topic, i)->offset = which;
    if (ends_ask(&extents->brokers, extents->rk[group], list, extents->timeout_ms, err))
        return list;
    rd_kafka_topic_partition_list_destroy(list);
    return NULL;
}

static bool read_one(struct extents *extents, enum extent_group group, const char *topic, int64_t which, size_t field,
                     struct extent *extent, int count, struct err *err)
{
    rd_kafka_topic_partition_list_t *list = ask(extents, group, topic, count, which, err);

    if (list == NULL)
        return false;
    for (int i = 0; i < count; i++) {
        int64_t offset = list->elems[i].offset >= 0 ? list->elems[i].offset : 0;
        memcpy((char *)&extent[i] + field, &offset, sizeof offset);
    }
    rd_kafka_topic_partition_list_destroy(list);
    return true;
}

bool extents_read(struct extents *extents, const char *topic, struct extent *list, int count, struct err *err)
{
    return read_one(extents, EXTENT_REPLAY, topic, RD_KAFKA_OFFSET_BEGINNING, offsetof(struct extent, begin), list,
                    count, err) &&
           read_one(extents, EXTENT_REPLAY, topic, RD_KAFKA_OFFSET_END, offsetof(struct extent, end), list, count,
                    err) &&
           read_one(extents, EXTENT_LIVE, topic, RD_KAFKA_OFFSET_END, offsetof(struct extent, stable), list, count,
                    err);
}

/* ---- Groups ------------------------------------------------------------------------------------------------------ */

static bool ask_committed(struct extents *extents, enum extent_group group, rd_kafka_topic_partition_list_t *list,
                          struct err *err)
{
    struct brokers_wait wait = brokers_wait_for(extents->timeout_ms);
    int slice_ms;

    while ((slice_ms = brokers_wait_next(&extents->brokers, extents->rk[group], &wait, err)) > 0) {
        int code = positions_committed(extents->rk[group], list, slice_ms);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
            return true;
        kafka_error_code(err, KAFKA_CALL_ADMIN, code, "reading a group's committed offsets");
        if (err->class == ERR_STOP)
            return false;
        rd_kafka_poll(extents->rk[group], 20);
    }
    return false;
}

bool extents_committed(struct extents *extents, enum extent_group group, const char *topic, int64_t *offsets, int count,
                       struct err *err)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(count);

    for (int32_t i = 0; i < count; i++)
        rd_kafka_topic_partition_list_add(list, topic, i);
    bool done = ask_committed(extents, group, list, err);
    for (int i = 0; i < count && done; i++)
        offsets[i] = list->elems[i].offset >= 0 ? list->elems[i].offset : -1;
    rd_kafka_topic_partition_list_destroy(list);
    return done;
}

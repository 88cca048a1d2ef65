#include "kafka/tools/lag.h"

#include "core/memory.h"
#include "kafka/brokers.h"
#include "kafka/tools/ends.h"
#include "kafka/kafka_error.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>

#define SLICE_MS 100

/* A client asks for ends at its own isolation level: `rk` for the last record, `reader` for the last stable one. */
struct lag {
    struct brokers brokers;
    const char *group;
    const char *topic;
    int timeout_ms;
    rd_kafka_t *rk;
    rd_kafka_t *reader;
    rd_kafka_queue_t *answers;
    rd_kafka_event_t *description; /* owns the members' texts */
    const char *state;
    const char *assignor;
    struct lag_partition *partitions; /* owned */
    int partition_count;
    struct lag_member *members; /* owned */
    int member_count;
};

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

static rd_kafka_t *new_client(struct lag *lag, const struct config *config, enum client_role role, struct err *err)
{
    rd_kafka_conf_t *conf = client_conf(config, role, err);
    if (conf == NULL)
        return NULL;
    if (role == CLIENT_ADMIN)
        client_set(conf, "isolation.level", "read_uncommitted");
    return brokers_client(&lag->brokers, conf, role, err);
}

struct lag *lag_open(const struct config *config, int timeout_ms, struct err *err)
{
    struct lag *lag = memory_zeroed(1, sizeof *lag);

    lag->group = config->group_id;
    lag->topic = config->commands_topic;
    lag->timeout_ms = timeout_ms;
    brokers_init(&lag->brokers, config, CLIENT_ADMIN);
    lag->rk = new_client(lag, config, CLIENT_ADMIN, err);
    if (lag->rk != NULL)
        lag->reader = new_client(lag, config, CLIENT_READER, err);
    if (lag->reader == NULL) {
        lag_close(lag);
        return NULL;
    }
    lag->answers = rd_kafka_queue_new(lag->rk);
    return lag;
}

static void forget(struct lag *lag)
{
    if (lag->description != NULL)
        rd_kafka_event_destroy(lag->description);
    lag->description = NULL;
    free(lag->partitions);
    lag->partitions = NULL;
    lag->partition_count = 0;
    free(lag->members);
    lag->members = NULL;
    lag->member_count = 0;
}

void lag_close(struct lag *lag)
{
    if (lag == NULL)
        return;
    forget(lag);
    if (lag->answers != NULL)
        rd_kafka_queue_destroy(lag->answers);
    if (lag->reader != NULL)
        rd_kafka_destroy(lag->reader);
    if (lag->rk != NULL)
        rd_kafka_destroy(lag->rk);
    free(lag);
}

/* ---- Errors ------------------------------------------------------------------------------------------------------ */

static bool failed(rd_kafka_resp_err_t code, const char *text, const char *what, struct err *err)
{
    return kafka_error_classify(err, KAFKA_CALL_ADMIN, (int)code, KAFKA_FLAG_NONE, text, what);
}

/* A tool does not wait for as long as `run` does. */
static bool given_up(struct err *err)
{
    if (err_ends(err))
        return false;
    err->exit_code = EXIT_UNREACHABLE;
    err->class = ERR_STOP;
    return false;
}

/* ---- The topic's ends -------------------------------------------------------------------------------------------- */

static rd_kafka_topic_partition_list_t *all_partitions(const struct lag *lag, int64_t offset)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(lag->partition_count);

    for (int32_t i = 0; i < lag->partition_count; i++)
        rd_kafka_topic_partition_list_add(list, lag->topic, i)->offset = offset;
    return list;
}

static bool take_offsets(struct lag *lag, const rd_kafka_topic_partition_list_t *list, size_t field, const char *what,
                         struct err *err)
{
    for (int i = 0; i < list->cnt; i++) {
        const rd_kafka_topic_partition_t *one = &list->elems[i];
        if (one->err != RD_KAFKA_RESP_ERR_NO_ERROR)
            return failed(one->err, NULL, what, err);
        if (one->partition < 0 || one->partition >= lag->partition_count)
            continue;
        int64_t offset = one->offset >= 0 ? one->offset : -1;
        memcpy((char *)&lag->partitions[one->partition] + field, &offset, sizeof offset);
    }
    return true;
}

/* The times -2 and -1 stand for the beginning and the end, as in Kafka's ListOffsets request. */
static bool read_ends(struct lag *lag, rd_kafka_t *rk, int64_t which, size_t field, struct err *err)
{
    rd_kafka_topic_partition_list_t *list = all_partitions(lag, which);
    bool done =
        ends_ask(&lag->brokers, rk, list, lag->timeout_ms, err) && take_offsets(lag, list, field, lag->topic, err);

    rd_kafka_topic_partition_list_destroy(list);
    return done;
}

/* ---- The group --------------------------------------------------------------------------------------------------- */

/* NULL with ERR_STOP. The event is the caller's. */
static rd_kafka_event_t *await(struct lag *lag, struct err *err)
{
    rd_kafka_event_t *event = brokers_answer(&lag->brokers, lag->rk, lag->answers, lag->timeout_ms, err);

    if (event == NULL || rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR)
        return event;
    failed(rd_kafka_event_error(event), rd_kafka_event_error_string(event), lag->group, err);
    rd_kafka_event_destroy(event);
    return NULL;
}

static rd_kafka_AdminOptions_t *options_for(const struct lag *lag, rd_kafka_admin_op_t operation)
{
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(lag->rk, operation);
    char text[64];

    /* Later than our own time-out, which says who did not answer. */
    (void)rd_kafka_AdminOptions_set_request_timeout(options, lag->timeout_ms + 1000, text, sizeof text);
    return options;
}

static bool take_committed(struct lag *lag, const rd_kafka_event_t *event, struct err *err)
{
    size_t count;
    const rd_kafka_group_result_t *group = rd_kafka_ListConsumerGroupOffsets_result_groups(event, &count)[0];
    const rd_kafka_error_t *error = rd_kafka_group_result_error(group);

    if (error != NULL)
        return failed(rd_kafka_error_code(error), rd_kafka_error_string(error), lag->group, err);
    return take_offsets(lag, rd_kafka_group_result_partitions(group), offsetof(struct lag_partition, committed),
                        lag->group, err);
}

static bool read_committed(struct lag *lag, struct err *err)
{
    rd_kafka_topic_partition_list_t *list = all_partitions(lag, RD_KAFKA_OFFSET_INVALID);
    rd_kafka_ListConsumerGroupOffsets_t *question = rd_kafka_ListConsumerGroupOffsets_new(lag->group, list);
    rd_kafka_AdminOptions_t *options = options_for(lag, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);

    rd_kafka_ListConsumerGroupOffsets(lag->rk, &question, 1, options, lag->answers);
    rd_kafka_event_t *event = await(lag, err);
    bool done = event != NULL && take_committed(lag, event, err);
    if (event != NULL)
        rd_kafka_event_destroy(event);
    rd_kafka_AdminOptions_destroy(options);
    rd_kafka_ListConsumerGroupOffsets_destroy(question);
    rd_kafka_topic_partition_list_destroy(list);
    return done;
}

static void take_member(struct lag *lag, int index, const rd_kafka_MemberDescription_t *member)
{
    const char *instance = rd_kafka_MemberDescription_group_instance_id(member);
    const rd_kafka_MemberAssignment_t *assignment = rd_kafka_MemberDescription_assignment(member);
    const rd_kafka_topic_partition_list_t *list =
        assignment == NULL ? NULL : rd_kafka_MemberAssignment_partitions(assignment);

    lag->members[index] = (struct lag_member){
        .instance = instance != NULL && *instance != 0 ? instance : rd_kafka_MemberDescription_consumer_id(member),
        .host = rd_kafka_MemberDescription_host(member),
    };
    for (int i = 0; list != NULL && i < list->cnt; i++) {
        int32_t partition = list->elems[i].partition;
        if (strcmp(list->elems[i].topic, lag->topic) == 0 && partition >= 0 && partition < lag->partition_count)
            lag->partitions[partition].owner = index;
    }
}

static bool take_description(struct lag *lag, struct err *err)
{
    size_t count;
    const rd_kafka_ConsumerGroupDescription_t *group =
        rd_kafka_DescribeConsumerGroups_result_groups(lag->description, &count)[0];
    const rd_kafka_error_t *error = rd_kafka_ConsumerGroupDescription_error(group);

    if (error != NULL && rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return failed(rd_kafka_error_code(error), rd_kafka_error_string(error), lag->group, err);
    lag->state = rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(group));
    lag->assignor = rd_kafka_ConsumerGroupDescription_partition_assignor(group);
    lag->member_count = (int)rd_kafka_ConsumerGroupDescription_member_count(group);
    lag->members = memory_zeroed((size_t)lag->member_count + 1, sizeof *lag->members);
    for (int i = 0; i < lag->member_count; i++)
        take_member(lag, i, rd_kafka_ConsumerGroupDescription_member(group, (size_t)i));
    return true;
}

static bool read_members(struct lag *lag, struct err *err)
{
    rd_kafka_AdminOptions_t *options = options_for(lag, RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS);

    rd_kafka_DescribeConsumerGroups(lag->rk, &lag->group, 1, options, lag->answers);
    lag->description = await(lag, err);
    rd_kafka_AdminOptions_destroy(options);
    return lag->description != NULL && take_description(lag, err);
}

/* ---- All of it --------------------------------------------------------------------------------------------------- */

static bool read_topic(struct lag *lag, struct err *err)
{
    if (!brokers_need_topic(&lag->brokers, lag->rk, lag->topic, lag->timeout_ms, &lag->partition_count, err))
        return false;
    lag->partitions = memory_zeroed((size_t)lag->partition_count, sizeof *lag->partitions);
    for (int i = 0; i < lag->partition_count; i++)
        lag->partitions[i].owner = -1;
    return true;
}

static int64_t behind(const struct lag_partition *partition)
{
    int64_t from = partition->committed > partition->begin ? partition->committed : partition->begin;

    return partition->end > from ? partition->end - from : 0;
}

/* Reads the committed offsets before the ends, so that a group that works meanwhile is never ahead of the end. */
static bool read_all(struct lag *lag, struct err *err)
{
    return read_topic(lag, err) && read_members(lag, err) && read_committed(lag, err) &&
           read_ends(lag, lag->rk, RD_KAFKA_OFFSET_BEGINNING, offsetof(struct lag_partition, begin), err) &&
           read_ends(lag, lag->reader, RD_KAFKA_OFFSET_END, offsetof(struct lag_partition, stable), err) &&
           read_ends(lag, lag->rk, RD_KAFKA_OFFSET_END, offsetof(struct lag_partition, end), err);
}

/* After a start or a change of leader brokers need a moment to know their coordinators. */
bool lag_read(struct lag *lag, struct lag_group *group, struct err *err)
{
    int64_t deadline_ms = clock_ms() + lag->timeout_ms;

    forget(lag);
    while (!read_all(lag, err)) {
        if (err_ends(err) || stop_requested() || clock_ms() >= deadline_ms)
            return given_up(err);
        rd_kafka_poll(lag->rk, SLICE_MS);
        forget(lag);
    }
    *group = (struct lag_group){
        .assignor = lag->assignor == NULL ? "" : lag->assignor,
        .state = lag->state,
        .partitions = lag->partitions,
        .partition_count = lag->partition_count,
        .members = lag->members,
        .member_count = lag->member_count,
    };
    for (int i = 0; i < lag->partition_count; i++) {
        lag->partitions[i].behind = behind(&lag->partitions[i]);
        group->behind += lag->partitions[i].behind;
    }
    return true;
}

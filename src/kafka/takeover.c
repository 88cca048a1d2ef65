#include "kafka/takeover.h"

#include "core/uuid.h"
#include "kafka/kafka_error.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>

#define ASK_EVERY_MS 500
#define ASK_MS       200

/* How many answers may be without the group: a broker that is gone for good must not keep us out of the group. */
#define UNCLEAR_MAX 60

void takeover_member(struct takeover *takeover, struct rd_kafka_s *rk)
{
    char *member = rd_kafka_memberid(rk);

    free(takeover->member);
    takeover->member = member == NULL ? NULL : strdup(member);
    if (member != NULL)
        rd_kafka_mem_free(rk, member);
}

void takeover_ask(struct takeover *takeover)
{
    takeover->asking = takeover->member != NULL;
    takeover->asked_ms = 0;
    takeover->unclear = 0;
}

bool takeover_is_instance(const char *member, const char *instance_id)
{
    size_t len = strlen(instance_id);
    struct uuid uuid;

    return strncmp(member, instance_id, len) == 0 && member[len] == '-' &&
           uuid_parse(bytes_of(member + len + 1), &uuid);
}

static bool has_another(const struct takeover *takeover, const struct rd_kafka_group_info *group,
                        const char *instance_id)
{
    for (int i = 0; i < group->member_cnt; i++) {
        const char *member = group->members[i].member_id;
        if (takeover_is_instance(member, instance_id) && strcmp(member, takeover->member) != 0)
            return true;
    }
    return false;
}

/* Judges the brokers' lists of groups. Ours may be missing: then it has no member and no offsets any more. */
MUSTUSE static enum progress judge(struct takeover *takeover, const struct rd_kafka_group_list *list, bool complete,
                                   const char *instance_id, struct err *err)
{
    for (int i = 0; i < list->group_cnt; i++) {
        const struct rd_kafka_group_info *group = &list->groups[i];
        if (group->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            (void)kafka_error_code(err, KAFKA_CALL_ADMIN, (int)group->err, "who holds our instance.id");
            return err->class == ERR_RETRY ? PENDING : DONE;
        }
        if (!has_another(takeover, group, instance_id))
            return DONE;
        (void)kafka_error_code(err, KAFKA_CALL_CONSUME, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID,
                               "the session was over, and is another member's now");
        return FAILED;
    }
    return complete || ++takeover->unclear > UNCLEAR_MAX ? DONE : PENDING;
}

/*
 * Uses the old call, because rd_kafka_DescribeConsumerGroups of 2.0.2 aborts the process (rd_kafka_enq_once) when no
 * coordinator answers.
 */
MUSTUSE static enum progress ask(struct takeover *takeover, rd_kafka_t *rk, const char *group_id,
                                 const char *instance_id, struct err *err)
{
    const struct rd_kafka_group_list *list = NULL;
    enum progress progress = PENDING;
    rd_kafka_resp_err_t code = rd_kafka_list_groups(rk, group_id, &list, patience_begin(&takeover->patience, ASK_MS));

    patience_end(&takeover->patience, code == RD_KAFKA_RESP_ERR_NO_ERROR);
    if (list != NULL) {
        progress = judge(takeover, list, code == RD_KAFKA_RESP_ERR_NO_ERROR, instance_id, err);
        rd_kafka_group_list_destroy(list);
        return progress;
    }
    (void)kafka_error_code(err, KAFKA_CALL_ADMIN, (int)code, "who holds our instance.id");
    return err->class == ERR_RETRY ? PENDING : DONE;
}

enum progress takeover_read(struct takeover *takeover, struct rd_kafka_s *rk, const char *group_id,
                            const char *instance_id, struct err *err)
{
    int64_t now_ms = clock_ms();

    if (takeover->asked_ms != 0 && now_ms - takeover->asked_ms < ASK_EVERY_MS)
        return PENDING;
    enum progress progress = ask(takeover, rk, group_id, instance_id, err);
    takeover->asked_ms = clock_ms();
    takeover->asking = progress == PENDING;
    takeover->replaced = takeover->replaced || progress == FAILED;
    return progress;
}

bool takeover_possible(const struct takeover *takeover)
{
    return takeover->asking || takeover->replaced;
}

void takeover_close(struct takeover *takeover)
{
    free(takeover->member);
    *takeover = (struct takeover){0};
}

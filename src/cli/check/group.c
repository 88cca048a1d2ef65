/* Looks at who is in the group, and whether the commands that it has not answered are still there. */
#include "cli/check/steps.h"

#include "kafka/tools/lag.h"

#include <inttypes.h>

static void judge_members(struct check *check, const struct lag_group *group)
{
    const struct config *config = check->config;
    char where[CONFIG_SETTING_TEXT];

    for (int i = 0; !config->instance_auto && i < group->member_count; i++) {
        if (strcmp(group->members[i].instance, config->instance_id) != 0)
            continue;
        config_setting(config, "instance.id", where);
        check_add(check->findings, CHECK_MEMBER, where,
                  "leave it if that is the worker which this one replaces; else give each process another instance.id",
                  "a member of the group %s at %s has the instance.id %s: whoever comes second with it ends the first "
                  "(exit code 76)",
                  config->group_id, group->members[i].host, config->instance_id);
    }
}

static void judge_lost(struct check *check, const struct lag_group *group)
{
    for (int i = 0; i < group->partition_count; i++) {
        const struct lag_partition *partition = &group->partitions[i];
        struct err err;
        if (partition->committed < 0 ||
            (partition->committed >= partition->begin && partition->committed <= partition->end))
            continue;
        (void)err_set(&err, ERR_STOP, EXIT_DATA, E_INPUT_LOST,
                      "%s[%d]: the group has committed %" PRId64 ", and the topic has %" PRId64 " to %" PRId64
                      ": commands are gone that were not answered, or the topic is another one",
                      check->config->commands_topic, i, partition->committed, partition->begin, partition->end);
        check_add_err(check->findings, CHECK_ERROR, &err, "commands.topic",
                      "find out which commands these were, then move the group with sessiond offsets set");
    }
}

/* Two kinds of consumers cannot be in one group. These are the assignors of our client (kafka/client.c). */
static void judge_assignor(struct check *check, const struct lag_group *group)
{
    struct err err;

    if (group->member_count == 0 || *group->assignor == 0 || strcmp(group->assignor, "range") == 0 ||
        strcmp(group->assignor, "roundrobin") == 0)
        return;
    (void)err_set(&err, ERR_STOP, EXIT_CONFIG, E_KAFKA_GROUP, "the members of the group %s share partitions by %s",
                  check->config->group_id, group->assignor);
    check_add_err(check->findings, CHECK_ERROR, &err, "group.id", "set group.id to a name of its own");
}

bool check_group(struct check *check)
{
    struct lag_group group;
    struct err err = {0};
    struct lag *lag = lag_open(check->config, check->request->timeout_ms, &err);
    bool read = lag != NULL && lag_read(lag, &group, &err);
    bool go_on = true;

    if (read) {
        judge_members(check, &group);
        judge_lost(check, &group);
        judge_assignor(check, &group);
    } else if (!check_has(check->findings, err.code)) {
        go_on = check_failed(check, &err, "group.id");
    }
    lag_close(lag);
    return go_on;
}

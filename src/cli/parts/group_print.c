#include "cli/parts/group_print.h"

#include "json/json_write.h"
#include "runtime/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static void print_offset(int64_t offset)
{
    if (offset < 0)
        printf(" %12s", "-");
    else
        printf(" %12" PRId64, offset);
}

void group_print_table(const struct config *config, const struct lag_group *group)
{
    printf("group %s: %s, %d members; topic %s: %" PRId64 " behind\n\n", config->group_id, group->state,
           group->member_count, config->commands_topic, group->behind);
    printf("PARTITION    COMMITTED       STABLE          END          LAG  OWNER\n");
    for (int i = 0; i < group->partition_count; i++) {
        const struct lag_partition *partition = &group->partitions[i];
        const struct lag_member *owner = partition->owner < 0 ? NULL : &group->members[partition->owner];
        printf("%9d", i);
        print_offset(partition->committed);
        print_offset(partition->stable);
        print_offset(partition->end);
        print_offset(partition->behind);
        printf("  %s%s\n", owner == NULL ? "-" : owner->instance, owner == NULL ? "" : owner->host);
    }
}

void group_print_now(char text[static GROUP_PRINT_NOW])
{
    time_t now = (time_t)(clock_utc_us() / 1000000);
    struct tm tm;

    strftime(text, GROUP_PRINT_NOW, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &tm));
}

void group_print_line(const struct config *config, const struct lag_group *group)
{
    char now[GROUP_PRINT_NOW];

    group_print_now(now);
    printf("%s group %s: %s, %d members; topic %s: %" PRId64 " behind\n", now, config->group_id, group->state,
           group->member_count, config->commands_topic, group->behind);
}

static void print_members_json(const struct lag_group *group)
{
    printf("\"members\": [");
    for (int i = 0; i < group->member_count; i++) {
        printf("%s{\"instance\": ", i > 0 ? ", " : "");
        json_write_string(stdout, bytes_of(group->members[i].instance));
        printf(", \"host\": ");
        json_write_string(stdout, bytes_of(group->members[i].host));
        printf("}");
    }
    printf("]");
}

static void print_partition_json(const struct lag_group *group, int index)
{
    const struct lag_partition *partition = &group->partitions[index];

    printf("{\"partition\": %d, \"beginning\": %" PRId64 ", \"committed\": ", index, partition->begin);
    if (partition->committed < 0)
        printf("null");
    else
        printf("%" PRId64, partition->committed);
    printf(", \"stable\": %" PRId64 ", \"end\": %" PRId64 ", \"lag\": %" PRId64 ", \"owner\": ", partition->stable,
           partition->end, partition->behind);
    if (partition->owner < 0)
        printf("null}");
    else {
        json_write_string(stdout, bytes_of(group->members[partition->owner].instance));
        printf("}");
    }
}

void group_print_json(const struct config *config, const struct lag_group *group)
{
    printf("{\"source\": \"broker\", \"time_ms\": %" PRId64 ", \"state\": null, \"sentence\": null, \"group\": ",
           clock_utc_us() / 1000);
    json_write_string(stdout, bytes_of(config->group_id));
    printf(", \"group_state\": ");
    json_write_string(stdout, bytes_of(group->state));
    printf(", \"topic\": ");
    json_write_string(stdout, bytes_of(config->commands_topic));
    printf(", \"lag\": %" PRId64 ", ", group->behind);
    print_members_json(group);
    printf(", \"partitions\": [");
    for (int i = 0; i < group->partition_count; i++) {
        printf("%s", i > 0 ? ", " : "");
        print_partition_json(group, i);
    }
    printf("]}\n");
}

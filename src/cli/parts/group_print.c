#include "cli/parts/group_print.h"

#include "json/writer.h"
#include "runtime/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static void print_offset(int64_t offset, FILE *out)
{
    if (offset < 0)
        fprintf(out, " %12s", "-");
    else
        fprintf(out, " %12" PRId64, offset);
}

void group_print_table(const struct config *config, const struct lag_group *group, FILE *out)
{
    fprintf(out, "group %s: %s, %d members; topic %s: %" PRId64 " behind\n\n", config->group_id, group->state,
            group->member_count, config->commands_topic, group->behind);
    fprintf(out, "PARTITION    COMMITTED       STABLE          END          LAG  OWNER\n");
    for (int i = 0; i < group->partition_count; i++) {
        const struct lag_partition *partition = &group->partitions[i];
        const struct lag_member *owner = partition->owner < 0 ? NULL : &group->members[partition->owner];
        fprintf(out, "%9d", i);
        print_offset(partition->committed, out);
        print_offset(partition->stable, out);
        print_offset(partition->end, out);
        print_offset(partition->behind, out);
        fprintf(out, "  %s%s\n", owner == NULL ? "-" : owner->instance, owner == NULL ? "" : owner->host);
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

static void write_members(struct json_writer *json, const struct lag_group *group)
{
    write_key(json, "members");
    write_array(json);
    for (int i = 0; i < group->member_count; i++) {
        write_object(json);
        write_member_text(json, "instance", group->members[i].instance);
        write_member_text(json, "host", group->members[i].host);
        write_object_end(json);
    }
    write_array_end(json);
}

static void write_partition(struct json_writer *json, const struct lag_group *group, int index)
{
    const struct lag_partition *partition = &group->partitions[index];

    write_object(json);
    write_member_int(json, "partition", index);
    write_member_int(json, "beginning", partition->begin);
    write_member_known_int(json, "committed", partition->committed, partition->committed >= 0);
    write_member_int(json, "stable", partition->stable);
    write_member_int(json, "end", partition->end);
    write_member_int(json, "lag", partition->behind);
    write_member_text(json, "owner", partition->owner < 0 ? NULL : group->members[partition->owner].instance);
    write_object_end(json);
}

void group_print_json(const struct config *config, const struct lag_group *group)
{
    struct json_writer json = json_to_stream(stdout);

    write_object(&json);
    write_member_text(&json, "source", "broker");
    write_member_int(&json, "time_ms", clock_utc_us() / 1000);
    write_member_text(&json, "state", NULL);
    write_member_text(&json, "sentence", NULL);
    write_member_text(&json, "group", config->group_id);
    write_member_text(&json, "group_state", group->state);
    write_member_text(&json, "topic", config->commands_topic);
    write_member_int(&json, "lag", group->behind);
    write_members(&json, group);
    write_key(&json, "partitions");
    write_array(&json);
    for (int i = 0; i < group->partition_count; i++)
        write_partition(&json, group, i);
    write_array_end(&json);
    write_object_end(&json);
    write_line_end(&json);
}

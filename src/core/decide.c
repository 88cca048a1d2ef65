#include "core/decide.h"

static void add_violation(struct ledger_row *row, enum command_field field, enum errcode code)
{
    row->violations.list[row->violations.count++] = (struct violation){field, code};
}

/*
 * All violations of one step are reported together. Those of a later step are reported only when the earlier steps
 * found none.
 */
static void find_violations(struct ledger_row *row, const struct batch_item *item, const struct parent *group,
                            const struct parent *activity)
{
    row->violations = item->violations;
    if (row->violations.count > 0)
        return;
    if (group == NULL)
        add_violation(row, COMMAND_FIELD_GROUP_ID, ERRCODE_GROUP_NOT_FOUND);
    if (activity == NULL)
        add_violation(row, COMMAND_FIELD_STUDY_ACTIVITY_ID, ERRCODE_STUDY_ACTIVITY_NOT_FOUND);
}

void decide_row(struct ledger_row *row, const struct batch_item *item, const struct parent *group,
                const struct parent *activity, int64_t decided_us)
{
    *row = (struct ledger_row){
        .kind = OUTCOME_REJECTED,
        .hints = item->command.hints,
        .group_id = item->command.group_id,
        .study_activity_id = item->command.study_activity_id,
        .decided_us = decided_us,
        .topic = item->record.topic,
        .partition = item->record.partition,
        .offset = item->record.offset,
        .timestamp_ms = item->record.timestamp_ms,
    };
    find_violations(row, item, group, activity);
    if (row->violations.count > 0) {
        row->code = row->violations.list[0].code;
        return;
    }
    row->kind = OUTCOME_CREATED;
    row->session = (struct session){
        .group_id = row->group_id.value,
        .activity_id = row->study_activity_id.value,
        .group_name = group->name,
        .activity_name = activity->name,
        .start_us = decided_us,
    };
}

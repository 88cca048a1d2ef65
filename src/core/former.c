#include "core/former.h"

/* The command as the version before read it. Whatever has a former reading was a bare command then. */
static struct command command_then(const struct command *command)
{
    const struct command_former *former = command->former;

    if (former == NULL)
        return *command;
    return (struct command){
        .command_id = former->command_id,
        .group_id = former->group_id,
        .study_activity_id = former->study_activity_id,
    };
}

static struct bytes ce_id_then(const struct command *then, const struct record *record)
{
    const struct header *header = then->structured ? NULL : record_header(record, "ce_id");

    return header == NULL ? then->ce_id : header->value;
}

/* True with the id when it identified something only for the version before. */
static bool identified_then(const struct command *then, const struct record *record, struct uuid *id)
{
    if (then->command_id.state == FIELD_VALUE) {
        *id = then->command_id.value;
        return true;
    }
    return then->command_id.state == FIELD_ABSENT && uuid_parse(ce_id_then(then, record), id);
}

static struct uuid identity_then(const struct command *command, const struct record *record, struct arena *arena)
{
    struct command then = command_then(command);
    struct uuid id;
    bool brought;

    if (identified_then(&then, record, &id))
        return id;
    id = command_identity(&then, record, arena, &brought);
    return brought ? id : record_derived_id(record, arena);
}

/* Nearly every record has the same id in both versions. This sees it without computing either. */
static bool may_differ(const struct command *command, const struct record *record)
{
    struct uuid id;

    if (command->former != NULL || command_redriven_id(record, &id))
        return true;
    if (command->command_id.state == FIELD_VALUE)
        return !uuid_identifies(&command->command_id.value);
    return uuid_parse(ce_id_then(command, record), &id) && !uuid_identifies(&id);
}

void former_identify(struct batch_item *item, struct arena *arena)
{
    if (!may_differ(&item->command, &item->record))
        return;
    item->former_id = identity_then(&item->command, &item->record, arena);
    item->has_former_id = uuid_compare(&item->former_id, &item->command_id) != 0;
}

/*
 * A pruned row no longer has its position. Under an id that identifies something the row belongs to this command
 * nevertheless.
 */
static bool decided_here(const struct ledger_row *row, const struct uuid *id, const struct record *record)
{
    return row->kind == OUTCOME_PRUNED ? uuid_identifies(id) : ledger_row_is_of(row, record);
}

size_t former_decide(struct batch *batch, const struct uuid *id, const struct ledger_row *row)
{
    size_t count = 0;

    for (size_t i = 0; i < batch->count; i++) {
        struct batch_item *item = &batch->items[i];
        if (!item->has_former_id || item->row != NULL || uuid_compare(&item->former_id, id) != 0 ||
            !decided_here(row, id, &item->record))
            continue;
        item->command_id = *id;
        item->row = row;
        count++;
    }
    return count;
}

void former_restore(struct batch_item *item)
{
    const struct ledger_row *row = item->row;
    struct command then = command_then(&item->command);

    if (item->command.former != NULL && ledger_row_is_of(row, &item->record) &&
        field_int_equal(row->group_id, then.group_id) &&
        field_int_equal(row->study_activity_id, then.study_activity_id))
        item->command = then;
}

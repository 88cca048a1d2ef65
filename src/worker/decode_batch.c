#include "worker/decode_batch.h"

#include "codec/misspelling.h"

#include "core/err.h"
#include "core/former.h"
#include "core/validate.h"

static void decode_item(const struct decode_options *options, bool id_required, struct batch_item *item,
                        struct arena *arena)
{
    const char *reason = NULL;
    bool brought_id;
    enum errcode code = decode(options, &item->record, arena, &item->command, &reason);

    if (code != ERRCODE_NONE)
        item->command = (struct command){0};
    item->command_id = command_identity(&item->command, &item->record, arena, &brought_id);
    if (code != ERRCODE_NONE) {
        outcome_answer(&item->outcome, &item->record, code, COMMAND_FIELD_NONE, reason);
        return;
    }
    if (!brought_id || item->command.former != NULL)
        former_identify(item, arena);
    bool id_missing = id_required && !brought_id && item->command.command_id.state == FIELD_ABSENT;
    validate(&item->command, id_missing, &item->violations);
    if (item->violations.count > 0)
        item->command.hints = misspelling_hints(options, &item->record, &item->command, &item->violations, arena);
}

void decode_batch(const struct decode_options *options, bool id_required, struct batch *batch)
{
    for (; batch->decoded < batch->count; batch->decoded++)
        decode_item(options, id_required, &batch->items[batch->decoded], &batch->arena);
}

static void outcome_of_row(struct batch_item *item)
{
    former_restore(item);
    outcome_from_ledger(&item->outcome, item->row, &item->record, &item->command);
}

bool batch_outcomes(struct batch *batch, struct err *err)
{
    char label[RECORD_LABEL_TEXT];

    for (size_t i = 0; i < batch->count; i++) {
        struct batch_item *item = &batch->items[i];
        if (item->outcome.kind != OUTCOME_PENDING)
            continue;
        if (item->row == NULL)
            return err_set(err, ERR_STOP, EXIT_INTERNAL, E_INTERNAL, "%s was left undecided",
                           record_label(&item->record, &item->command_id, label));
        outcome_of_row(item);
    }
    return true;
}

void batch_stored_outcomes(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->items[i].outcome.kind == OUTCOME_PENDING && batch->items[i].row != NULL)
            outcome_of_row(&batch->items[i]);
}

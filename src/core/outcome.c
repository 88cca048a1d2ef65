#include "core/outcome.h"

#include <inttypes.h>
#include <stdio.h>

size_t violations_format(const struct violations *violations, char text[static VIOLATIONS_TEXT])
{
    size_t len = 0;

    text[0] = 0;
    for (unsigned i = 0; i < violations->count; i++) {
        const struct violation *violation = &violations->list[i];
        int added = snprintf(text + len, VIOLATIONS_TEXT - len, "%s%s:%s", i == 0 ? "" : ",",
                             command_field_name(violation->field), errcode_name(violation->code));
        len += (size_t)added;
    }
    return len;
}

static bool violation_parse(struct bytes text, struct violation *violation)
{
    const uint8_t *colon = text.len == 0 ? NULL : memchr(text.data, ':', text.len);
    if (colon == NULL)
        return false;

    struct bytes field = {text.data, (size_t)(colon - text.data)};
    struct bytes code = {colon + 1, text.len - field.len - 1};
    violation->code = errcode_from_name(code);
    for (enum command_field f = COMMAND_FIELD_COMMAND_ID; f <= COMMAND_FIELD_STUDY_ACTIVITY_ID; f++) {
        if (bytes_equal(field, bytes_of(command_field_name(f)))) {
            violation->field = f;
            return violation->code != ERRCODE_NONE;
        }
    }
    return false;
}

bool violations_parse(struct bytes text, struct violations *violations)
{
    bool more = text.len > 0;

    violations->count = 0;
    while (more) {
        const uint8_t *comma = memchr(text.data, ',', text.len);
        struct bytes one = {text.data, comma == NULL ? text.len : (size_t)(comma - text.data)};
        if (violations->count == VIOLATIONS_MAX || !violation_parse(one, &violations->list[violations->count]))
            return false;
        violations->count++;
        more = comma != NULL;
        if (more)
            text = (struct bytes){comma + 1, text.len - one.len - 1};
    }
    return true;
}

void outcome_answer(struct outcome *outcome, const struct record *record, enum errcode code, enum command_field field,
                    const char *reason)
{
    *outcome = (struct outcome){
        .kind = OUTCOME_REJECTED,
        .code = code,
        .violations = {1, {{field, code}}},
        .occurred_us = record->timestamp_ms > 0 ? record_timestamp_us(record) : 0,
        .reason = reason,
    };
}

/* An answer to a command that could be read repeats the ids that the command asked for. */
static void answer_command(struct outcome *outcome, const struct record *record, const struct command *command,
                           enum errcode code)
{
    outcome_answer(outcome, record, code, COMMAND_FIELD_COMMAND_ID, NULL);
    outcome->group_id = command->group_id;
    outcome->study_activity_id = command->study_activity_id;
}

bool ledger_row_is_of(const struct ledger_row *row, const struct record *record)
{
    return row->partition == record->partition && row->offset == record->offset &&
           row->timestamp_ms == record->timestamp_ms && strcmp(row->topic, record->topic) == 0;
}

void outcome_from_ledger(struct outcome *outcome, const struct ledger_row *row, const struct record *record,
                         const struct command *command)
{
    if (row->kind == OUTCOME_PRUNED) {
        answer_command(outcome, record, command, ERRCODE_COMMAND_EXPIRED);
        return;
    }
    if (!field_int_equal(row->group_id, command->group_id) ||
        !field_int_equal(row->study_activity_id, command->study_activity_id)) {
        answer_command(outcome, record, command, ERRCODE_COMMAND_ID_REUSED);
        return;
    }
    *outcome = (struct outcome){
        .kind = row->kind,
        .code = row->code,
        .violations = row->violations,
        .hints = row->hints,
        .decided = true,
        .replayed = !ledger_row_is_of(row, record),
        .group_id = row->group_id,
        .study_activity_id = row->study_activity_id,
        .session = row->session,
        .occurred_us = row->decided_us,
    };
}

static struct bytes missing_message(enum command_field field, struct bytes hint, struct arena *arena)
{
    const char *name = command_field_name(field);

    if (hint.len == 0)
        return arena_printf(arena, "%s is required", name);
    if (bytes_equal(hint, bytes_of(HINT_ENVELOPE)))
        return arena_printf(arena,
                            "%s is required; this is an envelope of Kafka Connect, {\"schema\", \"payload\"}: send its "
                            "payload alone (value.converter.schemas.enable=false)",
                            name);
    return arena_printf(arena, "%s is required; the command has \"%.*s\", which may be a misspelling of it", name,
                        (int)hint.len, (const char *)hint.data);
}

static struct bytes invalid_message(enum command_field field, struct bytes hint, struct arena *arena)
{
    if (field == COMMAND_FIELD_COMMAND_ID && hint.len > 0)
        return arena_printf(arena, "command_id must be a UUID; the %.*s UUID identifies nothing", (int)hint.len,
                            (const char *)hint.data);
    if (field == COMMAND_FIELD_COMMAND_ID)
        return arena_printf(arena, "command_id must be a UUID");
    return arena_printf(arena, "%s must be an integer from 1 to %" PRId64, command_field_name(field), INT64_MAX);
}

struct bytes violation_message(const struct violation *violation, const struct outcome *outcome, struct arena *arena)
{
    const char *reason = outcome->reason == NULL ? "" : outcome->reason;

    switch (violation->code) {
    case ERRCODE_MISSING_FIELD:
        return missing_message(violation->field, hints_find(outcome->hints, violation->field), arena);
    case ERRCODE_INVALID_FIELD:
        return invalid_message(violation->field, hints_find(outcome->hints, violation->field), arena);
    case ERRCODE_GROUP_NOT_FOUND:
        return arena_printf(arena, "group %" PRId64 " does not exist", outcome->group_id.value);
    case ERRCODE_STUDY_ACTIVITY_NOT_FOUND:
        return arena_printf(arena, "study activity %" PRId64 " does not exist", outcome->study_activity_id.value);
    case ERRCODE_COMMAND_ID_REUSED:
        return arena_printf(arena, "this command id was already used for a command with other values");
    case ERRCODE_COMMAND_EXPIRED:
        return arena_printf(arena, "this command id was decided long ago and its outcome is no longer kept");
    case ERRCODE_STORE_REFUSED:
        return arena_printf(arena, "the database refuses this row (SQLSTATE %s)", outcome->sqlstate);
    case ERRCODE_UNDECODABLE: return arena_printf(arena, "the record is not a readable command: %s", reason);
    case ERRCODE_UNKNOWN_SCHEMA: return arena_printf(arena, "the record's schema is not known: %s", reason);
    case ERRCODE_NONE:
    case ERRCODE_COUNT: break;
    }
    return arena_printf(arena, "%s", errcode_name(violation->code));
}

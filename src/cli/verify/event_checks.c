/* Compares an event with the outcome of its id, and with the command that it answers. */
#include "cli/verify/decision.h"

static const char *name_of(uint8_t code)
{
    return code == ERRCODE_NONE ? "created" : errcode_name((enum errcode)code);
}

bool decision_is_ours(const struct decisions *all, const struct ledger_row *row)
{
    return strcmp(row->topic, all->verify->config->commands_topic) == 0;
}

/* ---- Events against the outcome ---------------------------------------------------------------------------------- */

static void find(const struct decisions *all, int guarantee, const char *code, const struct event_digest *event,
                 const struct command_digest *command, bool outcome, const char *text)
{
    struct ref refs[3];
    char id[UUID_TEXT + 1];
    size_t count = 0;

    refs[count++] = verify_event_ref(all->verify, &event->at);
    if (command != NULL)
        refs[count++] = verify_command_ref(all->verify, &command->place);
    if (outcome)
        refs[count++] = verify_outcome_ref(&event->command_id);
    uuid_format(&event->command_id, id);
    findings_add(all->verify->findings, guarantee, code, refs, count, "the %s event of command id %s %s",
                 name_of(event->code), id, text);
}

static bool row_is_at(const struct ledger_row *row, const struct event_digest *event)
{
    struct place place = place_of(row->partition, row->offset);

    return memcmp(&place, &event->place, sizeof place) == 0;
}

static bool same_outcome(const struct ledger_row *row, const struct event_digest *event)
{
    if (row->kind == OUTCOME_CREATED)
        return event->code == ERRCODE_NONE && event->session_id == row->session.id;
    return event->code == row->code;
}

bool decision_same_values(const struct ledger_row *row, const struct command_digest *command)
{
    return field_int_equal(row->group_id, command->group_id) &&
           field_int_equal(row->study_activity_id, command->study_activity_id);
}

bool decision_is_read(const struct command_digest *command)
{
    return (command->flags & (COMMAND_UNDECODABLE | COMMAND_UNKNOWN_SCHEMA)) == 0;
}

/*
 * A repeat says that it is one, and only a repeat does. An earlier topic with that name may have had records at the
 * same places.
 */
static void check_replayed(struct decisions *all, const struct decision *decision, const struct event_digest *event,
                           const struct command_digest *command)
{
    const struct ledger_row *row = decision->row;
    bool here = decision_is_ours(all, row) && row_is_at(row, event);
    bool replayed = (event->flags & EVENT_REPLAYED) != 0;

    if ((event->flags & EVENT_OTHER_TOPIC) != 0)
        return;
    if (here && command != NULL && command->timestamp_ms != row->timestamp_ms)
        here = false;
    if (!here && !replayed)
        find(all, 2, "DECIDED_ELSEWHERE", event, command, true, "is new, but its id was decided at another record");
    else if (here && replayed && command != NULL)
        find(all, 2, "DECIDED_ELSEWHERE", event, command, true,
             "is called a repeat, but its id was decided right there");
    if (!here && command != NULL && decision_is_read(command) && !decision_same_values(row, command))
        find(all, 2, "OTHER_VALUES", event, command, true,
             "answers a record that asks for other values than those that were decided");
}

/* For a pruned id it is known only that all its events must be the same. */
static void check_forgotten(struct decisions *all, struct decision *decision, const struct event_digest *event,
                            const struct command_digest *command)
{
    if (decision->body_known[event->encoding] && decision->body[event->encoding] != event->body_hash)
        find(all, 2, "OTHER_OUTCOME", event, command, true, "is not the same as the ones before it");
    decision->body_known[event->encoding] = true;
    decision->body[event->encoding] = event->body_hash;
}

static void check_decided(struct decisions *all, struct decision *decision, struct event_digest *event,
                          const struct command_digest *command)
{
    const struct ledger_row *row = decision->row;

    decision->told = true;
    if (!decision->in_ledger) {
        if (!decision->unknown)
            find(all, 2, "EVENT_WITHOUT_OUTCOME", event, command, false, "says what the ledger does not have");
        decision->unknown = true;
        return;
    }
    if (row == NULL)
        return;
    if (row->kind == OUTCOME_PRUNED) {
        event->flags |= EVENT_ROW_PRUNED;
        check_forgotten(all, decision, event, command);
        return;
    }
    if (decision_is_ours(all, row) && row_is_at(row, event))
        event->flags |= EVENT_ROW_HERE;
    if (!same_outcome(row, event))
        find(all, 2, "OTHER_OUTCOME", event, command, true, "has another outcome than the ledger");
    else if (event->body_hash !=
             expected_hash(&decision->expected, (enum event_encoding)event->encoding, &all->verify->arena))
        find(all, 2, "ALTERED_EVENT", event, command, true, "does not say what the ledger keeps of its outcome");
    check_replayed(all, decision, event, command);
}

static void check_answer(struct decisions *all, const struct decision *decision, const struct event_digest *event,
                         const struct command_digest *command)
{
    const struct ledger_row *row = decision->row;

    if (decision->in_ledger && row == NULL)
        return;
    if (event->code == ERRCODE_COMMAND_ID_REUSED) {
        if (row == NULL)
            find(all, 2, "REUSED_UNDECIDED", event, command, false,
                 "says that the id was used before, but the ledger does not have it");
        else if (row->kind != OUTCOME_PRUNED && command != NULL && decision_is_read(command) &&
                 decision_same_values(row, command))
            find(all, 2, "REUSED_SAME_VALUES", event, command, true,
                 "says that the id was used for other values, but they are the same");
    }
    if (event->code == ERRCODE_COMMAND_EXPIRED && (row == NULL || row->kind != OUTCOME_PRUNED))
        find(all, 2, "NOT_EXPIRED", event, command, row != NULL,
             row == NULL ? "says that the outcome was forgotten, but the ledger does not have the id"
                         : "says that the outcome was forgotten, but the ledger has it");
}

/* ---- Events against their command -------------------------------------------------------------------------------- */

static bool answer_id_is(const struct decisions *all, const struct event_digest *event, int64_t timestamp_ms)
{
    const struct record record = {
        .topic = all->verify->config->commands_topic,
        .partition = place_partition(&event->place),
        .offset = place_offset(&event->place),
        .timestamp_ms = timestamp_ms,
    };
    struct uuid id = record_answer_id(&record, errcode_name((enum errcode)event->code), &all->verify->arena);

    return uuid_compare(&id, &event->event_id) == 0;
}

/* Without the command, the event's timestamp is taken for the command's; a negative one is written as 0. */
static void check_answer_id(struct decisions *all, const struct event_digest *event,
                            const struct command_digest *command)
{
    const struct record record = {.timestamp_ms = command == NULL ? 0 : command->timestamp_ms};
    int64_t due_us = command != NULL && command->timestamp_ms > 0 ? record_timestamp_us(&record) : 0;

    if (event_decided(event) || (event->flags & EVENT_OTHER_TOPIC) != 0)
        return;
    if (command != NULL && event->occurred_us != due_us)
        find(all, 3, "ALTERED_EVENT", event, command, false,
             "answers its record, but occurred at another time than that has");
    else if (command != NULL ? !answer_id_is(all, event, command->timestamp_ms)
                             : event->occurred_us < TIME_LAST_US && event->occurred_us % 1000 == 0 &&
                                   !answer_id_is(all, event, event->occurred_us / 1000) &&
                                   (event->occurred_us != 0 || !answer_id_is(all, event, -1)))
        find(all, 3, "ALTERED_EVENT", event, command, false, "has an event_id that is not that of its record and code");
}

static bool same_carried(const struct event_digest *event, const struct command_digest *command)
{
    char text[UUID_TEXT + 1];

    if (event->carried_hash == command->carried_hash)
        return true;
    uuid_format(&event->command_id, text);
    return (event->flags & EVENT_KEY_IS_ID) != 0 &&
           event->carried_hash == digest_hash(digest_hash(HASH_START, bytes_of(text)), bytes_of(text));
}

static void check_command(struct decisions *all, const struct event_digest *event, const struct command_digest *command)
{
    bool keyless = (command->flags & COMMAND_KEYLESS) != 0;

    if ((event->flags & EVENT_KEY_IS_ID) == 0 && (keyless || event->key_hash != command->key_hash))
        find(all, 5, "WRONG_KEY", event, command, false, "has another key than its command");
    if (event_unread(event) || !decision_is_read(command))
        return;
    if (!same_carried(event, command))
        find(all, 3, "ALTERED_EVENT", event, command, false, "has another correlation or causation than its command");
    if (!event_decided(event) && (event->group_id.value != command->group_id.value ||
                                  event->study_activity_id.value != command->study_activity_id.value))
        find(all, 3, "ALTERED_EVENT", event, command, false, "is about other values than its command");
}

void decision_check_event(struct decisions *all, struct decision *decision, struct event_digest *event,
                          const struct command_digest *command)
{
    if (event_decided(event))
        check_decided(all, decision, event, command);
    else
        check_answer(all, decision, event, command);
    check_answer_id(all, event, command);
    if (command != NULL)
        check_command(all, event, command);
    if (!scope_key_belongs(&all->verify->scope, event->key_partition, &event->at))
        find(all, 5, "WRONG_PARTITION", event, command, false, "is not in the partition of its key");
}

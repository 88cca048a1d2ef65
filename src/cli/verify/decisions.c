/*
 * By command id: what the ledger has decided, what the commands with that id ask for, and what their events say.
 *
 * Commands and events come sorted by id and place, outcomes in the order of their ids: one walk over three streams. What is found
 * here is about an outcome and its events; whether each record has its event is for the step by places (answers.c).
 */
#include "cli/verify/answers.h"
#include "cli/verify/expected.h"
#include "cli/verify/letter.h"

#include "codec/event_avro.h"
#include "postgres/ledger_scan.h"
#include "runtime/stop.h"

#include <endian.h>
#include <inttypes.h>

struct decisions {
    struct verify *verify;
    struct ledger_scan *scan;
    struct event_avro *avro;
    struct arena page; /* holds `ahead` */
    struct ledger_scan_row ahead;
    bool has_ahead;
    int64_t oldest_us; /* the oldest decision that the ledger remembers */
    int64_t forgotten; /* pruned ids whose session no event names */
};

/* One command id. */
struct decision {
    struct uuid id;
    const struct ledger_row *row; /* NULL: the ledger does not have the id, or says nonsense of it */
    bool in_ledger;
    struct expected expected;
    bool told;       /* an event says what was decided */
    bool row_kept;   /* the record that was decided is still there */
    bool unknown;    /* that the outcome is missing was said */
    bool body_known[2];
    uint64_t body[2]; /* of the first event of a pruned id */
    struct claim claim;
    bool claimed;
};

static const char *name_of(uint8_t code)
{
    return code == ERRCODE_NONE ? "created" : errcode_name((enum errcode)code);
}

/* ---- The ledger -------------------------------------------------------------------------------------------------- */

static bool is_ours(const struct decisions *all, const struct ledger_row *row)
{
    return strcmp(row->topic, all->verify->config->commands_topic) == 0;
}

static bool read_ahead(struct decisions *all, struct err *err)
{
    struct uuid before = all->ahead.id;
    bool again = all->has_ahead;

    for (;;) {
        enum progress progress = ledger_scan_outcome(all->scan, &all->page, &all->ahead, err);
        all->has_ahead = progress == DONE;
        if (progress != DONE)
            return progress == PENDING;
        all->verify->counts.outcomes++;
        all->verify->counts.pruned += all->ahead.row->kind == OUTCOME_PRUNED;
        verify_progress("outcomes", all->verify->counts.outcomes);
        if (!again || uuid_compare(&before, &all->ahead.id) != 0)
            return true;
        const struct ref ref = verify_outcome_ref(&before);
        findings_add(all->verify->findings, 2, "DOUBLED_OUTCOME", &ref, 1, "a command id is in the ledger more than once");
    }
}

static void begin_with_row(struct decisions *all, struct decision *decision)
{
    const struct ledger_row *row = all->ahead.row;
    const struct ref ref = verify_outcome_ref(&decision->id);

    decision->in_ledger = true;
    if (all->ahead.fault != NULL) {
        findings_add(all->verify->findings, 2, "ALTERED_OUTCOME", &ref, 1,
                     "a row of the ledger is not as one is written: %s", all->ahead.fault);
        return;
    }
    decision->row = row;
    decision->expected = (struct expected){.row = row, .command_id = decision->id, .avro = all->avro};
    if (row->kind != OUTCOME_PRUNED && row->decided_us < all->oldest_us)
        all->oldest_us = row->decided_us;
    if (row->kind != OUTCOME_CREATED)
        return;
    decision->claim.by_ledger = decision->claimed = true;
    uint64_t big = htobe64((uint64_t)row->session.id);
    memcpy(decision->claim.session, &big, sizeof big);
    decision->claim.command_id = decision->id;
    decision->claim.group_id = row->session.group_id;
    decision->claim.activity_id = row->session.activity_id;
    decision->claim.start_us = row->session.start_us;
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

static bool same_values(const struct ledger_row *row, const struct command_digest *command)
{
    return field_int_equal(row->group_id, command->group_id) &&
           field_int_equal(row->study_activity_id, command->study_activity_id);
}

static bool is_read(const struct command_digest *command)
{
    return (command->flags & (COMMAND_UNDECODABLE | COMMAND_UNKNOWN_SCHEMA)) == 0;
}

/* A repeat says so, and only a repeat does. A topic of that name that was there before has had records at the same places. */
static void check_replayed(struct decisions *all, const struct decision *decision, const struct event_digest *event,
                           const struct command_digest *command)
{
    const struct ledger_row *row = decision->row;
    bool here = is_ours(all, row) && row_is_at(row, event);
    bool replayed = (event->flags & EVENT_REPLAYED) != 0;

    if ((event->flags & EVENT_OTHER_TOPIC) != 0)
        return;
    if (here && command != NULL && command->timestamp_ms != row->timestamp_ms)
        here = false;
    if (!here && !replayed)
        find(all, 2, "DECIDED_ELSEWHERE", event, command, true, "is new, but its id was decided at another record");
    else if (here && replayed && command != NULL)
        find(all, 2, "DECIDED_ELSEWHERE", event, command, true, "is called a repeat, but its id was decided right there");
    if (!here && command != NULL && is_read(command) && !same_values(row, command))
        find(all, 2, "OTHER_VALUES", event, command, true,
             "answers a record that asks for other values than those that were decided");
}

/* Of a pruned id is known only that all its events have to be one. */
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
    if (is_ours(all, row) && row_is_at(row, event))
        event->flags |= EVENT_ROW_HERE;
    if (!same_outcome(row, event))
        find(all, 2, "OTHER_OUTCOME", event, command, true, "has another outcome than the ledger");
    else if (event->body_hash != expected_hash(&decision->expected, (enum event_encoding)event->encoding,
                                               &all->verify->arena))
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
            find(all, 2, "REUSED_UNDECIDED", event, command, false, "says that the id was used before, but the ledger does not have it");
        else if (row->kind != OUTCOME_PRUNED && command != NULL && is_read(command) && same_values(row, command))
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

/* Without the command its timestamp is what the event says of it; a negative one is written as 0. */
static void check_answer_id(struct decisions *all, const struct event_digest *event,
                            const struct command_digest *command)
{
    const struct record record = {.timestamp_ms = command == NULL ? 0 : command->timestamp_ms};
    int64_t due_us = command != NULL && command->timestamp_ms > 0 ? record_timestamp_us(&record) : 0;

    if (event_decided(event) || (event->flags & EVENT_OTHER_TOPIC) != 0)
        return;
    if (command != NULL && event->occurred_us != due_us)
        find(all, 3, "ALTERED_EVENT", event, command, false, "answers its record, but occurred at another time than that has");
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
    if (event_unread(event) || !is_read(command))
        return;
    if (!same_carried(event, command))
        find(all, 3, "ALTERED_EVENT", event, command, false, "has another correlation or causation than its command");
    if (!event_decided(event) &&
        (event->group_id.value != command->group_id.value ||
         event->study_activity_id.value != command->study_activity_id.value))
        find(all, 3, "ALTERED_EVENT", event, command, false, "is about other values than its command");
}

static void check_event(struct decisions *all, struct decision *decision, struct event_digest *event,
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

/* ---- Sessions ---------------------------------------------------------------------------------------------------- */

static bool same_claim(const struct claim *a, const struct claim *b)
{
    return memcmp(a->session, b->session, sizeof a->session) == 0 && a->group_id == b->group_id &&
           a->activity_id == b->activity_id && a->start_us == b->start_us;
}

static void event_claim(const struct event_digest *event, struct claim *claim)
{
    uint64_t big = htobe64((uint64_t)event->session_id);

    memset(claim, 0, sizeof *claim);
    memcpy(claim->session, &big, sizeof big);
    claim->by_event = true;
    claim->at = event->at;
    claim->command_id = event->command_id;
    claim->group_id = event->group_id.value;
    claim->activity_id = event->study_activity_id.value;
    claim->start_us = event->start_us;
}

/* What says the same as before is said once. */
static bool claim_session(struct decisions *all, struct decision *decision, const struct event_digest *event,
                          struct err *err)
{
    struct claim claim;

    if (event->code != ERRCODE_NONE)
        return true;
    event_claim(event, &claim);
    if (!decision->claimed) {
        decision->claim = claim;
        decision->claimed = true;
        return true;
    }
    if (!same_claim(&claim, &decision->claim))
        return external_sort_add(all->verify->claims, &claim, err);
    if (!decision->claim.by_event) {
        decision->claim.by_event = true;
        decision->claim.at = event->at;
    }
    return true;
}

/* ---- One id ------------------------------------------------------------------------------------------------------ */

static const struct command_digest *next_command(const struct decisions *all, const struct uuid *id)
{
    const struct command_digest *next = external_sort_peek(all->verify->commands);

    return next != NULL && (id == NULL || uuid_compare(&next->id, id) == 0) ? next : NULL;
}

static const struct event_digest *next_event(const struct decisions *all, const struct uuid *id)
{
    const struct event_digest *next = external_sort_peek(all->verify->events);

    return next != NULL && (id == NULL || uuid_compare(&next->command_id, id) == 0) ? next : NULL;
}

/* A duplicate for which nothing is published; once its outcome is pruned it can only be taken for one. */
static bool is_suppressed(const struct decisions *all, const struct decision *decision,
                          const struct command_digest *command)
{
    const struct ledger_row *row = decision->row;

    if (all->verify->config->duplicates != DUPLICATES_SUPPRESS || row == NULL || !is_read(command))
        return false;
    if (row->kind == OUTCOME_PRUNED)
        return true;
    struct place place = place_of(row->partition, row->offset);
    bool here = is_ours(all, row) && memcmp(&place, &command->place, sizeof place) == 0 &&
                row->timestamp_ms == command->timestamp_ms;
    return !here && same_values(row, command);
}

static bool finish_command(struct decisions *all, struct decision *decision, const struct command_digest *command,
                           const struct answers *answers, struct err *err)
{
    struct answered answered;
    const struct ledger_row *row = decision->row;
    struct place place = row == NULL ? place_of(-1, -1) : place_of(row->partition, row->offset);

    memset(&answered, 0, sizeof answered);
    answered.back = place_back_of(&command->place);
    answered.command = *command;
    answered.answers = *answers;
    answered.suppressed = is_suppressed(all, decision, command);
    answered.has_row = row != NULL && row->kind != OUTCOME_PRUNED;
    answered.created = answered.has_row && row->kind == OUTCOME_CREATED;
    decision->row_kept = decision->row_kept || memcmp(&place, &command->place, sizeof place) == 0;
    return external_sort_add(all->verify->answers, &answered, err);
}

/* An event without a command of its id at its place. */
static bool keep_stray(struct decisions *all, const struct event_digest *event, struct err *err)
{
    struct stray stray;

    if ((event->flags & EVENT_OTHER_TOPIC) != 0)
        return true;
    struct command_partition *partition = scope_partition(&all->verify->scope, &event->place);
    if (partition != NULL && (event->flags & EVENT_ROW_HERE) != 0 && place_offset(&event->place) >= partition->begin)
        partition->recreated = true;
    memset(&stray, 0, sizeof stray);
    stray.back = place_back_of(&event->place);
    stray.event = *event;
    return external_sort_add(all->verify->strays, &stray, err);
}

/* All events of the id at one place. */
static bool take_events(struct decisions *all, struct decision *decision, const struct place *place,
                        const struct command_digest *command, struct answers *answers, struct err *err)
{
    const struct event_digest *next;
    struct verify *verify = all->verify;

    while ((next = next_event(all, &decision->id)) != NULL && memcmp(&next->place, place, sizeof *place) == 0) {
        struct event_digest event = *next;
        check_event(all, decision, &event, command);
        if (!claim_session(all, decision, &event, err))
            return false;
        answers_add(answers, &event);
        if (command == NULL ? !keep_stray(all, &event, err)
                            : errcode_goes_to_dlq((enum errcode)event.code) &&
                                  !letter_due(verify, &command->letter, &command->place, command->content_hash, &event,
                                              err))
            return false;
        if (!external_sort_next(verify->events, err))
            return false;
    }
    return true;
}

/* The first place of the id at which something stands. */
static bool take_place(struct decisions *all, struct decision *decision, struct err *err)
{
    const struct command_digest *next = next_command(all, &decision->id);
    const struct event_digest *event = next_event(all, &decision->id);
    struct answers answers = {0};
    struct command_digest command;

    if (next == NULL || (event != NULL && memcmp(&event->place, &next->place, sizeof next->place) < 0)) {
        struct place place = event->place;
        return take_events(all, decision, &place, NULL, &answers, err);
    }
    command = *next;
    return external_sort_next(all->verify->commands, err) &&
           take_events(all, decision, &command.place, &command, &answers, err) &&
           finish_command(all, decision, &command, &answers, err);
}

/* What was decided and committed has been published; where its record is still there, that is said of the record. */
static void check_published(struct decisions *all, const struct decision *decision)
{
    const struct ledger_row *row = decision->row;
    const struct ref ref = verify_outcome_ref(&decision->id);

    if (row == NULL || row->kind == OUTCOME_PRUNED || decision->told || decision->row_kept || !is_ours(all, row))
        return;
    struct place place = place_of(row->partition, row->offset);
    const struct command_partition *partition = scope_partition(&all->verify->scope, &place);
    if (partition == NULL || row->offset >= partition->committed)
        return;
    if (scope_events_trimmed(&all->verify->scope)) {
        all->verify->counts.gone_events++;
        return;
    }
    findings_add(all->verify->findings, row->kind == OUTCOME_CREATED ? 4 : 1, "OUTCOME_WITHOUT_EVENT", &ref, 1,
                 "an outcome was decided for %s[%" PRId32 "]@%" PRId64 " and never published", row->topic,
                 row->partition, row->offset);
}

static bool end_decision(struct decisions *all, struct decision *decision, struct err *err)
{
    check_published(all, decision);
    if (decision->row != NULL && decision->row->kind == OUTCOME_PRUNED && !decision->claimed)
        all->forgotten++;
    arena_reset(&all->verify->arena);
    return !decision->claimed || external_sort_add(all->verify->claims, &decision->claim, err);
}

static const struct uuid *earlier(const struct uuid *a, const struct uuid *b)
{
    if (a == NULL || b == NULL)
        return a == NULL ? b : a;
    return uuid_compare(a, b) <= 0 ? a : b;
}

/* DONE: the next id of any of the three. PENDING: there is none. */
static enum progress next_id(const struct decisions *all, struct uuid *id)
{
    const struct command_digest *command = next_command(all, NULL);
    const struct event_digest *event = next_event(all, NULL);
    const struct uuid *least = earlier(command == NULL ? NULL : &command->id, event == NULL ? NULL : &event->command_id);

    least = earlier(least, all->has_ahead ? &all->ahead.id : NULL);
    if (least == NULL)
        return PENDING;
    *id = *least;
    return DONE;
}

static bool take_id(struct decisions *all, const struct uuid *id, struct err *err)
{
    struct decision decision;
    bool in_ledger = all->has_ahead && uuid_compare(&all->ahead.id, id) == 0;

    memset(&decision, 0, sizeof decision);
    decision.id = *id;
    if (in_ledger)
        begin_with_row(all, &decision);
    while (next_command(all, id) != NULL || next_event(all, id) != NULL)
        if (!take_place(all, &decision, err))
            return false;
    if (!end_decision(all, &decision, err))
        return false;
    if (!in_ledger)
        return true;
    arena_reset(&all->page);
    return read_ahead(all, err);
}

static bool walk_ids(struct decisions *all, struct err *err)
{
    struct uuid id;

    if (!read_ahead(all, err))
        return false;
    while (next_id(all, &id) == DONE) {
        if (stop_requested())
            return err_set(err, ERR_STOP, EXIT_TIMEOUT, "E-INTERRUPTED", "interrupted; nothing is known");
        if (!take_id(all, &id, err))
            return false;
    }
    return true;
}

/* ---- All of them ------------------------------------------------------------------------------------------------- */

static void open_sorts(struct verify *verify)
{
    verify->answers = external_sort_new(sizeof(struct answered), sizeof(struct place_back), VERIFY_SORT_MEMORY);
    verify->strays = external_sort_new(sizeof(struct stray), sizeof(struct place_back), VERIFY_SORT_MEMORY);
    verify->claims = external_sort_new(sizeof(struct claim), sizeof(uint64_t), VERIFY_SORT_MEMORY);
}

bool verify_decisions(struct verify *verify, struct err *err)
{
    struct decisions all = {.verify = verify, .oldest_us = INT64_MAX};

    open_sorts(verify);
    if (!external_sort_start(verify->commands, err) || !external_sort_start(verify->events, err))
        return false;
    all.scan = ledger_scan_open(verify->config, err);
    if (all.scan == NULL)
        return false;
    all.avro = event_avro_new(value_schemas_all(verify->schemas), NULL);
    bool done = walk_ids(&all, err);
    external_sort_free(verify->commands);
    external_sort_free(verify->events);
    verify->commands = verify->events = NULL;
    done = done && external_sort_start(verify->claims, err) &&
           verify_sessions(verify, all.scan, all.oldest_us, all.forgotten, err);
    event_avro_free(all.avro);
    arena_free(&all.page);
    ledger_scan_close(all.scan);
    return done;
}

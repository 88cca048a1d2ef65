/*
 * By command id: what the ledger has decided, what the commands with that id ask for, and what their events say.
 *
 * Commands and events come sorted by id and place, outcomes in the order of their ids: it is one walk over three
 * streams. What is found here concerns an outcome and its events; whether each record has its event is left to the step
 * by places (answers.c).
 */
#include "cli/verify/decision.h"
#include "cli/verify/letter.h"

#include "codec/event_avro.h"
#include "runtime/stop.h"

#include <inttypes.h>

/* ---- The ledger -------------------------------------------------------------------------------------------------- */

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
        findings_add(all->verify->findings, 2, "DOUBLED_OUTCOME", &ref, 1,
                     "a command id is in the ledger more than once");
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
    if (row->kind == OUTCOME_CREATED)
        decision_claim_row(decision);
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

/* A duplicate for which nothing is published. Once its outcome is pruned, this can only be assumed. */
static bool is_suppressed(const struct decisions *all, const struct decision *decision,
                          const struct command_digest *command)
{
    const struct ledger_row *row = decision->row;

    if (all->verify->config->duplicates != DUPLICATES_SUPPRESS || row == NULL || !decision_is_read(command))
        return false;
    if (row->kind == OUTCOME_PRUNED)
        return true;
    struct place place = place_of(row->partition, row->offset);
    bool here = decision_is_ours(all, row) && memcmp(&place, &command->place, sizeof place) == 0 &&
                row->timestamp_ms == command->timestamp_ms;
    return !here && decision_same_values(row, command);
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

/* Keeps an event without a command of its id at its place. */
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

/* Takes all events of the id at one place. */
static bool take_events(struct decisions *all, struct decision *decision, const struct place *place,
                        const struct command_digest *command, struct answers *answers, struct err *err)
{
    const struct event_digest *next;
    struct verify *verify = all->verify;

    while ((next = next_event(all, &decision->id)) != NULL && memcmp(&next->place, place, sizeof *place) == 0) {
        struct event_digest event = *next;
        decision_check_event(all, decision, &event, command);
        if (!decision_claim_event(all, decision, &event, err))
            return false;
        answers_add(answers, &event);
        if (command == NULL
                ? !keep_stray(all, &event, err)
                : errcode_goes_to_dlq((enum errcode)event.code) &&
                      !letter_due(verify, &command->letter, &command->place, command->content_hash, &event, err))
            return false;
        if (!external_sort_next(verify->events, err))
            return false;
    }
    return true;
}

/* Takes the first place of the id that has anything. */
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

/*
 * What was decided and committed must be published. If the record still exists, the finding is reported for the record.
 */
static void check_published(struct decisions *all, const struct decision *decision)
{
    const struct ledger_row *row = decision->row;
    const struct ref ref = verify_outcome_ref(&decision->id);

    if (row == NULL || row->kind == OUTCOME_PRUNED || decision->told || decision->row_kept ||
        !decision_is_ours(all, row))
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

/* DONE: the next id of any of the three streams. PENDING: there is none. */
MUSTUSE static enum progress next_id(const struct decisions *all, struct uuid *id)
{
    const struct command_digest *command = next_command(all, NULL);
    const struct event_digest *event = next_event(all, NULL);
    const struct uuid *least =
        earlier(command == NULL ? NULL : &command->id, event == NULL ? NULL : &event->command_id);

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
            return err_interrupted(err, "comparing topics and tables");
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

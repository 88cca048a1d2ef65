/* By place in the commands topic: does each record have its event, and only its own? */
#include "cli/verify/letter.h"
#include "cli/verify/repeats.h"

#include "runtime/stop.h"

#include <endian.h>
#include <inttypes.h>

/* ---- One record -------------------------------------------------------------------------------------------------- */

static void find_unanswered(struct verify *verify, const struct answered *answered, int64_t committed)
{
    const struct command_digest *command = &answered->command;
    const struct ref refs[2] = {verify_command_ref(verify, &command->place), verify_outcome_ref(&command->id)};
    bool created = answered->has_row ? answered->created : true;

    /* Without an outcome the event may be a created or a rejected one. */
    if (scope_may_be_gone(&verify->scope, created, command->key_partition, &command->place) ||
        (!answered->has_row && scope_may_be_gone(&verify->scope, false, command->key_partition, &command->place))) {
        verify->counts.gone_events++;
        return;
    }
    findings_add(verify->findings, 1, "UNANSWERED", refs, answered->has_row ? 2 : 1,
                 "a command has no event, but the group's offset, %" PRId64 ", is past it%s", committed,
                 answered->has_row ? "; its outcome is decided" : "");
}

static void find_torn(struct verify *verify, const struct answered *answered, const struct position *at)
{
    const struct ref refs[2] = {verify_command_ref(verify, &answered->command.place), verify_event_ref(verify, at)};

    findings_add(
        verify->findings, 3, "TORN", refs, 2,
        "an event is visible, but the group's offset is not past its command, and a command before it is not answered");
}

static void check_unanswered(struct walk_back *walk, const struct answered *answered)
{
    struct verify *verify = walk->verify;
    const struct way *way = &walk->way;
    int64_t offset = place_offset(&answered->command.place);

    if (answered->suppressed)
        verify->counts.suppressed++;
    else if (offset < way->scope->committed)
        find_unanswered(verify, answered, way->scope->committed);
    else if (offset >= way->scope->high && way->ahead && scope_exactly_once(&verify->scope))
        find_torn(verify, answered, &way->ahead_at);
}

static void check_ahead(struct walk_back *walk, const struct answered *answered)
{
    struct verify *verify = walk->verify;
    const struct position *last = &answered->answers.last;

    if (place_offset(&answered->command.place) < walk->way.scope->high)
        return;
    if (answered->answers.count == 1 && scope_outside_transaction(&verify->scope, last)) {
        const struct ref refs[2] = {verify_command_ref(verify, &answered->command.place),
                                    verify_event_ref(verify, last)};
        findings_add(verify->findings, 3, "TORN", refs, 2,
                     "an event is visible without a transaction, and the group's offset is not past its command");
    }
    walk->way.ahead = true;
    walk->way.ahead_at = *last;
}

/*
 * Only for the first answer: a repeat may come at any time, and so may the decision for a record that was only answered
 * before.
 */
static bool keep_order(struct verify *verify, const struct answered *answered, struct err *err)
{
    const struct answers *answers = &answered->answers;
    const struct event_partition *partition = scope_event_partition(&verify->scope, &answers->first);
    const struct command_partition *commands = scope_partition(&verify->scope, &answered->command.place);
    uint64_t key = htobe64(answers->key_hash), offset = htobe64((uint64_t)answers->first.offset);
    uint32_t number = htobe32((uint32_t)answers->first.partition);
    struct first_event first;

    if ((answers->decided && answers->undecided) || answers->expired || commands == NULL ||
        (partition->extent.begin > 0 &&
         place_offset(&answered->command.place) < partition->floor[place_partition(&answered->command.place)]))
        return true;
    memset(&first, 0, sizeof first);
    first.topic = answers->first.topic;
    memcpy(first.key_hash, &key, sizeof key);
    memcpy(first.command_partition, answered->command.place.partition, sizeof first.command_partition);
    memcpy(first.partition, &number, sizeof number);
    memcpy(first.offset, &offset, sizeof offset);
    first.command = answered->command.place;
    first.at = answers->first;
    return external_sort_add(verify->order, &first, err);
}

/* ---- Events of other ids ----------------------------------------------------------------------------------------- */

static bool derived_id_is(struct verify *verify, const struct command_digest *command, const struct uuid *id)
{
    const struct record record = {
        .topic = verify->config->commands_topic,
        .partition = place_partition(&command->place),
        .offset = place_offset(&command->place),
        .timestamp_ms = command->timestamp_ms,
    };
    struct uuid derived = record_derived_id(&record, &verify->arena);

    arena_reset(&verify->arena);
    return uuid_compare(&derived, id) == 0;
}

/*
 * An id that the record has as well: its id when it could not be read, when a version before decided it, or for a
 * worker that knew more schemas or accepted larger records than this program.
 */
static bool is_other_name(struct verify *verify, const struct command_digest *command, const struct event_digest *event)
{
    const struct uuid *id = &event->command_id;

    if (event_unread(event))
        return derived_id_is(verify, command, id) ||
               ((command->flags & COMMAND_HAS_UNREAD) != 0 && uuid_compare(&command->unread, id) == 0);
    if ((command->flags & COMMAND_HAS_FORMER) != 0 && uuid_compare(&command->former, id) == 0)
        return (event->flags & (EVENT_ROW_HERE | EVENT_ROW_PRUNED)) != 0;
    return (command->flags & (COMMAND_UNDECODABLE | COMMAND_UNKNOWN_SCHEMA)) != 0;
}

static bool take_stray(struct verify *verify, struct answered *answered, const struct event_digest *event,
                       struct err *err)
{
    const struct command_digest *command = &answered->command;

    if (!is_other_name(verify, command, event)) {
        const struct ref refs[2] = {verify_event_ref(verify, &event->at), verify_command_ref(verify, &command->place)};
        char id[UUID_TEXT + 1], other[UUID_TEXT + 1];
        uuid_format(&event->command_id, id);
        uuid_format(&command->id, other);
        findings_add(verify->findings, 3, "EVENT_OF_ANOTHER", refs, 2,
                     "an event of command id %s answers a record that has the id %s", id, other);
        answered->misanswered = true;
        return true;
    }
    if (errcode_goes_to_dlq((enum errcode)event->code) &&
        !letter_due(verify, &command->letter, &command->place, command->content_hash, event, err))
        return false;
    answers_add(&answered->answers, event);
    return true;
}

/* The command of this event is gone, or never existed. */
static bool judge_orphan(struct verify *verify, const struct event_digest *event, struct err *err)
{
    const struct command_partition *partition = scope_partition(&verify->scope, &event->place);
    bool gone = partition != NULL && (place_offset(&event->place) < partition->begin || partition->recreated);
    const struct ref ref = verify_event_ref(verify, &event->at);

    if (gone || (event->flags & EVENT_ROW_HERE) != 0) {
        verify->counts.gone_commands++;
        return letter_unsure(verify, &event->place, err);
    }
    findings_add(verify->findings, 3, "FOREIGN_EVENT", &ref, 1,
                 "an event answers %s[%" PRId32 "]@%" PRId64 ", where no command is", verify->config->commands_topic,
                 place_partition(&event->place), place_offset(&event->place));
    return true;
}

/* ---- All of them ------------------------------------------------------------------------------------------------- */

static bool judge_record(struct walk_back *walk, const struct answered *answered, struct err *err)
{
    struct verify *verify = walk->verify;
    const struct command_digest *command = &answered->command;
    int64_t offset = place_offset(&command->place);

    verify->counts.in_flight += offset >= walk->way.scope->committed;
    verify->counts.repeated += answered->answers.count > 1;
    if (offset >= walk->way.scope->committed && !letter_unsure(verify, &command->letter, err))
        return false;
    if (answered->answers.count == 0) {
        if (!answered->misanswered)
            check_unanswered(walk, answered);
        return true;
    }
    walk_check_repeats(walk, answered);
    check_ahead(walk, answered);
    return keep_order(verify, answered, err);
}

static const struct stray *stray_at(const struct verify *verify, const struct place_back *back)
{
    const struct stray *stray = external_sort_peek(verify->strays);

    return stray != NULL && (back == NULL || memcmp(&stray->back, back, sizeof *back) == 0) ? stray : NULL;
}

static bool take_orphan(struct verify *verify, const struct stray *stray, struct err *err)
{
    const struct event_digest event = stray->event;

    return judge_orphan(verify, &event, err) && external_sort_next(verify->strays, err);
}

static bool take_record(struct walk_back *walk, const struct answered *next, struct err *err)
{
    struct answered answered = *next;
    const struct stray *stray;

    walk_enter(walk, &answered.command.place);
    while ((stray = stray_at(walk->verify, &answered.back)) != NULL) {
        const struct event_digest event = stray->event;
        if (!take_stray(walk->verify, &answered, &event, err) || !external_sort_next(walk->verify->strays, err))
            return false;
    }
    return (walk->way.scope == NULL || judge_record(walk, &answered, err)) &&
           external_sort_next(walk->verify->answers, err);
}

/* PENDING: the walk is over. */
MUSTUSE static enum progress walk_place(struct walk_back *walk, struct err *err)
{
    const struct answered *next = external_sort_peek(walk->verify->answers);
    const struct stray *stray = stray_at(walk->verify, NULL);

    if (next == NULL && stray == NULL)
        return PENDING;
    if (stop_requested()) {
        err_interrupted(err, "comparing topics and tables");
        return FAILED;
    }
    bool orphan = stray != NULL && (next == NULL || memcmp(&stray->back, &next->back, sizeof next->back) < 0);
    return (orphan ? take_orphan(walk->verify, stray, err) : take_record(walk, next, err)) ? DONE : FAILED;
}

static bool walk_places(struct verify *verify, struct err *err)
{
    struct walk_back walk;
    enum progress progress = DONE;

    walk_init(&walk, verify);
    while (progress == DONE)
        progress = walk_place(&walk, err);
    walk_free(&walk);
    return progress == PENDING;
}

/* ---- Offsets ----------------------------------------------------------------------------------------------------- */

/* Finds commands that were deleted before they were answered, and offsets that no record can have yet. */
static void check_offsets(struct verify *verify)
{
    for (int p = 0; p < verify->scope.command_count; p++) {
        const struct command_partition *partition = &verify->scope.commands[p];
        const struct place at = place_of(p, partition->committed);
        const struct ref ref = verify_command_ref(verify, &at);
        if (partition->low > partition->end)
            findings_add(verify->findings, 1, "OFFSET_PAST_END", &ref, 1,
                         "the group's offset is past the end of its partition, %" PRId64
                         ": what comes next would not be read",
                         partition->end);
        if (partition->committed >= 0 && partition->high < partition->begin)
            findings_add(verify->findings, 1, "LOST_INPUT", &ref, 1,
                         "records from the group's offset to %" PRId64
                         " are gone from the topic before the group has passed them",
                         partition->begin - 1);
    }
}

bool verify_answers(struct verify *verify, struct err *err)
{
    verify->order = external_sort_new(sizeof(struct first_event), FIRST_EVENT_KEY, VERIFY_SORT_MEMORY);
    check_offsets(verify);
    return external_sort_start(verify->answers, err) && external_sort_start(verify->strays, err) &&
           walk_places(verify, err);
}

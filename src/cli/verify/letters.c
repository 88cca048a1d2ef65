/*
 * Compares dead letters with the events that require them, by the first place of the command and the code.
 *
 * A record that was sent back names its first place again, so several events and several letters may meet there. A
 * transaction carries one of each; a replay gives the event alone, and without transactions either may come twice.
 */
#include "cli/verify/letter.h"

#include "core/decimal.h"

#include <inttypes.h>

#define PREFIX     "__dlq.errors."
#define HASHES_MAX 8

static struct bytes header_value(const struct record *record, const char *name)
{
    const struct header *header = record_header(record, name);

    return header == NULL ? (struct bytes){0} : header->value;
}

static struct ref letter_ref(const struct verify *verify, const struct position *at)
{
    return (struct ref){
        .kind = REF_DEAD_LETTER,
        .topic = verify->config->dlq_topic,
        .partition = at->partition,
        .offset = at->offset,
    };
}

/* ---- Reading ----------------------------------------------------------------------------------------------------- */

/* Another group, or another commands topic, may use the same dead-letter topic. */
static bool is_ours(const struct verify *verify, const struct record *record)
{
    return bytes_equal(header_value(record, PREFIX "group"), bytes_of(verify->config->group_id)) &&
           bytes_equal(header_value(record, PREFIX "topic"), bytes_of(verify->config->commands_topic));
}

static bool read_letter(const struct record *record, struct letter *letter)
{
    int64_t partition, offset;
    enum errcode code = errcode_from_name(header_value(record, PREFIX "code"));

    if (!decimal_parse(header_value(record, PREFIX "partition"), &partition) || partition < 0 ||
        partition > INT32_MAX || !decimal_parse(header_value(record, PREFIX "offset"), &offset) || offset < 0 ||
        !errcode_goes_to_dlq(code) || !uuid_parse(header_value(record, PREFIX "command.id"), &letter->command_id))
        return false;
    letter->place = place_of((int32_t)partition, offset);
    letter->code = (uint8_t)code;
    letter->cut = record_header(record, PREFIX "truncated") != NULL;
    letter->content_hash = digest_content(record);
    return true;
}

bool letter_read(struct verify *verify, const struct record *record, struct err *err)
{
    struct letter letter;

    memset(&letter, 0, sizeof letter);
    letter.kind = LETTER_THERE;
    letter.at.partition = record->partition;
    letter.at.offset = record->offset;
    letter.at.timestamp_ms = record->timestamp_ms;
    bool marked = record_header(record, PREFIX "group") != NULL && record_header(record, PREFIX "topic") != NULL;
    if (marked && !is_ours(verify, record))
        return true;
    if (marked && read_letter(record, &letter))
        return external_sort_add(verify->letters, &letter, err);
    const struct ref ref = letter_ref(verify, &letter.at);
    findings_add(verify->findings, 3, "FOREIGN_DEAD_LETTER", &ref, 1,
                 "a record of the dead-letter topic does not say of what it is a copy, and why");
    return true;
}

bool letter_due(struct verify *verify, const struct place *place, const struct place *command, uint64_t content_hash,
                const struct event_digest *event, struct err *err)
{
    struct letter letter;

    memset(&letter, 0, sizeof letter);
    letter.place = *place;
    letter.code = event->code;
    letter.kind = LETTER_DUE;
    letter.command = *command;
    letter.at = event->at;
    letter.command_id = event->command_id;
    letter.content_hash = content_hash;
    return external_sort_add(verify->letters, &letter, err);
}

bool letter_unsure(struct verify *verify, const struct place *place, struct err *err)
{
    struct letter letter;

    memset(&letter, 0, sizeof letter);
    letter.place = *place;
    letter.kind = LETTER_UNSURE;
    return external_sort_add(verify->letters, &letter, err);
}

/* ---- Judging ----------------------------------------------------------------------------------------------------- */

/* The events and letters of one place and code. */
struct pile {
    struct place place;
    uint8_t code;
    int64_t due, there;
    struct letter first_due;
    struct letter first_there;
    uint64_t hashes[HASHES_MAX]; /* of the contents of the records that were answered */
    struct uuid ids[HASHES_MAX];
    size_t hash_count;
};

static void pile_due(struct pile *pile, const struct letter *letter)
{
    if (pile->due++ == 0)
        pile->first_due = *letter;
    if (pile->hash_count == HASHES_MAX)
        return;
    pile->hashes[pile->hash_count] = letter->content_hash;
    pile->ids[pile->hash_count++] = letter->command_id;
}

static bool is_copy(const struct pile *pile, const struct letter *letter)
{
    for (size_t i = 0; i < pile->hash_count; i++)
        if ((letter->cut || pile->hashes[i] == letter->content_hash) &&
            uuid_compare(&pile->ids[i], &letter->command_id) == 0)
            return true;
    return pile->hash_count == HASHES_MAX;
}

static void pile_there(struct verify *verify, struct pile *pile, const struct letter *letter, bool judged)
{
    if (pile->there++ == 0)
        pile->first_there = *letter;
    if (!judged || pile->due == 0 || is_copy(pile, letter))
        return;
    const struct ref refs[2] = {letter_ref(verify, &letter->at), verify_command_ref(verify, &pile->first_due.command)};
    findings_add(verify->findings, 3, "ALTERED_DEAD_LETTER", refs, 2,
                 "a dead letter is no copy of the record that it names, or has another command id than its event");
}

static void find_missing(struct verify *verify, const struct pile *pile)
{
    const struct ref refs[2] = {verify_command_ref(verify, &pile->first_due.command),
                                verify_event_ref(verify, &pile->first_due.at)};

    findings_add(verify->findings, 3, "NO_DEAD_LETTER", refs, 2,
                 "%" PRId64 " events %s ask for a dead letter, of which %" PRId64 " are there", pile->due,
                 errcode_name((enum errcode)pile->code), pile->there);
}

static void find_excess(struct verify *verify, const struct pile *pile)
{
    const struct ref ref = letter_ref(verify, &pile->first_there.at);

    findings_add(verify->findings, 3, "DEAD_LETTER_WITHOUT_EVENT", &ref, 1,
                 "%" PRId64 " dead letters %s of %s[%" PRId32 "]@%" PRId64 " are there, but %" PRId64 " events",
                 pile->there, errcode_name((enum errcode)pile->code), verify->config->commands_topic,
                 place_partition(&pile->place), place_offset(&pile->place), pile->due);
}

/*
 * Where the command is gone, or may be a record that was sent back and is gone, letters without an event are no
 * discrepancy.
 */
static bool may_be_gone(const struct verify *verify, const struct place *place)
{
    const struct command_partition *partition = scope_partition(&verify->scope, place);

    return partition == NULL || partition->recreated || place_offset(place) < partition->begin ||
           place_offset(place) >= partition->committed || scope_events_trimmed(&verify->scope);
}

static bool replayed(const struct verify *verify, const struct place *place)
{
    const struct command_partition *partition = scope_partition(&verify->scope, place);

    return partition == NULL || partition->replayed;
}

static void judge_pile(struct verify *verify, const struct pile *pile, bool judged)
{
    bool exact = scope_exactly_once(&verify->scope) && !replayed(verify, &pile->place);

    if (!judged || pile->code == ERRCODE_NONE || pile->due + pile->there == 0)
        return;
    if (!verify->scope.letters_trimmed && (pile->there == 0 || (exact && pile->there < pile->due)))
        find_missing(verify, pile);
    if ((pile->due == 0 || (scope_exactly_once(&verify->scope) && pile->there > pile->due)) &&
        !may_be_gone(verify, &pile->place))
        find_excess(verify, pile);
}

bool verify_letters(struct verify *verify, struct err *err)
{
    const struct letter *next;
    struct pile pile = {0};
    bool judged = true; /* nothing at the present place is in flight or gone */

    if (!verify->scope.letters)
        return true;
    if (!external_sort_start(verify->letters, err))
        return false;
    while ((next = external_sort_peek(verify->letters)) != NULL) {
        bool same_place = memcmp(&next->place, &pile.place, sizeof pile.place) == 0;
        if (!same_place || next->code != pile.code) {
            judge_pile(verify, &pile, judged);
            pile = (struct pile){.place = next->place, .code = next->code};
            judged = (same_place && judged) || !same_place;
        }
        switch ((enum letter_kind)next->kind) {
        case LETTER_DUE: pile_due(&pile, next); break;
        case LETTER_THERE: pile_there(verify, &pile, next, judged); break;
        case LETTER_UNSURE: judged = false; break;
        }
        if (!external_sort_next(verify->letters, err))
            return false;
    }
    judge_pile(verify, &pile, judged);
    return true;
}

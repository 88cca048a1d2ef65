/*
 * The guarantees of the README, judged from what everybody can see: the committed offsets, the events of committed
 * transactions, the tables. Knows nothing of the worker.
 */
#include "fakes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static char verdict[256];

static const char *guilty(const char *format, ...) PRINTF(1, 2);
static const char *guilty(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(verdict, sizeof verdict, format, args);
    va_end(args);
    return verdict;
}

/* ---- What is visible --------------------------------------------------------------------------------------------- */

static bool is_of(const struct published *event, bool copy, int partition, int64_t offset)
{
    return event->is_copy == copy && event->partition == partition && event->offset == offset && broker_visible(event);
}

static size_t count_of(bool copy, int partition, int64_t offset)
{
    size_t count = 0;

    for (size_t i = 0; i < world.broker.event_count; i++)
        count += is_of(&world.broker.events[i], copy, partition, offset);
    return count;
}

size_t events_of(int partition, int64_t offset)
{
    return count_of(false, partition, offset);
}

const struct published *event_of(int partition, int64_t offset)
{
    for (size_t i = 0; i < world.broker.event_count; i++)
        if (is_of(&world.broker.events[i], false, partition, offset))
            return &world.broker.events[i];
    return NULL;
}

static size_t visible(bool copy)
{
    size_t count = 0;

    for (size_t i = 0; i < world.broker.event_count; i++)
        count += world.broker.events[i].is_copy == copy && broker_visible(&world.broker.events[i]);
    return count;
}

size_t events_visible(void)
{
    return visible(false);
}

size_t copies_visible(void)
{
    return visible(true);
}

size_t transactions(enum txn_state state)
{
    size_t count = 0;

    for (size_t i = 0; i < world.broker.txn_count; i++)
        count += world.broker.txns[i].state == state;
    return count;
}

/* ---- What should be ---------------------------------------------------------------------------------------------- */

/* What a command is answered when it is the first with its id. */
static const char *own_code(const struct entry *entry)
{
    if (entry->kind == ENTRY_UNDECODABLE)
        return "UNDECODABLE";
    if (entry->kind == ENTRY_UNKNOWN_SCHEMA)
        return "UNKNOWN_SCHEMA";
    if (entry->group_id == 0 || entry->activity_id == 0)
        return "MISSING_FIELD";
    if (entry->group_id < 0 || entry->activity_id < 0)
        return "INVALID_FIELD";
    if (entry->group_id > PARENTS)
        return "GROUP_NOT_FOUND";
    if (entry->activity_id > PARENTS)
        return "STUDY_ACTIVITY_NOT_FOUND";
    return entry->group_id == REFUSED_GROUP ? "STORE_REFUSED" : "";
}

static bool same_values(const struct entry *a, const struct entry *b)
{
    return a->group_id == b->group_id && a->activity_id == b->activity_id;
}

static bool in_ledger(const struct entry *entry)
{
    return entry->kind == ENTRY_COMMAND && strcmp(own_code(entry), "STORE_REFUSED") != 0;
}

struct expected {
    const char *code;
    bool replayed;
    const struct ledger_entry *ledger; /* NULL: an answer */
};

/* False: the ledger lacks what it must have. */
static bool expect(const struct entry *entry, int partition, int64_t offset, struct expected *expected)
{
    const struct ledger_entry *ledger = entry->kind == ENTRY_COMMAND ? database_find(&entry->id) : NULL;

    *expected = (struct expected){.code = own_code(entry)};
    if (ledger == NULL)
        return !in_ledger(entry);
    const struct entry *decided = &world.broker.logs[ledger->row.partition][ledger->row.offset];
    if (!same_values(entry, decided)) {
        expected->code = "COMMAND_ID_REUSED";
        return true;
    }
    expected->ledger = ledger;
    expected->code = own_code(decided);
    expected->replayed = ledger->row.partition != partition || ledger->row.offset != offset;
    return true;
}

static bool wants_copy(const char *code)
{
    return strcmp(code, "UNDECODABLE") == 0 || strcmp(code, "UNKNOWN_SCHEMA") == 0 ||
           strcmp(code, "STORE_REFUSED") == 0;
}

/* ---- One command ------------------------------------------------------------------------------------------------- */

static const char *judge_event(const struct entry *entry, const struct published *event,
                               const struct expected *expected)
{
    int p = event->partition;
    long long at = (long long)event->offset;
    /* A refused row is only answered; when another record took its id meanwhile a later reading may find that. */
    bool other = in_ledger(entry) || strcmp(event->code, "STORE_REFUSED") != 0;

    if (strcmp(event->code, expected->code) != 0 && other)
        return guilty("%d@%lld is answered '%s' instead of '%s'", p, at, event->code, expected->code);
    if (uuid_compare(&event->command_id, &entry->id) != 0)
        return guilty("%d@%lld is answered under another id", p, at);
    if (expected->ledger == NULL)
        return NULL;
    if (event->replayed != expected->replayed)
        return guilty("%d@%lld: %s", p, at, event->replayed ? "marked as a replay" : "a replay that is not marked");
    if (uuid_compare(&event->event_id, &entry->id) != 0)
        return guilty("%d@%lld: a decision whose event_id is not the command id", p, at);
    if (event->session_id != expected->ledger->row.session.id)
        return guilty("%d@%lld: session %lld instead of %lld", p, at, (long long)event->session_id,
                      (long long)expected->ledger->row.session.id);
    return NULL;
}

static const char *judge_repeats(int partition, int64_t offset, const struct published *first)
{
    for (size_t i = 0; i < world.broker.event_count; i++) {
        const struct published *event = &world.broker.events[i];
        if (is_of(event, false, partition, offset) && strcmp(event->value, first->value) != 0)
            return guilty("%d@%lld: a repeat that differs", partition, (long long)offset);
    }
    return NULL;
}

static const char *judge_command(int partition, int64_t offset)
{
    const struct entry *entry = &world.broker.logs[partition][offset];
    bool once = world.config.events_delivery == DELIVERY_EXACTLY_ONCE;
    bool committed = offset < world.broker.committed[partition];
    size_t events = events_of(partition, offset);
    size_t copies = count_of(true, partition, offset);
    struct expected expected;

    if (!committed && once && events + copies > 0)
        return guilty("%d@%lld: answered, but its offset is not committed", partition, (long long)offset);
    if (!committed)
        return NULL;
    if (!expect(entry, partition, offset, &expected))
        return guilty("%d@%lld: committed, but not in the ledger", partition, (long long)offset);
    bool suppressed = world.config.duplicates == DUPLICATES_SUPPRESS && expected.replayed;
    if (events < !suppressed || (once && events > !suppressed))
        return guilty("%d@%lld: %zu events", partition, (long long)offset, events);
    if (suppressed)
        return NULL;
    const struct published *event = event_of(partition, offset);
    const char *bad = judge_event(entry, event, &expected);
    /* A refusal decides nothing: read again, it may be another answer by then. */
    bool changes = !once && strcmp(own_code(entry), "STORE_REFUSED") == 0;
    if (bad != NULL || changes)
        return bad;
    if (copies < wants_copy(event->code) || (once && copies > wants_copy(event->code)))
        return guilty("%d@%lld: %zu dead-letter copies", partition, (long long)offset, copies);
    return judge_repeats(partition, offset, event);
}

/* ---- All of it --------------------------------------------------------------------------------------------------- */

/* Per partition the answers come in the order of the commands. */
static const char *judge_order(void)
{
    int64_t last[PARTITIONS] = {-1, -1, -1};

    for (size_t i = 0; i < world.broker.event_count; i++) {
        const struct published *event = &world.broker.events[i];
        if (event->is_copy || !broker_visible(event))
            continue;
        if (event->offset <= last[event->partition])
            return guilty("%d@%lld: answered after a later one", event->partition, (long long)event->offset);
        last[event->partition] = event->offset;
    }
    return NULL;
}

/* Of several records with one id in a partition the first one decides. */
static const char *judge_first(const struct ledger_entry *entry)
{
    for (int64_t offset = 0; offset < entry->row.offset; offset++) {
        const struct entry *earlier = &world.broker.logs[entry->row.partition][offset];
        if (in_ledger(earlier) && uuid_compare(&earlier->id, &entry->id) == 0)
            return guilty("%d@%lld: decided although an earlier record has its id", entry->row.partition,
                          (long long)entry->row.offset);
    }
    return NULL;
}

static const char *judge_tables(void)
{
    const struct database *d = &world.database;
    size_t created = 0;

    for (size_t i = 0; i < d->ledger_count; i++) {
        const char *bad = judge_first(&d->ledger[i]);
        if (bad != NULL)
            return bad;
        created += d->ledger[i].row.kind == OUTCOME_CREATED;
    }
    if (created != d->session_count)
        return guilty("%zu sessions for %zu created outcomes", d->session_count, created);
    return NULL;
}

const char *judge(void)
{
    const char *bad = world.violation;

    for (int p = 0; p < PARTITIONS; p++)
        for (int64_t offset = 0; offset < (int64_t)world.broker.ends[p] && bad == NULL; offset++)
            if (world.broker.logs[p][offset].kind != ENTRY_CONTROL)
                bad = judge_command(p, offset);
    if (bad == NULL && world.config.events_delivery == DELIVERY_EXACTLY_ONCE)
        bad = judge_order();
    return bad == NULL ? judge_tables() : bad;
}

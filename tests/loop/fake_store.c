/*
 * postgres/store.h over the world's database. What a decision does happens at once, at the moment of its answer or of
 * its failure.
 */
#include "fakes.h"

#include "runtime/clock.h"

#include <stdlib.h>

static const char *const names[PARENTS + 1] = {"",     "one", "two",   "three", "four",
                                               "five", "six", "seven", "eight", "nine"};

/* ---- The tables -------------------------------------------------------------------------------------------------- */

static struct ledger_entry *find(const struct uuid *id)
{
    for (size_t i = 0; i < world.database.ledger_count; i++)
        if (uuid_compare(&world.database.ledger[i].id, id) == 0)
            return &world.database.ledger[i];
    return NULL;
}

const struct ledger_entry *database_find(const struct uuid *id)
{
    return find(id);
}

static struct ledger_row row_for(const struct batch_item *item)
{
    return (struct ledger_row){
        .kind = OUTCOME_REJECTED,
        .group_id = item->command.group_id,
        .study_activity_id = item->command.study_activity_id,
        .decided_us = clock_utc_us(),
        .topic = item->record.topic,
        .partition = item->record.partition,
        .offset = item->record.offset,
        .timestamp_ms = item->record.timestamp_ms,
    };
}

static void reject(struct ledger_row *row, const struct violations *violations)
{
    row->violations = *violations;
    row->code = violations->list[0].code;
}

static void create(struct ledger_row *row, int64_t group, int64_t activity)
{
    struct database *d = &world.database;

    row->kind = OUTCOME_CREATED;
    row->session = (struct session){
        .id = ++d->sequence,
        .group_id = group,
        .activity_id = activity,
        .group_name = bytes_of(names[group]),
        .activity_name = bytes_of(names[activity]),
        .start_us = row->decided_us,
    };
    d->sessions = realloc(d->sessions, (d->session_count + 1) * sizeof *d->sessions);
    if (d->sessions == NULL)
        abort();
    d->sessions[d->session_count++] = row->session.id;
}

static struct violations parents_missing(int64_t group, int64_t activity)
{
    struct violations missing = {0};

    if (group > PARENTS)
        missing.list[missing.count++] = (struct violation){COMMAND_FIELD_GROUP_ID, ERRCODE_GROUP_NOT_FOUND};
    if (activity > PARENTS)
        missing.list[missing.count++] =
            (struct violation){COMMAND_FIELD_STUDY_ACTIVITY_ID, ERRCODE_STUDY_ACTIVITY_NOT_FOUND};
    return missing;
}

/* NULL: PostgreSQL refuses the row. */
static struct ledger_entry *decide(const struct batch_item *item, bool durable)
{
    struct database *d = &world.database;
    int64_t group = item->command.group_id.value, activity = item->command.study_activity_id.value;
    struct violations missing = parents_missing(group, activity);
    struct ledger_row row = row_for(item);

    if (item->violations.count > 0)
        reject(&row, &item->violations);
    else if (missing.count > 0)
        reject(&row, &missing);
    else if (group == REFUSED_GROUP)
        return NULL;
    else
        create(&row, group, activity);
    d->ledger = realloc(d->ledger, (d->ledger_count + 1) * sizeof *d->ledger);
    if (d->ledger == NULL)
        abort();
    d->ledger[d->ledger_count] = (struct ledger_entry){item->command_id, row, durable};
    return &d->ledger[d->ledger_count++];
}

static void answer(struct batch *batch, struct batch_item *item, struct ledger_entry *entry)
{
    if (entry == NULL) {
        outcome_answer(&item->outcome, &item->record, ERRCODE_STORE_REFUSED, COMMAND_FIELD_NONE, NULL);
        memcpy(item->outcome.sqlstate, "23514", 6);
        item->outcome.group_id = item->command.group_id;
        item->outcome.study_activity_id = item->command.study_activity_id;
        return;
    }
    struct ledger_row *row = arena_alloc(&batch->arena, sizeof *row);
    *row = entry->row;
    item->row = row;
    entry->durable = true;
}

/* `durable` false: it was committed, but nobody was told, and no standby has it. */
void database_decide(struct batch *batch, bool durable)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct batch_item *item = &batch->items[i];
        if (item->outcome.kind != OUTCOME_PENDING || item->row != NULL)
            continue;
        struct ledger_entry *entry = find(&item->command_id);
        if (entry == NULL)
            entry = decide(item, durable);
        if (durable)
            answer(batch, item, entry);
    }
}

static void forget_session(int64_t id)
{
    struct database *d = &world.database;

    for (size_t i = 0; i < d->session_count; i++)
        if (d->sessions[i] == id)
            d->sessions[i] = d->sessions[--d->session_count];
}

void database_failover(void)
{
    struct database *d = &world.database;
    size_t kept = 0;

    for (size_t i = 0; i < d->ledger_count; i++) {
        if (d->ledger[i].durable)
            d->ledger[kept++] = d->ledger[i];
        else if (d->ledger[i].row.kind == OUTCOME_CREATED)
            forget_session(d->ledger[i].row.session.id);
    }
    d->ledger_count = kept;
}

void database_free(void)
{
    free(world.database.ledger);
    free(world.database.sessions);
    world.database = (struct database){0};
}

/* ---- postgres/store.h -------------------------------------------------------------------------------------------- */

static enum progress failed(struct store *store, struct err *err, enum err_class class)
{
    store->deciding = NULL;
    if (class == ERR_RENEW)
        store->connected = false;
    err_set(err, class, class == ERR_STOP ? EXIT_CONFIG : EXIT_DONE, "E-FAKE-PG", "a planned fault");
    return FAILED;
}

static bool down(void)
{
    return world.now_ms < world.database.down_until_ms;
}

enum progress store_connect(struct store *store, int timeout_ms, struct err *err)
{
    enum fault fault = call_enter(store->process, CALL_CONNECT);

    if (fault == FAULT_STOP)
        return failed(store, err, ERR_STOP);
    if (fault == FAULT_RENEW || down())
        return failed(store, err, ERR_RENEW);
    if (fault == FAULT_PENDING) {
        clock_sleep_ms(timeout_ms);
        return PENDING;
    }
    store->connected = true;
    return DONE;
}

bool store_alive(struct store *store, struct err *err)
{
    return store->connected || err_set(err, ERR_RENEW, EXIT_UNREACHABLE, "E-FAKE-PG", "the connection has ended");
}

void store_disconnect(struct store *store)
{
    /* The server may have been about to commit. */
    if (store->deciding != NULL && world.chance != NULL && world_random(2) == 0)
        database_decide(store->deciding, false);
    store->deciding = NULL;
    store->connected = false;
}

bool store_send(struct store *store, struct batch *batch, struct err *err)
{
    enum fault fault = call_enter(store->process, CALL_SEND);

    if (!store->connected)
        world_violation("a batch was sent without a connection");
    if (store->deciding != NULL)
        world_violation("a batch was sent while another one was in flight");
    if (fault == FAULT_STOP)
        return failed(store, err, ERR_STOP) == DONE;
    if (fault == FAULT_RETRY)
        return failed(store, err, ERR_RETRY) == DONE;
    if (fault == FAULT_RENEW_DONE)
        database_decide(batch, false);
    if (fault == FAULT_RENEW || fault == FAULT_RENEW_DONE || down())
        return failed(store, err, ERR_RENEW) == DONE;
    store->deciding = batch;
    return true;
}

/* DONE: no fault. */
static enum progress answer_fault(struct store *store, enum call call, struct batch *batch, int timeout_ms,
                                  struct err *err)
{
    enum fault fault = call_enter(store->process, call);

    if (store->deciding != batch)
        world_violation("an answer was asked for that was not on its way");
    if (fault == FAULT_PENDING) {
        clock_sleep_ms(timeout_ms);
        return PENDING;
    }
    if (fault == FAULT_RETRY_DONE || fault == FAULT_RENEW_DONE)
        database_decide(batch, false);
    if (fault == FAULT_STOP)
        return failed(store, err, ERR_STOP);
    if (fault == FAULT_RETRY || fault == FAULT_RETRY_DONE)
        return failed(store, err, ERR_RETRY);
    if (fault == FAULT_RENEW || fault == FAULT_RENEW_DONE || down())
        return failed(store, err, ERR_RENEW);
    return DONE;
}

enum progress store_advance(struct store *store, struct batch *batch, int timeout_ms, struct err *err)
{
    return answer_fault(store, CALL_ADVANCE, batch, timeout_ms, err);
}

enum progress store_receive(struct store *store, struct batch *batch, int timeout_ms, struct err *err)
{
    enum progress progress = answer_fault(store, CALL_RECEIVE, batch, timeout_ms, err);

    if (progress == DONE) {
        database_decide(batch, true);
        store->deciding = NULL;
    }
    return progress;
}

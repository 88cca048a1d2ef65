/*
 * The brokers: the command log, transactions of events and offsets, and what a read_committed consumer sees.
 */
#include "fakes.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>

/* transaction.timeout.ms */
#define TIMEOUT_MS 15000

static void *grown(void *list, size_t count, size_t size)
{
    /* Powers of two: full exactly when the count is one. */
    if (count != 0 && (count & (count - 1)) != 0)
        return list;
    list = realloc(list, (count == 0 ? 1 : 2 * count) * size);
    if (list == NULL)
        abort();
    return list;
}

void broker_append(int partition, const struct entry *entry)
{
    struct broker *b = &world.broker;

    b->logs[partition] = grown(b->logs[partition], b->ends[partition], sizeof *entry);
    b->logs[partition][b->ends[partition]++] = *entry;
}

/* ---- Transactions ------------------------------------------------------------------------------------------------ */

size_t broker_txn_begin(int process)
{
    struct broker *b = &world.broker;
    struct txn txn = {.process = process, .begun_ms = world.now_ms};

    for (int p = 0; p < PARTITIONS; p++)
        txn.next[p] = -1;
    b->txns = grown(b->txns, b->txn_count, sizeof txn);
    b->txns[b->txn_count] = txn;
    return b->txn_count++;
}

void broker_txn_commit(size_t index)
{
    struct broker *b = &world.broker;
    struct txn *txn = &b->txns[index];

    txn->state = TXN_COMMITTED;
    for (int p = 0; p < PARTITIONS; p++) {
        if (txn->next[p] < 0)
            continue;
        if (txn->next[p] < b->committed[p])
            world_violation("committed offsets went back");
        if (txn->next[p] > (int64_t)b->ends[p])
            world_violation("committed offsets went beyond the end of the partition");
        b->committed[p] = txn->next[p];
    }
}

void broker_txn_abort(size_t index)
{
    world.broker.txns[index].state = TXN_ABORTED;
}

static void settle(struct txn *txn)
{
    if (txn->state == TXN_PREPARED)
        broker_txn_commit((size_t)(txn - world.broker.txns));
    else if (txn->state == TXN_OPEN)
        txn->state = TXN_ABORTED;
}

int64_t broker_producer_init(int process)
{
    for (size_t i = 0; i < world.broker.txn_count; i++)
        if (world.broker.txns[i].process == process)
            settle(&world.broker.txns[i]);
    return ++world.broker.producer_epoch[process];
}

void broker_tick(void)
{
    for (size_t i = 0; i < world.broker.txn_count; i++) {
        struct txn *txn = &world.broker.txns[i];
        if (txn->state == TXN_PREPARED && world.now_ms >= txn->ends_ms) {
            settle(txn);
        } else if (txn->state == TXN_OPEN && world.now_ms - txn->begun_ms > TIMEOUT_MS) {
            settle(txn);
            world.broker.producer_epoch[txn->process]++;
        }
    }
}

bool broker_unstable(int partition)
{
    for (size_t i = 0; i < world.broker.txn_count; i++) {
        const struct txn *txn = &world.broker.txns[i];
        if ((txn->state == TXN_OPEN || txn->state == TXN_PREPARED) && txn->next[partition] >= 0)
            return true;
    }
    return false;
}

/* ---- Events ------------------------------------------------------------------------------------------------------ */

static bool header_text(const struct outbound *out, const char *name, char *text, size_t size)
{
    for (size_t i = 0; i < out->header_count; i++) {
        const struct header *header = &out->headers[i];
        if (!bytes_equal(header->name, bytes_of(name)))
            continue;
        ck_assert_uint_lt(header->value.len, size);
        memcpy(text, header->value.data, header->value.len);
        text[header->value.len] = 0;
        return true;
    }
    return false;
}

static int64_t header_number(const struct outbound *out, const char *name)
{
    char text[32];

    ck_assert_msg(header_text(out, name, text, sizeof text), "a record without the header %s", name);
    return strtoll(text, NULL, 10);
}

static struct uuid json_uuid(const json_t *object, const char *name)
{
    struct uuid uuid;

    ck_assert(uuid_parse(bytes_of(json_string_value(json_object_get(object, name))), &uuid));
    return uuid;
}

static void read_event(struct published *event, const struct outbound *out)
{
    json_t *value = json_loadb((const char *)out->value.data, out->value.len, 0, NULL);
    const char *code = json_string_value(json_object_get(value, "code"));
    char text[UUID_TEXT + 1];

    ck_assert_msg(value != NULL, "an event that is no JSON");
    event->partition = (int32_t)header_number(out, "command-partition");
    event->offset = header_number(out, "command-offset");
    event->replayed = header_text(out, "idempotent-replayed", text, sizeof text);
    event->event_id = json_uuid(value, "event_id");
    event->command_id = json_uuid(value, "command_id");
    snprintf(event->code, sizeof event->code, "%s", code == NULL ? "" : code);
    event->session_id = json_integer_value(json_object_get(json_object_get(value, "session"), "id"));
    uuid_format(&event->command_id, text);
    event->bare = bytes_equal(out->key, bytes_of(text));
    json_decref(value);
}

/* Whoever publishes a decision must know it durable: see postgres/store.h. */
static void check_durable(const struct published *event)
{
    if (uuid_compare(&event->event_id, &event->command_id) != 0)
        return;
    const struct ledger_entry *entry = database_find(&event->command_id);
    if (entry == NULL)
        world_violation("an event was produced whose decision is not in the ledger");
    else if (!entry->durable)
        world_violation("an event was produced whose decision is not durable");
}

void broker_publish(size_t txn, const struct outbound *out, bool is_copy)
{
    struct broker *b = &world.broker;
    struct published event = {.txn = txn, .is_copy = is_copy};
    char text[64];

    if (is_copy) {
        event.partition = (int32_t)header_number(out, "__dlq.errors.partition");
        event.offset = header_number(out, "__dlq.errors.offset");
        event.truncated = header_text(out, "__dlq.errors.truncated", text, sizeof text);
    } else {
        read_event(&event, out);
        check_durable(&event);
    }
    event.value = strndup((const char *)out->value.data, out->value.len);
    b->events = grown(b->events, b->event_count, sizeof event);
    b->events[b->event_count++] = event;
}

bool broker_visible(const struct published *published)
{
    return world.broker.txns[published->txn].state == TXN_COMMITTED;
}

void broker_free(void)
{
    struct broker *b = &world.broker;

    for (int p = 0; p < PARTITIONS; p++) {
        for (size_t i = 0; i < b->ends[p]; i++) {
            free(b->logs[p][i].key);
            free(b->logs[p][i].value);
            free(b->logs[p][i].echo);
        }
        free(b->logs[p]);
    }
    for (size_t i = 0; i < b->event_count; i++)
        free(b->events[i].value);
    free(b->events);
    free(b->txns);
    *b = (struct broker){0};
}

#include "postgres/flight.h"

#include "ops/clock.h"
#include "ops/log.h"
#include "postgres/pg_error.h"
#include "postgres/rows.h"

#include <inttypes.h>
#include <libpq-fe.h>

/* A parent deleted while its session was inserted: the next snapshot says so and rejects. More often than this in one
 * range, it is some other key. */
#define RERUNS_MAX 3

/* A few commands that all fail alike may have met by chance in a small batch: each is answered. From here on it is no accident. */
#define ALIKE_MIN 5

/* So many rows alone, all failing alike and nothing passing: the rest of the batch need not be tried. */
#define ALIKE_MAX 16

/* ---- Asking ------------------------------------------------------------------------------------------------------ */

static void add_field(struct array *value, struct array *invalid, struct field_int field)
{
    if (field.state == FIELD_VALUE)
        array_add_int8(value, field.value);
    else
        array_add_null(value);
    array_add_bool(invalid, field.state == FIELD_INVALID);
}

static void add_command(struct array *parameters, const struct batch_item *item)
{
    char violations[VIOLATIONS_TEXT];

    array_add_bytes(&parameters[0], (struct bytes){item->command_id.b, sizeof item->command_id.b});
    if (violations_format(&item->violations, violations) == 0)
        array_add_null(&parameters[1]);
    else
        array_add_bytes(&parameters[1], bytes_of(violations));
    add_field(&parameters[2], &parameters[3], item->command.group_id);
    add_field(&parameters[4], &parameters[5], item->command.study_activity_id);
    array_add_bytes(&parameters[6], bytes_of(item->record.topic));
    array_add_int4(&parameters[7], item->record.partition);
    array_add_int8(&parameters[8], item->record.offset);
    array_add_int8(&parameters[9], item->record.timestamp_ms);
}

static bool send_insert(struct flight *flight, struct connection *connection, const struct batch *batch,
                        struct err *err)
{
    static const enum array_type types[FLIGHT_PARAMETERS] = {
        ARRAY_UUID, ARRAY_TEXT, ARRAY_INT8, ARRAY_BOOL, ARRAY_INT8,
        ARRAY_BOOL, ARRAY_TEXT, ARRAY_INT4, ARRAY_INT8, ARRAY_INT8,
    };
    const struct flight_range *range = &flight->ranges[flight->range_count - 1];

    for (int i = 0; i < FLIGHT_PARAMETERS; i++)
        array_begin(&flight->parameters[i], types[i]);
    for (size_t i = range->from; i < range->to; i++)
        add_command(flight->parameters, asked_first(&flight->asked, &flight->asked.ids[i], batch));
    flight->step = FLIGHT_INSERT;
    return question_execute(connection, FLIGHT_INSERT_NAME, flight->parameters, FLIGHT_PARAMETERS, err);
}

/* The ids of the range that came back without an outcome; 0 is none. */
static uint32_t collect_unanswered(struct flight *flight, const struct batch *batch)
{
    const struct flight_range *range = &flight->ranges[flight->range_count - 1];
    struct array *ids = &flight->parameters[0];

    array_begin(ids, ARRAY_UUID);
    for (size_t i = range->from; i < range->to; i++) {
        const struct batch_item *item = asked_first(&flight->asked, &flight->asked.ids[i], batch);
        if (item->decision == NULL)
            array_add_bytes(ids, (struct bytes){item->command_id.b, sizeof item->command_id.b});
    }
    return ids->count;
}

/* ---- Refused rows ------------------------------------------------------------------------------------------------ */

/* Row security answers like a missing grant: only neighbours that passed tell them apart. */
static bool is_systemic(const struct flight *flight)
{
    if (flight->created > 0)
        return false;
    return flight->refusal.exit_code == EXIT_PERMISSION || (flight->refused >= ALIKE_MIN && flight->alike);
}

static bool stop_systemic(const struct flight *flight, const struct batch *batch, struct err *err)
{
    const struct record *record = &batch->items[flight->refused_item].record;

    *err = flight->refusal;
    err->class = ERR_STOP;
    err_prefix(err, "nothing passes, %zu commands fail alike, the first of them %s[%" PRId32 "]@%" PRId64,
               flight->refused, record->topic, record->partition, record->offset);
    return false;
}

static void refuse_one(struct flight *flight, const struct err *err)
{
    struct asked_id *id = &flight->asked.ids[flight->ranges[--flight->range_count].from];

    memcpy(id->refused, pg_error_sqlstate(err), sizeof id->refused);
    flight->alike = flight->refused == 0 || (flight->alike && strcmp(flight->refusal.message, err->message) == 0);
    if (flight->refused++ == 0 || err->exit_code == EXIT_PERMISSION) {
        flight->refusal = *err;
        flight->refused_item = flight->asked.items[id->first].item;
    }
}

/* Only here the constraint is known; the event has the SQLSTATE. */
static void log_refused(const struct flight *flight, const struct batch *batch)
{
    static struct log_limit limit;
    uint64_t held_back;

    if (log_allowed(&limit, clock_ms(), &held_back))
        log_record(LOG_WARNING, flight->refusal.code, &batch->items[flight->refused_item].record,
                   "%s\n  %zu refused in this batch, %" PRIu64 " batches with refused ones not logged",
                   flight->refusal.message, flight->refused, held_back);
}

static void answer_refused(const struct flight *flight, struct batch *batch)
{
    for (size_t i = 0; i < flight->asked.count; i++) {
        const struct asked_id *id = &flight->asked.ids[i];
        struct batch_item *item = asked_first(&flight->asked, id, batch);
        if (id->refused[0] == 0)
            continue;
        outcome_answer(&item->outcome, &item->record, ERRCODE_STORE_REFUSED, COMMAND_FIELD_NONE, NULL);
        memcpy(item->outcome.sqlstate, id->refused, sizeof item->outcome.sqlstate);
        item->outcome.group_id = item->command.group_id;
        item->outcome.study_activity_id = item->command.study_activity_id;
    }
}

/* ---- The way of a batch ------------------------------------------------------------------------------------------ */

/* A round: all ids that are undecided. A refused id's next record begins another one, decided in its own right. */
static bool round_start(struct flight *flight, struct connection *connection, const struct batch *batch,
                        struct err *err)
{
    asked_collect(&flight->asked, batch);
    flight->step = FLIGHT_NONE;
    flight->refused = 0;
    flight->range_count = 0;
    if (flight->asked.count == 0)
        return true;
    flight->ranges[flight->range_count++] = (struct flight_range){0, flight->asked.count};
    return send_insert(flight, connection, batch, err);
}

bool flight_start(struct flight *flight, struct connection *connection, struct batch *batch, struct err *err)
{
    flight->created = 0;
    flight->reruns = 0;
    return round_start(flight, connection, batch, err);
}

/* After a range has passed or its only row was refused. */
static bool range_next(struct flight *flight, struct connection *connection, struct batch *batch, struct err *err)
{
    flight->reruns = 0;
    if (flight->refused >= ALIKE_MAX && is_systemic(flight))
        return stop_systemic(flight, batch, err);
    if (flight->range_count > 0)
        return send_insert(flight, connection, batch, err);
    flight->step = FLIGHT_NONE;
    if (flight->refused == 0)
        return true;
    if (is_systemic(flight))
        return stop_systemic(flight, batch, err);
    log_refused(flight, batch);
    answer_refused(flight, batch);
    return round_start(flight, connection, batch, err);
}

static bool range_halve(struct flight *flight, struct connection *connection, const struct batch *batch,
                        struct err *err)
{
    struct flight_range *range = &flight->ranges[flight->range_count - 1];
    size_t middle = range->from + (range->to - range->from) / 2;

    flight->ranges[flight->range_count++] = (struct flight_range){range->from, middle};
    range->from = middle;
    flight->reruns = 0;
    return send_insert(flight, connection, batch, err);
}

/* Every row of a result becomes the decision of its id. */
static bool take_rows(struct flight *flight, struct batch *batch, const PGresult *result, struct err *err)
{
    for (int row = 0; row < PQntuples(result); row++) {
        struct uuid command_id = rows_id(result, row);
        const struct asked_id *id = asked_find(&flight->asked, &command_id);
        struct ledger_row *ledger_row;
        bool readable = id != NULL &&
                        (flight->step == FLIGHT_INSERT ? rows_made(result, row, asked_first(&flight->asked, id, batch),
                                                                   &batch->arena, &ledger_row)
                                                       : rows_found(result, row, &batch->arena, &ledger_row));
        if (!readable) {
            char text[UUID_TEXT + 1];
            uuid_format(&command_id, text);
            return err_set(
                err, ERR_STOP, EXIT_CONFIG, "E-LEDGER-01",
                "command_outcomes has an outcome for command %s that this version cannot read; next: run the "
                "version that wrote it, or correct the row",
                text);
        }
        flight->created += flight->step == FLIGHT_INSERT && ledger_row->kind == OUTCOME_CREATED;
        asked_decide(&flight->asked, id, batch, ledger_row);
    }
    return true;
}

static bool flight_landed(struct flight *flight, struct connection *connection, struct batch *batch,
                          const PGresult *result, struct err *err)
{
    if (!take_rows(flight, batch, result, err))
        return false;
    if (collect_unanswered(flight, batch) == 0) {
        flight->range_count--;
        return range_next(flight, connection, batch, err);
    }
    /* Deleted meanwhile, or its maker rolled back after we had waited for it: never "not found", always again. */
    if (flight->step == FLIGHT_READ)
        return err_set(err, ERR_RETRY, EXIT_DONE, "E-LEDGER-02", "command_outcomes lost an outcome while it was read");
    flight->step = FLIGHT_READ;
    return question_execute(connection, FLIGHT_READ_NAME, flight->parameters, 1, err);
}

static bool flight_refused(struct flight *flight, struct connection *connection, struct batch *batch, struct err *err)
{
    const struct flight_range *range = &flight->ranges[flight->range_count - 1];

    if (flight->step == FLIGHT_READ) {
        err->class = ERR_STOP;
        return false;
    }
    if (strcmp(pg_error_sqlstate(err), "23503") == 0 && flight->reruns++ < RERUNS_MAX)
        return send_insert(flight, connection, batch, err);
    if (range->to - range->from > 1)
        return range_halve(flight, connection, batch, err);
    refuse_one(flight, err);
    return range_next(flight, connection, batch, err);
}

enum progress flight_receive(struct flight *flight, struct connection *connection, struct batch *batch, int timeout_ms,
                             struct err *err)
{
    int64_t until = clock_ms() + timeout_ms;

    while (flight->step != FLIGHT_NONE) {
        PGresult *result;
        int64_t left = until - clock_ms();
        enum progress progress = question_answer(connection, left > 0 ? (int)left : 0, &result, err);
        if (progress == PENDING)
            return PENDING;

        bool flying = false;
        if (progress == DONE)
            flying = flight_landed(flight, connection, batch, result, err);
        else if (err->class == ERR_ISOLATE)
            flying = flight_refused(flight, connection, batch, err);
        PQclear(result);
        if (!flying) {
            flight_drop(flight);
            return FAILED;
        }
    }
    return DONE;
}

void flight_drop(struct flight *flight)
{
    flight->step = FLIGHT_NONE;
    flight->range_count = 0;
}

void flight_free(struct flight *flight)
{
    asked_free(&flight->asked);
    for (int i = 0; i < FLIGHT_PARAMETERS; i++)
        array_free(&flight->parameters[i]);
}

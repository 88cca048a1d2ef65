#include "postgres/canary.h"

#include "postgres/rows.h"
#include "postgres/statement.h"

#include <endian.h>
#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

/* ---- What the trials have shown ---------------------------------------------------------------------------------- */

static bool is_for_the_operator(const struct err *err)
{
    return err->class == ERR_STOP || err->exit_code == EXIT_PERMISSION;
}

static int gravity(const struct err *err)
{
    if (err->class == ERR_NONE)
        return 0;
    if (is_for_the_operator(err))
        return 3;
    return err->class == ERR_ISOLATE ? 1 : 2;
}

static void note(struct canary *canary, const struct err *err)
{
    if (gravity(err) > gravity(&canary->error))
        canary->error = *err;
}

MUSTUSE static enum progress conclude(struct canary *canary, struct err *err)
{
    char label[RECORD_LABEL_TEXT];

    canary->verdict = canary->failed > 0 ? CANARY_REFUSED : CANARY_UNTRIED;
    if (gravity(&canary->error) <= 1)
        return DONE;
    *err = canary->error;
    if (is_for_the_operator(err))
        err->class = ERR_STOP;
    err_prefix(err, "no session can be stored, of %zu that were tried after %s was refused", canary->failed,
               record_label(&canary->record, &canary->command_id, label));
    return FAILED;
}

void canary_describe(const struct canary *canary, char *text, size_t size)
{
    const struct canary_pair *pair = &canary->pairs[canary->next == 0 ? 0 : canary->next - 1];

    switch (canary->verdict) {
    case CANARY_STORED:
        snprintf(text, size, "a session of group %" PRId64 " and activity %" PRId64 " would be stored", pair->group_id,
                 pair->study_activity_id);
        return;
    case CANARY_REFUSED:
        snprintf(text, size,
                 "no session would be stored: all %zu pairs of a group and an activity that were tried are "
                 "refused, too (%s)",
                 canary->failed, canary->error.code);
        return;
    case CANARY_UNTRIED: snprintf(text, size, "there is no group and activity to try another session with"); return;
    }
}

/* ---- Asking ------------------------------------------------------------------------------------------------------ */

/* RFC 9562, section 5.4: version 4. It is in no ledger. */
static struct uuid random_id(void)
{
    struct uuid id;

    if (getrandom(id.b, sizeof id.b, 0) != (ssize_t)sizeof id.b)
        abort();
    id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x40);
    id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
    return id;
}

static bool try_next(struct canary *canary, struct connection *connection, struct err *err)
{
    const struct canary_pair *pair = &canary->pairs[canary->next++];
    const struct batch_item item = {
        .record = canary->record,
        .command_id = random_id(),
        .command = {.group_id = {FIELD_VALUE, pair->group_id},
                    .study_activity_id = {FIELD_VALUE, pair->study_activity_id}},
    };

    insert_begin(&canary->insert);
    insert_add(&canary->insert, &item);
    canary->step = CANARY_TRYING;
    return insert_try(&canary->insert, connection, err);
}

static bool read_pairs(struct canary *canary, enum canary_step step, struct connection *connection, struct err *err)
{
    enum statement_id id = step == CANARY_READING_SESSIONS ? STATEMENT_CANARY_SESSIONS : STATEMENT_CANARY_PARENTS;

    canary->step = step;
    canary->parents_read = step == CANARY_READING_PARENTS;
    return query_execute(connection, statements[id].name, NULL, 0, err);
}

bool canary_start(struct canary *canary, const struct batch_item *refused, const struct err *refusal,
                  struct connection *connection, struct err *err)
{
    canary->pair_count = 0;
    canary->next = 0;
    canary->failed = 0;
    canary->error = (struct err){.class = ERR_NONE};
    canary->record = refused->record;
    canary->command_id = refused->command_id;
    if (is_for_the_operator(refusal))
        note(canary, refusal);
    return read_pairs(canary, CANARY_READING_SESSIONS, connection, err);
}

/* ---- Answers ----------------------------------------------------------------------------------------------------- */

static int64_t get_int8(const PGresult *result, int row, int column)
{
    uint64_t big;

    memcpy(&big, PQgetvalue(result, row, column), sizeof big);
    return (int64_t)be64toh(big);
}

static void add_pair(struct canary *canary, struct canary_pair pair)
{
    for (size_t i = 0; i < canary->pair_count; i++)
        if (canary->pairs[i].group_id == pair.group_id && canary->pairs[i].study_activity_id == pair.study_activity_id)
            return;
    if (canary->pair_count < CANARY_PAIRS)
        canary->pairs[canary->pair_count++] = pair;
}

/*
 * Without sessions that this role may read in time there are no pairs of them. The parents are read for every command,
 * so what prevents that prevents the rows too.
 */
static bool pairs_failed(struct canary *canary, const struct err *err)
{
    if (canary->step == CANARY_READING_SESSIONS)
        return err->class == ERR_STOP;
    note(canary, err);
    return false;
}

static bool take_pairs(struct canary *canary, const PGresult *result, const struct err *err)
{
    if (result == NULL)
        return !pairs_failed(canary, err);
    for (int row = 0; row < PQntuples(result); row++)
        add_pair(canary, (struct canary_pair){get_int8(result, row, 0), get_int8(result, row, 1)});
    return true;
}

/* True: the session would have been stored. No session means that its parents are gone since they were read. */
static bool take_trial(struct canary *canary, const PGresult *result, const struct err *err)
{
    if (result != NULL)
        return PQntuples(result) == 1 && rows_has_session(result, 0);
    note(canary, err);
    canary->failed++;
    return false;
}

MUSTUSE static enum progress go_on(struct canary *canary, struct connection *connection, struct err *err)
{
    if (canary->next < canary->pair_count)
        return try_next(canary, connection, err) ? PENDING : FAILED;
    if (!canary->parents_read && canary->pair_count < CANARY_PAIRS)
        return read_pairs(canary, CANARY_READING_PARENTS, connection, err) ? PENDING : FAILED;
    return conclude(canary, err);
}

enum progress canary_take(struct canary *canary, struct connection *connection, const PGresult *result, struct err *err)
{
    if (result == NULL && connection->state == CONNECTION_CLOSED)
        return FAILED;
    if (canary->step == CANARY_TRYING) {
        if (take_trial(canary, result, err)) {
            canary->verdict = CANARY_STORED;
            return DONE;
        }
    } else if (!take_pairs(canary, result, err)) {
        return FAILED;
    }
    return go_on(canary, connection, err);
}

void canary_free(struct canary *canary)
{
    insert_free(&canary->insert);
}

#include "postgres/rows.h"

#include <endian.h>
#include <libpq-fe.h>

/* The columns of both statements, in their order. Those from `outcome` on are only in read_outcomes.sql. */
enum column {
    COLUMN_COMMAND_ID,
    COLUMN_SESSION_ID,
    COLUMN_VIOLATIONS,
    COLUMN_GROUP_NAME,
    COLUMN_ACTIVITY_NAME,
    COLUMN_DECIDED_AT,
    COLUMN_OUTCOME,
    COLUMN_GROUP_ID,
    COLUMN_GROUP_ID_INVALID,
    COLUMN_STUDY_ACTIVITY_ID,
    COLUMN_STUDY_ACTIVITY_ID_INVALID,
    COLUMN_TOPIC,
    COLUMN_PARTITION,
    COLUMN_OFFSET,
    COLUMN_TIMESTAMP_MS,
    COLUMN_HINTS,
};

static bool get_null(const PGresult *result, int row, enum column column)
{
    return PQgetisnull(result, row, (int)column) != 0;
}

int64_t rows_int8(const PGresult *result, int row, int column)
{
    uint64_t big = 0;

    if (PQgetisnull(result, row, column) == 0)
        memcpy(&big, PQgetvalue(result, row, column), sizeof big);
    return (int64_t)be64toh(big);
}

static int64_t get_int8(const PGresult *result, int row, enum column column)
{
    return rows_int8(result, row, (int)column);
}

static int32_t get_int4(const PGresult *result, int row, enum column column)
{
    uint32_t big = 0;

    if (!get_null(result, row, column))
        memcpy(&big, PQgetvalue(result, row, (int)column), sizeof big);
    return (int32_t)be32toh(big);
}

static bool get_bool(const PGresult *result, int row, enum column column)
{
    return !get_null(result, row, column) && *PQgetvalue(result, row, (int)column) != 0;
}

static struct bytes get_text(const PGresult *result, int row, enum column column)
{
    if (get_null(result, row, column))
        return (struct bytes){0};
    return (struct bytes){(const uint8_t *)PQgetvalue(result, row, (int)column),
                          (size_t)PQgetlength(result, row, (int)column)};
}

static struct field_int get_field(const PGresult *result, int row, enum column value, enum column invalid)
{
    if (get_bool(result, row, invalid))
        return (struct field_int){.state = FIELD_INVALID};
    if (get_null(result, row, value))
        return (struct field_int){.state = FIELD_ABSENT};
    return (struct field_int){FIELD_VALUE, get_int8(result, row, value)};
}

struct uuid rows_id(const PGresult *result, int row)
{
    struct uuid id = {{0}};

    memcpy(id.b, PQgetvalue(result, row, COLUMN_COMMAND_ID), sizeof id.b);
    return id;
}

bool rows_has_session(const PGresult *result, int row)
{
    return !get_null(result, row, COLUMN_SESSION_ID);
}

/* Fills what both statements answer, once the ids that were asked for are in the row. */
static bool fill_decision(const PGresult *result, int row, struct arena *arena, struct ledger_row *ledger_row)
{
    struct bytes violations = get_text(result, row, COLUMN_VIOLATIONS);

    ledger_row->decided_us = get_int8(result, row, COLUMN_DECIDED_AT) + ROWS_EPOCH_US;
    if (violations.data != NULL) {
        ledger_row->kind = OUTCOME_REJECTED;
        if (!violations_parse(violations, &ledger_row->violations) || ledger_row->violations.count == 0)
            return false;
        ledger_row->code = ledger_row->violations.list[0].code;
        return true;
    }
    ledger_row->kind = OUTCOME_CREATED;
    ledger_row->session = (struct session){
        .id = get_int8(result, row, COLUMN_SESSION_ID),
        .group_id = ledger_row->group_id.value,
        .activity_id = ledger_row->study_activity_id.value,
        .group_name = arena_copy(arena, get_text(result, row, COLUMN_GROUP_NAME)),
        .activity_name = arena_copy(arena, get_text(result, row, COLUMN_ACTIVITY_NAME)),
        .start_us = ledger_row->decided_us,
    };
    return ledger_row->session.group_name.data != NULL && ledger_row->session.activity_name.data != NULL;
}

bool rows_made(const PGresult *result, int row, const struct batch_item *item, struct arena *arena,
               struct ledger_row **ledger_row)
{
    *ledger_row = arena_alloc(arena, sizeof **ledger_row);
    **ledger_row = (struct ledger_row){
        .hints = item->command.hints,
        .group_id = item->command.group_id,
        .study_activity_id = item->command.study_activity_id,
        .topic = item->record.topic,
        .partition = item->record.partition,
        .offset = item->record.offset,
        .timestamp_ms = item->record.timestamp_ms,
    };
    return fill_decision(result, row, arena, *ledger_row);
}

bool rows_found(const PGresult *result, int row, struct arena *arena, struct ledger_row **ledger_row)
{
    struct bytes topic = arena_copy(arena, get_text(result, row, COLUMN_TOPIC));

    *ledger_row = arena_alloc(arena, sizeof **ledger_row);
    **ledger_row = (struct ledger_row){.kind = OUTCOME_PRUNED, .topic = ""};
    if (get_null(result, row, COLUMN_OUTCOME))
        return true;
    if (topic.data == NULL)
        return false;
    **ledger_row = (struct ledger_row){
        .group_id = get_field(result, row, COLUMN_GROUP_ID, COLUMN_GROUP_ID_INVALID),
        .study_activity_id = get_field(result, row, COLUMN_STUDY_ACTIVITY_ID, COLUMN_STUDY_ACTIVITY_ID_INVALID),
        .topic = (const char *)topic.data,
        .partition = get_int4(result, row, COLUMN_PARTITION),
        .offset = get_int8(result, row, COLUMN_OFFSET),
        .timestamp_ms = get_int8(result, row, COLUMN_TIMESTAMP_MS),
        .hints = arena_copy(arena, get_text(result, row, COLUMN_HINTS)),
    };
    return fill_decision(result, row, arena, *ledger_row);
}

#include "postgres/bulk_rows.h"

#include "postgres/rows.h"

#include <stdlib.h>

void bulk_rows_begin(struct bulk_rows *rows)
{
    rows->count = 0;
    rows->created = 0;
}

static void free_arrays(struct array *arrays, int count)
{
    for (int i = 0; i < count; i++)
        array_free(&arrays[i]);
}

void bulk_rows_free(struct bulk_rows *rows)
{
    free(rows->list);
    free_arrays(rows->created_parameters, BULK_CREATED_PARAMETERS);
    free_arrays(rows->rejected_parameters, BULK_REJECTED_PARAMETERS);
    free_arrays(rows->sessions_parameters, BULK_SESSIONS_PARAMETERS);
    *rows = (struct bulk_rows){0};
}

static struct bulk_row *next_row(struct bulk_rows *rows)
{
    if (rows->count == rows->capacity) {
        rows->capacity = 2 * rows->capacity + 256;
        rows->list = reallocarray(rows->list, rows->capacity, sizeof *rows->list);
        if (rows->list == NULL)
            abort();
    }
    return &rows->list[rows->count++];
}

static bool has_no_name(const struct parent *parent)
{
    return parent != NULL && parent->name.data == NULL;
}

bool bulk_rows_add(struct bulk_rows *rows, const struct bulk_row *row, int64_t decided_us, struct arena *arena)
{
    struct bulk_row *added = next_row(rows);

    *added = *row;
    if (has_no_name(row->group) || has_no_name(row->activity))
        return false;
    added->row = arena_alloc(arena, sizeof *added->row);
    decide_row(added->row, added->item, added->group, added->activity, decided_us);
    rows->created += added->row->kind == OUTCOME_CREATED;
    return true;
}

/* ---- Parameters -------------------------------------------------------------------------------------------------- */

static void begin_arrays(struct array *arrays, const enum array_type *types, int count)
{
    for (int i = 0; i < count; i++)
        array_begin(&arrays[i], types[i]);
}

static void begin_parameters(struct bulk_rows *rows)
{
    static const enum array_type created[] = {
        ARRAY_UUID, ARRAY_INT8, ARRAY_INT8, ARRAY_INT8, ARRAY_TEXT, ARRAY_TEXT, ARRAY_INT4, ARRAY_INT8, ARRAY_INT8,
    };
    static const enum array_type rejected[] = {
        ARRAY_UUID, ARRAY_TEXT, ARRAY_TEXT, ARRAY_INT8, ARRAY_BOOL, ARRAY_INT8, ARRAY_BOOL,
        ARRAY_TEXT, ARRAY_TEXT, ARRAY_INT4, ARRAY_INT8, ARRAY_INT8, ARRAY_TEXT,
    };
    static const enum array_type sessions[] = {ARRAY_INT8, ARRAY_INT8, ARRAY_INT8};
    const struct bulk_row *first = &rows->list[0];
    struct bytes topic = bytes_of(first->row->topic);
    int64_t decided_at = first->row->decided_us - ROWS_EPOCH_US;

    begin_arrays(rows->created_parameters, created, 9);
    array_be_bytes(&rows->created_parameters[9], topic);
    array_be_int8(&rows->created_parameters[10], decided_at);
    begin_arrays(rows->rejected_parameters, rejected, 13);
    array_be_bytes(&rows->rejected_parameters[13], topic);
    array_be_int8(&rows->rejected_parameters[14], decided_at);
    begin_arrays(rows->sessions_parameters, sessions, 3);
    array_be_int8(&rows->sessions_parameters[3], decided_at);
}

static void add_position(struct array *partition, struct array *offset, struct array *timestamp_ms,
                         const struct ledger_row *row)
{
    array_add_int4(partition, row->partition);
    array_add_int8(offset, row->offset);
    array_add_int8(timestamp_ms, row->timestamp_ms);
}

static void add_id(struct array *ids, const struct bulk_row *row)
{
    array_add_bytes(ids, (struct bytes){row->item->command_id.b, sizeof row->item->command_id.b});
}

static void add_created(struct bulk_rows *rows, const struct bulk_row *row)
{
    struct array *created = rows->created_parameters;
    struct array *sessions = rows->sessions_parameters;
    const struct session *session = &row->row->session;

    add_id(&created[0], row);
    array_add_int8(&created[1], session->id);
    array_add_int8(&created[2], session->group_id);
    array_add_int8(&created[3], session->activity_id);
    array_add_bytes(&created[4], session->group_name);
    array_add_bytes(&created[5], session->activity_name);
    add_position(&created[6], &created[7], &created[8], row->row);
    array_add_int8(&sessions[0], session->id);
    array_add_int8(&sessions[1], session->group_id);
    array_add_int8(&sessions[2], session->activity_id);
}

static void add_text(struct array *texts, struct bytes text)
{
    if (text.data == NULL)
        array_add_null(texts);
    else
        array_add_bytes(texts, text);
}

static void add_name(struct array *names, const struct parent *parent)
{
    add_text(names, parent == NULL ? (struct bytes){0} : parent->name);
}

static void add_rejected(struct bulk_rows *rows, const struct bulk_row *row)
{
    struct array *rejected = rows->rejected_parameters;
    const struct ledger_row *ledger_row = row->row;
    char violations[VIOLATIONS_TEXT];

    (void)violations_format(&ledger_row->violations, violations);
    add_id(&rejected[0], row);
    array_add_bytes(&rejected[1], bytes_of(errcode_name(ledger_row->code)));
    array_add_bytes(&rejected[2], bytes_of(violations));
    array_add_field(&rejected[3], &rejected[4], ledger_row->group_id);
    array_add_field(&rejected[5], &rejected[6], ledger_row->study_activity_id);
    add_name(&rejected[7], row->group);
    add_name(&rejected[8], row->activity);
    add_position(&rejected[9], &rejected[10], &rejected[11], ledger_row);
    add_text(&rejected[12], ledger_row->hints.len == 0 ? (struct bytes){0} : ledger_row->hints);
}

void bulk_rows_number(struct bulk_rows *rows, const struct pg_result *ids)
{
    int next = 0;

    begin_parameters(rows);
    for (size_t i = 0; i < rows->count; i++) {
        struct bulk_row *row = &rows->list[i];
        if (row->row->kind == OUTCOME_CREATED) {
            row->row->session.id = rows_int8(ids, next++, 0);
            add_created(rows, row);
        } else {
            add_rejected(rows, row);
        }
    }
}

/** A line of tests/data/event_cases.table as a batch item with its outcome, and checks of events. */
#ifndef TESTS_CODEC_EVENT_CASE_H
#define TESTS_CODEC_EVENT_CASE_H

#include "codec/event_settings.h"
#include "item_case.h"
#include "table.h"

/* The settings' defaults, with the headers to echo: a list that ends with NULL. */
#define CASE_SETTINGS(echo)                                                                                            \
    {                                                                                                                  \
        .created_topic = "study-sessions.created", .rejected_topic = "study-sessions.rejected",                        \
        .source = "/sessiond/study-sessions.commands", .echo_headers = (char *const *)(uintptr_t)(echo),               \
        .envelope_max_bytes = 65536,                                                                                   \
    }

enum {
    CASE_NAME,
    CASE_OUTCOME,
    CASE_POSITION,
    CASE_KEY,
    CASE_COMMAND_ID,
    CASE_DECIDED,
    CASE_GROUP,
    CASE_ACTIVITY,
    CASE_SESSION,
    CASE_DETAIL,
    CASE_HEADERS,
    CASE_CELLS
};

static inline int64_t case_integer(const char *text)
{
    char *end;
    int64_t value = strtoll(text, &end, 10);

    ck_assert_msg(end != text, "not an integer: %s", text);
    return value;
}

/* Reads "absent", "invalid" or an integer, which a name may follow. */
static inline struct field_int case_field(const char *text)
{
    if (strcmp(text, "absent") == 0)
        return (struct field_int){FIELD_ABSENT, 0};
    if (strcmp(text, "invalid") == 0)
        return (struct field_int){FIELD_INVALID, 0};
    return (struct field_int){FIELD_VALUE, case_integer(text)};
}

/* In an arena, and not followed by a NUL, so that no code can rely on one. */
static inline struct bytes case_name(const char *text, struct arena *arena)
{
    const char *blank = strchr(text, ' ');
    struct bytes name = case_bytes(blank == NULL ? "" : blank + 1, arena);

    ((uint8_t *)(uintptr_t)name.data)[name.len] = '!';
    return name;
}

static inline void case_created(const struct table_row *row, struct outcome *outcome, struct arena *arena)
{
    outcome->kind = OUTCOME_CREATED;
    outcome->session = (struct session){
        .id = case_integer(row->cell[CASE_SESSION]),
        .group_id = outcome->group_id.value,
        .activity_id = outcome->study_activity_id.value,
        .group_name = case_name(row->cell[CASE_GROUP], arena),
        .activity_name = case_name(row->cell[CASE_ACTIVITY], arena),
        .start_us = case_integer(strchr(row->cell[CASE_SESSION], '@') + 1),
    };
}

/* Reads "field:CODE,field:CODE", or ":CODE" for the record as a whole. */
static inline void case_rejected(const char *text, struct outcome *outcome)
{
    outcome->kind = OUTCOME_REJECTED;
    if (text[0] == ':')
        outcome->violations = (struct violations){1, {{COMMAND_FIELD_NONE, errcode_from_name(bytes_of(text + 1))}}};
    else
        ck_assert_msg(violations_parse(bytes_of(text), &outcome->violations), "not violations: %s", text);
    outcome->code = outcome->violations.list[0].code;
    ck_assert_msg(outcome->code != ERRCODE_NONE, "not a code: %s", text);
}

static inline void case_answer(const struct table_row *row, struct batch_item *item, struct arena *arena)
{
    struct outcome *outcome = &item->outcome;
    const char *detail = row->cell[CASE_DETAIL];

    outcome_answer(outcome, &item->record, outcome->code, outcome->violations.list[0].field, NULL);
    if (outcome->code == ERRCODE_STORE_REFUSED)
        snprintf(outcome->sqlstate, sizeof outcome->sqlstate, "%s", detail);
    else if (strcmp(detail, "-") != 0)
        outcome->reason = (const char *)arena_copy(arena, bytes_of(detail)).data;
}

static inline void case_outcome(const struct table_row *row, struct batch_item *item, struct arena *arena)
{
    struct outcome *outcome = &item->outcome;
    const char *text = row->cell[CASE_OUTCOME];
    bool replayed = strncmp(text, "replayed ", 9) == 0;

    text += replayed ? 9 : 0;
    outcome->group_id = case_field(row->cell[CASE_GROUP]);
    outcome->study_activity_id = case_field(row->cell[CASE_ACTIVITY]);
    if (strcmp(text, "created") == 0)
        case_created(row, outcome, arena);
    else
        case_rejected(text, outcome);

    outcome->decided = outcome->kind == OUTCOME_CREATED || errcode_decides(outcome->code);
    outcome->replayed = replayed;
    if (outcome->decided) {
        outcome->occurred_us = case_integer(row->cell[CASE_DECIDED]);
        outcome->hints = bytes_of(strcmp(row->cell[CASE_DETAIL], "-") == 0 ? NULL : row->cell[CASE_DETAIL]);
        return;
    }
    struct field_int group_id = outcome->group_id, study_activity_id = outcome->study_activity_id;
    case_answer(row, item, arena);
    outcome->group_id = group_id;
    outcome->study_activity_id = study_activity_id;
}

static inline struct batch_item case_item(const struct table_row *row, struct arena *arena)
{
    struct batch_item item = {0};

    ck_assert_msg(row->count == CASE_CELLS, "%s:%d: %d cells, not %d", row->path, row->line, row->count, CASE_CELLS);
    case_position(&item.record, row->cell[CASE_POSITION], arena);
    case_headers(&item.record, row->cell[CASE_HEADERS], arena);
    item.record.key = case_key(row->cell[CASE_KEY], arena);
    item.command_id = record_derived_id(&item.record, arena);
    if (strcmp(row->cell[CASE_COMMAND_ID], "derived") != 0)
        ck_assert(uuid_parse(bytes_of(row->cell[CASE_COMMAND_ID]), &item.command_id));
    case_outcome(row, &item, arena);
    return item;
}

/* An item that was carried out, without key or headers. */
static inline struct batch_item created_item(void)
{
    struct batch_item item = {
        .record = {.topic = "commands",            .partition = 2, .offset = 5, .timestamp_ms = 1795313585000},
        .outcome = {.kind = OUTCOME_CREATED, .decided = true              },
    };

    ck_assert(uuid_parse(bytes_of("7d1f3a52-6c1e-4b0a-9e55-0f6c1b2d3e4f"), &item.command_id));
    item.outcome.session = (struct session){1, 2, 3, bytes_of("g"), bytes_of("a"), 1795313585123456};
    return item;
}

static inline const struct header *header_of(const struct outbound *out, const char *name)
{
    struct record record = {.headers = out->headers, .header_count = out->header_count};

    return record_header(&record, name);
}

static inline void assert_header(const struct outbound *out, const char *name, const char *value)
{
    const struct header *header = header_of(out, name);

    ck_assert_msg(header != NULL, "no header %s", name);
    ck_assert_msg(bytes_equal(header->value, bytes_of(value)), "%s is %.*s, not %s", name, (int)header->value.len,
                  (const char *)header->value.data, value);
}

#endif

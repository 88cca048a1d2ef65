/*
 * Outcomes: what the ledger's row makes of a record (outcome.table), answers, and the ledger's text of violations
 * (violations.table).
 */
#include "core/outcome.h"

#include "field_case.h"
#include "table.h"

static struct arena arena;

static void teardown(void)
{
    arena_free(&arena);
}

/* "group/activity" */
static void values(char *text, struct field_int *group, struct field_int *activity)
{
    char *slash = strchr(text, '/');

    if (slash == NULL)
        return;
    *slash = 0;
    *group = case_int(text);
    *activity = case_int(slash + 1);
}

static struct ledger_row ledger_case(const char *what, char *asked)
{
    struct ledger_row row = {
        .kind = OUTCOME_REJECTED,
        .code = errcode_from_name(bytes_of(what)),
        .decided_us = 5000000,
        .topic = "commands",
        .partition = 1,
        .offset = 10,
        .timestamp_ms = 1000,
    };

    if (strcmp(what, "created") == 0) {
        row.kind = OUTCOME_CREATED;
        row.session = (struct session){77, 1, 2, bytes_of("g"), bytes_of("a"), 4000000};
    } else if (strcmp(what, "pruned") == 0) {
        row.kind = OUTCOME_PRUNED;
    } else {
        row.violations = (struct violations){1, {{COMMAND_FIELD_GROUP_ID, row.code}}};
    }
    values(asked, &row.group_id, &row.study_activity_id);
    return row;
}

static struct record record_case(const char *place)
{
    return (struct record){
        .topic = strcmp(place, "topic") == 0 ? "others" : "commands",
        .partition = strcmp(place, "partition") == 0 ? 2 : 1,
        .offset = strcmp(place, "offset") == 0 ? 11 : 10,
        .timestamp_ms = strcmp(place, "timestamp") == 0 ? 1001 : 1000,
    };
}

static struct bytes outcome_text(const struct outcome *outcome)
{
    const char *what = outcome->kind == OUTCOME_CREATED ? "created" : errcode_name(outcome->code);

    return arena_printf(&arena, "%s%s", what, outcome->replayed ? ", replayed" : "");
}

static void check_details(const struct table_row *at, const struct outcome *outcome, const struct ledger_row *row,
                          const struct command *command)
{
    bool answer = outcome->code == ERRCODE_COMMAND_ID_REUSED || outcome->code == ERRCODE_COMMAND_EXPIRED;

    ck_assert_msg(outcome->decided == !answer, "%s:%d: decided", at->path, at->line);
    /* What it asked for: then and now are the same unless it is an answer, which is about the record. */
    ck_assert(field_int_equal(outcome->group_id, command->group_id));
    ck_assert(field_int_equal(outcome->study_activity_id, command->study_activity_id));
    if (answer) {
        ck_assert_int_eq(outcome->kind, OUTCOME_REJECTED);
        ck_assert_int_eq(outcome->violations.count, 1);
        ck_assert_int_eq(outcome->violations.list[0].field, COMMAND_FIELD_COMMAND_ID);
        ck_assert_int_eq(outcome->violations.list[0].code, outcome->code);
        ck_assert_int_eq(outcome->session.id, 0);
        return;
    }
    ck_assert_int_eq(outcome->occurred_us, row->decided_us);
    ck_assert_int_eq(outcome->session.id, row->session.id);
    ck_assert_int_eq(outcome->session.start_us, row->session.start_us);
    ck_assert_mem_eq(&outcome->violations, &row->violations, sizeof row->violations);
}

static void check_row(const struct table_row *at)
{
    struct ledger_row row = ledger_case(at->cell[0], at->cell[1]);
    struct record record = record_case(at->cell[3]);
    struct command command = {0};
    struct outcome outcome;

    values(at->cell[2], &command.group_id, &command.study_activity_id);
    memset(&outcome, 0xa5, sizeof outcome);
    outcome_from_ledger(&outcome, &row, &record, &command);

    struct bytes text = outcome_text(&outcome);
    ck_assert_msg(bytes_equal(text, bytes_of(at->cell[4])), "%s:%d: got %s", at->path, at->line,
                  (const char *)text.data);
    check_details(at, &outcome, &row, &command);
}

START_TEST(the_ledger_decides_what_a_record_gets)
{
    table_each("tests/core/outcome.table", check_row);
}
END_TEST

START_TEST(an_answer_occurred_when_its_record_was_written)
{
    struct record record = {.topic = "commands", .timestamp_ms = 1795313585000};
    struct outcome outcome;

    outcome_answer(&outcome, &record, ERRCODE_UNDECODABLE, COMMAND_FIELD_NONE, "empty");
    ck_assert_int_eq(outcome.occurred_us, 1795313585000000);
    ck_assert(!outcome.decided && !outcome.replayed);
    ck_assert_str_eq(outcome.reason, "empty");

    record.timestamp_ms = -1;
    outcome_answer(&outcome, &record, ERRCODE_UNDECODABLE, COMMAND_FIELD_NONE, NULL);
    ck_assert_int_eq(outcome.occurred_us, 0);
}
END_TEST

/* Some producers set microseconds or nanoseconds where milliseconds belong. */
START_TEST(a_timestamp_of_another_unit_is_as_late_as_can_be_said)
{
    static const int64_t times[][2] = {
        {253402300799999,     253402300799999000},
        {253402300800000,     253402300799999999},
        {1795313585123456,    253402300799999999},
        {1795313585123456789, 253402300799999999},
        {INT64_MAX,           253402300799999999},
        {INT64_MIN,           0                 },
    };

    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct record record = {.topic = "commands", .timestamp_ms = times[i][0]};
        struct outcome outcome;
        outcome_answer(&outcome, &record, ERRCODE_UNDECODABLE, COMMAND_FIELD_NONE, NULL);
        ck_assert_int_eq(outcome.occurred_us, times[i][1]);
    }
}
END_TEST

/* Nothing but the ledger's row: a replay, a duplicate and a later version say the same. */
START_TEST(a_rejection_says_what_its_row_has_kept)
{
    struct ledger_row row = ledger_case("MISSING_FIELD", (char[]){"absent/2"});
    struct command command = {
        .study_activity_id = {FIELD_VALUE, 2},
          .hints = bytes_of("group_id:of-the-record")
    };
    struct outcome outcome;

    for (int place = 0; place < 2; place++) {
        struct record record = record_case(place == 0 ? "same" : "offset");
        row.hints = bytes_of("group_id:groupId,study_activity_id:studyActivityId");
        outcome_from_ledger(&outcome, &row, &record, &command);
        ck_assert_str_eq((const char *)violation_message(&outcome.violations.list[0], &outcome, &arena).data,
                         "group_id is required; the command has \"groupId\", which may be a misspelling of it");
        row.hints = (struct bytes){0};
        outcome_from_ledger(&outcome, &row, &record, &command);
        ck_assert_str_eq((const char *)violation_message(&outcome.violations.list[0], &outcome, &arena).data,
                         "group_id is required");
    }
}
END_TEST

static void check_violations(const struct table_row *row)
{
    struct bytes text = bytes_of(strcmp(row->cell[0], "-") == 0 ? "" : row->cell[0]);
    struct violations violations;
    char written[VIOLATIONS_TEXT];
    bool good = violations_parse(text, &violations);

    ck_assert_msg(good == (strcmp(row->cell[1], "good") == 0), "%s:%d: %s", row->path, row->line,
                  good ? "good" : "refused");
    if (!good)
        return;
    ck_assert_uint_eq(violations_format(&violations, written), text.len);
    ck_assert_msg(strcmp(written, (const char *)text.data) == 0, "%s:%d: got %s", row->path, row->line, written);
}

START_TEST(violations_are_read_back_as_they_were_written)
{
    table_each("tests/core/violations.table", check_violations);
}
END_TEST

START_TEST(all_violations_there_can_be_fit_their_text)
{
    char text[VIOLATIONS_TEXT];

    for (enum errcode code = ERRCODE_NONE + 1; code < ERRCODE_COUNT; code++) {
        struct violation longest = {COMMAND_FIELD_STUDY_ACTIVITY_ID, code};
        struct violations violations = {
            3, {longest, longest, longest}
        };
        struct violations again;
        size_t len = violations_format(&violations, text);

        ck_assert_uint_lt(len, VIOLATIONS_TEXT);
        ck_assert(violations_parse((struct bytes){(const uint8_t *)text, len}, &again));
        ck_assert_int_eq(again.count, 3);
        ck_assert_int_eq(again.list[2].code, code);
    }
}
END_TEST

static const char *message(enum command_field field, enum errcode code, const struct outcome *outcome)
{
    struct violation violation = {field, code};

    return (const char *)violation_message(&violation, outcome, &arena).data;
}

/* Replays must stay byte-identical: these texts are part of what was published. */
START_TEST(messages_stay_what_they_were)
{
    struct outcome outcome = {
        .group_id = {FIELD_VALUE, 7                  },
        .study_activity_id = {FIELD_VALUE, 9223372036854775807},
        .sqlstate = "23514",
        .reason = "the value is empty",
    };

    ck_assert_str_eq(message(COMMAND_FIELD_GROUP_ID, ERRCODE_MISSING_FIELD, &outcome), "group_id is required");
    ck_assert_str_eq(message(COMMAND_FIELD_STUDY_ACTIVITY_ID, ERRCODE_INVALID_FIELD, &outcome),
                     "study_activity_id must be an integer from 1 to 9223372036854775807");
    ck_assert_str_eq(message(COMMAND_FIELD_COMMAND_ID, ERRCODE_INVALID_FIELD, &outcome), "command_id must be a UUID");
    ck_assert_str_eq(message(COMMAND_FIELD_GROUP_ID, ERRCODE_GROUP_NOT_FOUND, &outcome), "group 7 does not exist");
    ck_assert_str_eq(message(COMMAND_FIELD_STUDY_ACTIVITY_ID, ERRCODE_STUDY_ACTIVITY_NOT_FOUND, &outcome),
                     "study activity 9223372036854775807 does not exist");
    ck_assert_str_eq(message(COMMAND_FIELD_NONE, ERRCODE_STORE_REFUSED, &outcome),
                     "the database refuses this row (SQLSTATE 23514)");
    ck_assert_str_eq(message(COMMAND_FIELD_NONE, ERRCODE_UNDECODABLE, &outcome),
                     "the record is not a readable command: the value is empty");
    outcome.hints = bytes_of("group_id:payload,command_id:nil");
    ck_assert_str_eq(message(COMMAND_FIELD_GROUP_ID, ERRCODE_MISSING_FIELD, &outcome),
                     "group_id is required; this is an envelope of Kafka Connect, {\"schema\", \"payload\"}: send its "
                     "payload alone (value.converter.schemas.enable=false)");
    ck_assert_str_eq(message(COMMAND_FIELD_STUDY_ACTIVITY_ID, ERRCODE_MISSING_FIELD, &outcome),
                     "study_activity_id is required");
    ck_assert_str_eq(message(COMMAND_FIELD_COMMAND_ID, ERRCODE_INVALID_FIELD, &outcome),
                     "command_id must be a UUID; the nil UUID identifies nothing");
    for (enum errcode code = ERRCODE_NONE + 1; code < ERRCODE_COUNT; code++)
        ck_assert_str_ne(message(COMMAND_FIELD_GROUP_ID, code, &outcome), "");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("outcome");
    TCase *tcase = tcase_create("outcome");

    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_test(tcase, the_ledger_decides_what_a_record_gets);
    tcase_add_test(tcase, an_answer_occurred_when_its_record_was_written);
    tcase_add_test(tcase, a_timestamp_of_another_unit_is_as_late_as_can_be_said);
    tcase_add_test(tcase, a_rejection_says_what_its_row_has_kept);
    tcase_add_test(tcase, violations_are_read_back_as_they_were_written);
    tcase_add_test(tcase, all_violations_there_can_be_fit_their_text);
    tcase_add_test(tcase, messages_stay_what_they_were);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

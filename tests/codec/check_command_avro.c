/* Avro commands: fastavro's messages under many writers, and bytes that no Avro library would write. */
#include "codec/command_avro.h"

#include "command_case.h"
#include "schema_case.h"

#include <avro.h>

static struct arena arena;

/* A writer's schema as a plan; the arena keeps it. */
static struct walk_plan plan_from(const struct table_row *row, enum plan_top top, const char *json)
{
    avro_schema_t schema;
    struct walk_plan plan;
    const char *reason = NULL;

    ck_assert_msg(avro_schema_from_json_length(json, strlen(json), &schema) == 0, "%s:%d: %s", row->path, row->line,
                  avro_strerror());
    ck_assert_msg(command_avro_plan(schema, top, &arena, &plan, &reason), "%s:%d: %s", row->path, row->line, reason);
    avro_schema_decref(schema);
    return plan;
}

static struct walk_plan plan_of(const struct table_row *row, const char *json)
{
    return plan_from(row, PLAN_TOP_ALL, json);
}

/* A record of one field and, behind it, group_id and study_activity_id unless the field is one of these. */
static struct walk_plan plan_with(const struct table_row *row, const char *field, const char *type)
{
    char json[2048];
    const char *group = strcmp(field, "group_id") == 0 ? "" : ",{\"name\":\"group_id\",\"type\":\"long\"}";

    snprintf(json, sizeof json,
             "{\"type\":\"record\",\"name\":\"C\",\"fields\":[{\"name\":\"%s\",\"type\":%s}%s,"
             "{\"name\":\"study_activity_id\",\"type\":\"long\"}]}",
             field, type, group);
    return plan_of(row, json);
}

static struct bytes joined(struct bytes head, const char *tail, size_t tail_len)
{
    uint8_t both[2048];

    memcpy(both, head.data, head.len);
    memcpy(both + head.len, tail, tail_len);
    free((void *)head.data);
    return case_exact(both, head.len + tail_len);
}

static void check_value(const struct table_row *row)
{
    struct walk_plan plan = plan_with(row, "x", row->cell[0]);
    struct bytes bytes = joined(case_hex(row->cell[1]), "\x02\x04", 2);
    struct command command;
    struct refusal refusal = {0};

    if (command_avro_decode(&plan, bytes, &command, &refusal)) {
        ck_assert_msg(strcmp(row->cell[2], "ok") == 0, "%s:%d: accepted", row->path, row->line);
        case_check_int(row, "1", command.group_id);
        case_check_int(row, "2", command.study_activity_id);
    } else {
        case_check_refused(row, row->cell[2], refusal.rule);
    }
    free((void *)bytes.data);
}

START_TEST(values_of_every_type_are_stepped_over_or_refused_as_the_table_says)
{
    table_each("tests/codec/avro_values.table", check_value);
}
END_TEST

static void check_field(const struct table_row *row)
{
    bool is_group = strcmp(row->cell[0], "group_id") == 0;
    struct walk_plan plan = plan_with(row, row->cell[0], row->cell[1]);
    struct bytes bytes = joined(case_hex(row->cell[2]), "\x02\x04", 2);
    struct command command;
    struct refusal refusal = {0};

    if (is_group)
        bytes.len--;
    bool accepted = command_avro_decode(&plan, bytes, &command, &refusal);
    ck_assert_msg(accepted == (strcmp(row->cell[3], "REFUSED") != 0), "%s:%d: %s", row->path, row->line,
                  accepted ? "accepted" : refusal.rule);
    if (accepted && is_group)
        case_check_int(row, row->cell[3], command.group_id);
    else if (accepted)
        case_check_uuid(row, row->cell[3], command.command_id);
    free((void *)bytes.data);
}

START_TEST(our_fields_are_read_by_the_writers_type)
{
    table_each("tests/codec/avro_fields.table", check_field);
}
END_TEST

static void check_top(const struct table_row *row)
{
    enum plan_top top = strcmp(row->cell[0], "last") == 0 ? PLAN_TOP_LAST : PLAN_TOP_ALL;
    struct walk_plan plan = plan_from(row, top, row->cell[1]);
    struct bytes bytes = case_hex(row->cell[2]);
    struct command command;
    struct refusal refusal = {0};
    bool accepted = command_avro_decode(&plan, bytes, &command, &refusal);

    ck_assert_msg(accepted == (row->count == 6), "%s:%d: %s", row->path, row->line,
                  accepted ? "accepted" : refusal.rule);
    if (accepted)
        case_check_command(row, 3, &command);
    else
        case_check_refused(row, row->cell[3], refusal.rule);
    free((void *)bytes.data);
}

START_TEST(a_command_is_read_from_the_record_that_a_message_begins_with)
{
    table_each("tests/codec/avro_tops.table", check_top);
}
END_TEST

START_TEST(bytes_left_over_are_refused)
{
    struct table_row row = {.path = __FILE__};
    struct walk_plan plan = plan_with(&row, "x", "\"null\"");
    struct command command;
    struct refusal refusal;

    ck_assert(!command_avro_decode(&plan, (struct bytes){(const uint8_t *)"\x02\x04\x00", 3}, &command, &refusal));
    ck_assert_str_eq(refusal.rule, "there are bytes after the Avro value");
    ck_assert_int_eq(command.group_id.state, FIELD_ABSENT);
}
END_TEST

START_TEST(a_schema_that_is_no_record_reads_no_command)
{
    struct table_row row = {.path = __FILE__};
    struct walk_plan plan = plan_of(&row, "{\"type\":\"array\",\"items\":\"long\"}");
    struct command command;
    struct refusal refusal;

    ck_assert(!command_avro_decode(&plan, (struct bytes){(const uint8_t *)"\x00", 1}, &command, &refusal));
    ck_assert_str_eq(refusal.rule, "the Avro value is not a record");
}
END_TEST

START_TEST(a_schema_that_names_a_field_of_ours_twice_is_refused)
{
    static const char json[] =
        "{\"type\":\"record\",\"name\":\"C\",\"fields\":[{\"name\":\"group_id\",\"type\":\"int\"},"
        "{\"name\":\"group_id\",\"type\":\"long\"}]}";
    struct walk_plan plan;
    const char *reason;
    avro_schema_t schema;

    ck_assert_int_eq(avro_schema_from_json_literal(json, &schema), 0);
    ck_assert(!command_avro_plan(schema, PLAN_TOP_ALL, &arena, &plan, &reason));
    ck_assert_str_eq(reason, "a field is named twice");
    avro_schema_decref(schema);
}
END_TEST

/* Empty records inside empty records, ten of each in each: 10^15 steps if each were walked. */
START_TEST(a_tree_of_empty_values_ends_the_walk)
{
    struct table_row row = {.path = __FILE__};
    char type[TREE_TEXT];

    tree_of_records(2, type);
    struct walk_plan plan = plan_of(&row, type);
    struct command command;
    struct refusal refusal;
    ck_assert(!command_avro_decode(&plan, (struct bytes){(const uint8_t *)"", 0}, &command, &refusal));
    ck_assert_str_eq(refusal.rule, "too many Avro values that take no bytes");
}
END_TEST

static void release(void)
{
    arena_free(&arena);
}

int main(void)
{
    Suite *suite = suite_create("command_avro");
    TCase *tcase = tcase_create("command_avro");

    tcase_add_checked_fixture(tcase, NULL, release);
    tcase_add_test(tcase, values_of_every_type_are_stepped_over_or_refused_as_the_table_says);
    tcase_add_test(tcase, our_fields_are_read_by_the_writers_type);
    tcase_add_test(tcase, a_command_is_read_from_the_record_that_a_message_begins_with);
    tcase_add_test(tcase, bytes_left_over_are_refused);
    tcase_add_test(tcase, a_schema_that_is_no_record_reads_no_command);
    tcase_add_test(tcase, a_schema_that_names_a_field_of_ours_twice_is_refused);
    tcase_add_test(tcase, a_tree_of_empty_values_ends_the_walk);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

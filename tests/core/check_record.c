/*
 * Records: headers, sizes, positions and the ids that follow from them (identity.table).
 */
#include "core/record.h"

#include "core/former.h"

#include "table.h"

static struct arena arena;

static void teardown(void)
{
    arena_free(&arena);
}

static struct record place(void)
{
    return (struct record){
        .topic = "study-sessions.commands",
        .partition = 3,
        .offset = 41,
        .timestamp_ms = 1795313585000,
    };
}

static const char *id_text(struct uuid id)
{
    static char text[UUID_TEXT + 1];

    uuid_format(&id, text);
    return text;
}

START_TEST(of_several_headers_with_one_name_the_last_counts)
{
    struct header headers[] = {
        {bytes_of("ce_id"),  bytes_of("first")},
        {bytes_of("CE_ID"),  bytes_of("upper")},
        {bytes_of("ce_id"),  bytes_of("last") },
        {bytes_of("ce_idx"), bytes_of("more") },
    };
    struct record record = {.headers = headers, .header_count = 4};

    ck_assert_ptr_eq(record_header(&record, "ce_id"), &headers[2]);
    ck_assert_ptr_eq(record_header(&record, "CE_ID"), &headers[1]);
    ck_assert_ptr_null(record_header(&record, "ce"));
    record.header_count = 0;
    ck_assert_ptr_null(record_header(&record, "ce_id"));
}
END_TEST

START_TEST(a_last_header_without_a_value_hides_the_ones_before)
{
    struct header headers[] = {
        {bytes_of("ce_id"), bytes_of("first")},
        {bytes_of("ce_id"), {0}              },
    };
    struct record record = {.headers = headers, .header_count = 2};

    ck_assert_ptr_eq(record_header(&record, "ce_id"), &headers[1]);
    ck_assert_ptr_null(record_header(&record, "ce_id")->value.data);
}
END_TEST

START_TEST(the_size_counts_key_value_and_headers)
{
    struct header headers[] = {
        {bytes_of("name"), bytes_of("value")},
        {bytes_of("flag"), {0}              }
    };
    struct record record = {.key = bytes_of("key"), .value = bytes_of("body"), .headers = headers, .header_count = 2};

    ck_assert_uint_eq(record_envelope_size(&record), 3 + 4 + 5 + 4 + 2 * 16);
    ck_assert_uint_eq(record_size(&record), 3 + 4 + 5 + 4 + 4 + 2 * 16);
    ck_assert_uint_eq(record_size(&(struct record){0}), 0);
}
END_TEST

/* However many fit into a record: their memory is counted, not their letters. */
START_TEST(an_empty_header_is_not_for_nothing)
{
    static const struct header headers[99000] = {0};
    struct record record = {
        .key = bytes_of("key"), .value = bytes_of("body"), .headers = headers, .header_count = 99000};

    ck_assert_uint_eq(record_size(&record), 3 + 4 + 99000 * 16);
    ck_assert_uint_ge(record_memory(&record), 99000 * (sizeof(struct header) + 64));
    record.header_count = 0;
    ck_assert_uint_eq(record_memory(&record), 3 + 4);
}
END_TEST

START_TEST(a_position_names_topic_partition_offset_and_time)
{
    struct record record = place();

    ck_assert_str_eq((const char *)record_position(&record, &arena).data, "study-sessions.commands/3/41/1795313585000");
    record.timestamp_ms = -1;
    record.offset = 9223372036854775807;
    ck_assert_str_eq((const char *)record_position(&record, &arena).data,
                     "study-sessions.commands/3/9223372036854775807/-1");
}
END_TEST

/* The same names and ids stand in uuid_v5.table. */
START_TEST(ids_without_a_producer_follow_from_the_position)
{
    struct record record = place();
    struct uuid derived = uuid_v5(&uuid_namespace, bytes_of("study-sessions.commands/3/41/1795313585000"));
    struct uuid answer = uuid_v5(&uuid_namespace, bytes_of("study-sessions.commands/3/41/1795313585000#UNDECODABLE"));

    ck_assert_str_eq(id_text(record_derived_id(&record, &arena)), id_text(derived));
    ck_assert_str_eq(id_text(record_answer_id(&record, "UNDECODABLE", &arena)), id_text(answer));
    ck_assert_int_ne(uuid_compare(&derived, &answer), 0);
}
END_TEST

/* ---- identity.table ---------------------------------------------------------------------------------------------- */

static struct bytes attribute(const char *text)
{
    if (strcmp(text, "absent") == 0)
        return (struct bytes){0};
    return bytes_of(strcmp(text, "-") == 0 ? "" : text);
}

static struct field_uuid given_id(const char *text)
{
    struct field_uuid field = {0};

    if (uuid_parse(bytes_of(text), &field.value))
        field.state = FIELD_VALUE;
    else if (strcmp(text, "bad") == 0)
        field.state = FIELD_INVALID;
    return field;
}

static struct uuid expected_id(char *text)
{
    struct uuid id;
    char name[256];
    size_t len = 0;

    if (uuid_parse(bytes_of(text), &id))
        return id;
    ck_assert_msg(strncmp(text, "N(", 2) == 0, "neither a UUID nor N(…): %s", text);
    text[strlen(text) - 1] = 0;
    const char *p = strcmp(text, "N(P") == 0 ? "study-sessions.commands/3/41/1795313585000" : text + 2;
    while (*p != 0) {
        bool feed = p[0] == '\\' && p[1] == 'n';
        name[len++] = feed ? '\n' : *p;
        p += feed ? 2 : 1;
    }
    return uuid_v5(&uuid_namespace, (struct bytes){(const uint8_t *)name, len});
}

static void check_identity(const struct table_row *row)
{
    struct record record = place();
    struct header headers[3];
    struct command command = {
        .command_id = given_id(row->cell[0]),
        .structured = strcmp(row->cell[1], "absent") != 0 || strcmp(row->cell[2], "absent") != 0,
        .ce_id = attribute(row->cell[1]),
        .ce_source = attribute(row->cell[2]),
    };
    bool brought;

    record.headers = headers;
    if (strcmp(row->cell[3], "absent") != 0)
        headers[record.header_count++] = (struct header){bytes_of("ce_id"), attribute(row->cell[3])};
    if (strcmp(row->cell[4], "absent") != 0)
        headers[record.header_count++] = (struct header){bytes_of("ce_source"), attribute(row->cell[4])};

    if (strcmp(row->cell[5], "absent") != 0)
        headers[record.header_count++] = (struct header){bytes_of("__dlq.errors.command.id"), attribute(row->cell[5])};

    struct uuid id = command_identity(&command, &record, &arena, &brought);
    struct uuid expected = expected_id(row->cell[6]);
    ck_assert_msg(uuid_compare(&id, &expected) == 0, "%s:%d: got %s", row->path, row->line, id_text(id));
    ck_assert_msg(brought == (strcmp(row->cell[7], "yes") == 0), "%s:%d: brought", row->path, row->line);

    struct batch_item item = {.record = record, .command = command, .command_id = id};
    bool differs = strcmp(row->cell[8], "-") != 0;
    struct uuid former = differs ? expected_id(row->cell[8]) : id;
    former_identify(&item, &arena);
    ck_assert_msg(item.has_former_id == differs, "%s:%d: former id", row->path, row->line);
    ck_assert_msg(!differs || uuid_compare(&item.former_id, &former) == 0, "%s:%d: former id %s", row->path, row->line,
                  id_text(item.former_id));
}

START_TEST(every_command_has_one_id)
{
    table_each("tests/core/identity.table", check_identity);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record");
    TCase *tcase = tcase_create("record");

    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_test(tcase, of_several_headers_with_one_name_the_last_counts);
    tcase_add_test(tcase, a_last_header_without_a_value_hides_the_ones_before);
    tcase_add_test(tcase, the_size_counts_key_value_and_headers);
    tcase_add_test(tcase, an_empty_header_is_not_for_nothing);
    tcase_add_test(tcase, a_position_names_topic_partition_offset_and_time);
    tcase_add_test(tcase, ids_without_a_producer_follow_from_the_position);
    tcase_add_test(tcase, every_command_has_one_id);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

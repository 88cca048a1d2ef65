/*
 * What the version before decided stands: former.h. Which id it gave to which record is in identity.table.
 */
#include "core/former.h"
#include "core/validate.h"

#include "table.h"

static const struct uuid nil;
static struct batch batch;

static void setup(void)
{
    batch_init(&batch, 4);
}

static void teardown(void)
{
    batch_free(&batch);
}

/* A record whose producer has not set its id. */
static struct batch_item *nil_item(int64_t offset)
{
    struct batch_item *item = &batch.items[batch.count++];
    bool brought;

    *item = (struct batch_item){
        .record = {.topic = "commands", .partition = 1,    .offset = offset, .timestamp_ms = 1000},
        .command = {.command_id = {.state = FIELD_VALUE},
                   .group_id = {FIELD_VALUE, 1},
                   .study_activity_id = {FIELD_VALUE, 2}                            },
    };
    item->command_id = command_identity(&item->command, &item->record, &batch.arena, &brought);
    former_identify(item, &batch.arena);
    validate(&item->command, false, &item->violations);
    return item;
}

static struct ledger_row row_at(int64_t offset)
{
    return (struct ledger_row){
        .kind = OUTCOME_CREATED,
        .group_id = {FIELD_VALUE, 1},
        .study_activity_id = {FIELD_VALUE, 2},
        .topic = "commands",
        .partition = 1,
        .offset = offset,
        .timestamp_ms = 1000,
    };
}

START_TEST(an_outcome_that_is_stored_at_the_records_own_position_stands)
{
    struct batch_item *before = nil_item(9), *own = nil_item(10), *after = nil_item(11);
    struct ledger_row row = row_at(10);
    struct outcome outcome;

    ck_assert_uint_eq(former_decide(&batch, &nil, &row), 1);
    ck_assert_ptr_eq(own->row, &row);
    ck_assert_int_eq(uuid_compare(&own->command_id, &nil), 0);
    outcome_from_ledger(&outcome, own->row, &own->record, &own->command);
    ck_assert(outcome.kind == OUTCOME_CREATED && outcome.decided && !outcome.replayed);

    /* Others with that id were duplicates then; now each is a command of its own. */
    ck_assert_ptr_null(before->row);
    ck_assert_ptr_null(after->row);
    ck_assert_int_ne(uuid_compare(&before->command_id, &nil), 0);
    ck_assert_int_eq(before->violations.list[0].code, ERRCODE_INVALID_FIELD);
}
END_TEST

START_TEST(each_part_of_the_position_counts)
{
    struct batch_item *item = nil_item(10);
    struct ledger_row rows[5] = {row_at(10), row_at(10), row_at(10), row_at(11), row_at(10)};
    struct uuid another = {{1}};

    rows[0].topic = "others";
    rows[1].partition = 2;
    rows[2].timestamp_ms = -1;
    for (int i = 0; i < 4; i++)
        ck_assert_uint_eq(former_decide(&batch, &nil, &rows[i]), 0);
    ck_assert_uint_eq(former_decide(&batch, &another, &rows[4]), 0);
    ck_assert_ptr_null(item->row);
    ck_assert_uint_eq(former_decide(&batch, &nil, &rows[4]), 1);
}
END_TEST

START_TEST(a_pruned_outcome_has_no_position_and_nothing_stands)
{
    struct batch_item *item = nil_item(10);
    struct ledger_row row = {.kind = OUTCOME_PRUNED, .topic = ""};

    ck_assert_uint_eq(former_decide(&batch, &nil, &row), 0);
    ck_assert_ptr_null(item->row);
}
END_TEST

/*
 * What was in base64 was no command to that version: it looked at the envelope's own fields, and at the headers for an
 * id.
 */
START_TEST(an_envelope_that_was_a_bare_command_had_the_id_of_one)
{
    static const struct command_former bare = {.command_id = {.state = FIELD_ABSENT}};
    static const struct command_former named = {
        .command_id = {FIELD_VALUE, {{7}}}
    };
    struct header headers[] = {
        {bytes_of("ce_id"),     bytes_of("order-7")},
        {bytes_of("ce_source"), bytes_of("/shop")  },
    };
    struct uuid of_header = uuid_v5(&uuid_namespace, bytes_of("/shop\norder-7"));
    struct batch_item item = {
        .record = {.topic = "commands",           .headers = headers,             .header_count = 2},
        .command = { .structured = true, .ce_id = bytes_of("order-8"), .ce_source = bytes_of("/desk"),   .former = &bare},
        .command_id = uuid_v5(&uuid_namespace, bytes_of("/desk\norder-8")),
    };
    struct uuid derived = record_derived_id(&item.record, &batch.arena);

    former_identify(&item, &batch.arena);
    ck_assert(item.has_former_id && uuid_compare(&item.former_id, &of_header) == 0);
    item.record.header_count = 0;
    former_identify(&item, &batch.arena);
    ck_assert(item.has_former_id && uuid_compare(&item.former_id, &derived) == 0);
    item.command.former = &named;
    former_identify(&item, &batch.arena);
    ck_assert(item.has_former_id && uuid_compare(&item.former_id, &named.command_id.value) == 0);
    item.command_id = named.command_id.value;
    former_identify(&item, &batch.arena);
    ck_assert(!item.has_former_id);
}
END_TEST

/* The version before read other fields in this record, and decided it by them. */
START_TEST(what_the_version_before_read_stands_at_its_own_position_only)
{
    static const struct command_former former = {
        .group_id = {FIELD_ABSENT, 0}
    };
    struct ledger_row row = row_at(10);
    struct batch_item item = *nil_item(10), same, other, values;

    row.group_id = row.study_activity_id = (struct field_int){FIELD_ABSENT, 0};
    item.row = &row;
    item.command.former = &former;
    item.command.structured = true;
    item.command.ce_correlationid = bytes_of("of the envelope");
    same = other = values = item;

    former_restore(&same);
    ck_assert(same.command.group_id.state == FIELD_ABSENT && same.command.study_activity_id.state == FIELD_ABSENT);
    ck_assert(!same.command.structured && same.command.ce_correlationid.len == 0);

    other.record.offset = 11;
    former_restore(&other);
    ck_assert_mem_eq(&other.command, &item.command, sizeof item.command);

    row.group_id = (struct field_int){FIELD_VALUE, 1};
    former_restore(&values);
    ck_assert_mem_eq(&values.command, &item.command, sizeof item.command);

    item.command.former = NULL;
    former_restore(&item);
    ck_assert_int_eq(item.command.group_id.value, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("former");
    TCase *tcase = tcase_create("former");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, an_outcome_that_is_stored_at_the_records_own_position_stands);
    tcase_add_test(tcase, each_part_of_the_position_counts);
    tcase_add_test(tcase, a_pruned_outcome_has_no_position_and_nothing_stands);
    tcase_add_test(tcase, an_envelope_that_was_a_bare_command_had_the_id_of_one);
    tcase_add_test(tcase, what_the_version_before_read_stands_at_its_own_position_only);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

/* Readers and writers of Avro, pair by pair. tests/system/test_compatible.py judges the same table by fastavro. */
#include "avro/compatible.h"

#include "schema_case.h"
#include "table.h"

static void check_pair(const struct table_row *row)
{
    bool expected = strcmp(row->cell[2], "yes") == 0;
    struct differences differences;
    bool found = compatible(bytes_of(row->cell[1]), bytes_of(row->cell[0]), &differences);

    ck_assert_msg(found == expected, "%s:%d: %s", row->path, row->line, found ? "compatible" : differences.text[0]);
    ck_assert_msg((differences.count == 0) == found, "%s:%d: %zu differences", row->path, row->line, differences.count);
    if (!found)
        ck_assert_msg(strcmp(differences.text[0], row->cell[3]) == 0, "%s:%d: %s", row->path, row->line,
                      differences.text[0]);
}

START_TEST(pairs_are_judged_as_the_table_says)
{
    table_each("tests/codec/compatible.table", check_pair);
}
END_TEST

/* A record of so many fields with this type. */
static struct bytes record_of(int fields, const char *type, char *text, size_t size)
{
    size_t length = (size_t)snprintf(text, size, "{\"type\":\"record\",\"name\":\"R\",\"fields\":[");

    for (int i = 0; i < fields; i++)
        length += (size_t)snprintf(text + length, size - length, "%s{\"name\":\"f%d\",\"type\":%s}", i > 0 ? "," : "",
                                   i, type);
    snprintf(text + length, size - length, "]}");
    return bytes_of(text);
}

START_TEST(all_differences_are_counted_and_the_first_ones_kept)
{
    char read[4096], written[4096];
    struct differences differences;

    ck_assert(!compatible(record_of(30, "\"int\"", read, sizeof read),
                          record_of(30, "\"long\"", written, sizeof written), &differences));
    ck_assert_uint_eq(differences.count, 30);
    ck_assert_str_eq(differences.text[0], "f0: long is written, int is read");
    ck_assert_str_eq(differences.text[DIFFERENCES_MAX - 1], "f7: long is written, int is read");
}
END_TEST

/* Arrays in arrays. */
static struct bytes nested(int depth, const char *innermost, char *text, size_t size)
{
    size_t length = 0;

    for (int i = 0; i < depth; i++)
        length += (size_t)snprintf(text + length, size - length, "{\"type\":\"array\",\"items\":");
    length += (size_t)snprintf(text + length, size - length, "%s", innermost);
    for (int i = 0; i < depth; i++)
        length += (size_t)snprintf(text + length, size - length, "}");
    return bytes_of(text);
}

START_TEST(the_deepest_schemas_are_not_compared_further)
{
    static char read[1 << 16], written[1 << 16];
    struct differences differences;

    ck_assert(compatible(nested(100, "\"long\"", read, sizeof read), nested(100, "\"int\"", written, sizeof written),
                         &differences));
    ck_assert(!compatible(nested(1000, "\"long\"", read, sizeof read), nested(1000, "\"int\"", written, sizeof written),
                          &differences));
    ck_assert_ptr_nonnull(strstr(differences.text[0], ": nested too deep to be compared"));
}
END_TEST

/* Records in records, ten of each in each: 10^14 comparisons, and only one text of some pages. */
START_TEST(a_tree_of_records_ends_the_comparison)
{
    char type[TREE_TEXT];
    struct differences differences;

    tree_of_records(1, type);
    ck_assert(!compatible(bytes_of(type), bytes_of(type), &differences));
    ck_assert_ptr_nonnull(strstr(differences.text[0], ": too large to be compared"));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("compatible");
    TCase *tcase = tcase_create("compatible");

    tcase_add_test(tcase, pairs_are_judged_as_the_table_says);
    tcase_add_test(tcase, all_differences_are_counted_and_the_first_ones_kept);
    tcase_add_test(tcase, the_deepest_schemas_are_not_compared_further);
    tcase_add_test(tcase, a_tree_of_records_ends_the_comparison);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

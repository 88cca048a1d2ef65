/* The partition of a key: what Java's clients make of it. */
#include "core/murmur2.h"

#include "table.h"

static void check_hash(const struct table_row *row)
{
    uint32_t hash = (uint32_t)strtol(row->cell[1], NULL, 10) & 0x7fffffff;

    ck_assert_msg(murmur2(bytes_of(row->cell[0])) == hash, "%s:%d: %u", row->path, row->line,
                  murmur2(bytes_of(row->cell[0])));
}

START_TEST(keys_are_hashed_as_by_java_clients)
{
    table_each("tests/core/murmur2.table", check_hash);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("murmur2");
    TCase *tcase = tcase_create("murmur2");

    tcase_add_test(tcase, keys_are_hashed_as_by_java_clients);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

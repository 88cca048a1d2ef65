#include "runtime/harden.h"

#include "table.h"

#include <sys/prctl.h>

START_TEST(no_program_that_it_starts_gains_privileges)
{
    ck_assert_int_eq(prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L), 0);
    harden();
    ck_assert_int_eq(prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L), 1);
}
END_TEST

START_TEST(its_memory_is_in_no_core_dump)
{
    ck_assert_int_eq(prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L), 1);
    harden();
    ck_assert_int_eq(prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("harden");
    TCase *tcase = tcase_create("harden");

    tcase_add_test(tcase, no_program_that_it_starts_gains_privileges);
    tcase_add_test(tcase, its_memory_is_in_no_core_dump);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

/**
 * What the suites of the loop have in common: a fresh world for each test, and the judge at its end.
 *
 * LOOP_LOG=1 shows the worker's own log.
 */
#ifndef TESTS_LOOP_STORY_H
#define TESTS_LOOP_STORY_H

#include "fakes.h"

#include "table.h"

static inline void story_begin(void)
{
    world_begin(1);
}

static inline void story_end(void)
{
    const char *bad = judge();

    ck_assert_msg(bad == NULL, "%s", bad);
    world_end();
    ck_assert_msg(world.violation == NULL, "%s", world.violation);
}

static inline void story_add(Suite *suite, const char *name, const TTest *const *tests, size_t count)
{
    TCase *tcase = tcase_create(name);

    tcase_add_checked_fixture(tcase, story_begin, story_end);
    tcase_set_timeout(tcase, 60);
    for (size_t i = 0; i < count; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
}

#define STORIES(suite, name, ...)                                                                                      \
    story_add(suite, name, (const TTest *const[]){__VA_ARGS__},                                                        \
              sizeof((const TTest *const[]){__VA_ARGS__}) / sizeof(TTest *))

#endif

/*
 * Every fault at every call of one short story, and pairs of them: the end is always the same.
 */
#include "story.h"

/* A bit of everything, in two rounds. */
static void play(void)
{
    given(0, 1, 1, 1);
    given(0, 1, 1, 1);
    given(1, 2, PARENTS + 1, 1);
    given_kind(1, ENTRY_UNDECODABLE);
    run_to_the_end();
    given(0, 1, 2, 1);
    given(2, 3, 3, 3);
    broker_append(2, &(struct entry){.kind = ENTRY_CONTROL});
    run_to_the_end();
    broker_append(0, &(struct entry){.kind = ENTRY_CONTROL});
    run_to_the_end();
}

static uint64_t all_calls(void)
{
    uint64_t sum = 0;

    for (int i = 0; i < CALL_COUNT; i++)
        sum += world.calls[i];
    return sum;
}

/* Where a call cannot have the fault, plan_next gives none. */
static void play_with(const char *faults)
{
    world_end();
    world_begin(1);
    plan(faults);
    play();
    const char *bad = judge();
    ck_assert_msg(bad == NULL, "%s: %s", faults, bad);
}

START_TEST(one_fault_at_any_call_changes_nothing)
{
    char faults[64];

    play();
    uint64_t calls = all_calls();
    for (uint64_t i = 1; i <= calls; i++) {
        for (enum fault fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
            snprintf(faults, sizeof faults, "any %llu %s", (unsigned long long)i, fault_name(fault));
            play_with(faults);
        }
    }
}
END_TEST

/* What a fault leads to may fail as well. */
START_TEST(a_second_fault_soon_after_changes_nothing_either)
{
    char faults[128];

    play();
    uint64_t calls = all_calls();
    for (uint64_t i = 1; i <= calls; i++) {
        for (int pair = 0; pair < 60; pair++) {
            enum fault first = (enum fault)(1 + world_random(FAULT_COUNT - 1));
            enum fault second = (enum fault)(1 + world_random(FAULT_COUNT - 1));
            uint64_t later = i + 1 + world_random(6);
            uint64_t seed = world.random;
            snprintf(faults, sizeof faults, "any %llu %s, any %llu %s", (unsigned long long)i, fault_name(first),
                     (unsigned long long)later, fault_name(second));
            play_with(faults);
            world.random = seed;
        }
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults");

    STORIES(suite, "every fault at every call", one_fault_at_any_call_changes_nothing,
            a_second_fault_soon_after_changes_nothing_either);
    return table_run(suite);
}

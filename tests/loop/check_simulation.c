/*
 * Two processes of one group in a world where anything may fail at any call: seeded, in virtual time. After a while the
 * faults stop; then everything must be answered, and the judge looks at all of it.
 *
 *   SIM_SEED=n    that seed alone (LOOP_LOG=1 shows what happened)
 *   SIM_RUNS=n    so many seeds instead of the default
 */
#include "story.h"

#define RUNS_DEFAULT 300
#define ROUNDS       60

/* ---- What others do in between ----------------------------------------------------------------------------------- */

static void produce(void)
{
    int partition = (int)world_random(PARTITIONS);
    /* Few ids, so that many come again, with the same values or with others. */
    unsigned id = (unsigned)world_random(60);

    switch (world_random(12)) {
    case 0: (void)given_kind(partition, ENTRY_UNDECODABLE); break;
    case 1: (void)given_kind(partition, ENTRY_UNKNOWN_SCHEMA); break;
    case 2: broker_append(partition, &(struct entry){.kind = ENTRY_CONTROL}); break;
    case 3:
        (void)given(partition, id, (int64_t)world_random(PARENTS + 3) - 1, (int64_t)world_random(PARENTS + 3) - 1);
        break;
    case 4: (void)given_command(partition); break;
    case 5: (void)given_registered(partition); break;
    default: (void)given(partition, id, 1, 1 + id % 2); break;
    }
}

/* While one process waits, the other has its turn. It does not go deeper than that. */
static void other_turn(int process)
{
    struct process *other = &world.processes[1 - process];

    if (!other->running)
        (void)process_step(other);
}

static void meanwhile(int process)
{
    if (world_random(4) == 0)
        produce();
    if (world_random(20) == 0)
        other_turn(process);
    if (world_random(150) == 0)
        group_rebalance();
    if (world_random(400) == 0)
        group_evict((int)world_random(PROCESSES));
    if (world_random(400) == 0)
        database_failover();
    if (world_random(800) == 0)
        world.database.down_until_ms = world.now_ms + (int64_t)world_random(20000);
}

/* From seed to seed the world is worse or better; ends of the process are rarer than what it has to live with. */
static int chance(enum call call)
{
    (void)call;
    return (int)(world.seed % 7) * 15;
}

static void configure(void)
{
    struct config *config = &world.config;

    world.process_count = PROCESSES;
    config->batch_max_messages = (int64_t[]){3, 20, 300, 1000}[world_random(4)];
    config->events_delivery = world_random(6) == 0 ? DELIVERY_AT_LEAST_ONCE : DELIVERY_EXACTLY_ONCE;
    config->duplicates = world_random(3) == 0 ? DUPLICATES_SUPPRESS : DUPLICATES_REPUBLISH;
}

/* ---- One life ---------------------------------------------------------------------------------------------------- */

static void simulate(uint64_t seed)
{
    world_begin(seed);
    configure();
    world.meanwhile = meanwhile;
    world.chance = chance;
    /* A large batch now and then, for the overlap. */
    if (world_random(3) == 0)
        given_commands((int)world_random(PARTITIONS), 700);
    for (int i = 0; i < ROUNDS; i++)
        (void)process_step(&world.processes[world_random(PROCESSES)]);

    world.meanwhile = NULL;
    world.chance = NULL;
    run_to_the_end();
    const char *bad = judge();
    ck_assert_msg(bad == NULL, "SIM_SEED=%llu: %s", (unsigned long long)seed, bad);
    world_end();
    ck_assert_msg(world.violation == NULL, "SIM_SEED=%llu: %s", (unsigned long long)seed, world.violation);
}

START_TEST(whatever_fails_every_command_is_answered_once)
{
    const char *seed = getenv("SIM_SEED");
    const char *runs = getenv("SIM_RUNS");
    uint64_t count = runs == NULL ? RUNS_DEFAULT : strtoull(runs, NULL, 10);

    if (seed != NULL) {
        simulate(strtoull(seed, NULL, 10));
        return;
    }
    for (uint64_t i = 1; i <= count; i++)
        simulate(i);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("simulation");
    TCase *tcase = tcase_create("simulation");

    tcase_set_timeout(tcase, 3600);
    tcase_add_test(tcase, whatever_fails_every_command_is_answered_once);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

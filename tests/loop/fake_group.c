/*
 * The consumer group, with the eager protocol: everybody gives up everything, then a new generation begins.
 *
 * Until it begins the old one is still good for committing offsets; that is how a transaction that was under way gets
 * through, and why the members wait for each other.
 */
#include "fakes.h"

static bool all_rejoined(void)
{
    for (int i = 0; i < world.process_count; i++)
        if (world.broker.member[i] && world.processes[i].up && !world.broker.rejoined[i])
            return false;
    return true;
}

static int any_member(void)
{
    for (;;) {
        int i = (int)world_random((uint64_t)world.process_count);
        if (world.broker.member[i])
            return i;
    }
}

static void begin_generation(void)
{
    struct broker *b = &world.broker;

    /* Who is down has not joined again. */
    for (int i = 0; i < world.process_count; i++)
        b->member[i] = b->member[i] && b->rejoined[i];
    b->joining = false;
    b->generation++;
    for (int p = 0; p < PARTITIONS; p++)
        b->owner[p] = any_member();
}

void group_rebalance(void)
{
    struct broker *b = &world.broker;

    if (b->joining)
        return;
    b->joining = true;
    for (int i = 0; i < PROCESSES; i++)
        b->rejoined[i] = false;
}

void group_evict(int process)
{
    world.broker.member[process] = false;
    group_rebalance();
}

bool group_poll(int process)
{
    struct broker *b = &world.broker;

    if (!b->member[process]) {
        b->member[process] = true;
        b->rejoined[process] = false;
        group_rebalance();
    }
    if (!b->joining || b->rejoined[process])
        return false;
    b->rejoined[process] = true;
    if (all_rejoined())
        begin_generation();
    return true;
}

bool broker_accepts(int process, int generation)
{
    return world.broker.member[process] && world.broker.generation == generation;
}

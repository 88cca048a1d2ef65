/*
 * Time that only the fakes move, and a stop that only a test asks for. These definitions are linked instead of the
 * ones in runtime/clock.c and runtime/stop.c.
 */
#include "fakes.h"

#include "runtime/clock.h"
#include "runtime/stop.h"

#define EPOCH_US 1795313585000000

int64_t clock_ms(void)
{
    return world.now_ms;
}

int64_t clock_utc_us(void)
{
    return EPOCH_US + world.now_ms * 1000;
}

void clock_sleep_ms(int64_t ms)
{
    world.now_ms += ms;
    broker_tick();
}

void stop_setup(void)
{
    world.stop = false;
}

bool stop_requested(void)
{
    return world.stop;
}

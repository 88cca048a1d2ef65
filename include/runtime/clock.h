/** The two clocks. Only the outer layers read them; the core takes time as an argument. */
#ifndef RUNTIME_CLOCK_H
#define RUNTIME_CLOCK_H

#include <stdint.h>

/** Milliseconds of CLOCK_MONOTONIC: for deadlines. */
int64_t clock_ms(void);

/** Microseconds of CLOCK_MONOTONIC: for measurements. */
int64_t clock_us(void);

/** Microseconds since 1970 UTC: for people and records. */
int64_t clock_utc_us(void);

/** Sleeps; a signal ends it early. */
void clock_sleep_ms(int64_t ms);

#endif

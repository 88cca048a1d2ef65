/**
 * The last resort: a thread that ends the process (exit 75, safe to start again) when the loop has not ticked for too
 * long.
 *
 * Needed because librdkafka can block for ever where a timeout was given: rd_kafka_send_offsets_to_transaction() with
 * the group coordinator down (librdkafka #5456), rd_kafka_consumer_close() without a broker (#3740), rd_kafka_destroy()
 * of a consumer whose topic was deleted. A kill loses nothing, so ending the process is safe.
 */
#ifndef RUNTIME_WATCHDOG_H
#define RUNTIME_WATCHDOG_H

#include <stdint.h>

/**
 * Starts the thread. A service manager that watches this process ($WATCHDOG_USEC, $WATCHDOG_PID:
 * sd_watchdog_enabled(3)) is told with the ticks, four times within its limit, that the loop is alive. Its limit has to
 * be longer than `limit_ms`, so that this thread, which can say where the loop hangs, comes first.
 *
 * `limit_ms`: the longest allowed time between two ticks. `stop_ms`: how long the process may take to end by itself
 * after a stop was requested.
 */
void watchdog_start(int64_t limit_ms, int64_t stop_ms);

/**
 * The process has failed with exit status `status` and is only closing what is open. That may take `stop_ms` too;
 * however the process ends, it ends with this status. Any thread.
 */
void watchdog_failed(int status);

/** The loop is alive and is about to do `what` (a static text, which the last message names). Any thread; lock-free. */
void watchdog_tick(const char *what);

/** How long ago the last tick was; 0 before watchdog_start. Any thread; lock-free. */
int64_t watchdog_silent_ms(void);

#endif

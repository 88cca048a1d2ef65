#include "runtime/watchdog.h"

#include "core/err.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/notify.h"
#include "runtime/stop.h"
#include "runtime/thread.h"

#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#define LOOK_MS 100 /* how late the end may come */

static int64_t tick_limit_ms;
static _Atomic int64_t ticked_ms;
static int64_t stop_limit_ms;
static _Atomic(const char *) doing;
static _Atomic int failed_with; /* 0: nothing has failed */
static int64_t tell_every_ms;   /* 0: no service manager watches */
static _Atomic int64_t told_ms;

/*
 * Only calls that work while another thread holds any lock: no malloc, no stdio. Nor a line into a pipe that nobody
 * reads, which may be what the loop hangs on.
 */
static void end_process(const char *reason, int64_t ms)
{
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};

    if (poll(&out, 1, 1000) == 1)
        log_error(E_WATCHDOG_01,
                  "%s for %lld ms while about to: %s; ending the process, the next start takes up the rest", reason,
                  (long long)ms, atomic_load(&doing));
    int status = atomic_load(&failed_with);
    _exit(status == 0 ? EXIT_TIMEOUT : status);
}

static void *watch(void *unused)
{
    int64_t stop_seen_ms = 0;

    (void)unused;
    for (;;) {
        int64_t now = clock_ms();
        int64_t silent = now - atomic_load(&ticked_ms);

        if (stop_seen_ms == 0 && (stop_requested() || atomic_load(&failed_with) != 0))
            stop_seen_ms = now;
        if (stop_seen_ms != 0 && now - stop_seen_ms >= stop_limit_ms)
            end_process("stopping took longer than shutdown.timeout.ms: silent", silent);
        if (silent > tick_limit_ms)
            end_process("the loop has not ticked", silent);
        clock_sleep_ms(LOOK_MS);
    }
    return NULL;
}

/* ---- The service manager's watchdog ---- */

/*
 * A quarter of the service manager's limit, so that a tick and a half may be lost. 0 when it does not watch this
 * process.
 */
static int64_t asked_for_ms(void)
{
    const char *usec = getenv("WATCHDOG_USEC");
    const char *pid = getenv("WATCHDOG_PID");

    if (usec == NULL || (pid != NULL && strtol(pid, NULL, 10) != (long)getpid()))
        return 0;
    return (int64_t)strtoll(usec, NULL, 10) / 4000;
}

static void tell_service_manager(int64_t now)
{
    int64_t told = atomic_load(&told_ms);

    if (tell_every_ms > 0 && now - told >= tell_every_ms && atomic_compare_exchange_strong(&told_ms, &told, now))
        notify("WATCHDOG=1");
}

void watchdog_start(int64_t limit_ms, int64_t stop_ms)
{
    tick_limit_ms = limit_ms;
    stop_limit_ms = stop_ms;
    tell_every_ms = asked_for_ms();
    watchdog_tick("start");
    pthread_detach(thread_start(watch, NULL));
}

void watchdog_tick(const char *what)
{
    int64_t now = clock_ms();

    atomic_store(&doing, what);
    atomic_store(&ticked_ms, now);
    tell_service_manager(now);
}

void watchdog_failed(int status)
{
    atomic_store(&failed_with, status);
}

int64_t watchdog_silent_ms(void)
{
    int64_t ticked = atomic_load(&ticked_ms);

    return ticked == 0 ? 0 : clock_ms() - ticked;
}

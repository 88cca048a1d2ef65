#include "runtime/stop.h"

#include "core/err.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_int signals;

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a signal handler may only touch lock-free atomics");

static void stop_on_signal(int signal)
{
    (void)signal;
    if (atomic_fetch_add(&signals, 1) > 0)
        _exit(EXIT_TIMEOUT);
}

static atomic_int reloads;

static void reload_on_signal(int signal)
{
    (void)signal;
    atomic_store(&reloads, 1);
}

void stop_setup_reload(void)
{
    /* With SA_RESTART, since no wait has to end because of it. */
    struct sigaction reload = {.sa_handler = reload_on_signal, .sa_flags = SA_RESTART};

    sigemptyset(&reload.sa_mask);
    sigaction(SIGHUP, &reload, NULL);
}

bool stop_take_reload(void)
{
    return atomic_exchange(&reloads, 0) > 0;
}

void stop_setup(void)
{
    /* Without SA_RESTART, so that a wait on this thread ends and its caller sees the flag. */
    struct sigaction stop = {.sa_handler = stop_on_signal};
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigemptyset(&stop.sa_mask);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

bool stop_requested(void)
{
    return atomic_load(&signals) > 0;
}

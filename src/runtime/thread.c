#include "runtime/thread.h"

#include <signal.h>
#include <stdlib.h>

pthread_t thread_start(void *(*run)(void *opaque), void *opaque)
{
    pthread_t thread;
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(&thread, NULL, run, opaque);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (failed != 0)
        abort();
    return thread;
}

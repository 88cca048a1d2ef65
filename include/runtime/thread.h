/**
 * Threads beside the loop. Signals are for the loop's thread, whose waits they end, so the others are started with all of them blocked.
 */
#ifndef RUNTIME_THREAD_H
#define RUNTIME_THREAD_H

#include <pthread.h>

/** Starts it; the caller joins or detaches it. There is always room for one: else the process ends. */
pthread_t thread_start(void *(*run)(void *opaque), void *opaque);

#endif

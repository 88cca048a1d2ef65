/**
 * Threads beside the loop. Signals must reach the loop's thread, whose waits they end, so the other threads are started
 * with all of them blocked.
 */
#ifndef RUNTIME_THREAD_H
#define RUNTIME_THREAD_H

#include <pthread.h>

/** Starts it; the caller joins or detaches it. If no thread can be started the process ends. */
pthread_t thread_start(void *(*run)(void *opaque), void *opaque);

#endif

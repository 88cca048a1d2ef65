/*
 * C11 threads, locks and conditions by way of POSIX's, for builds with ThreadSanitizer.
 *
 * librdkafka calls thrd_create, mtx_lock and cnd_wait, which ThreadSanitizer (of GCC 12) does not know: it crashes in a
 * thread that it did not see being made, and would take everything that librdkafka orders by its locks for a race. Here
 * they end in the functions that it does intercept. glibc makes its own from the same parts: the types have the same
 * size and, initialised, the same content.
 */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

_Static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t) && sizeof(cnd_t) == sizeof(pthread_cond_t),
               "one holds the other");

static int result(int code)
{
    switch (code) {
    case 0: return thrd_success;
    case ENOMEM: return thrd_nomem;
    case ETIMEDOUT: return thrd_timedout;
    case EBUSY: return thrd_busy;
    default: return thrd_error;
    }
}

/*
 * librdkafka's own accesses are not judged (its atomics are not seen), what it calls of ours is. io_sync: by default
 * all sockets order each other, and with brokers in the same process that hides every race.
 */
const char *__tsan_default_options(void); /* NOLINT */
const char *__tsan_default_options(void)  /* NOLINT */
{
    return "exitcode=99:ignore_noninstrumented_modules=1:io_sync=0";
}

/* ---- Threads ----------------------------------------------------------------------------------------------------- */

struct start {
    thrd_start_t function;
    void *argument;
};

static void *run(void *opaque)
{
    struct start start = *(struct start *)opaque;

    free(opaque);
    return (void *)(intptr_t)start.function(start.argument);
}

int thrd_create(thrd_t *thread, thrd_start_t function, void *argument)
{
    struct start *start = malloc(sizeof *start);
    if (start == NULL)
        return thrd_nomem;
    *start = (struct start){function, argument};
    int code = pthread_create(thread, NULL, run, start);
    if (code != 0)
        free(start);
    return result(code);
}

int thrd_join(thrd_t thread, int *value)
{
    void *answer = NULL;
    int code = pthread_join(thread, &answer);

    if (value != NULL)
        *value = (int)(intptr_t)answer;
    return result(code);
}

/* ---- Locks ------------------------------------------------------------------------------------------------------- */

int mtx_init(mtx_t *lock, int type)
{
    pthread_mutexattr_t attributes;

    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, type & mtx_recursive ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL);
    int code = pthread_mutex_init((pthread_mutex_t *)lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
    return result(code);
}

int mtx_lock(mtx_t *lock)
{
    return result(pthread_mutex_lock((pthread_mutex_t *)lock));
}

int mtx_unlock(mtx_t *lock)
{
    return result(pthread_mutex_unlock((pthread_mutex_t *)lock));
}

void mtx_destroy(mtx_t *lock)
{
    pthread_mutex_destroy((pthread_mutex_t *)lock);
}

/* ---- Conditions -------------------------------------------------------------------------------------------------- */

int cnd_init(cnd_t *condition)
{
    return result(pthread_cond_init((pthread_cond_t *)condition, NULL));
}

int cnd_signal(cnd_t *condition)
{
    return result(pthread_cond_signal((pthread_cond_t *)condition));
}

int cnd_broadcast(cnd_t *condition)
{
    return result(pthread_cond_broadcast((pthread_cond_t *)condition));
}

int cnd_wait(cnd_t *condition, mtx_t *lock)
{
    return result(pthread_cond_wait((pthread_cond_t *)condition, (pthread_mutex_t *)lock));
}

int cnd_timedwait(cnd_t *condition, mtx_t *lock, const struct timespec *until)
{
    return result(pthread_cond_timedwait((pthread_cond_t *)condition, (pthread_mutex_t *)lock, until));
}

void cnd_destroy(cnd_t *condition)
{
    pthread_cond_destroy((pthread_cond_t *)condition);
}

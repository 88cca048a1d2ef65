#include "worker/keepalive.h"

#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/stop.h"
#include "runtime/watchdog.h"
#include "worker/observe.h"

#include <inttypes.h>
#include <stdlib.h>

#define SERVE_EVERY_MS 1000
#define SLICE_MS       20

static bool out_of_patience(struct keepalive *keepalive, int64_t now_ms)
{
    if (!stop_requested())
        return false;
    if (keepalive->stop_seen_ms == 0)
        keepalive->stop_seen_ms = now_ms;
    return now_ms - keepalive->stop_seen_ms >= keepalive->stop_limit_ms;
}

bool keepalive_tick(struct keepalive *keepalive, const char *what, struct err *err)
{
    int64_t now_ms = clock_ms();

    watchdog_tick(what);
    if (out_of_patience(keepalive, now_ms))
        return err_interrupted(err, what);
    if (now_ms - keepalive->served_ms < SERVE_EVERY_MS)
        return true;
    keepalive->served_ms = now_ms;
    return source_serve(keepalive->source, 0, err);
}

bool keepalive_pause(struct keepalive *keepalive, const char *what, const struct err *why, struct err *err)
{
    int64_t wait_ms = backoff_next(&keepalive->backoff, (uint32_t)random());
    int64_t until_ms = clock_ms() + wait_ms;

    observe_failed(keepalive->dependency, why, wait_ms);
    log_line(LOG_WARNING, why->code, "%s: %s; again in %" PRId64 " ms", what, why->message, wait_ms);
    while (clock_ms() < until_ms) {
        watchdog_tick(what);
        if (stop_requested())
            return err_interrupted(err, what);
        if (!source_serve(keepalive->source, SLICE_MS, err))
            return false;
        clock_sleep_ms(SLICE_MS);
    }
    keepalive->served_ms = clock_ms();
    return true;
}

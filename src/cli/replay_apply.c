/*
 * A worker that reads ranges: this is the loop of `run` with the replay's configuration. It can end at any moment without
 * loss, because its offsets are in the transactions of its events.
 */
#include "cli/parts/pipeline.h"
#include "cli/replay.h"
#include "postgres/ledger.h"
#include "runtime/clock.h"
#include "runtime/log.h"
#include "runtime/stop.h"
#include "runtime/watchdog.h"

#include <inttypes.h>

#define SLICE_MS    100
#define WATCHDOG_MS 60000

struct apply {
    struct replay_tool *tool;
    struct codecs codecs;
    struct answered answered;
    struct pipeline pipeline;
    struct progress_line line;
    uint64_t total;
};

/* Reads the clock by which outcomes are decided. The replay has decided whatever is decided from now on. */
static bool read_clock(struct replay_tool *tool, struct err *err)
{
    struct ledger *ledger = ledger_new(&tool->config);
    struct batch none = {0};
    enum progress progress;

    while ((progress = ledger_look_up(ledger, &none, SLICE_MS, err)) == PENDING && !stop_requested())
        continue;
    tool->replay.mark.begun_us = ledger_opened_us(ledger);
    ledger_free(ledger);
    if (progress == PENDING)
        return replay_interrupted(err);
    return progress == DONE;
}

/* Called in the worker's loop for each batch whose transaction is committed. */
static void on_published(void *opaque, const struct batch *batch)
{
    struct apply *apply = opaque;
    struct replay_tool *tool = apply->tool;

    replay_tally_add(&tool->tally, batch, tool->replay.mark.begun_us, tool->config.duplicates == DUPLICATES_SUPPRESS);
}

static void say_progress(struct apply *apply)
{
    const struct replay *replay = &apply->tool->replay;
    int64_t now_ms = clock_ms();

    if (!replay->announced)
        return;
    if (apply->total == 0)
        apply->line = progress_line_start("commands", apply->total = replay_left(replay), now_ms);
    progress_line_say(&apply->line, apply->total - replay_left(replay), now_ms);
}

static bool may_go_on(const struct apply *apply)
{
    return !stop_requested() && !replay_finished(&apply->tool->replay);
}

/* Nothing is in flight during this wait, because the portions are small when there is a rate. */
static void keep_rate(const struct apply *apply)
{
    const struct replay_tool *tool = apply->tool;
    int64_t wait_ms;

    while (!stop_requested() && (wait_ms = rate_wait_ms(&tool->rate, tool->replay.records, clock_ms())) > 0) {
        watchdog_tick("keeping the rate");
        clock_sleep_ms(wait_ms < SLICE_MS ? wait_ms : SLICE_MS);
    }
}

static bool run_loop(struct apply *apply, struct err *err)
{
    struct worker *worker = apply->pipeline.worker;

    if (!worker_start(worker, err))
        return false;
    while (may_go_on(apply)) {
        keep_rate(apply);
        if (!worker_step(worker, err))
            return false;
        say_progress(apply);
    }
    return worker_drain(worker, err);
}

/* False with ERR_RESTART: everything is closed, and can be opened again as if the process had been started anew. */
static bool run_once(struct apply *apply, struct err *err)
{
    struct worker_parts parts = {
        .config = &apply->tool->config, .published = on_published, .opaque = apply, .answered = &apply->answered};
    bool good =
        pipeline_open(&apply->pipeline, &parts, &apply->codecs, &apply->tool->replay, err) && run_loop(apply, err);

    watchdog_tick("closing");
    if (!good && err->class == ERR_STOP)
        watchdog_failed((int)err->exit_code);
    pipeline_close(&apply->pipeline);
    return good;
}

bool replay_apply(struct replay_tool *tool, struct err *err)
{
    struct apply apply = {.tool = tool};

    if (!read_clock(tool, err))
        return false;
    watchdog_start(WATCHDOG_MS, tool->config.shutdown_timeout_ms);
    tool->rate.started_ms = clock_ms();
    bool good = codecs_open(&apply.codecs, &tool->config, err);
    while (good && !(good = run_once(&apply, err)) && err->class == ERR_RESTART && !stop_requested()) {
        log_err(LOG_WARNING, err);
        good = true;
    }
    progress_line_end(&apply.line);
    codecs_close(&apply.codecs);
    if (!good && err->class == ERR_STOP)
        return false;
    return replay_finished(&tool->replay) || replay_interrupted(err);
}

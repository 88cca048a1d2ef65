/*
 * What `replay --apply` would do, command by command: it reads the same records, decodes them with the same code and
 * looks their ids up. Nothing is decided, published or committed.
 */
#include "cli/parts/codecs.h"
#include "cli/replay.h"
#include "postgres/ledger.h"
#include "runtime/clock.h"
#include "runtime/stop.h"
#include "worker/decode_batch.h"
#include "worker/resolver.h"

#include <inttypes.h>

#define SLICE_MS 100

struct forecast {
    struct replay_tool *tool;
    struct codecs codecs;
    struct source *source;
    struct ledger *ledger;
    struct keepalive keepalive;
    struct resolver resolver;
    struct batch batch;
    struct progress_line line;
    uint64_t total;
    int64_t read_ms; /* when something was last read */
};

static bool open_parts(struct forecast *f, struct err *err)
{
    struct replay_tool *tool = f->tool;

    if (!codecs_open_decoding(&f->codecs, &tool->config, err))
        return false;
    f->source = source_open_replay(&tool->config, &tool->replay, err);
    f->ledger = ledger_new(&tool->config);
    f->keepalive = (struct keepalive){
        .source = f->source, .backoff = {.base_ms = 50, .cap_ms = 1000}
    };
    f->resolver =
        (struct resolver){.decode = &f->codecs.decode, .registry = f->codecs.registry, .keepalive = &f->keepalive};
    batch_init(&f->batch, (size_t)tool->config.batch_max_messages);
    return f->source != NULL && source_join(f->source, err);
}

static void close_parts(struct forecast *f)
{
    if (f->source != NULL)
        source_release(f->source, &f->batch);
    batch_free(&f->batch);
    ledger_free(f->ledger);
    source_close(f->source);
    codecs_close(&f->codecs);
}

/* A tool does not wait for an outage to end, as `run` does. */
static bool is_silent(const struct forecast *f, struct err *err)
{
    int timeout_ms = f->tool->from.timeout_ms;

    if (clock_ms() - f->read_ms < timeout_ms)
        return false;
    (void)err_set(err, ERR_STOP, EXIT_UNREACHABLE, E_KAFKA_DOWN,
                  "nothing could be read for %d s\n  fix: see whether the brokers are up, then the same command again",
                  timeout_ms / 1000);
    return true;
}

static bool look_up(struct forecast *f, struct err *err)
{
    enum progress progress;

    while ((progress = ledger_look_up(f->ledger, &f->batch, SLICE_MS, err)) == PENDING)
        if (stop_requested())
            return replay_interrupted(err);
    return progress == DONE;
}

/* In a replay that continues, what it has decided itself still counts as undecided. */
static void count(struct forecast *f)
{
    const struct replay *replay = &f->tool->replay;
    int64_t begun_us = replay->resumed ? replay->mark.begun_us : INT64_MAX;

    batch_stored_outcomes(&f->batch);
    replay_tally_add(&f->tool->tally, &f->batch, begun_us, f->tool->config.duplicates == DUPLICATES_SUPPRESS);
}

static bool step(struct forecast *f, struct err *err)
{
    const struct config *config = &f->tool->config;
    const struct replay *replay = &f->tool->replay;

    if (!source_fill(f->source, &f->batch, (size_t)config->batch_max_bytes, SLICE_MS, err))
        return false;
    if (f->batch.count == 0)
        return !is_silent(f, err);
    f->read_ms = clock_ms();
    if (f->total == 0)
        f->line = progress_line_start("commands", f->total = replay_left(replay) + f->batch.count, f->read_ms);
    if (!resolver_ask(&f->resolver, &f->batch) && !resolver_wait(&f->resolver, &f->batch, err))
        return err->class == ERR_INTERRUPTED ? replay_interrupted(err) : false;
    decode_batch(&f->codecs.decode, config->commands_id_required, &f->batch);
    if (!look_up(f, err))
        return false;
    count(f);
    source_release(f->source, &f->batch);
    progress_line_say(&f->line, f->total - replay_left(replay), clock_ms());
    return true;
}

bool replay_forecast(struct replay_tool *tool, struct err *err)
{
    struct forecast f = {.tool = tool, .read_ms = clock_ms()};

    tool->replay.forecast = true;
    bool good = open_parts(&f, err);
    /* Only after it has begun is it known whether there is anything to read. */
    while (good && (source_epoch(f.source) == 0 || !replay_finished(&tool->replay)))
        good = stop_requested() ? replay_interrupted(err) : step(&f, err);
    progress_line_end(&f.line);
    close_parts(&f);
    return good;
}

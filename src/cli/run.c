#include "cli/cli.h"
#include "cli/parts/codecs.h"

#include "runtime/harden.h"
#include "runtime/log.h"
#include "runtime/notify.h"
#include "runtime/stop.h"
#include "runtime/watchdog.h"
#include "worker/worker.h"

#include <stdlib.h>

/* Longer than any wait of the loop between two ticks; shorter than anybody's patience, and than WatchdogSec= of the unit. */
#define WATCHDOG_MS 60000

/* Everything that `run` opens, in the order of opening. What depends on no broker and no database is opened once. */
struct run {
    struct codecs codecs;
    struct answered answered;

    struct store *store;
    struct source *source;
    struct sink *sink;
    struct worker *worker;
};

static bool open_worker(struct run *run, const struct config *config, struct err *err)
{
    run->store = store_new(config);
    run->source = source_open(config, err);
    if (run->source == NULL)
        return false;
    run->sink = sink_open(config, err);
    if (run->sink == NULL)
        return false;
    run->worker = worker_new(&(struct worker_parts){
        .config = config,
        .source = run->source,
        .sink = run->sink,
        .store = run->store,
        .decode = &run->codecs.decode,
        .registry = run->codecs.registry,
        .encoder = run->codecs.encoder,
        .answered = &run->answered,
    });
    return true;
}

static void close_worker(struct run *run)
{
    worker_free(run->worker);
    source_close(run->source);
    sink_close(run->sink);
    store_free(run->store);
    run->worker = NULL;
    run->source = NULL;
    run->sink = NULL;
    run->store = NULL;
}

static bool run_loop(struct worker *worker, struct err *err)
{
    if (!worker_start(worker, err))
        return false;
    log_info("ready");
    notify("READY=1");
    while (!stop_requested())
        if (!worker_step(worker, err))
            return false;
    return worker_drain(worker, err);
}

/* False with ERR_RESTART: everything is closed and may be opened again, as if the process had been started anew. */
static bool run_once(struct run *run, const struct config *config, struct err *err)
{
    bool good = open_worker(run, config, err) && run_loop(run->worker, err);

    if (!good && err->class != ERR_INTERRUPTED)
        log_err(err->class == ERR_RESTART ? LOG_WARNING : LOG_ERROR, err);
    watchdog_tick("closing");
    if (!good && err->class == ERR_STOP)
        watchdog_failed((int)err->exit_code);
    if (good || err->class != ERR_RESTART)
        notify("STOPPING=1");
    close_worker(run);
    return good;
}

static int run_main(struct cli *cli, int argc, char **argv)
{
    struct err err = {0};
    int status = subcommand_no_options(&cli_run, argc, argv);

    if (status == 0)
        status = cli_load_config(cli);
    if (status != 0)
        return status;
    harden();
    stop_setup();
    watchdog_start(WATCHDOG_MS, cli->config.shutdown_timeout_ms);
    log_info("starting: group %s, instance %s, commands from %s", cli->config.group_id,
             cli->config.instance_auto ? "auto" : cli->config.instance_id, cli->config.commands_topic);

    struct run run = {0};
    bool good = codecs_open(&run.codecs, &cli->config, &err);
    if (!good && err.class != ERR_INTERRUPTED)
        log_err(LOG_ERROR, &err);
    if (!good)
        notify("STOPPING=1");
    while (good && !(good = run_once(&run, &cli->config, &err)) && err.class == ERR_RESTART && !stop_requested()) {
        log_warning(err.code, "starting over");
        good = true;
    }
    codecs_close(&run.codecs);
    log_info("stopped");
    return good || err.class != ERR_STOP ? EXIT_DONE : (int)err.exit_code;
}

/* clang-format off */
const struct subcommand cli_run = {
    .name = "run",
    .section = "Run",
    .summary = "Consume commands, insert rows, publish events, until SIGTERM",
    .usage = {""},
    .description =
        "Consumes create-session commands until SIGTERM or SIGINT. Then it publishes what is in flight, commits, and "
        "ends with 0. A second signal ends it at once; nothing is lost by that, because the next start takes up what "
        "was in flight.\n\n"
        "A database or a broker that is down is waited for. It ends by itself only for what waiting cannot heal: see "
        "the exit codes.",
    .exits = {
        {EXIT_DONE, "A signal asked it to stop, and it stopped cleanly."},
        {EXIT_DATA, "Input was lost to retention or truncation. The message names the partition."},
        {EXIT_UNREACHABLE, "A host name or a port never answered within startup.timeout.ms."},
        {EXIT_TIMEOUT, "It was stopped in the middle of something that hung. It is safe to start it again."},
        {EXIT_FENCED, "Another process runs with the same instance.id."},
        {EXIT_PERMISSION, "A password, a role or a privilege is wrong."},
        {EXIT_CONFIG, "The configuration is wrong: an unknown or owned key, a missing topic, table, schema or "
                      "database."},
    },
    .examples = {
        "sessiond run",
        "sessiond run -F worker.conf -X instance.id=worker-1",
    },
    .run = run_main,
};
/* clang-format on */

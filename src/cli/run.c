#include "cli/cli.h"
#include "avro/version.h"
#include "cli/parts/pipeline.h"

#include "core/status.h"
#include "http/server.h"
#include "kafka/client.h"
#include "runtime/clock.h"
#include "runtime/harden.h"
#include "runtime/log.h"
#include "runtime/notify.h"
#include "runtime/stop.h"
#include "runtime/watchdog.h"
#include "worker/monitor.h"

#include <stdlib.h>

/* Longer than any wait of the loop between two ticks, and shorter than WatchdogSec= of the unit. */
#define WATCHDOG_MS 60000

/* Everything that `run` opens, in that order. Parts that need no broker and no database are opened only once. */
struct run {
    struct about about;
    struct server *server; /* NULL: not wanted, or the default port is in use */
    struct monitor *monitor;
    struct codecs codecs;
    struct answered answered;
    struct pipeline pipeline;
};

/* ---- What others can see ----------------------------------------------------------------------------------------- */

static struct about about_this(const struct config *config)
{
    return (struct about){
        .version = VERSION,
        .revision = cli_revision(),
        .librdkafka = kafka_version(),
        .libpq = postgres_version(),
        .avro = avro_version_text(),
        .group = config->group_id,
        .instance = config->instance_id,
        .topic = config->commands_topic,
        .dlq_topic = config->dlq_topic,
        .delivery = config->events_delivery == DELIVERY_EXACTLY_ONCE ? "exactly-once" : "at-least-once",
        .duplicates = config->duplicates == DUPLICATES_REPUBLISH ? "republish" : "suppress",
        .batch_max = config->batch_max_messages,
    };
}

/*
 * A second worker on a host can do its work without a page. A port in use is a reason to stop only if somebody has
 * configured it.
 */
static bool open_server(struct run *run, const struct config *config, struct err *err)
{
    if (*config->http_listen == 0)
        return true;
    run->server = server_open(config->http_listen, &run->about, err);
    if (run->server != NULL || config_given(config, "http.listen"))
        return run->server != NULL;
    log_err(LOG_WARNING, err);
    err_clear(err);
    return true;
}

/* Runs on the monitor's thread after SIGHUP. It changes only what can change while everything else goes on. */
static void reload(void *opaque)
{
    static const char *const names[] = {"error", "warning", "info", "debug"};
    const struct cli *cli = opaque;
    struct config fresh;
    struct err err;

    if (!config_load(&fresh, &cli->request, &err)) {
        log_err(LOG_WARNING, &err);
        return;
    }
    log_set_level(fresh.log_level);
    log_line(fresh.log_level, NULL, "SIGHUP: log.level is %s; other settings are read at the next start",
             names[fresh.log_level]);
    config_free(&fresh);
}

static bool open_watch(struct run *run, struct cli *cli, struct err *err)
{
    const struct config *config = &cli->config;

    status_begin(clock_utc_us(), *config->schema_registry_url != NULL, config->dlq_brake);
    run->about = about_this(config);
    if (!open_server(run, config, err))
        return false;
    run->monitor = monitor_open(config, reload, cli, err);
    return run->monitor != NULL;
}

static void close_watch(struct run *run)
{
    monitor_close(run->monitor);
    server_close(run->server);
}

/* ---- The loop ---------------------------------------------------------------------------------------------------- */

static bool run_loop(struct worker *worker, struct err *err)
{
    status_life(LIFE_STARTING);
    if (!worker_start(worker, err))
        return false;
    log_info("ready");
    notify("READY=1");
    status_life(LIFE_RUNNING);
    while (!stop_requested())
        if (!worker_step(worker, err))
            return false;
    return worker_drain(worker, err);
}

/* False with ERR_RESTART: everything is closed, and can be opened again as if the process had been started anew. */
static bool run_once(struct run *run, const struct config *config, struct err *err)
{
    struct worker_parts parts = {.config = config, .answered = &run->answered};
    bool good = pipeline_open(&run->pipeline, &parts, &run->codecs, NULL, err) && run_loop(run->pipeline.worker, err);

    if (!good && err->class != ERR_INTERRUPTED)
        log_err(err->class == ERR_RESTART ? LOG_WARNING : LOG_ERROR, err);
    watchdog_tick("closing");
    if (good || err->class != ERR_RESTART)
        status_life(LIFE_STOPPING);
    if (!good && err->class == ERR_STOP)
        watchdog_failed((int)err->exit_code);
    if (good || err->class != ERR_RESTART)
        notify("STOPPING=1");
    pipeline_close(&run->pipeline);
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
    stop_setup_reload();
    watchdog_start(WATCHDOG_MS, cli->config.shutdown_timeout_ms);
    log_info("starting: group %s, instance %s, commands from %s", cli->config.group_id,
             cli->config.instance_auto ? "auto" : cli->config.instance_id, cli->config.commands_topic);

    struct run run = {0};
    bool good = open_watch(&run, cli, &err) && codecs_open(&run.codecs, &cli->config, &err);
    if (!good && err.class != ERR_INTERRUPTED)
        log_err(LOG_ERROR, &err);
    if (!good)
        notify("STOPPING=1");
    while (good && !(good = run_once(&run, &cli->config, &err)) && err.class == ERR_RESTART && !stop_requested()) {
        log_warning(err.code, "starting over");
        good = true;
    }
    codecs_close(&run.codecs);
    close_watch(&run);
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
        "It waits for a database or a broker that is down. It ends by itself only for a reason that waiting cannot remove; "
        "the exit codes say which.",
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

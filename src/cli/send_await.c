#include "cli/send_await.h"

#include "cli/parts/record_print.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#define SLICE_MS 100

/* Runs inside the sender's calls. */
static void on_delivered(void *opaque, int32_t partition, int64_t offset)
{
    struct send_await *await = opaque;

    pending_add(&await->pending, partition, offset);
}

bool send_await_open(struct send_await *await, const struct config *config, struct sender *sender, int timeout_ms,
                     struct err *err)
{
    await->schemas = value_schemas_open(config, err);
    if (await->schemas == NULL || !answers_open(&await->answers, config, timeout_ms, err))
        return false;
    sender_on_delivered(sender, on_delivered, await);
    return true;
}

void send_await_close(struct send_await *await)
{
    answers_close(&await->answers);
    value_schemas_close(await->schemas);
    pending_free(&await->pending);
}

static void take(struct send_await *await, const struct cli *cli, const struct record *event, bool print)
{
    int32_t partition;
    int64_t offset;

    if (!answer_place(event, cli->config.commands_topic, &partition, &offset) ||
        !pending_take(&await->pending, partition, offset))
        return;
    if (answer_created(event))
        await->created++;
    else
        await->rejected++;
    if (print)
        (cli->json ? record_print_json : record_print_text)(await->schemas, event, stdout);
}

static int verdict(const struct send_await *await)
{
    struct err err;

    if (await->pending.left == 0)
        return await->rejected > 0 ? EXIT_REJECTED : EXIT_DONE;
    if (stop_requested())
        err_set(&err, ERR_INTERRUPTED, EXIT_TIMEOUT, E_INTERRUPTED,
                "interrupted; %zu of %zu commands have no event yet", await->pending.left, await->pending.count);
    else
        err_set(
            &err, ERR_STOP, EXIT_TIMEOUT, E_AWAIT_01,
            "%zu of %zu commands have no event within --timeout; they are sent\n  fix: see that sessiond run works, "
            "then sessiond await",
            await->pending.left, await->pending.count);
    return cli_fail(&err);
}

int send_await_all(struct send_await *await, const struct cli *cli, int timeout_ms, bool print)
{
    int64_t deadline_ms = clock_ms() + timeout_ms;
    struct record event;
    struct err err;

    while (await->pending.left > 0 && !stop_requested() && clock_ms() < deadline_ms) {
        switch (reader_next(await->answers.reader, SLICE_MS, &event, &err)) {
        case DONE: take(await, cli, &event, print); break;
        case PENDING: fflush(stdout); break;
        case FAILED: return cli_fail(&err);
        }
    }
    return verdict(await);
}

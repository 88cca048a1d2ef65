#include "cli/bench.h"

#include "core/percentile.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#define AT_ONCE  500 /* how many are sent, or received, before the other direction has its turn */
#define SLICE_MS 20

/* ---- Ids --------------------------------------------------------------------------------------------------------- */

/* RFC 9562, section 5.8: version 8. */
static struct uuid id_of(const struct bench *bench, uint64_t number)
{
    struct uuid id;

    memcpy(id.b, bench->run, BENCH_RUN);
    for (size_t i = 0; i < 8; i++)
        id.b[15 - i] = (uint8_t)(number >> 8 * i);
    id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x80);
    id.b[8] = 0x80;
    return id;
}

/* False: the id is not of this load. */
static bool number_of(const struct bench *bench, const struct uuid *id, uint64_t *number)
{
    *number = 0;
    for (size_t i = 9; i < sizeof id->b; i++)
        *number = *number << 8 | id->b[i];
    struct uuid own = id_of(bench, *number);
    return uuid_compare(&own, id) == 0 && *number < bench->count;
}

/* ---- Opening ----------------------------------------------------------------------------------------------------- */

bool bench_open(struct bench *bench, const struct config *config, struct err *err)
{
    if (getrandom(bench->run, sizeof bench->run, 0) != (ssize_t)sizeof bench->run)
        abort();
    bench->latencies_us = malloc(bench->count * sizeof *bench->latencies_us);
    if (bench->latencies_us == NULL)
        return err_set(err, ERR_STOP, EXIT_INTERNAL, E_INTERNAL, "no memory for %" PRIu64 " commands", bench->count);
    for (uint64_t i = 0; i < bench->count; i++)
        bench->latencies_us[i] = -1;
    bench->sender = sender_open_prompt(config, bench->timeout_ms, err);
    return bench->sender != NULL && answers_open(&bench->answers, config, bench->timeout_ms, err);
}

void bench_close(struct bench *bench)
{
    sender_close(bench->sender);
    answers_close(&bench->answers);
    free(bench->latencies_us);
}

/* ---- Sending ----------------------------------------------------------------------------------------------------- */

static int64_t due_us(const struct bench *bench, uint64_t number)
{
    uint64_t rate = (uint64_t)bench->rate;

    return bench->start_us + (int64_t)(number / rate * 1000000 + number % rate * 1000000 / rate);
}

static bool send_next(struct bench *bench, struct err *err)
{
    char id[UUID_TEXT + 1], value[192];
    struct uuid uuid = id_of(bench, bench->sent);

    uuid_format(&uuid, id);
    snprintf(value, sizeof value, "{\"command_id\":\"%s\",\"group_id\":%" PRId64 ",\"study_activity_id\":%" PRId64 "}",
             id, bench->group_id, bench->study_activity_id);
    return sender_send(bench->sender, bytes_of(id), bytes_of(value), bench->sent, err);
}

static bool send_due(struct bench *bench, struct err *err)
{
    for (int i = 0; i < AT_ONCE && bench->sent < bench->count && due_us(bench, bench->sent) <= clock_us(); i++) {
        if (!send_next(bench, err))
            return false;
        bench->sent++;
        bench->sent_us = clock_us();
    }
    return sender_serve(bench->sender, err);
}

/* ---- Receiving --------------------------------------------------------------------------------------------------- */

/* An event that comes twice (events.delivery=at-least-once) counts once. */
static void take(struct bench *bench, const struct record *event)
{
    int64_t now_us = clock_us();
    struct uuid id;
    uint64_t number;

    if (!answer_command(event, &id) || !number_of(bench, &id, &number) || bench->latencies_us[number] >= 0)
        return;
    bench->latencies_us[number] = now_us - due_us(bench, number);
    bench->answer_us = now_us;
    if (answer_created(event))
        bench->created++;
    else
        bench->rejected++;
}

static bool receive(struct bench *bench, int wait_ms, struct err *err)
{
    struct record event;
    enum progress progress = reader_next(bench->answers.reader, wait_ms, &event, err);

    for (int i = 0; i < AT_ONCE && progress == DONE; i++) {
        take(bench, &event);
        progress = reader_next(bench->answers.reader, 0, &event, err);
    }
    if (progress == DONE)
        take(bench, &event);
    return progress != FAILED;
}

/* ---- The load ---------------------------------------------------------------------------------------------------- */

/* How long until the next one is due. It is rounded up, so that waiting does not become spinning. */
static int wait_ms(const struct bench *bench)
{
    if (bench->sent == bench->count)
        return SLICE_MS;
    int64_t left_ms = (due_us(bench, bench->sent) - clock_us() + 999) / 1000;
    return left_ms > SLICE_MS ? SLICE_MS : left_ms > 0 ? (int)left_ms : 0;
}

static bool is_over(const struct bench *bench)
{
    if (bench->created + bench->rejected == bench->count)
        return true;
    return clock_us() > due_us(bench, bench->count - 1) + (int64_t)bench->timeout_ms * 1000;
}

bool bench_run(struct bench *bench, struct err *err)
{
    bool good = true;

    bench->start_us = bench->sent_us = bench->answer_us = clock_us();
    bench->line = progress_line_start("commands answered", bench->count, clock_ms());
    while (good && !stop_requested() && !is_over(bench)) {
        good = send_due(bench, err) && receive(bench, wait_ms(bench), err);
        progress_line_say(&bench->line, bench->created + bench->rejected, clock_ms());
    }
    progress_line_end(&bench->line);
    return good || stop_requested();
}

const int64_t *bench_latencies(struct bench *bench)
{
    size_t answered = 0;

    for (uint64_t i = 0; i < bench->count; i++)
        if (bench->latencies_us[i] >= 0)
            bench->latencies_us[answered++] = bench->latencies_us[i];
    percentile_sort(bench->latencies_us, answered);
    return bench->latencies_us;
}

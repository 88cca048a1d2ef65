#include "cli/redrive.h"
#include "core/memory.h"
#include "json/writer.h"
#include "runtime/log.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- Printing ---------------------------------------------------------------------------------------------------- */

static int compare(const void *left, const void *right)
{
    const struct redrive_count *a = left;
    const struct redrive_count *b = right;

    return strcmp(a->code, b->code);
}

static void write_codes(struct json_writer *json, const struct redrive *redrive)
{
    write_key(json, "codes");
    write_object(json);
    for (size_t i = 0; i < redrive->count_codes; i++)
        if (redrive->counts[i].records > 0)
            write_member_int(json, redrive->counts[i].code, (int64_t)redrive->counts[i].records);
    write_object_end(json);
}

static void write_stay(struct json_writer *json, const struct redrive *redrive)
{
    write_key(json, "stay");
    write_object(json);
    for (int i = REDRIVE_GOES + 1; i < REDRIVE_VERDICTS; i++)
        write_member_int(json, redrive_verdict_name((enum redrive_verdict)i), (int64_t)redrive->stay[i]);
    write_object_end(json);
}

static void print_json(const struct redrive *redrive, bool finished)
{
    const struct config *config = &redrive->cli->config;
    struct json_writer json = json_to_stream(stdout);

    write_object(&json);
    write_member_text(&json, "topic", config->dlq_topic);
    write_member_text(&json, "to", config->commands_topic);
    write_member_bool(&json, "applied", redrive->request->apply);
    write_member_bool(&json, "finished", finished);
    write_member_int(&json, "records", (int64_t)redrive->sent);
    write_codes(&json, redrive);
    write_stay(&json, redrive);
    write_object_end(&json);
    write_line_end(&json);
}

static void print_text(const struct redrive *redrive)
{
    static const char *const reasons[] = {
        [REDRIVE_GOES] = "",
        [REDRIVE_OTHER_TOPIC] = "stood in another topic, or in a partition that is not there",
        [REDRIVE_INCOMPLETE] = "do not say where they stood, why they are here or under which id",
        [REDRIVE_TRUNCATED] = "are not the whole record",
        [REDRIVE_ATTEMPTS] = "were delivered as often as --max-attempts allows",
        [REDRIVE_OUTSIDE] = "are outside of --since and --until",
    };
    const struct config *config = &redrive->cli->config;

    printf("%s %" PRIu64 " dead letters of %s to %s\n", redrive->request->apply ? "sent" : "would send", redrive->sent,
           config->dlq_topic, config->commands_topic);
    for (size_t i = 0; i < redrive->count_codes; i++)
        if (redrive->counts[i].records > 0)
            printf("  %-17s %12" PRIu64 "\n", redrive->counts[i].code, redrive->counts[i].records);
    for (int i = REDRIVE_GOES + 1; i < REDRIVE_VERDICTS; i++)
        if (redrive->stay[i] > 0)
            printf("  %12" PRIu64 " stay: they %s\n", redrive->stay[i], reasons[i]);
}

/* ---- The action -------------------------------------------------------------------------------------------------- */

static int run(struct redrive *redrive)
{
    struct err err;
    bool done = redrive_run(redrive, &err);

    qsort(redrive->counts, redrive->count_codes, sizeof *redrive->counts, compare);
    /* This is printed after a failure too: what is sent stays sent. */
    if (done || (redrive->request->apply && redrive->sent > 0)) {
        if (redrive->cli->json)
            print_json(redrive, done);
        else
            print_text(redrive);
    }
    if (done && !redrive->request->apply)
        fprintf(stderr, "nothing is sent without --apply\n");
    return done ? EXIT_DONE : cli_fail(&err);
}

int dlq_redrive(const struct cli *cli, const struct dlq_request *request)
{
    struct redrive *redrive = memory_zeroed(1, sizeof *redrive);

    redrive->cli = cli;
    redrive->request = request;
    redrive->rules.max_attempts = request->max_attempts;
    redrive->rate.limit = request->rate;
    /* A tool reports by its own output; the producer's log lines are only for -v. */
    if (cli->config.log_level == LOG_INFO)
        log_setup(cli->config.log_format, LOG_WARNING);
    int status = run(redrive);
    redrive_free(redrive);
    free(redrive);
    return status;
}

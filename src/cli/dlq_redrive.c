#include "cli/redrive.h"
#include "json/json_write.h"
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

static void print_json(const struct redrive *redrive, bool finished)
{
    const struct config *config = &redrive->cli->config;
    bool first = true;

    printf("{\"topic\": ");
    json_write_string(stdout, bytes_of(config->dlq_topic));
    printf(", \"to\": ");
    json_write_string(stdout, bytes_of(config->commands_topic));
    printf(", \"applied\": %s, \"finished\": %s, \"records\": %" PRIu64 ", \"codes\": {",
           redrive->request->apply ? "true" : "false", finished ? "true" : "false", redrive->sent);
    for (size_t i = 0; i < redrive->count_codes; i++) {
        if (redrive->counts[i].records == 0)
            continue;
        printf("%s\"%s\": %" PRIu64, first ? "" : ", ", redrive->counts[i].code, redrive->counts[i].records);
        first = false;
    }
    printf("}, \"stay\": {");
    for (int i = REDRIVE_GOES + 1; i < REDRIVE_VERDICTS; i++)
        printf("%s\"%s\": %" PRIu64, i > REDRIVE_GOES + 1 ? ", " : "", redrive_verdict_name((enum redrive_verdict)i),
               redrive->stay[i]);
    printf("}}\n");
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
    /* Also after a failure: what is sent stays sent. */
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
    struct redrive *redrive = calloc(1, sizeof *redrive);

    if (redrive == NULL)
        abort();
    redrive->cli = cli;
    redrive->request = request;
    redrive->rules.max_attempts = request->max_attempts;
    redrive->rate.limit = request->rate;
    /* A tool's own news are its output; what the producer tells is for who asked for it with -v. */
    if (cli->config.log_level == LOG_INFO)
        log_setup(cli->config.log_format, LOG_WARNING);
    int status = run(redrive);
    redrive_free(redrive);
    free(redrive);
    return status;
}

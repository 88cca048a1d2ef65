#include "cli/dlq.h"
#include "cli/parts/moment.h"
#include "cli/parts/record_print.h"
#include "runtime/stop.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>

#define SLICE_MS 100

struct dlq_show {
    struct dlq_filter filter; /* its partition */
    struct range_request at;
};

/* "P@O". */
static bool parse_place(struct dlq_show *show, const char *text)
{
    char *at, *rest;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    long long partition = strtoll(text, &at, 10);
    if (*at != '@' || at[1] < '0' || at[1] > '9' || partition > INT32_MAX)
        return false;
    show->filter.partition = (int32_t)partition;
    show->at.from = RANGE_OFFSET;
    show->at.value = strtoll(at + 1, &rest, 10);
    return *rest == 0 && errno == 0;
}

/* True: found and printed. False: an error, or ERR_NONE and no such record. */
static bool find(const struct dlq_show *show, const struct cli *cli, struct reader *reader,
                 struct value_schemas *schemas, struct err *err)
{
    struct record record;

    while (!reader_ended(reader) && !stop_requested()) {
        enum progress progress = reader_next(reader, SLICE_MS, &record, err);
        if (progress == FAILED)
            return false;
        if (progress == PENDING)
            continue;
        /* A range begins where there is something: what comes first may be another one. */
        if (record.offset != show->at.value)
            return err_clear(err);
        (cli->json ? record_print_json : record_print_whole)(schemas, &record, stdout);
        return true;
    }
    return stop_requested() ? err_set(err, ERR_STOP, EXIT_TIMEOUT, "E-INTERRUPTED", "interrupted") : err_clear(err);
}

static int show_run(const struct dlq_show *show, const struct cli *cli)
{
    struct reader *reader = NULL;
    const char *topic;
    struct err err;
    struct value_schemas *schemas = value_schemas_open(&cli->config, &err);

    if (schemas != NULL)
        reader = dlq_read(&cli->config, &show->filter, show->at, &topic, &err);
    bool done = reader != NULL && find(show, cli, reader, schemas, &err);
    reader_close(reader);
    value_schemas_close(schemas);
    if (done)
        return EXIT_DONE;
    if (err.class != ERR_NONE)
        return cli_fail(&err);
    fprintf(stderr, "%s has no record %" PRId32 "@%" PRId64 "\n", cli->config.dlq_topic, show->filter.partition,
            show->at.value);
    return EXIT_NO;
}

int dlq_show(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        {"timeout", required_argument, NULL, 't'},
        {0    },
    };
    struct dlq_show show = {.filter = DLQ_FILTER_ALL, .at.timeout_ms = 30000};
    int option;

    opterr = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (option != 't' || !moment_span(optarg, &show.at.timeout_ms) || show.at.timeout_ms == 0)
            return cli_usage(&cli_dlq, "cannot use %s", argv[optind - 1]);
    if (optind >= argc || optind + 1 < argc || !parse_place(&show, argv[optind]))
        return cli_usage(&cli_dlq, "say which one: show PARTITION@OFFSET, for example show 2@1734");
    int failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    stop_setup();
    return show_run(&show, cli);
}

#include "cli/dlq.h"
#include "cli/parts/record_print.h"
#include "runtime/stop.h"

#include <inttypes.h>

#define SLICE_MS 100

static bool no_such(struct err *err)
{
    err_clear(err);
    return false;
}

/* True: found and printed. False: an error, or ERR_NONE when there is no such record. */
static bool find(const struct dlq_request *request, const struct cli *cli, struct reader *reader,
                 struct value_schemas *schemas, struct err *err)
{
    struct record record;

    while (!reader_ended(reader) && !stop_requested()) {
        enum progress progress = reader_next(reader, SLICE_MS, &record, err);
        if (progress == FAILED)
            return false;
        if (progress == PENDING)
            continue;
        /* A range begins at the first record that exists, which may be another one. */
        if (record.offset != request->offset)
            return no_such(err);
        (cli->json ? record_print_json : record_print_whole)(schemas, &record, stdout);
        return true;
    }
    return stop_requested() ? err_interrupted(err, "reading the dead letters") : no_such(err);
}

int dlq_show(const struct cli *cli, const struct dlq_request *request)
{
    struct range_request at = {RANGE_OFFSET, request->offset, request->timeout_ms};
    struct reader *reader = NULL;
    const char *topic;
    struct err err;
    struct value_schemas *schemas = value_schemas_open(&cli->config, &err);

    if (schemas != NULL)
        reader = dlq_read(&cli->config, &request->filter, at, &topic, &err);
    bool done = reader != NULL && find(request, cli, reader, schemas, &err);
    reader_close(reader);
    value_schemas_close(schemas);
    if (done)
        return EXIT_DONE;
    if (err.class != ERR_NONE)
        return cli_fail(&err);
    fprintf(stderr, "%s has no record %" PRId32 "@%" PRId64 ": its retention has taken it, or it never was\n",
            cli->config.dlq_topic, request->filter.partition, request->offset);
    return EXIT_NO;
}

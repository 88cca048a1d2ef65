/* The sections of a report that come from the worker on this machine. */
#include "cli/report.h"

#include "cli/parts/group_print.h"
#include "cli/parts/running_worker.h"
#include "json/scan.h"
#include "kafka/tools/lag.h"

#include <stdlib.h>

static bool ask(const struct report *report, const char *path, FILE *out, struct err *err)
{
    struct reply reply;

    if (!running_worker_ask(&report->cli->config, path, &reply, err))
        return false;
    fputs(reply.body, out);
    free(reply.body);
    return true;
}

static bool ask_broker(const struct report *report, FILE *out, struct err *err)
{
    const struct config *config = &report->cli->config;
    struct lag *lag = lag_open(config, report->timeout_ms, err);
    struct lag_group group;
    bool read = lag != NULL && lag_read(lag, &group, err);

    if (read)
        group_print_table(config, &group, out);
    lag_close(lag);
    return read;
}

bool report_status(const struct report *report, FILE *out, struct err *err)
{
    struct err why;

    if (ask(report, "/", out, &why)) {
        fputs("\nThe same as JSON:\n", out);
        return ask(report, "/api/status", out, err);
    }
    fprintf(out, "asked: the broker; %s\n\n", why.message);
    return ask_broker(report, out, err);
}

/* Prints the warnings in the worker's JSON, one on each line. */
static void print_warnings(const char *json, FILE *out)
{
    struct scanner scan = scan_start(bytes_of(json));
    bool found = false;

    if (scan_find(&scan, "warnings") && scan_open_array(&scan))
        while (scan_element(&scan) == JSON_MEMBER) {
            const uint8_t *begin = scan.at;
            if (!scan_value(&scan))
                break;
            fprintf(out, "%.*s\n", (int)(scan.at - begin), (const char *)begin);
            found = true;
        }
    if (!found)
        fputs("It has logged none since it was started.\n", out);
}

bool report_warnings(const struct report *report, FILE *out, struct err *err)
{
    struct reply reply;

    if (!running_worker_ask(&report->cli->config, "/api/status", &reply, err))
        return false;
    print_warnings(reply.body, out);
    free(reply.body);
    return true;
}

bool report_metrics(const struct report *report, FILE *out, struct err *err)
{
    return ask(report, "/metrics", out, err);
}

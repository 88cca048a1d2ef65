/* The sections of a report that come from the worker on this machine. */
#include "cli/report.h"

#include "cli/parts/group_print.h"
#include "cli/parts/running_worker.h"
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

/* Prints the last member of the worker's JSON, one warning on each line. */
static void print_warnings(const char *json, FILE *out)
{
    static const char member[] = "\"warnings\": [";
    const char *begin = strstr(json, member);
    const char *end = begin == NULL ? NULL : strrchr(begin, ']');

    if (end == NULL || begin + strlen(member) == end) {
        fputs("It has logged none since it was started.\n", out);
        return;
    }
    for (const char *p = begin + strlen(member); p < end; p++)
        if (strncmp(p, "}, {", 4) == 0) {
            fputs("}\n", out);
            p += 2;
        } else {
            fputc(*p, out);
        }
    fputc('\n', out);
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

/** `sessiond dlq`: what its actions share. Each has a file: dlq_list.c, dlq_show.c, dlq_redrive.c. */
#ifndef CLI_DLQ_H
#define CLI_DLQ_H

#include "cli/cli.h"
#include "cli/parts/value_schemas.h"
#include "codec/redriven.h"
#include "kafka/tools/reader.h"

/** Which records of the dead-letter topic are selected. */
struct dlq_filter {
    const char *code;  /* NULL: any code */
    int32_t partition; /* a partition of the dead-letter topic; -1: any */
    int64_t since_ms;  /* when they were dead-lettered, from this time on, in ms since 1970 UTC; INT64_MIN: no limit */
    int64_t until_ms;  /* before this; INT64_MAX: no limit */
};

/** The arguments and options as they were typed. */
struct dlq_request {
    const char *action; /* NULL: nothing */
    struct dlq_filter filter;
    int64_t offset; /* show: the offset in the filter's partition; -1: not given */
    bool records;   /* list: print each record */
    bool apply;     /* redrive: really send; the options below are for redrive too */
    int64_t max;    /* how many at most; INT64_MAX: no limit */
    int64_t rate;   /* how many a second; 0: no limit */
    int32_t max_attempts;
    int timeout_ms; /* within which a broker has to answer */
};

bool dlq_filter_has_code(const struct dlq_filter *filter, const struct dead_letter *letter);
bool dlq_filter_has_time(const struct dlq_filter *filter, const struct record *record);

/** Opens the dead-letter topic from `range` to its present end; `topic` must outlive the reader. NULL with ERR_STOP. */
MUSTUSE struct reader *dlq_read(const struct config *config, const struct dlq_filter *filter,
                                struct range_request range, const char **topic, struct err *err);

/** The actions. They are called when the configuration is loaded and signals are handled, and return the exit code. */

int dlq_list(const struct cli *cli, const struct dlq_request *request);
int dlq_show(const struct cli *cli, const struct dlq_request *request);
int dlq_redrive(const struct cli *cli, const struct dlq_request *request);

#endif

/**
 * `sessiond dlq`: what its actions share. One file each: dlq_list.c, dlq_show.c, dlq_redrive.c.
 */
#ifndef CLI_DLQ_H
#define CLI_DLQ_H

#include "cli/cli.h"
#include "cli/parts/value_schemas.h"
#include "codec/redriven.h"
#include "kafka/tools/reader.h"

/** Which records of the dead-letter topic are meant. Plain data; all zero but for the partition: all of them. */
struct dlq_filter {
    const char *code;  /* NULL: each */
    int32_t partition; /* of the dead-letter topic; -1: each */
    int64_t since_ms;  /* when they were dead-lettered, ms since 1970 UTC; INT64_MIN: no limit */
    int64_t until_ms;  /* before this; INT64_MAX: no limit */
};

#define DLQ_FILTER_ALL ((struct dlq_filter){.partition = -1, .since_ms = INT64_MIN, .until_ms = INT64_MAX})

/** The options that all actions have in common. `text` is the option's argument. False: it cannot be used. */
MUSTUSE bool dlq_filter_option(struct dlq_filter *filter, int option, const char *text);

/** For getopt_long. */
#define DLQ_FILTER_OPTIONS                                                                                             \
    {"code", required_argument, NULL, 'c'}, {"partition", required_argument, NULL, 'p'},                               \
        {"since", required_argument, NULL, 's'},                                                                       \
    {                                                                                                                  \
        "until", required_argument, NULL, 'u'                                                                          \
    }

bool dlq_filter_has_code(const struct dlq_filter *filter, const struct dead_letter *letter);
bool dlq_filter_has_time(const struct dlq_filter *filter, const struct record *record);

/** Opens the dead-letter topic from `range` to its end as it is now; `topic` must outlive the reader. NULL with ERR_STOP. */
MUSTUSE struct reader *dlq_read(const struct config *config, const struct dlq_filter *filter,
                                struct range_request range, const char **topic, struct err *err);

/** Each is an action; argv[0] is its name. They return the exit code. */

int dlq_list(struct cli *cli, int argc, char **argv);
int dlq_show(struct cli *cli, int argc, char **argv);
int dlq_redrive(struct cli *cli, int argc, char **argv);

#endif

/**
 * What `sessiond report` gathers: sections of text, each by a function of its own. One that cannot be had says why, and the report goes on.
 *
 * Settings are masked where they are printed; what the sections hold together is masked once more (config/secrets.h).
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "cli/cli.h"

#include <stdio.h>

struct report {
    struct cli *cli;
    int timeout_ms;        /* of one broker or server */
    struct err config_err; /* why the configuration cannot be used; ERR_NONE: it can */
};

/** Writes a section. False: it cannot be had, or not all of it, and `err` says why. */
typedef bool report_section(const struct report *report, FILE *out, struct err *err);

/* Of this program. */
report_section report_version;
report_section report_configuration;

/* Of the worker here, if there is one of this configuration; the status else of the broker. */
report_section report_status;
report_section report_warnings;
report_section report_metrics;

/* Of the whole chain, as `check --connect` finds it. */
report_section report_check;

/* Of the servers. */
report_section report_topics;
report_section report_tables;

#endif

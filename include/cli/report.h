/**
 * The sections of `sessiond report`. Each is text that a function of its own writes. If a section cannot be had, it says
 * why, and the report goes on.
 *
 * Secrets are masked where settings are printed, and once more in the text of all sections together (config/secrets.h).
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "cli/cli.h"

#include <stdio.h>

struct report {
    struct cli *cli;
    int timeout_ms;        /* how long to wait for one broker or server */
    struct err config_err; /* why the configuration cannot be used; ERR_NONE: it can */
};

/** Writes a section. False: the section, or a part of it, cannot be had, and `err` says why. */
typedef bool report_section(const struct report *report, FILE *out, struct err *err);

/* These sections are about this program. */
report_section report_version;
report_section report_configuration;

/* These come from the worker on this machine, if one has this configuration; without one, the broker gives the status. */
report_section report_status;
report_section report_warnings;
report_section report_metrics;

/* This has the findings of `check --connect`. */
report_section report_check;

/* These come from the servers. */
report_section report_topics;
report_section report_tables;

#endif

/**
 * What every subcommand is given, and how it says that something failed.
 *
 * A subcommand is one file in src/cli that reads like its `--help`. Data goes to stdout, messages and progress to stderr. cli/dispatch.h
 * calls it.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "cli/subcommand.h"
#include "config/config.h"

/** What the global options said; given to every subcommand. */
struct cli {
    struct config_request request; /* -F, -X and the environment; load with cli_config */
    struct config config;          /* valid after cli_config */
    bool config_loaded;
    bool json; /* --json */
    const struct subcommand *const
        *subcommands; /* all of them, for those that print the command line; NULL ends them */
};

/* Each is defined in its own file. */
extern const struct subcommand cli_run;
extern const struct subcommand cli_check;
extern const struct subcommand cli_migrate;
extern const struct subcommand cli_topics;
extern const struct subcommand cli_schemas;
extern const struct subcommand cli_send;
extern const struct subcommand cli_await;
extern const struct subcommand cli_get;
extern const struct subcommand cli_tail;
extern const struct subcommand cli_status;
extern const struct subcommand cli_health;
extern const struct subcommand cli_verify;
extern const struct subcommand cli_prune;
extern const struct subcommand cli_replay;
extern const struct subcommand cli_dlq;
extern const struct subcommand cli_offsets;
extern const struct subcommand cli_bench;
extern const struct subcommand cli_report;
extern const struct subcommand cli_config_command;
extern const struct subcommand cli_completion;
extern const struct subcommand cli_manual;
extern const struct subcommand cli_version;

/** The revision of the sources; a static text. */
const char *cli_revision(void);

/** Prints what `sessiond version` prints. */
void version_print(FILE *out);

/** Loads the configuration and sets up logging; on failure prints the error and returns its exit code, else 0. */
MUSTUSE int cli_load_config(struct cli *cli);

/** Loads the configuration and sets up logging, for commands that can go on without it. Prints no error. False with ERR_STOP. */
MUSTUSE bool cli_try_config(struct cli *cli, struct err *err);

/** False with ERR_STOP/EXIT_CONFIG: there is no dead-letter topic. */
MUSTUSE bool cli_need_dlq(const struct config *config, struct err *err);

/** False with ERR_STOP/EXIT_USAGE: the topic, which has `count` partitions, does not have this one. */
MUSTUSE bool cli_need_partition(const char *topic, int64_t partition, int count, struct err *err);

/** Prints "sessiond: message [CODE]" to stderr and returns the exit code of `err`. */
int cli_fail(const struct err *err);

#endif

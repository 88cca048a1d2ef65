/**
 * What `sessiond check` finds, for that command and for `report`.
 *
 * A check asks only: it writes no record and no row, joins no group and uses no transactional id of `run`. What the worker looks at when it
 * starts is looked at by the same functions, so that the two never disagree.
 */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "cli/check/findings.h"
#include "config/config.h"

struct check_request {
    const struct config *config;
    const struct config_request *sources; /* where the configuration came from; for variables that are no keys */
    bool connect;                         /* brokers, database and registry too */
    int timeout_ms;                       /* of brokers that do not answer */
};

/** Everything that is found; `check_findings_free` it. What cannot be reached is a finding, and the rest goes on. NULL: a stop was asked for. */
MUSTUSE struct check_findings *check_run(const struct check_request *request);

/** The same, printed as `sessiond check` prints it. False: a stop was asked for, and nothing is printed. */
MUSTUSE bool check_print(const struct check_request *request, FILE *out);

#endif

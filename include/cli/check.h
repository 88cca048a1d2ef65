/**
 * The findings of `sessiond check`, for that command and for `report`.
 *
 * A check only asks: it writes no record and no row, joins no group and uses no transactional id of `run`. It uses the functions that the
 * worker uses when it starts, so that the two never disagree.
 */
#ifndef CLI_CHECK_H
#define CLI_CHECK_H

#include "cli/check/findings.h"
#include "config/config.h"

struct check_request {
    const struct config *config;
    const struct config_request
        *sources;   /* where the configuration came from; needed to find variables that are no keys */
    bool connect;   /* also ask the brokers, the database and the registry */
    int timeout_ms; /* how long to wait for brokers that do not answer */
};

/**
 * Returns all findings; the caller frees them with check_findings_free. A server that cannot be reached is a finding, and
 * the rest is done. NULL: a stop was requested.
 */
MUSTUSE struct check_findings *check_run(const struct check_request *request);

/** Makes the findings of a check and prints them in the form of `sessiond check`. False: a stop was requested, and nothing is printed. */
MUSTUSE bool check_print(const struct check_request *request, FILE *out);

#endif

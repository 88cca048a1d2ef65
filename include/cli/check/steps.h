/**
 * The steps of `sessiond check`. Each looks at a part of the chain and adds its findings; a server that it cannot reach is a finding.
 * False: a stop was requested.
 */
#ifndef CLI_CHECK_STEPS_H
#define CLI_CHECK_STEPS_H

#include "cli/check.h"
#include "kafka/tools/survey.h"

/** What a later step needs from an earlier one. */
struct check_facts {
    int64_t commands_kept_ms; /* retention.ms of the commands topic; -1: for ever; SURVEY_UNREAD */
};

struct check {
    const struct config *config;
    const struct check_request *request;
    struct check_findings *findings;
    struct check_facts facts;
};

void check_configuration(struct check *check);
MUSTUSE bool check_kafka(struct check *check);
MUSTUSE bool check_postgres(struct check *check);
MUSTUSE bool check_registry(struct check *check);

/* Parts of check_kafka. They judge what the survey has read. */

void check_topics(struct check *check, const struct survey *survey);
void check_limits(struct check *check, const struct survey_broker *broker);
MUSTUSE bool check_rights(struct check *check, const struct survey *survey);
MUSTUSE bool check_group(struct check *check);

/** The fix for an error that names none itself. */
#define CHECK_SEE_PAGE "see deploy/README.md, Troubleshooting, for this code"

/** Adds the error as a finding. False: the error is a requested stop, which is no finding. */
MUSTUSE bool check_failed(struct check *check, const struct err *err, const char *where);

/** Adds that a right is missing, with the ACL to add. `kind` is "topic" or "group"; `operation` is a name of kafka-acls.sh. */
void check_lacking(struct check *check, const char *code, const char *where, const char *operation, const char *kind,
                   const char *name);

#endif

/* Finds which of the things that `run` does the Kafka user of this configuration may do. */
#include "cli/check/steps.h"

#include "core/text.h"
#include "kafka/tools/rights.h"

#include <stdlib.h>

void check_lacking(struct check *check, const char *code, const char *where, const char *operation, const char *kind,
                   const char *name)
{
    char principal[RIGHTS_PRINCIPAL];
    struct err err;

    rights_principal(check->config, principal);
    char *fix = text_printf("kafka-acls.sh --add --allow-principal %s --operation %s --%s %s", principal, operation,
                            kind, name);
    (void)err_set(&err, ERR_STOP, EXIT_PERMISSION, code, "%s on the %s %s is not allowed", operation, kind, name);
    check_add_err(check->findings, CHECK_ERROR, &err, where, fix);
    free(fix);
}

static bool check_consume(struct check *check)
{
    const struct config *config = check->config;
    struct err err = {0};

    switch (rights_consume(config, check->request->timeout_ms, &err)) {
    case RIGHT_GIVEN: break;
    case RIGHT_UNSEEN: return check_failed(check, &err, "group.id and commands.topic");
    case RIGHT_LACKING:
        if (strcmp(err.code, E_KAFKA_ACL_GROUP) == 0)
            check_lacking(check, err.code, "group.id", "Read", "group", config->group_id);
        else
            check_lacking(check, err.code, "commands.topic", "Read", "topic", config->commands_topic);
    }
    return true;
}

static bool check_write(struct check *check, const struct survey_topic *topic)
{
    struct err err = {0};

    switch (rights_write(check->config, topic->name, check->request->timeout_ms, &err)) {
    case RIGHT_GIVEN: break;
    case RIGHT_UNSEEN: return check_failed(check, &err, topic->key);
    case RIGHT_LACKING: check_lacking(check, err.code, topic->key, "Write", "topic", topic->name);
    }
    return true;
}

static bool check_transact(struct check *check)
{
    const struct config *config = check->config;
    char principal[RIGHTS_PRINCIPAL];
    struct err err = {0};
    enum right right = rights_transact(config, check->request->timeout_ms, &err);

    if (right == RIGHT_UNSEEN)
        return check_failed(check, &err, "the transactional id");
    if (right == RIGHT_GIVEN)
        return true;
    rights_principal(config, principal);
    char *fix = text_printf("kafka-acls.sh --add --allow-principal %s --operation Write --transactional-id '%s/' "
                            "--resource-pattern-type prefixed; or look that %s alone is allowed",
                            principal, config->group_id, config->transactional_id);
    check_add(
        check->findings, CHECK_ACL_UNSEEN, "group.id and instance.id", fix,
        "WRITE on transactional ids that begin with %s/ is not allowed; whether it is on that of this instance can "
        "only be seen by who takes it",
        config->group_id);
    free(fix);
    return true;
}

/* A topic that cannot be seen is a finding already. */
bool check_rights(struct check *check, const struct survey *survey)
{
    for (size_t i = 0; i < survey_count(survey); i++) {
        const struct survey_topic *topic = survey_topic(survey, i);
        bool commands = strcmp(topic->key, "commands.topic") == 0;
        if (topic->err.class == ERR_NONE && !(commands ? check_consume(check) : check_write(check, topic)))
            return false;
    }
    return check->config->events_delivery != DELIVERY_EXACTLY_ONCE || check_transact(check);
}

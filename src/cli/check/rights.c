/* What the Kafka user of this configuration may do of what `run` does. */
#include "cli/check/steps.h"

#include "core/text.h"
#include "kafka/tools/rights.h"

#include <stdlib.h>

/* `resource`: "--topic X", "--group X" and so on. */
static void add_lacking(struct check *check, const struct err *err, const char *where, const char *operation,
                        const char *resource)
{
    char principal[RIGHTS_PRINCIPAL];
    struct err told = *err;

    rights_principal(check->config, principal);
    char *fix =
        text_printf("kafka-acls.sh --add --allow-principal %s --operation %s %s", principal, operation, resource);
    /* What is said in general gives way to what is to be typed. */
    char *general = strstr(told.message, "\n  fix: ");
    if (general != NULL)
        *general = 0;
    check_add_err(check->findings, CHECK_ERROR, &told, where, fix);
    free(fix);
}

/* False: a stop was asked for. */
static bool unseen(struct check *check, const struct err *err, const char *where)
{
    return check_failed(check, err, where);
}

static bool check_consume(struct check *check)
{
    const struct config *config = check->config;
    struct err err = {0};

    switch (rights_consume(config, check->request->timeout_ms, &err)) {
    case RIGHT_GIVEN: return true;
    case RIGHT_UNSEEN: return unseen(check, &err, "group.id and commands.topic");
    case RIGHT_LACKING: break;
    }
    bool of_group = strcmp(err.code, E_KAFKA_ACL_GROUP) == 0;
    const char *name = of_group ? config->group_id : config->commands_topic;
    char *resource = text_printf("--%s %s", of_group ? "group" : "topic", name);
    (void)err_set(&err, ERR_STOP, EXIT_PERMISSION, err.code, "READ on the %s %s is not allowed",
                  of_group ? "group" : "topic", name);
    add_lacking(check, &err, of_group ? "group.id" : "commands.topic", "Read", resource);
    free(resource);
    return true;
}

static bool check_write(struct check *check, const struct survey_topic *topic)
{
    struct err err = {0};
    enum right right = rights_write(check->config, topic->name, check->request->timeout_ms, &err);

    if (right == RIGHT_UNSEEN)
        return unseen(check, &err, topic->key);
    if (right == RIGHT_GIVEN)
        return true;
    char *resource = text_printf("--topic %s", topic->name);
    (void)err_set(&err, ERR_STOP, EXIT_PERMISSION, err.code, "WRITE on the topic %s is not allowed", topic->name);
    add_lacking(check, &err, topic->key, "Write", resource);
    free(resource);
    return true;
}

static bool check_transact(struct check *check)
{
    const struct config *config = check->config;
    char principal[RIGHTS_PRINCIPAL];
    struct err err = {0};
    enum right right = rights_transact(config, check->request->timeout_ms, &err);

    if (right == RIGHT_UNSEEN)
        return unseen(check, &err, "the transactional id");
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

/* A topic that cannot be seen was told of. */
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

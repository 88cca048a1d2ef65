#include "cli/check/steps.h"

#include "kafka/client.h"

/* If nobody answers, there is nothing else to ask. */
static bool look_around(struct check *check, const struct survey *survey)
{
    const struct survey_topic *commands = survey_topic(survey, 0);

    check_topics(check, survey);
    check_limits(check, survey_broker(survey));
    return check_rights(check, survey) && (commands->err.class != ERR_NONE || check_group(check));
}

bool check_kafka(struct check *check)
{
    char brokers[CLIENT_BROKERS_TEXT];
    struct err err;
    struct survey *survey = survey_open(check->config, check->request->timeout_ms, &err);

    client_brokers(check->config, CLIENT_ADMIN, brokers);
    /* If the settings do not fit together, that was found already, without a broker. */
    if (survey == NULL)
        return check_has(check->findings, err.code) || check_failed(check, &err, brokers);
    bool go_on = survey_read(survey, &err) ? look_around(check, survey) : check_failed(check, &err, brokers);
    survey_close(survey);
    return go_on;
}

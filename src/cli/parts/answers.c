#include "cli/parts/answers.h"

#include "core/decimal.h"

#define CREATED  "study-session.created."
#define REJECTED "study-session.rejected."

bool answers_open(struct answers *answers, const struct config *config, int timeout_ms, struct err *err)
{
    bool same = strcmp(config->events_created_topic, config->events_rejected_topic) == 0;

    answers->topics[0] = config->events_created_topic;
    answers->topics[1] = config->events_rejected_topic;
    answers->reader = reader_open(config,
                                  &(struct reader_request){
                                      .topics = answers->topics,
                                      .topic_count = same ? 1 : 2,
                                      .range = {.from = RANGE_END, .timeout_ms = timeout_ms},
    },
                                  err);
    return answers->reader != NULL;
}

void answers_close(struct answers *answers)
{
    reader_close(answers->reader);
    answers->reader = NULL;
}

static struct bytes header(const struct record *event, const char *name)
{
    const struct header *found = record_header(event, name);

    return found == NULL ? (struct bytes){0} : found->value;
}

static bool has_type(const struct record *event, const char *start)
{
    struct bytes type = header(event, "ce_type");
    size_t len = strlen(start);

    return type.len >= len && memcmp(type.data, start, len) == 0;
}

bool answer_created(const struct record *event)
{
    return has_type(event, CREATED);
}

/* A decision has the command's id as its own id; an answer has it as its subject. */
bool answer_command(const struct record *event, struct uuid *command_id)
{
    bool rejected = has_type(event, REJECTED);

    if (!rejected && !has_type(event, CREATED))
        return false;
    return uuid_parse(header(event, rejected ? "ce_subject" : "ce_id"), command_id);
}

bool answer_is_of(const struct record *event, const struct uuid *command_id)
{
    struct uuid id;

    return answer_command(event, &id) && uuid_compare(&id, command_id) == 0;
}

bool answer_place(const struct record *event, const char *topic, int32_t *partition, int64_t *offset)
{
    int64_t number;

    if (!bytes_equal(header(event, "command-topic"), bytes_of(topic)) ||
        !decimal_parse(header(event, "command-partition"), &number) || number < 0 || number > INT32_MAX)
        return false;
    *partition = (int32_t)number;
    return decimal_parse(header(event, "command-offset"), offset);
}

/**
 * The events that come from now on, for tools that wait for one: a reader of the topics of created and rejected events,
 * and what an event's headers say about its command. It uses headers, because they are the same for JSON and Avro.
 */
#ifndef CLI_PARTS_ANSWERS_H
#define CLI_PARTS_ANSWERS_H

#include "kafka/tools/reader.h"

struct answers {
    const char *topics[2]; /* for `reader` */
    struct reader *reader; /* owned */
};

/**
 * Opens it: events that are published after this returns will be read. It must not move while it is open. False with
 * ERR_STOP: out of reach (69), no permission (77), a topic does not exist (78).
 */
MUSTUSE bool answers_open(struct answers *answers, const struct config *config, int timeout_ms, struct err *err);
void answers_close(struct answers *answers);

/** True when the record is the event of a created session. */
bool answer_created(const struct record *event);

/** True when the record is an event of that command: a decision, or an answer to a record with that id. */
bool answer_is_of(const struct record *event, const struct uuid *command_id);

/** Reads the id of the command that this event answers. False: it is not an event of ours. */
MUSTUSE bool answer_command(const struct record *event, struct uuid *command_id);

/**
 * The place of the command that this event answers. False: it is not an event, or it answers a command of another
 * topic.
 */
MUSTUSE bool answer_place(const struct record *event, const char *topic, int32_t *partition, int64_t *offset);

#endif

/**
 * The events that come from now on, for tools that wait for one: a reader of the created and the rejected topic, and
 * what an event's headers say about its command. Headers, so that it is the same for JSON and Avro.
 */
#ifndef CLI_PARTS_ANSWERS_H
#define CLI_PARTS_ANSWERS_H

#include "kafka/tools/reader.h"

struct answers {
    const char *topics[2]; /* for `reader` */
    struct reader *reader; /* owned */
};

/** Events that are published after this returns will be read. Not to be moved while open. As reader_open. */
MUSTUSE bool answers_open(struct answers *answers, const struct config *config, int timeout_ms, struct err *err);
void answers_close(struct answers *answers);

/** Whether the record is the event of a created session. */
bool answer_created(const struct record *event);

/** Whether the record is an event of that command: a decision, or an answer to a record that carried the id. */
bool answer_is_of(const struct record *event, const struct uuid *command_id);

/** The id of the command that this event answers. False: not an event of ours. */
MUSTUSE bool answer_command(const struct record *event, struct uuid *command_id);

/** Where the command was that this event answers. False: not an event, or of another topic. */
MUSTUSE bool answer_place(const struct record *event, const char *topic, int32_t *partition, int64_t *offset);

#endif

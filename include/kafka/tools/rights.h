/**
 * Finds what a Kafka user may do, without doing it. It sends requests that a broker has to refuse, and the reason of the refusal shows
 * whether the user has the right.
 *
 * A broker checks the right before it checks the request. So a user without the right gets an authorization error. A user with the right
 * gets another error: an offset for a partition that no topic has is not committed, and a record that asks for a number of acknowledgements
 * that does not exist is not written. Each function uses a client of its own and joins no group. Use them from one thread.
 */
#ifndef KAFKA_TOOLS_RIGHTS_H
#define KAFKA_TOOLS_RIGHTS_H

#include "config/config.h"
#include "core/err.h"

enum right {
    RIGHT_GIVEN,
    RIGHT_LACKING, /* `err` is the broker's error */
    RIGHT_UNSEEN,  /* `err` says why */
};

/** READ on the group `group.id` and on `commands.topic`, which has to exist. LACKING: E_KAFKA_ACL_GROUP or E_KAFKA_ACL_TOPIC. */
MUSTUSE enum right rights_consume(const struct config *config, int timeout_ms, struct err *err);

/** WRITE on a topic, which has to exist. LACKING: E_KAFKA_ACL_TOPIC. */
MUSTUSE enum right rights_write(const struct config *config, const char *topic, int timeout_ms, struct err *err);

/**
 * WRITE on transactional ids that begin with "<group.id>/". It tries "<group.id>//check", because to try the id of `run` would fence the
 * producer of the worker that has it. LACKING: E_KAFKA_ACL_TRANSACTION; the id of `run` may still be allowed by itself.
 */
MUSTUSE enum right rights_transact(const struct config *config, int timeout_ms, struct err *err);

/** Writes "User:NAME" if the user logs in with a name and a password, else "User:...". */
#define RIGHTS_PRINCIPAL 128
void rights_principal(const struct config *config, char text[static RIGHTS_PRINCIPAL]);

#endif

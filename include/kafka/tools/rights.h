/**
 * What a Kafka user may do, without doing it: requests that a broker has to refuse, and why it does tells whether it would have let us.
 *
 * A broker looks at the right before it looks at the request. So an offset for a partition that no topic has is not committed, and a
 * record that asks for a number of acknowledgements that there is not is not written; who has no right hears of that instead. Each with a
 * client of its own; no group is joined. One thread.
 */
#ifndef KAFKA_TOOLS_RIGHTS_H
#define KAFKA_TOOLS_RIGHTS_H

#include "config/config.h"
#include "core/err.h"

enum right {
    RIGHT_GIVEN,
    RIGHT_LACKING, /* `err` is the broker's word */
    RIGHT_UNSEEN,  /* `err` says why */
};

/** READ on the group `group.id` and on `commands.topic`, which has to exist. LACKING: E_KAFKA_ACL_GROUP or E_KAFKA_ACL_TOPIC. */
MUSTUSE enum right rights_consume(const struct config *config, int timeout_ms, struct err *err);

/** WRITE on a topic, which has to exist. LACKING: E_KAFKA_ACL_TOPIC. */
MUSTUSE enum right rights_write(const struct config *config, const char *topic, int timeout_ms, struct err *err);

/**
 * WRITE on transactional ids that begin with "<group.id>/", tried with "<group.id>//check": to try that of `run` would end the producer of a
 * worker that has it. LACKING: E_KAFKA_ACL_TRANSACTION, and that of `run` alone may be allowed all the same.
 */
MUSTUSE enum right rights_transact(const struct config *config, int timeout_ms, struct err *err);

/** "User:NAME" of who logs in with a name and a password, else "User:...". */
#define RIGHTS_PRINCIPAL 128
void rights_principal(const struct config *config, char text[static RIGHTS_PRINCIPAL]);

#endif

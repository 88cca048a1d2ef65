/**
 * Topics as a tool sees and creates them.
 *
 * `run` never creates a topic. One thread; every call waits at most for the timeout given to `admin_open`.
 */
#ifndef KAFKA_TOOLS_ADMIN_H
#define KAFKA_TOOLS_ADMIN_H

#include "core/err.h"
#include "kafka/cleanup.h"
#include "kafka/settings.h"
#include "config/topics.h"

struct admin;

struct topic {
    const char *name; /* borrowed */
    int partitions;   /* 0: it does not exist */
};

/** Makes the client. Does not wait for a broker yet. NULL with ERR_STOP/EXIT_CONFIG. */
MUSTUSE struct admin *admin_open(const struct config *config, int timeout_ms, struct err *err);
void admin_close(struct admin *admin);

/** Fills `partitions` of each topic. False with ERR_STOP: out of reach (69), no permission (77). */
MUSTUSE bool admin_describe(struct admin *admin, struct topic *topics, size_t count, struct err *err);

/**
 * Calls `take` with the settings of each topic; all of them must exist. Needs DESCRIBE_CONFIGS on them. False with
 * ERR_STOP.
 */
MUSTUSE bool admin_read_settings(struct admin *admin, const struct topic *topics, size_t count, settings_take *take,
                                 void *target, struct err *err);

/** Reads which of the topics are compacted (cleanup_await). */
MUSTUSE bool admin_read_cleanup(struct admin *admin, struct cleanup *cleanup, struct err *err);

/**
 * Creates a topic and waits until all of its partitions can be seen. If somebody else has created it meanwhile, that is
 * no failure. `replication_factor` -1: the broker's default. The topic is not compacted, whatever the brokers' default
 * is. False with ERR_STOP: out of reach (69), no permission (77), refused by the brokers (78).
 */
MUSTUSE bool admin_create(struct admin *admin, const char *name, int partitions, int replication_factor,
                          struct err *err);

#endif

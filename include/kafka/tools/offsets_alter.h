/** Sets what a group has committed, for a tool that is not a member of it. */
#ifndef KAFKA_TOOLS_OFFSETS_ALTER_H
#define KAFKA_TOOLS_OFFSETS_ALTER_H

#include "core/err.h"
#include "config/config.h"

/**
 * Commits `offset` as the next one of a partition of `commands.topic` for the group `group.id`; waits up to
 * `timeout_ms`. False with ERR_RETRY: the group has members, and then the broker refuses. False with ERR_STOP: out of
 * reach (69), interrupted (75), no permission (77).
 */
MUSTUSE bool offsets_alter(const struct config *config, int32_t partition, int64_t offset, int timeout_ms,
                           struct err *err);

/**
 * How long a static member stays in the group after its process has ended: `session.timeout.ms` of this configuration.
 */
MUSTUSE bool offsets_session_ms(const struct config *config, int64_t *session_ms, struct err *err);

#endif

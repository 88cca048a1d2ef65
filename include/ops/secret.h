/**
 * What must not be shown: which settings hold secrets, and connection strings without them.
 */
#ifndef OPS_SECRET_H
#define OPS_SECRET_H

#include "core/bytes.h"

#define SECRET_MASK "********"

/** True when a librdkafka property of this name holds a password, key or token. */
bool secret_property(const char *name);

/**
 * A libpq connection string with its passwords masked, in the keyword form or as a URI (PostgreSQL manual, 34.1.1).
 * What cannot be parsed is masked rather than shown. The caller frees.
 */
MUSTUSE char *secret_mask_conninfo(const char *conninfo);

#endif

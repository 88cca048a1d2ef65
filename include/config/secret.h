/** Secrets: which settings hold them, connection strings without them, and how they are read from files. */
#ifndef CONFIG_SECRET_H
#define CONFIG_SECRET_H

#include "core/bytes.h"

#define SECRET_MASK "********"

/** True when a librdkafka property of this name holds a password, key or token. */
bool secret_property(const char *name);

/**
 * A libpq connection string with its passwords masked, in the keyword form or as a URI (PostgreSQL manual, 34.1.1).
 * What cannot be parsed is masked rather than shown. The caller frees.
 */
MUSTUSE char *secret_mask_conninfo(const char *conninfo);

/**
 * A list of URLs, separated by commas, with the passwords masked: everything between `//` and the last `@` except the
 * user's name. The caller frees.
 */
MUSTUSE char *secret_mask_urls(const char *urls);

/** Is called with a piece that masking hides, as it was written: perhaps in quotes, with the escapes of its form. */
typedef void secret_found(void *target, struct bytes text);

/** Calls `found` with everything that the functions above would hide. */
void secret_find_conninfo(const char *conninfo, secret_found *found, void *target);
void secret_find_urls(const char *urls, secret_found *found, void *target);

/**
 * Reads the value for `KEY.file=PATH`: the text of the file, without the newlines at its end and without a UTF-8 byte
 * order mark. NULL with errno when it cannot be read (EILSEQ: it is UTF-16, or has a NUL byte). The caller frees.
 */
MUSTUSE char *secret_read(const char *path);

/** The errno of secret_read as text for people. Borrowed, as from strerror. */
const char *secret_reason(int error);

#endif

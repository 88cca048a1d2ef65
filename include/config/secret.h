/**
 * What must not be shown: which settings hold secrets, connection strings without them, and secrets in files.
 */
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

/** URLs separated by commas, the passwords in them masked: everything between `//` and the last `@`, but the user's name. The
 * caller frees. */
MUSTUSE char *secret_mask_urls(const char *urls);

/** Is told of a piece that masking hides, as it was written: perhaps in quotes, with escapes of its form. */
typedef void secret_found(void *target, struct bytes text);

/** Tells `found` what the functions above would hide. */
void secret_find_conninfo(const char *conninfo, secret_found *found, void *target);
void secret_find_urls(const char *urls, secret_found *found, void *target);

/** What `KEY.file=PATH` stands for: the text of the file without the newlines at its end and a UTF-8 byte order mark before it.
 * NULL with errno (EILSEQ: UTF-16, or a NUL byte) when it cannot be read. The caller frees. */
MUSTUSE char *secret_read(const char *path);

/** The errno of secret_read for people; borrowed as strerror's. */
const char *secret_reason(int error);

#endif

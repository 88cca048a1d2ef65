/** SHA-1 (RFC 3174), for name-based UUIDs only, not for security. Pure. */
#ifndef CORE_SHA1_H
#define CORE_SHA1_H

#include "core/bytes.h"

/** The digest of the concatenation of two pieces (either may be empty), as one message. */
void sha1(struct bytes first, struct bytes second, uint8_t digest[static 20]);

#endif

/**
 * UTF-8 from untrusted sources is either well-formed (Unicode 15, table 3-7: no overlong form, no surrogate, nothing
 * beyond U+10FFFF) or refused. Pure.
 */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include "core/bytes.h"

/** The length (1 to 4) of the well-formed sequence that begins at `at`; 0 if there is none before `end`. */
size_t utf8_sequence(const uint8_t *at, const uint8_t *end);

/** True when it is UTF-8 from its first byte to its last. */
bool utf8_is_well_formed(struct bytes bytes);

/** True when PostgreSQL could take it as text: well-formed throughout and without NUL. */
bool utf8_is_text(struct bytes bytes);

#endif

/**
 * Which encoding JSON is in that is not in UTF-8: what Windows and Java write when nobody asks them for anything else. Pure.
 */
#ifndef CODEC_ENCODING_H
#define CODEC_ENCODING_H

#include "core/bytes.h"

/** How many bytes at the front are a UTF-8 byte order mark (EF BB BF): 3, or 0. .NET writes it; RFC 8259, section 8.1, lets us skip it. */
size_t encoding_mark(struct bytes bytes);

/** If the bytes look like JSON in UTF-16 or UTF-32, with a byte order mark or without: a static text that says so. Else NULL. */
const char *encoding_rule(struct bytes bytes);

#endif

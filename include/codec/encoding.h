/** Recognises JSON in an encoding other than UTF-8, as Windows and Java write it by default. Pure. */
#ifndef CODEC_ENCODING_H
#define CODEC_ENCODING_H

#include "core/bytes.h"

/**
 * The length of the UTF-8 byte order mark (EF BB BF) at the front: 3, or 0 when there is none. .NET writes one; RFC
 * 8259, section 8.1, allows to skip it.
 */
size_t encoding_mark(struct bytes bytes);

/**
 * A static text that names the encoding if the bytes look like JSON in UTF-16 or UTF-32, with or without a byte order
 * mark. Else NULL.
 */
const char *encoding_rule(struct bytes bytes);

#endif

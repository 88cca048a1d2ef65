/** JSON to a stream, for tools: strings of any length, and bytes that are no text. The stream keeps its own error. */
#ifndef JSON_JSON_WRITE_H
#define JSON_JSON_WRITE_H

#include "core/bytes.h"

#include <stdio.h>

/**
 * A quoted string (RFC 8259) without any raw control character. What is not well-formed UTF-8 becomes U+FFFD; absent
 * bytes are `null`.
 */
void json_write_string(FILE *out, struct bytes text);

/** A quoted string in base64 (RFC 4648, section 4), padded. */
void json_write_base64(FILE *out, struct bytes bytes);

/** Valid JSON on one line, meaning the same: line breaks become blanks, control characters escapes. */
void json_write_line(FILE *out, struct bytes json);

#endif

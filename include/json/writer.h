/**
 * Writes JSON (RFC 8259) piece by piece: to a stream, or into a buffer of a fixed size, without allocation. It sets the
 * commas itself and knows nothing else of the document: the caller closes what it has opened.
 *
 *     struct json_writer json = json_to_stream(stdout);
 *     write_object(&json);
 *     write_member_int(&json, "lag", 7);
 *     write_object_end(&json);
 *
 * Strings may hold any bytes. What is not UTF-8 becomes U+FFFD. A stream keeps its own error, a buffer says that it was
 * `full`.
 */
#ifndef JSON_WRITER_H
#define JSON_WRITER_H

#include "json/escape.h"

#include <stdio.h>

/** Plain data, nothing to free. Borrows the stream or the buffer. */
struct json_writer {
    FILE *out; /* NULL: it writes into the buffer */
    char *at;  /* the next byte of the buffer */
    char *end;
    enum json_style style;
    bool spaced; /* a blank follows each comma and colon */
    bool comma;  /* a comma is due before the next key or value */
    bool full;   /* something did not fit into the buffer and was left out */
};

/** Writes to a stream, for tools: with blanks, in the style for terminals. Borrows the stream. */
struct json_writer json_to_stream(FILE *out);

/** Writes into the buffer, which is borrowed, without blanks. No NUL is written at the end. */
struct json_writer json_to_buffer(char *buffer, size_t size, enum json_style style);

void write_object(struct json_writer *json);
void write_object_end(struct json_writer *json);
void write_array(struct json_writer *json);
void write_array_end(struct json_writer *json);

/** Writes a name from our own code, which needs no escape. */
void write_key(struct json_writer *json, const char *name);
/** A name that may hold any bytes. */
void write_foreign_key(struct json_writer *json, struct bytes name);
/** Writes a name that may hold any bytes, on a new line. */
void write_key_below(struct json_writer *json, const char *name);

void write_null(struct json_writer *json);
void write_bool(struct json_writer *json, bool value);
void write_int(struct json_writer *json, int64_t value);

/** Absent bytes become `null`. A string that does not fit into the buffer is cut between two characters and closed. */
void write_string(struct json_writer *json, struct bytes text);

/** Writes the bytes as a string in base64 (RFC 4648, section 4), with padding. */
void write_base64(struct json_writer *json, struct bytes bytes);

/** Writes text as it is: a JSON value without blanks around it, or the members of an object without its braces. */
void write_raw(struct json_writer *json, struct bytes members);

/**
 * Writes valid JSON on one line without changing its meaning: line breaks become blanks, control characters become
 * escapes.
 */
void write_on_one_line(struct json_writer *json, struct bytes value);

/** Writes a key and its value. NULL becomes `null`. */
void write_member_text(struct json_writer *json, const char *name, const char *text);
void write_member_string(struct json_writer *json, const char *name, struct bytes text);
void write_member_int(struct json_writer *json, const char *name, int64_t value);
void write_member_bool(struct json_writer *json, const char *name, bool value);
/** Writes a key and its value, or `null` when the value is not `known`. */
void write_member_known_int(struct json_writer *json, const char *name, int64_t value, bool known);

/** The line break after a whole document. */
void write_line_end(struct json_writer *json);

/** Writes a single string in the style of tools, for use within text for people. */
void print_quoted(struct bytes text, FILE *out);

/** How many bytes the string takes in a buffer, with its quotes. */
MUSTUSE size_t written_size(enum json_style style, struct bytes text);

#endif

/**
 * A one-dimensional PostgreSQL array in binary form, built element by element: a parameter of a prepared statement.
 *
 * Source: PostgreSQL 15, src/backend/utils/adt/arrayfuncs.c, array_recv: dimensions, has-null flag, element type,
 * length, lower bound, then each element's length (-1: null) and bytes, all in network order. The memory is kept for
 * the next array; memory that runs out ends the process.
 */
#ifndef POSTGRES_ARRAY_H
#define POSTGRES_ARRAY_H

#include "core/command.h"

/** Object ids of the element types (pg_type.dat); fixed for ever. */
enum array_type {
    ARRAY_BOOL = 16,
    ARRAY_INT8 = 20,
    ARRAY_INT4 = 23,
    ARRAY_TEXT = 25,
    ARRAY_UUID = 2950,
};

struct array {
    uint8_t *data; /* owned */
    size_t len;
    size_t capacity;
    uint32_t count;
};

/** Empties the array and begins one with elements of that type. */
void array_begin(struct array *array, enum array_type type);
void array_free(struct array *array);

void array_add_null(struct array *array);
void array_add_bool(struct array *array, bool value);
void array_add_int4(struct array *array, int32_t value);
void array_add_int8(struct array *array, int64_t value);
/** Makes it a single value instead of an array: a parameter that is the same for all rows. */
void array_be_bool(struct array *array, bool value);
void array_be_int8(struct array *array, int64_t value);
void array_be_bytes(struct array *array, struct bytes value);

/** Adds a text, or the 16 bytes of a UUID. Absent bytes become null. */
void array_add_bytes(struct array *array, struct bytes value);
/**
 * Adds a field of a command: its value to `value` (null unless it is a value), and whether it is invalid to `invalid`.
 */
void array_add_field(struct array *value, struct array *invalid, struct field_int field);

#endif

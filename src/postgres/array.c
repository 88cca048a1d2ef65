#include "postgres/array.h"

#include <endian.h>
#include <stdlib.h>

#define HAS_NULL_AT 4
#define COUNT_AT    12

static void *array_extend(struct array *array, size_t size)
{
    if (array->capacity - array->len < size) {
        array->capacity = 2 * array->capacity + size + 256;
        array->data = realloc(array->data, array->capacity);
        if (array->data == NULL)
            abort();
    }
    array->len += size;
    return array->data + array->len - size;
}

static void put_int4(uint8_t *at, uint32_t value)
{
    value = htobe32(value);
    memcpy(at, &value, sizeof value);
}

void array_begin(struct array *array, enum array_type type)
{
    array->len = 0;
    array->count = 0;
    uint8_t *header = array_extend(array, 20);
    put_int4(header, 1);
    put_int4(header + HAS_NULL_AT, 0);
    put_int4(header + 8, type);
    put_int4(header + COUNT_AT, 0);
    put_int4(header + 16, 1);
}

void array_free(struct array *array)
{
    free(array->data);
    *array = (struct array){0};
}

/* The header always has the number of elements so far, so the array is complete after each call. */
static uint8_t *array_add(struct array *array, uint32_t size, uint32_t length)
{
    uint8_t *element = array_extend(array, 4 + (size_t)size);

    put_int4(element, length);
    put_int4(array->data + COUNT_AT, ++array->count);
    return element + 4;
}

void array_add_null(struct array *array)
{
    array_add(array, 0, UINT32_MAX);
    put_int4(array->data + HAS_NULL_AT, 1);
}

void array_add_bool(struct array *array, bool value)
{
    *array_add(array, 1, 1) = value;
}

void array_add_int4(struct array *array, int32_t value)
{
    put_int4(array_add(array, 4, 4), (uint32_t)value);
}

void array_add_int8(struct array *array, int64_t value)
{
    uint64_t big = htobe64((uint64_t)value);

    memcpy(array_add(array, 8, 8), &big, sizeof big);
}

void array_be_bytes(struct array *array, struct bytes value)
{
    array->len = 0;
    array->count = 1;
    uint8_t *at = array_extend(array, value.len);
    if (value.len > 0)
        memcpy(at, value.data, value.len);
}

void array_be_bool(struct array *array, bool value)
{
    uint8_t byte = value;

    array_be_bytes(array, (struct bytes){&byte, 1});
}

void array_be_int8(struct array *array, int64_t value)
{
    uint64_t big = htobe64((uint64_t)value);

    array_be_bytes(array, (struct bytes){(const uint8_t *)&big, sizeof big});
}

void array_add_bytes(struct array *array, struct bytes value)
{
    uint8_t *element = array_add(array, (uint32_t)value.len, (uint32_t)value.len);

    if (value.len > 0)
        memcpy(element, value.data, value.len);
}

void array_add_field(struct array *value, struct array *invalid, struct field_int field)
{
    if (field.state == FIELD_VALUE)
        array_add_int8(value, field.value);
    else
        array_add_null(value);
    array_add_bool(invalid, field.state == FIELD_INVALID);
}

#include "core/decimal.h"

#include <errno.h>
#include <stdlib.h>

size_t decimal_format(int64_t value, char text[static DECIMAL_TEXT])
{
    char digits[DECIMAL_TEXT];
    size_t at = sizeof digits;

    /* Unsigned arithmetic has an absolute value for INT64_MIN too. */
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    digits[--at] = 0;
    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (value < 0)
        digits[--at] = '-';

    memcpy(text, digits + at, sizeof digits - at);
    return sizeof digits - at - 1;
}

bool decimal_parse(struct bytes text, int64_t *value)
{
    char again[DECIMAL_TEXT];
    size_t at = text.len > 0 && text.data[0] == '-' ? 1 : 0;
    uint64_t number = 0;

    if (text.len == at || text.len >= DECIMAL_TEXT)
        return false;
    for (size_t i = at; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(text.data[i] - '0');
    }
    /* A number that does not give the same text again had a leading zero, was minus zero, or was too large. */
    *value = (int64_t)(at == 1 ? 0 - number : number);
    return bytes_equal(text, (struct bytes){(const uint8_t *)again, decimal_format(*value, again)});
}

bool decimal_read(const char *text, int64_t *value, const char **rest)
{
    char *end;

    if (*text != '-' && (*text < '0' || *text > '9'))
        return false;
    errno = 0;
    *value = strtoll(text, &end, 10);
    *rest = end;
    return errno == 0 && end != text;
}

bool decimal_read_all(const char *text, int64_t *value)
{
    const char *rest;

    return decimal_read(text, value, &rest) && *rest == 0;
}

#include "codec/decimal.h"

size_t decimal_format(int64_t value, char text[static DECIMAL_TEXT])
{
    char digits[DECIMAL_TEXT];
    size_t at = sizeof digits;

    /* In unsigned arithmetic INT64_MIN has an absolute value too. */
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

/** Hexadecimal digits. Pure. */
#ifndef CORE_HEX_H
#define CORE_HEX_H

#include <stdint.h>

/** The value of a digit in either case, 0 to 15; -1 when it is not a digit. */
static inline int hex_value(uint8_t digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    uint8_t lower = digit | 0x20;
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/** The digit, in lower case, for the lowest four bits. */
static inline char hex_digit(unsigned value)
{
    return "0123456789abcdef"[value & 15];
}

#endif

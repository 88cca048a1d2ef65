#include "json/scan.h"

static bool digit(const struct scanner *scan)
{
    return scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9';
}

/*
 * The digits before a fraction: `*magnitude` is their value, and `*fits` becomes false when it is too large for that.
 */
static bool whole_part(struct scanner *scan, uint64_t *magnitude, bool *fits)
{
    if (!digit(scan))
        return scan_fail(scan, "a digit is expected");
    if (*scan->at == '0') {
        scan->at++;
        return !digit(scan) || scan_fail(scan, "a number has no leading zero");
    }
    for (; digit(scan); scan->at++) {
        if (*magnitude > (UINT64_MAX - 9) / 10)
            *fits = false;
        else
            *magnitude = *magnitude * 10 + (uint64_t)(*scan->at - '0');
    }
    return true;
}

static bool some_digits(struct scanner *scan)
{
    if (!digit(scan))
        return scan_fail(scan, "a digit is expected");
    while (digit(scan))
        scan->at++;
    return true;
}

static bool fraction_and_exponent(struct scanner *scan)
{
    if (scan_peek(scan) == '.') {
        scan->at++;
        if (!some_digits(scan))
            return false;
    }
    if ((scan_peek(scan) | 0x20) == 'e') {
        scan->at++;
        if (scan_peek(scan) == '+' || scan_peek(scan) == '-')
            scan->at++;
        return some_digits(scan);
    }
    return true;
}

bool scan_number(struct scanner *scan, bool *integer, int64_t *value)
{
    bool negative = scan_peek(scan) == '-';
    uint64_t magnitude = 0;
    bool fits = true;

    if (negative)
        scan->at++;
    if (!whole_part(scan, &magnitude, &fits))
        return false;
    const uint8_t *whole_end = scan->at;
    if (!fraction_and_exponent(scan))
        return false;
    *integer = scan->at == whole_end && fits && magnitude <= (uint64_t)INT64_MAX + negative;
    *value = *integer ? (int64_t)(negative ? 0 - magnitude : magnitude) : 0;
    scan_blanks(scan);
    return true;
}

#include "json/json_scan.h"

static bool digit(const struct json_scan *scan)
{
    return scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9';
}

/* The digits before a fraction: `*magnitude` grows from 0, `*fits` turns false when it gets too large for that. */
static bool whole_part(struct json_scan *scan, uint64_t *magnitude, bool *fits)
{
    if (!digit(scan))
        return json_scan_fail(scan, "a digit is expected");
    if (*scan->at == '0') {
        scan->at++;
        return !digit(scan) || json_scan_fail(scan, "a number has no leading zero");
    }
    for (; digit(scan); scan->at++) {
        if (*magnitude > (UINT64_MAX - 9) / 10)
            *fits = false;
        else
            *magnitude = *magnitude * 10 + (uint64_t)(*scan->at - '0');
    }
    return true;
}

static bool some_digits(struct json_scan *scan)
{
    if (!digit(scan))
        return json_scan_fail(scan, "a digit is expected");
    while (digit(scan))
        scan->at++;
    return true;
}

static bool fraction_and_exponent(struct json_scan *scan)
{
    if (json_scan_peek(scan) == '.') {
        scan->at++;
        if (!some_digits(scan))
            return false;
    }
    if ((json_scan_peek(scan) | 0x20) == 'e') {
        scan->at++;
        if (json_scan_peek(scan) == '+' || json_scan_peek(scan) == '-')
            scan->at++;
        return some_digits(scan);
    }
    return true;
}

bool json_scan_number(struct json_scan *scan, bool *integer, int64_t *value)
{
    bool negative = json_scan_peek(scan) == '-';
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
    json_scan_blanks(scan);
    return true;
}

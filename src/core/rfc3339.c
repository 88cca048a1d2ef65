#include "core/rfc3339.h"

#include "core/record.h"

#define US_PER_DAY (86400 * INT64_C(1000000))

#define FIRST_US INT64_C(-62167219200000000) /* 0000-01-01T00:00:00.000000Z */

struct date {
    int64_t year;
    int64_t month; /* 1 … 12 */
    int64_t day;   /* 1 … 31 */
};

/*
 * The proleptic Gregorian date of a day counted from 1970-01-01. Years are taken to begin in March, so that the leap
 * day is the last one, in eras of 400 years, which all have 146097 days.
 * Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
 */
static struct date date_of_day(int64_t day)
{
    day += 719468;
    int64_t era = (day >= 0 ? day : day - 146096) / 146097;
    int64_t of_era = day - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153; /* 0 is March */

    return (struct date){
        .year = year + era * 400 + (month >= 10),
        .month = month < 10 ? month + 3 : month - 9,
        .day = of_year - (153 * month + 2) / 5 + 1,
    };
}

/* Writes a number that is not negative in `width` digits, then `after`. */
static char *put(char *at, int64_t number, int width, char after)
{
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char)('0' + number % 10);
        number /= 10;
    }
    at[width] = after;
    return at + width + 1;
}

static int64_t writable(int64_t us)
{
    if (us < FIRST_US)
        return FIRST_US;
    return us > TIME_LAST_US ? TIME_LAST_US : us;
}

size_t rfc3339_format(int64_t us, char text[static RFC3339_TEXT])
{
    us = writable(us);
    int64_t day = us / US_PER_DAY;
    int64_t of_day = us % US_PER_DAY;

    /* Division rounds towards zero; a day before 1970 begins before the times that belong to it. */
    if (of_day < 0) {
        of_day += US_PER_DAY;
        day--;
    }

    struct date date = date_of_day(day);
    int64_t second = of_day / 1000000;
    char *at = put(text, date.year, 4, '-');
    at = put(at, date.month, 2, '-');
    at = put(at, date.day, 2, 'T');
    at = put(at, second / 3600, 2, ':');
    at = put(at, second / 60 % 60, 2, ':');
    at = put(at, second % 60, 2, '.');
    at = put(at, of_day % 1000000, 6, 'Z');
    *at = 0;
    return (size_t)(at - text);
}

/* ---- Reading ---- */

/* The number in `width` digits from `at` on; -1 when they are not all digits. */
static int64_t digits(struct bytes text, size_t at, size_t width)
{
    int64_t number = 0;

    for (size_t i = at; i < at + width; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return -1;
        number = 10 * number + text.data[i] - '0';
    }
    return number;
}

/*
 * The inverse of date_of_day. A date that does not exist gives some other day, whose text then differs. Source:
 * days_from_civil on the same page.
 */
static int64_t day_of_date(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool rfc3339_parse(struct bytes text, int64_t *us)
{
    static const struct {
        size_t at, width;
    } fields[] = {
        {0,  4},
        {5,  2},
        {8,  2},
        {11, 2},
        {14, 2},
        {17, 2},
        {20, 6}
    };
    int64_t n[7];
    char again[RFC3339_TEXT];

    if (text.len != RFC3339_TEXT - 1)
        return false;
    for (size_t i = 0; i < 7; i++)
        if ((n[i] = digits(text, fields[i].at, fields[i].width)) < 0)
            return false;
    *us = day_of_date(n[0], n[1], n[2]) * US_PER_DAY + ((n[3] * 60 + n[4]) * 60 + n[5]) * 1000000 + n[6];
    rfc3339_format(*us, again);
    return memcmp(again, text.data, text.len) == 0;
}

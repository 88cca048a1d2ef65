#include "cli/parts/moment.h"

#include "core/decimal.h"

#include <ctype.h>
#include <time.h>

#define AGE_MAX_MS (INT64_C(36525) * 86400000)

bool moment_age(const char *text, int64_t *ms)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {
        {"ms", 1       },
        {"s",  1000    },
        {"m",  60000   },
        {"h",  3600000 },
        {"d",  86400000},
    };
    const char *unit;
    int64_t count;

    if (!decimal_read(text, &count, &unit) || *text == '-')
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(unit, units[i].name) != 0 || count > AGE_MAX_MS / units[i].ms)
            continue;
        *ms = count * units[i].ms;
        return true;
    }
    return false;
}

bool moment_span(const char *text, int *ms)
{
    int64_t age;

    if (!moment_age(text, &age) || age > INT32_MAX)
        return false;
    *ms = (int)age;
    return true;
}

/* Reads "Z", "+hh:mm", "-hh:mm" or nothing, up to the end of the text. */
static bool parse_zone(const char *text, int64_t *offset_ms)
{
    *offset_ms = 0;
    if (*text == 0 || strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
        return true;
    bool shaped = (text[0] == '+' || text[0] == '-') && strlen(text) == 6 && text[3] == ':';
    for (size_t i = 1; i < 6 && shaped; i++)
        shaped = i == 3 || isdigit((unsigned char)text[i]);
    if (!shaped)
        return false;
    int64_t minutes = (text[1] - '0') * 600 + (text[2] - '0') * 60 + (text[4] - '0') * 10 + (text[5] - '0');
    *offset_ms = (text[0] == '-' ? -minutes : minutes) * 60000;
    return true;
}

/* Reads the digits after the point; those beyond a millisecond are dropped. */
static const char *parse_fraction(const char *text, int64_t *ms)
{
    int64_t weight = 100;

    *ms = 0;
    if (*text != '.' || !isdigit((unsigned char)text[1]))
        return text;
    for (text++; isdigit((unsigned char)*text); text++) {
        *ms += (*text - '0') * weight;
        weight /= 10;
    }
    return text;
}

bool moment_parse(const char *text, int64_t now_ms, int64_t *ms)
{
    struct tm tm = {0};
    int64_t fraction = 0;
    int64_t zone = 0;
    int64_t age;

    if (moment_age(text, &age)) {
        *ms = now_ms - age;
        return true;
    }
    const char *rest = strptime(text, "%Y-%m-%d", &tm);
    if (rest == NULL)
        return false;
    if (*rest != 0) {
        char separator[] = {*rest, 0};
        rest = strpbrk(separator, "Tt ") == NULL ? NULL : strptime(rest + 1, "%H:%M:%S", &tm);
        if (rest == NULL || !parse_zone(parse_fraction(rest, &fraction), &zone))
            return false;
    }
    *ms = (int64_t)timegm(&tm) * 1000 + fraction - zone;
    return true;
}

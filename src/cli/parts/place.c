#include "cli/parts/place.h"

#include "cli/parts/moment.h"
#include "core/decimal.h"

bool place_number(const char *text, int64_t most, int64_t *number)
{
    return decimal_read_all(text, number) && *number >= 0 && *number <= most;
}

bool place_parse(const char *text, int64_t now_ms, struct range_request *place)
{
    if (strcmp(text, "beginning") == 0) {
        place->from = RANGE_BEGINNING;
        return true;
    }
    if (strcmp(text, "end") == 0) {
        place->from = RANGE_END;
        return true;
    }
    place->from = RANGE_OFFSET;
    if (place_number(text, INT64_MAX, &place->value))
        return true;
    place->from = RANGE_TIME;
    return moment_parse(text, now_ms, &place->value);
}

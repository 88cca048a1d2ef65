#include "core/portion.h"

#define QUICK_ONES 3

uint64_t portion_of(const struct portion *portion, uint64_t rows)
{
    return portion->limit == 0 || rows < portion->limit ? rows : portion->limit;
}

void portion_timed_out(struct portion *portion, uint64_t rows, int64_t took_ms)
{
    if (portion->limit == 0)
        portion->failed = rows;
    portion->limit = rows > 1 ? rows / 2 : 1;
    portion->allowed_ms = took_ms;
    portion->quick = 0;
}

void portion_passed(struct portion *portion, uint64_t rows, int64_t took_ms)
{
    /* A portion that was smaller anyway says nothing about larger ones. */
    if (portion->limit == 0 || rows < portion->limit)
        return;
    portion->quick = took_ms <= portion->allowed_ms / 3 ? portion->quick + 1 : 0;
    if (portion->quick < QUICK_ONES)
        return;
    portion->quick = 0;
    portion->limit *= 2;
    if (portion->limit >= portion->failed)
        *portion = (struct portion){0};
}

#include "kafka/tools/redrive_mark.h"

#include "core/errcode.h"

#include <inttypes.h>
#include <stdio.h>

#define HEAD "sessiond-redrive/1"

size_t redrive_mark_format(const struct redrive_mark *mark, char text[static REDRIVE_MARK_TEXT])
{
    int len = snprintf(text, REDRIVE_MARK_TEXT, HEAD);

    for (size_t i = 0; i < mark->count; i++)
        len += snprintf(text + len, REDRIVE_MARK_TEXT - (size_t)len, " %s=%" PRId64, mark->codes[i].name,
                        mark->codes[i].next);
    return (size_t)len;
}

static struct redrive_code *find(const struct redrive_mark *mark, struct bytes code)
{
    for (size_t i = 0; i < mark->count; i++)
        if (bytes_equal(bytes_of(mark->codes[i].name), code))
            return (struct redrive_code *)&mark->codes[i];
    return NULL;
}

bool redrive_is_code(struct bytes name)
{
    bool good = name.len > 0 && name.len < REDRIVE_CODE_TEXT;

    for (size_t i = 0; i < name.len && good; i++)
        good = (name.data[i] >= 'A' && name.data[i] <= 'Z') || (name.data[i] >= '0' && name.data[i] <= '9') ||
               name.data[i] == '_';
    return good;
}

bool redrive_mark_set(struct redrive_mark *mark, struct bytes code, int64_t next)
{
    struct redrive_code *one = find(mark, code);

    if (one == NULL && mark->count == REDRIVE_CODES)
        return false;
    if (one == NULL) {
        one = &mark->codes[mark->count++];
        memcpy(one->name, code.data, code.len);
        one->name[code.len] = 0;
    }
    one->next = next;
    return true;
}

bool redrive_mark_parse(struct bytes text, struct redrive_mark *mark)
{
    char copy[REDRIVE_MARK_TEXT], again[REDRIVE_MARK_TEXT], name[REDRIVE_CODE_TEXT];
    int64_t next;
    int used;
    bool good = text.len >= strlen(HEAD) && text.len < sizeof copy;

    *mark = (struct redrive_mark){0};
    if (!good)
        return false;
    memcpy(copy, text.data, text.len);
    copy[text.len] = 0;
    const char *rest = copy + strlen(HEAD);
    while (good && sscanf(rest, " %31[A-Z0-9_]=%" SCNd64 "%n", name, &next, &used) == 2) {
        good = redrive_mark_set(mark, bytes_of(name), next);
        rest += used;
    }
    /* The text must be exactly what the format gives, because sscanf accepts more. */
    if (good && redrive_mark_format(mark, again) == text.len && memcmp(again, copy, text.len) == 0)
        return true;
    *mark = (struct redrive_mark){0};
    return false;
}

int64_t redrive_mark_next(const struct redrive_mark *mark, struct bytes code)
{
    const struct redrive_code *one = find(mark, code);

    return one == NULL ? 0 : one->next;
}

int64_t redrive_mark_lowest(const struct redrive_mark *mark)
{
    int64_t lowest = INT64_MAX;

    for (enum errcode code = ERRCODE_NONE; code < ERRCODE_COUNT; code++) {
        if (!errcode_goes_to_dlq(code))
            continue;
        int64_t next = redrive_mark_next(mark, bytes_of(errcode_name(code)));
        lowest = next < lowest ? next : lowest;
    }
    for (size_t i = 0; i < mark->count; i++)
        lowest = mark->codes[i].next < lowest ? mark->codes[i].next : lowest;
    return lowest;
}

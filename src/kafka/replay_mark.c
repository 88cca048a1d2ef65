#include "kafka/replay_mark.h"

#include <inttypes.h>
#include <stdio.h>

size_t replay_mark_format(const struct replay_mark *mark, char text[static REPLAY_MARK_TEXT])
{
    return (size_t)snprintf(text, REPLAY_MARK_TEXT,
                            "sessiond-replay/1 run=%s;begun=%" PRId64 ";start=%" PRId64 ";end=%" PRId64
                            ";partition=%" PRId32 ";from=%s;to=%s",
                            mark->run, mark->begun_us, mark->start, mark->end, mark->arguments.partition,
                            mark->arguments.from, mark->arguments.to);
}

bool replay_mark_parse(struct bytes text, struct replay_mark *mark)
{
    char copy[REPLAY_MARK_TEXT], again[REPLAY_MARK_TEXT];

    if (text.len == 0 || text.len >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.len);
    copy[text.len] = 0;
    *mark = (struct replay_mark){0};
    /* NOLINTNEXTLINE(cert-err34-c): what it has read is compared with the text below */
    int fields = sscanf(copy,
                        "sessiond-replay/1 run=%16[0-9a-f];begun=%" SCNd64 ";start=%" SCNd64 ";end=%" SCNd64
                        ";partition=%" SCNd32 ";from=%63[^;];to=%63[^;]",
                        mark->run, &mark->begun_us, &mark->start, &mark->end, &mark->arguments.partition,
                        mark->arguments.from, mark->arguments.to);
    if (fields != 7)
        return false;
    /* The text must be exactly what the format gives, because sscanf accepts more. */
    return replay_mark_format(mark, again) == text.len && memcmp(again, copy, text.len) == 0;
}

bool replay_arguments_equal(const struct replay_arguments *a, const struct replay_arguments *b)
{
    return a->partition == b->partition && strcmp(a->from, b->from) == 0 && strcmp(a->to, b->to) == 0;
}

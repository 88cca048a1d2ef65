/*
 * For each key, event topic and commands partition: the commands that the events answer must ascend with the events'
 * offsets.
 */
#include "cli/verify/answered.h"

#include <inttypes.h>

#define SAME_STREAM (FIRST_EVENT_KEY - sizeof(uint64_t)) /* all but the offset */

static void find_disorder(struct verify *verify, const struct first_event *before, const struct first_event *event)
{
    const struct ref refs[4] = {
        verify_event_ref(verify, &before->at),
        verify_command_ref(verify, &before->command),
        verify_event_ref(verify, &event->at),
        verify_command_ref(verify, &event->command),
    };

    findings_add(verify->findings, 5, "OUT_OF_ORDER", refs, 4,
                 "of two commands with one key the later one was answered first");
}

bool verify_order(struct verify *verify, struct err *err)
{
    const struct first_event *next;
    struct first_event before;
    bool any = false;

    if (!external_sort_start(verify->order, err))
        return false;
    while ((next = external_sort_peek(verify->order)) != NULL) {
        bool same = any && memcmp(next, &before, SAME_STREAM) == 0;
        if (same && place_offset(&next->command) < place_offset(&before.command))
            find_disorder(verify, &before, next);
        if (!same || place_offset(&next->command) > place_offset(&before.command))
            before = *next;
        any = true;
        if (!external_sort_next(verify->order, err))
            return false;
    }
    return true;
}

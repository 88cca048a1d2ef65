#include "cli/verify/answered.h"

#include <endian.h>

struct place_back place_back_of(const struct place *place)
{
    uint64_t big = htobe64(~(uint64_t)place_offset(place));
    struct place_back back;

    memcpy(back.partition, place->partition, sizeof back.partition);
    memcpy(back.offset_back, &big, sizeof big);
    return back;
}

static bool is_joined(const struct position *a, const struct position *b)
{
    return a->topic == b->topic && a->partition == b->partition && a->unseen == b->unseen;
}

void answers_add(struct answers *answers, const struct event_digest *event)
{
    bool first = answers->count == 0 || position_before(&event->at, &answers->first);

    if (answers->count > 0 && (is_joined(&event->at, &answers->first) || is_joined(&event->at, &answers->last)))
        answers->joined = true;
    if (first) {
        answers->first = event->at;
        answers->key_hash = event->key_hash;
        answers->expired = event->code == ERRCODE_COMMAND_EXPIRED;
    }
    if (answers->count == 0 || position_before(&answers->last, &event->at))
        answers->last = event->at;
    answers->count++;
    answers->decided = answers->decided || event_decided(event);
    answers->undecided = answers->undecided || !event_decided(event);
}

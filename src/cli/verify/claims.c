/* Which session was created according to an outcome and to its events. */
#include "cli/verify/decision.h"

#include <endian.h>

void decision_claim_row(struct decision *decision)
{
    const struct session *session = &decision->row->session;
    uint64_t big = htobe64((uint64_t)session->id);

    decision->claim.by_ledger = decision->claimed = true;
    memcpy(decision->claim.session, &big, sizeof big);
    decision->claim.command_id = decision->id;
    decision->claim.group_id = session->group_id;
    decision->claim.activity_id = session->activity_id;
    decision->claim.start_us = session->start_us;
}

static bool same_claim(const struct claim *a, const struct claim *b)
{
    return memcmp(a->session, b->session, sizeof a->session) == 0 && a->group_id == b->group_id &&
           a->activity_id == b->activity_id && a->start_us == b->start_us;
}

static void event_claim(const struct event_digest *event, struct claim *claim)
{
    uint64_t big = htobe64((uint64_t)event->session_id);

    memset(claim, 0, sizeof *claim);
    memcpy(claim->session, &big, sizeof big);
    claim->by_event = true;
    claim->at = event->at;
    claim->command_id = event->command_id;
    claim->group_id = event->group_id.value;
    claim->activity_id = event->study_activity_id.value;
    claim->start_us = event->start_us;
}

bool decision_claim_event(struct decisions *all, struct decision *decision, const struct event_digest *event,
                          struct err *err)
{
    struct claim claim;

    if (event->code != ERRCODE_NONE)
        return true;
    event_claim(event, &claim);
    if (!decision->claimed) {
        decision->claim = claim;
        decision->claimed = true;
        return true;
    }
    if (!same_claim(&claim, &decision->claim))
        return external_sort_add(all->verify->claims, &claim, err);
    if (!decision->claim.by_event) {
        decision->claim.by_event = true;
        decision->claim.at = event->at;
    }
    return true;
}

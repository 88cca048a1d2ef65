#include "codec/refusal.h"

const char *refusal_text(const struct refusal *refusal, struct arena *arena)
{
    const char *inside = refusal->inside == NULL ? "" : refusal->inside;
    struct bytes text = arena_printf(arena, "%s byte %zu%s%s: %s", refusal->ended ? "truncated at" : "at", refusal->at,
                                     refusal->inside == NULL ? "" : " of what is in ", inside, refusal->rule);

    return (const char *)text.data;
}

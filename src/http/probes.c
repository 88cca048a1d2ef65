#include "http/answers.h"

#include <inttypes.h>

bool answer_live(const struct view *view, FILE *out)
{
    if (view->live)
        fprintf(out, "ok\n");
    else
        fprintf(out, "the loop has not ticked for %" PRId64 " s\n", view->silent_ms / 1000);
    return view->live;
}

/* One line for each check, as kube-apiserver writes them. They are for people; the status code is for machines. */
static void write_checks(const struct view *view, FILE *out)
{
    const struct snapshot *s = &view->snapshot;

    fprintf(out, "[%c]loop %s\n", view->live ? '+' : '-', view->live ? "ok" : "does not tick");
    for (enum dependency_name name = 0; name < DEPENDENCY_COUNT; name++) {
        const struct dependency *d = &s->dependencies[name];
        if (!d->used)
            continue;
        if (d->down)
            fprintf(out, "[-]%s %s %s\n", dependency_label(name), d->code, d->reason);
        else
            fprintf(out, "[%c]%s %s\n", d->up ? '+' : ' ', dependency_label(name), d->up ? "ok" : "not asked yet");
    }
    fprintf(out, "[%c]group %s\n", s->joined ? '+' : '-', s->joined ? "joined" : "not joined yet");
    fprintf(out, "[%c]brake %s\n", s->breaker_open ? '-' : '+', s->breaker_open ? "engaged" : "ok");
}

bool answer_ready(const struct view *view, bool verbose, FILE *out)
{
    bool ready = view->live && state_ready(view->state);

    fprintf(out, "%s: %s\n", state_word(view->state), view->sentence);
    if (verbose) {
        write_checks(view, out);
        fprintf(out, "readyz check %s\n", ready ? "passed" : "failed");
    }
    return ready;
}

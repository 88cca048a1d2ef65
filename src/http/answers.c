#include "http/answers.h"

#include "core/memory.h"

#include <stdlib.h>

#define NO_POLICY "default-src 'none'; frame-ancestors 'none'"
#define TEXT      "text/plain; charset=utf-8"

static int status_of(bool good)
{
    return good ? 200 : 503;
}

static void write_body(struct answer *answer, const struct request *request, enum resource resource,
                       const struct view *view, FILE *out)
{
    switch (resource) {
    case RESOURCE_LIVEZ: answer->status = status_of(answer_live(view, out)); break;
    case RESOURCE_READYZ: answer->status = status_of(answer_ready(view, request->verbose, out)); break;
    case RESOURCE_METRICS:
        answer->type = "text/plain; version=0.0.4; charset=utf-8";
        answer_metrics(view, out);
        break;
    case RESOURCE_STATUS:
        answer->type = "application/json";
        answer_json(view, out);
        break;
    default:
        if (request_wants_html(request->accept)) {
            answer->type = "text/html; charset=utf-8";
            answer->policy = answer_page_policy();
            answer_page(view, out);
        } else {
            answer_text(view, out);
        }
    }
}

static void refuse(struct answer *answer, FILE *out)
{
    static const struct {
        int status;
        const char *text;
    } texts[] = {
        {HTTP_NOT_FOUND,   "there is no such path; there are /livez, /readyz, /metrics, /api/status and /\n"},
        {HTTP_METHOD,      "only GET and HEAD are answered here\n"                                          },
        {HTTP_TOO_LARGE,   "a request has no body here\n"                                                   },
        {HTTP_MISDIRECTED, "this listener answers to the names of this machine only\n"                      },
    };

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].status == answer->status)
            fputs(texts[i].text, out);
}

void answer_make(struct answer *answer, const struct request *request, bool loopback, const struct about *about)
{
    enum resource resource;

    *answer = (struct answer){.type = TEXT, .policy = NO_POLICY};
    FILE *out = memory_stream(&answer->body, &answer->len);
    answer->status = request_judge(request, loopback, &resource);
    if (answer->status == HTTP_OK) {
        struct view *view = view_take(about);
        write_body(answer, request, resource, view, out);
        free(view);
    } else {
        refuse(answer, out);
    }
    fclose(out);
}

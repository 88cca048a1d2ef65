/** Answers to requests. Bodies are written from one view; all texts in them are escaped for their format. */
#ifndef HTTP_ANSWERS_H
#define HTTP_ANSWERS_H

#include "http/request.h"
#include "http/view.h"

struct answer {
    char *body; /* owned by the caller */
    size_t len;
    int status;
    const char *type;
    const char *policy; /* Content-Security-Policy */
};

/** Makes the answer to a request, or its refusal. `loopback`: as for request_judge. Not thread-safe. */
void answer_make(struct answer *answer, const struct request *request, bool loopback, const struct about *about);

/** Writes the metrics in Prometheus' text format 0.0.4. */
void answer_metrics(const struct view *view, FILE *out);

/** Writes one JSON object: what `sessiond status --json` prints. */
void answer_json(const struct view *view, FILE *out);

/** Writes a table for a terminal, in UTF-8: what `sessiond status` prints. */
void answer_text(const struct view *view, FILE *out);

/** Writes the page, in HTML. */
void answer_page(const struct view *view, FILE *out);

/**
 * The Content-Security-Policy of the page: it allows the page's own style and script by their hashes, and nothing else.
 * Static. Not thread-safe.
 */
const char *answer_page_policy(void);

/**
 * Write the body of `/livez` and `/readyz`: one line, or with `verbose` one for each check. Return whether the answer
 * is yes.
 */
bool answer_live(const struct view *view, FILE *out);
bool answer_ready(const struct view *view, bool verbose, FILE *out);

#endif

/** The bodies of answers, each written from one view. All texts in them are escaped for their format. */
#ifndef HTTP_ANSWERS_H
#define HTTP_ANSWERS_H

#include "http/view.h"

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

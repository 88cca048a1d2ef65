/** The bodies of answers, each written from one view. All texts in them are escaped for their format. */
#ifndef HTTP_ANSWERS_H
#define HTTP_ANSWERS_H

#include "http/view.h"

/** Prometheus' text format 0.0.4. */
void answer_metrics(const struct view *view, FILE *out);

/** One JSON object: what `sessiond status --json` prints. */
void answer_json(const struct view *view, FILE *out);

/** A table for a terminal, UTF-8: what `sessiond status` prints. */
void answer_text(const struct view *view, FILE *out);

/** The page. */
void answer_page(const struct view *view, FILE *out);

/** The Content-Security-Policy of the page: its own style and script by their hashes, and nothing else. Static. Not thread-safe. */
const char *answer_page_policy(void);

/** `/livez`, `/readyz`: a line, with `verbose` one for each thing that it rests on. Returns whether the answer is yes. */
bool answer_live(const struct view *view, FILE *out);
bool answer_ready(const struct view *view, bool verbose, FILE *out);

#endif

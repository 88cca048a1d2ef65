/** Pieces of the page. Whatever comes from outside goes through `html_text`. */
#ifndef HTTP_HTML_H
#define HTTP_HTML_H

#include "http/view.h"

/** Text, and attribute values in double quotes: & < > " ' escaped. */
void html_text(FILE *out, const char *text);

/** The three plots of the last ten minutes on one time axis. */
void html_plots(const struct view *view, FILE *out);

#endif

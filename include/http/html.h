/** Pieces of the page. All text from outside goes through html_text. */
#ifndef HTTP_HTML_H
#define HTTP_HTML_H

#include "http/view.h"

/** Writes text, or an attribute value in double quotes, with & < > " ' escaped. */
void html_text(FILE *out, const char *text);

/** Writes the three plots of the last ten minutes, on one time axis. */
void html_plots(const struct view *view, FILE *out);

#endif

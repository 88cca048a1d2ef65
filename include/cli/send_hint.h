/** Says what a line that is not a JSON object probably is, and how to make it one. Pure. */
#ifndef CLI_SEND_HINT_H
#define CLI_SEND_HINT_H

#include "core/bytes.h"

/** A static text with the advice. */
const char *send_hint(struct bytes line);

#endif

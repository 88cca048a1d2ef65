/** What a line probably is that is no JSON object, and how it becomes one. Pure. */
#ifndef CLI_SEND_HINT_H
#define CLI_SEND_HINT_H

#include "core/bytes.h"

/** A static text: what to do. */
const char *send_hint(struct bytes line);

#endif

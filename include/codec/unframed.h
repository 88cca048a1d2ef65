/** Why a value is in none of the framings that a command may have. Pure. */
#ifndef CODEC_UNFRAMED_H
#define CODEC_UNFRAMED_H

#include "core/record.h"
#include "config/config.h"

/**
 * Says what was expected at which byte of a value for which framing_of found no framing. Static or in the arena, with a
 * NUL.
 */
const char *unframed_reason(struct bytes value, enum commands_format format, struct arena *arena);

#endif

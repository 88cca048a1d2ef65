/**
 * What jansson says about a JSON command. It does not limit the depth to 64, and does not know which objects must not
 * have a key twice. Both are checked by counting brackets and commas, which is sound only because jansson has found the
 * text well-formed. jansson refuses escapes of NUL and of lone surrogates, so each of these is replaced by the escape
 * of another character before it sees the text.
 */
#ifndef TESTS_FUZZ_JSON_ORACLE_H
#define TESTS_FUZZ_JSON_ORACLE_H

#include "core/command.h"

/**
 * Ends the process when the decoder and jansson differ on `json`. `command`: what the decoder read; NULL: it refused. A
 * text with a number that jansson cannot hold is not judged, since jansson refuses the whole document then; nor is a
 * text with a character that stands for a lone surrogate.
 */
void json_oracle_check(struct bytes json, bool structured, const struct command *command);

#endif

/**
 * What jansson says of a JSON command. It knows no depth of 64, and not which objects may not name a key twice: these two are
 * judged by counting brackets and commas, which is sound only because jansson has found the text well-formed. It refuses escapes of NUL
 * and of lone surrogates: before it sees the text, each of these becomes the escape of a character of its own.
 */
#ifndef TESTS_FUZZ_JSON_ORACLE_H
#define TESTS_FUZZ_JSON_ORACLE_H

#include "core/command.h"

/**
 * Ends the process when the decoder and jansson differ on `json`. `command`: what the decoder read; NULL: it refused.
 * Says nothing of a text with a number that jansson cannot hold: it fails the whole document for it; nor of one with a character that
 * stands for a lone surrogate.
 */
void json_oracle_check(struct bytes json, bool structured, const struct command *command);

#endif

#include "core/err.h"

#include <stdarg.h>
#include <stdio.h>

#define ERR_CODE(constant, code, exits, row, meaning) const char constant[] = code;
#include "core/err_codes.def"
#undef ERR_CODE

bool err_set(struct err *err, enum err_class class, enum exit_code exit_code, const char *code, const char *format, ...)
{
    va_list args;

    err->class = class;
    err->exit_code = exit_code;
    err->code = code;
    err->reason = REASON_NONE;
    err->sqlstate[0] = 0;
    va_start(args, format);
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    return false;
}

bool err_interrupted(struct err *err, const char *doing)
{
    return err_set(err, ERR_INTERRUPTED, EXIT_TIMEOUT, E_INTERRUPTED, "interrupted while %s", doing);
}

void err_prefix(struct err *err, const char *format, ...)
{
    char prefix[256];
    va_list args;

    va_start(args, format);
    int len = vsnprintf(prefix, sizeof prefix - 2, format, args);
    va_end(args);
    if (len < 0)
        return;
    size_t prefix_len = strnlen(prefix, sizeof prefix - 3);
    prefix[prefix_len++] = ':';
    prefix[prefix_len++] = ' ';

    size_t room = sizeof err->message - 1 - prefix_len;
    size_t message_len = strnlen(err->message, room);
    memmove(err->message + prefix_len, err->message, message_len);
    memcpy(err->message, prefix, prefix_len);
    err->message[prefix_len + message_len] = 0;
}

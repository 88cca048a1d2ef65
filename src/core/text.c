#include "core/text.h"

#include "core/hex.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

char *text_copy(const char *text)
{
    return text_copy_n(text, strlen(text));
}

char *text_copy_n(const char *text, size_t len)
{
    char *copy = strndup(text, len);
    if (copy == NULL)
        abort();
    return copy;
}

char *text_printf(const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0)
        abort();
    return text;
}

char *text_trim(char *text)
{
    size_t len;

    while (isspace((unsigned char)*text))
        text++;
    for (len = strlen(text); len > 0 && isspace((unsigned char)text[len - 1]); len--)
        text[len - 1] = 0;
    return text;
}

bool text_ends(const char *text, const char *suffix)
{
    size_t len = strlen(text);
    size_t suffix_len = strlen(suffix);

    return len >= suffix_len && strcmp(text + len - suffix_len, suffix) == 0;
}

void text_percent_decode(char *text)
{
    char *to = text;

    for (const char *from = text; *from != 0; from++) {
        int high = *from == '%' ? hex_value((uint8_t)from[1]) : -1;
        int low = high < 0 ? -1 : hex_value((uint8_t)from[2]);
        *to++ = low < 0 ? *from : (char)(high << 4 | low);
        from += low < 0 ? 0 : 2;
    }
    *to = 0;
}

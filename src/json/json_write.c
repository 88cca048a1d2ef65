#include "json/json_write.h"

#include "core/utf8.h"

static bool is_plain(uint8_t byte)
{
    return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

static void write_escape(FILE *out, uint8_t byte)
{
    switch (byte) {
    case '"': fputs("\\\"", out); break;
    case '\\': fputs("\\\\", out); break;
    case '\n': fputs("\\n", out); break;
    case '\r': fputs("\\r", out); break;
    case '\t': fputs("\\t", out); break;
    default: fprintf(out, "\\u%04x", byte); break;
    }
}

/* U+0080 to U+009F: some terminals obey them. */
static bool is_c1_control(const uint8_t *at, size_t len)
{
    return len == 2 && at[0] == 0xc2 && at[1] < 0xa0;
}

void json_write_string(FILE *out, struct bytes text)
{
    if (text.data == NULL) {
        fputs("null", out);
        return;
    }
    const uint8_t *at = text.data;
    const uint8_t *end = at + text.len;

    putc('"', out);
    while (at < end) {
        const uint8_t *run = at;
        while (at < end && is_plain(*at))
            at++;
        fwrite(run, 1, (size_t)(at - run), out);
        if (at == end)
            break;

        size_t len = *at < 0x80 ? 1 : utf8_sequence(at, end);
        if (is_c1_control(at, len))
            write_escape(out, at[1]);
        else if (len > 1)
            fwrite(at, 1, len, out);
        else if (len == 1)
            write_escape(out, *at);
        else
            fputs("\\ufffd", out);
        at += len == 0 ? 1 : len;
    }
    putc('"', out);
}

void json_write_base64(FILE *out, struct bytes bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    putc('"', out);
    for (size_t i = 0; i < bytes.len; i += 3) {
        size_t left = bytes.len - i;
        uint32_t group = (uint32_t)bytes.data[i] << 16;
        group |= left > 1 ? (uint32_t)bytes.data[i + 1] << 8 : 0;
        group |= left > 2 ? bytes.data[i + 2] : 0;
        putc(digits[group >> 18], out);
        putc(digits[group >> 12 & 63], out);
        putc(left > 1 ? digits[group >> 6 & 63] : '=', out);
        putc(left > 2 ? digits[group & 63] : '=', out);
    }
    putc('"', out);
}

/* Where it cannot go out as it is: a line break or a control character. */
static bool is_special(const uint8_t *at, const uint8_t *end)
{
    return *at == '\n' || *at == '\r' || *at == 0x7f || is_c1_control(at, (size_t)(end - at) < 2 ? 1 : 2);
}

void json_write_line(FILE *out, struct bytes json)
{
    const uint8_t *at = json.data;
    const uint8_t *end = at + json.len;

    while (at < end) {
        const uint8_t *run = at;
        while (at < end && !is_special(at, end))
            at++;
        fwrite(run, 1, (size_t)(at - run), out);
        if (at == end)
            break;
        /* Valid JSON has line breaks only between tokens, and the others only inside strings. */
        if (*at < 0x20) {
            putc(' ', out);
        } else {
            at += *at == 0xc2;
            write_escape(out, *at);
        }
        at++;
    }
}

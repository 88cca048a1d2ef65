#include "codec/base64.h"

static int value_of(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    if (c == '+')
        return 62;
    return c == '/' ? 63 : -1;
}

static bool refuse(struct refusal *refusal, size_t at, const char *rule)
{
    *refusal = (struct refusal){.rule = rule, .at = at};
    return false;
}

/* The padding: only the last group of four may end in it, with one or two characters. */
static size_t padding_of(struct bytes text)
{
    if (text.len == 0 || text.data[text.len - 1] != '=')
        return 0;
    return text.data[text.len - 2] == '=' ? 2 : 1;
}

bool base64_decode(struct bytes text, uint8_t *out, size_t *length, struct refusal *refusal)
{
    size_t padding = text.len % 4 == 0 ? padding_of(text) : 0;
    uint32_t bits = 0;

    *length = 0;
    for (size_t i = 0; i < text.len - padding; i++) {
        int value = value_of(text.data[i]);
        if (value < 0)
            return refuse(refusal, i, "a character of the base64 alphabet is expected (RFC 4648, section 4)");
        bits = bits << 6 | (uint32_t)value;
        if (i % 4 > 0)
            out[(*length)++] = (uint8_t)(bits >> (6 - 2 * (i % 4)));
    }
    if (text.len % 4 != 0)
        return refuse(refusal, text.len,
                      "base64 is expected in whole groups of four, padded with = (RFC 4648, section 4)");
    if (padding > 0 && (bits & (padding == 2 ? 0xF : 0x3)) != 0)
        return refuse(refusal, text.len - padding - 1, "base64 is expected with zeros in the bits that no byte uses");
    return true;
}

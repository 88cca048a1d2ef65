#include "codec/trace.h"

#include "core/hex.h"

#define TRACE_ID_AT 3
#define SPAN_ID_AT  36
#define FLAGS_AT    53

#define FLAGS_KNOWN 0x03 /* sampled; random trace id (Level 2). other flags must be sent as zero */

#define STATE_MEMBERS_MAX 32
#define STATE_PART_MAX    256

/* True for `count` digits in lower case, at least one of which is not 0 unless `zero_allowed`. */
static bool is_hex(const uint8_t *at, size_t count, bool zero_allowed)
{
    bool zero = true;

    for (size_t i = 0; i < count; i++) {
        if (hex_value(at[i]) < 0 || (at[i] >= 'A' && at[i] <= 'F'))
            return false;
        zero = zero && at[i] == '0';
    }
    return zero_allowed || !zero;
}

static bool version_fits(struct bytes parent)
{
    if (!is_hex(parent.data, 2, true) || memcmp(parent.data, "ff", 2) == 0)
        return false;
    if (memcmp(parent.data, "00", 2) == 0)
        return parent.len == TRACE_PARENT_TEXT;
    return parent.len == TRACE_PARENT_TEXT || parent.data[TRACE_PARENT_TEXT] == '-';
}

static bool parent_valid(struct bytes parent)
{
    const uint8_t *at = parent.data;

    return parent.len >= TRACE_PARENT_TEXT && version_fits(parent) && at[TRACE_ID_AT - 1] == '-' &&
           is_hex(at + TRACE_ID_AT, 32, false) && at[SPAN_ID_AT - 1] == '-' && is_hex(at + SPAN_ID_AT, 16, false) &&
           at[FLAGS_AT - 1] == '-' && is_hex(at + FLAGS_AT, 2, true);
}

bool trace_continue(struct bytes parent, const uint8_t span[static TRACE_SPAN], char text[static TRACE_PARENT_TEXT])
{
    if (!parent_valid(parent))
        return false;
    memcpy(text, parent.data, TRACE_PARENT_TEXT);
    memcpy(text, "00", 2);
    for (size_t i = 0; i < TRACE_SPAN; i++) {
        text[SPAN_ID_AT + 2 * i] = hex_digit(span[i] >> 4);
        text[SPAN_ID_AT + 2 * i + 1] = hex_digit(span[i] & 15);
    }
    text[FLAGS_AT] = '0';
    text[FLAGS_AT + 1] = hex_digit((unsigned)hex_value(parent.data[FLAGS_AT + 1]) & FLAGS_KNOWN);
    return true;
}

/* ---- tracestate ---- */

static bool is_key_character(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '*' || c == '/' || c == '@';
}

static bool is_value_character(uint8_t c)
{
    return c >= 0x20 && c <= 0x7e && c != ',' && c != '=';
}

static bool member_valid(struct bytes member)
{
    size_t key = 0;

    while (key < member.len && is_key_character(member.data[key]))
        key++;
    if (key == 0 || key > STATE_PART_MAX || key == member.len || member.data[key] != '=')
        return false;
    size_t value = member.len - key - 1;
    if (value == 0 || value > STATE_PART_MAX || member.data[member.len - 1] == ' ')
        return false;
    for (size_t i = key + 1; i < member.len; i++)
        if (!is_value_character(member.data[i]))
            return false;
    return true;
}

/* The text without blanks and tabs at both ends. */
static struct bytes trimmed(struct bytes text)
{
    while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
        text.len--;
    return text;
}

bool trace_state_valid(struct bytes state)
{
    size_t members = 0;

    for (size_t start = 0; start <= state.len;) {
        size_t end = start;
        while (end < state.len && state.data[end] != ',')
            end++;
        struct bytes member = trimmed((struct bytes){state.data + start, end - start});
        if (member.len > 0 && (++members > STATE_MEMBERS_MAX || !member_valid(member)))
            return false;
        start = end + 1;
    }
    return members > 0;
}

/*
 * traceparent and tracestate, beside a second reading of W3C Trace Context. Input: the header; both readings are tried.
 */
#include "codec/trace.h"

#include "fuzz.h"

#include <regex.h>

#define KEY_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789_-*/@"

/* A version that is 00 has nothing behind it, one that is not ff may, after another dash; no id is all zero. */
static bool is_parent(const char *text)
{
    static regex_t shape;
    static bool made;

    if (!made)
        MUST(regcomp(&shape, "^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?$", REG_EXTENDED | REG_NOSUB) ==
             0);
    made = true;
    if (regexec(&shape, text, 0, NULL, 0) != 0 || strncmp(text, "ff", 2) == 0)
        return false;
    return (strncmp(text, "00", 2) != 0 || strlen(text) == 55) && strspn(text + 3, "0") < 32 &&
           strspn(text + 36, "0") < 16;
}

static void check_parent(struct bytes parent, const char *text)
{
    static const uint8_t span[TRACE_SPAN] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
    char out[TRACE_PARENT_TEXT + 1] = "";
    bool valid = trace_continue(parent, span, out);

    /* Behind what a later version adds there may be a NUL. */
    MUST(valid == (is_parent(text) && (strlen(text) == parent.len || strlen(text) > TRACE_PARENT_TEXT)));
    if (!valid) {
        MUST(out[0] == 0);
        return;
    }
    MUST(strlen(out) == TRACE_PARENT_TEXT && is_parent(out));
    MUST(strncmp(out, "00-", 3) == 0 && strncmp(out + 3, text + 3, 33) == 0);
    MUST(strncmp(out + 36, "0123456789abcdef-", 17) == 0);
    MUST(strtol(out + 53, NULL, 16) == (strtol(text + 53, NULL, 16) & 3));
}

static bool is_member(const char *member)
{
    size_t key = strspn(member, KEY_LETTERS), value;

    if (key < 1 || key > 256 || member[key] != '=')
        return false;
    member += key + 1;
    value = strlen(member);
    if (value < 1 || value > 256 || strchr(member, '=') != NULL)
        return false;
    for (size_t i = 0; i < value; i++)
        if (member[i] < 0x20 || member[i] > 0x7e)
            return false;
    return true;
}

static bool is_state(char *text)
{
    size_t members = 0;

    for (char *member; (member = strsep(&text, ",")) != NULL;) {
        member += strspn(member, " \t");
        for (size_t len = strlen(member); len > 0 && strchr(" \t", member[len - 1]) != NULL; len--)
            member[len - 1] = 0;
        if (*member == 0)
            continue;
        if (!is_member(member))
            return false;
        members++;
    }
    return members >= 1 && members <= 32;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes header = {data, size};
    char *text = strndup((const char *)data, size);

    if (text == NULL)
        abort();
    check_parent(header, text);
    bool whole = strlen(text) == size;
    MUST(trace_state_valid(header) == (whole && is_state(text)));
    free(text);
    return 0;
}

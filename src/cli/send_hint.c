#include "cli/send_hint.h"

#include "codec/encoding.h"
#include "json/scan.h"

static bool has(struct bytes line, char wanted)
{
    return line.len > 0 && memchr(line.data, wanted, line.len) != NULL;
}

/* True when the line begins a value whose other lines follow. */
static bool goes_on(struct bytes line)
{
    struct scanner scan = scan_start(line);

    return !scan_value(&scan) && scan.ended;
}

const char *send_hint(struct bytes line)
{
    uint8_t first = line.len > 0 ? line.data[0] : 0;

    if (encoding_rule(line) != NULL)
        return "save the file as UTF-8, or: iconv -t UTF-8";
    if (first == '[')
        return "of a JSON array make them with jq -c '.[]'";
    if (first == '{' && goes_on(line))
        return "of commands in several lines make them with jq -c .";
    if (first != '{' && (has(line, ',') || has(line, ';') || has(line, '\t')))
        return "make CSV into JSON first: {\"group_id\":1,\"study_activity_id\":2}";
    return "like {\"group_id\":1,\"study_activity_id\":2}";
}

#include "codec/dlq.h"

#include "codec/decimal.h"

/* `__dlq.errors.topic` … `.message`, and `.truncated`. */
#define OWN_HEADERS 7

/* What a header takes in a record besides its bytes, at most: two lengths as varints (KIP-98, record format 2). */
#define HEADER_OVERHEAD 10

/* `__dlq.errors.truncated` with the longest list. */
#define TRUNCATED_SIZE (22 + 17 + HEADER_OVERHEAD)

/* The copy as it is cut; `room` is what is left of the limit. */
struct copy {
    struct bytes key;
    struct bytes value;
    struct header *headers; /* has space for all of the record's and for ours */
    size_t header_count;
    size_t room;
};

static struct bytes number(int64_t value, struct arena *arena)
{
    char *text = arena_alloc(arena, DECIMAL_TEXT);

    return (struct bytes){(const uint8_t *)text, decimal_format(value, text)};
}

static struct header header(const char *name, struct bytes value)
{
    return (struct header){bytes_of(name), value};
}

static size_t header_size(const struct header *one)
{
    return one->name.len + one->value.len + HEADER_OVERHEAD;
}

static size_t headers_size(const struct header *headers, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += header_size(&headers[i]);
    return size;
}

/* Why the record is here. These are never cut: without them the copy would be a riddle. */
static size_t own_headers(const struct config *config, const struct batch_item *item, struct arena *arena,
                          struct header own[static OWN_HEADERS])
{
    const struct outcome *outcome = &item->outcome;
    size_t count = 0;

    own[count++] = header("__dlq.errors.topic", bytes_of(item->record.topic));
    own[count++] = header("__dlq.errors.partition", number(item->record.partition, arena));
    own[count++] = header("__dlq.errors.offset", number(item->record.offset, arena));
    own[count++] = header("__dlq.errors.group", bytes_of(config->group_id));
    own[count++] = header("__dlq.errors.code", bytes_of(errcode_name(outcome->code)));
    own[count++] = header("__dlq.errors.message", violation_message(&outcome->violations.list[0], outcome, arena));
    return count;
}

/* As much of the bytes as there is room for; absent stays absent. True if some were cut. */
static bool cut_bytes(struct copy *copy, struct bytes *bytes)
{
    bool cut = bytes->len > copy->room;

    if (cut)
        bytes->len = copy->room;
    copy->room -= bytes->len;
    return cut;
}

/* A header stays whole or goes: half a header would say something else. */
static bool cut_headers(struct copy *copy)
{
    size_t kept = 0;

    for (size_t i = 0; i < copy->header_count; i++) {
        size_t size = header_size(&copy->headers[i]);
        if (size > copy->room)
            continue;
        copy->headers[kept++] = copy->headers[i];
        copy->room -= size;
    }

    bool cut = kept < copy->header_count;
    copy->header_count = kept;
    return cut;
}

static const char *truncated_text(bool value, bool headers, bool key)
{
    static const char *const texts[2][2][2] = {
        {{"", "key"},            {"headers", "headers,key"}            },
        {{"value", "value,key"}, {"value,headers", "value,headers,key"}},
    };

    return texts[value][headers][key];
}

/* What is to go last takes its room first. The names of what was cut; `lost`: the headers are missing already. */
static const char *cut(struct copy *copy, size_t room, bool lost)
{
    copy->room = room;
    bool key = cut_bytes(copy, &copy->key);
    bool headers = cut_headers(copy);

    /* Small headers behind a large one may have left room; the value still goes before any header does. */
    if (headers)
        copy->room = 0;
    bool value = cut_bytes(copy, &copy->value);
    return truncated_text(value, headers || lost, key);
}

/* Space for ours, too. A record without headers has no array to copy from. */
static struct header *copy_headers(const struct record *record, struct arena *arena)
{
    struct header *headers = arena_alloc(arena, (record->header_count + OWN_HEADERS) * sizeof *headers);

    if (record->header_count > 0)
        memcpy(headers, record->headers, record->header_count * sizeof *headers);
    return headers;
}

void dlq_encode(const struct config *config, const struct batch_item *item, struct arena *arena, struct outbound *out)
{
    const struct record *record = &item->record;
    struct copy copy = {record->key, record->value, copy_headers(record, arena), record->header_count, 0};
    struct header own[OWN_HEADERS];
    size_t own_count = own_headers(config, item, arena, own);

    size_t reserved = headers_size(own, own_count) + TRUNCATED_SIZE;
    size_t limit = item->dlq_limit == 0 ? SIZE_MAX : item->dlq_limit;
    const char *text = cut(&copy, limit > reserved ? limit - reserved : 0, record->headers_unreadable);
    if (*text != 0)
        own[own_count++] = header("__dlq.errors.truncated", bytes_of(text));
    memcpy(copy.headers + copy.header_count, own, own_count * sizeof *own);

    out->topic = config->dlq_topic;
    out->partition = -1;
    out->key = copy.key;
    out->value = copy.value;
    out->headers = copy.headers;
    out->header_count = copy.header_count + own_count;
}

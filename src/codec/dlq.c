#include "codec/dlq.h"

#include "core/decimal.h"
#include "codec/redriven.h"

/* From `__dlq.errors.topic` to `.delivery.count`, and `.truncated`. */
#define OWN_HEADERS 10

#define HEADER_OVERHEAD OUTBOUND_HEADER_SIZE

/* `__dlq.errors.truncated` with the longest list. */
#define TRUNCATED_SIZE (22 + 17 + HEADER_OVERHEAD)

/* The copy while it is cut; `room` is what is left of the limit. */
struct copy {
    struct bytes key;
    struct bytes value;
    struct header *headers; /* has space for all headers of the record and for ours */
    size_t header_count;
    size_t room;
};

/* Which parts are incomplete. */
struct cuts {
    bool value;
    bool headers;
    bool key;
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

static struct bytes uuid_text(const struct uuid *uuid, struct arena *arena)
{
    char *text = arena_alloc(arena, UUID_TEXT + 1);

    uuid_format(uuid, text);
    return (struct bytes){(const uint8_t *)text, UUID_TEXT};
}

/* The headers that say why the record is here. They are never cut: without them nobody could tell. */
static size_t own_headers(const struct dlq_settings *settings, const struct batch_item *item,
                          struct redriven_position at, struct arena *arena, struct header own[static OWN_HEADERS])
{
    const struct record *record = &item->record;
    const struct outcome *outcome = &item->outcome;
    size_t count = 0;

    own[count++] = header("__dlq.errors.topic", bytes_of(record->topic));
    own[count++] = header("__dlq.errors.partition", number(at.partition, arena));
    own[count++] = header("__dlq.errors.offset", number(at.offset, arena));
    own[count++] = header("__dlq.errors.timestamp", number(at.timestamp_ms, arena));
    own[count++] = header("__dlq.errors.group", bytes_of(settings->group_id));
    own[count++] = header("__dlq.errors.code", bytes_of(errcode_name(outcome->code)));
    own[count++] = header("__dlq.errors.message", violation_message(&outcome->violations.list[0], outcome, arena));
    own[count++] = header("__dlq.errors.command.id", uuid_text(&item->command_id, arena));
    own[count++] = header("__dlq.errors.delivery.count", number(redriven_count(record), arena));
    return count;
}

/* Keeps as many of the bytes as there is room for; absent stays absent. True if some were cut. */
static bool cut_bytes(struct copy *copy, struct bytes *bytes)
{
    bool cut = bytes->len > copy->room;

    if (cut)
        bytes->len = copy->room;
    copy->room -= bytes->len;
    return cut;
}

/* A header is kept whole or dropped: half a header would say something else. */
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

/* The part that is cut last takes its room first. */
static struct cuts cut(struct copy *copy, size_t room)
{
    struct cuts cuts = {0};

    copy->room = room;
    cuts.key = cut_bytes(copy, &copy->key);
    cuts.headers = cut_headers(copy);
    /* Small headers after a large one may have left room, but the value must be cut before any header is. */
    if (cuts.headers)
        copy->room = 0;
    cuts.value = cut_bytes(copy, &copy->value);
    return cuts;
}

static const char *cuts_text(struct cuts cuts)
{
    static const char *const texts[2][2][2] = {
        {{"", "key"},            {"headers", "headers,key"}            },
        {{"value", "value,key"}, {"value,headers", "value,headers,key"}},
    };

    return texts[cuts.value][cuts.headers][cuts.key];
}

/* A copy of a copy that was cut counts as cut, even when it fits. */
static struct cuts cuts_before(const struct record *record)
{
    const struct header *truncated = record_header(record, "__dlq.errors.truncated");

    for (unsigned bits = 1; truncated != NULL && bits < 8; bits++) {
        struct cuts cuts = {(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0};
        if (bytes_equal(truncated->value, bytes_of(cuts_text(cuts))))
            return cuts;
    }
    return (struct cuts){0};
}

/* The record as it came, without the headers that an earlier copy of it has added, and with space for ours. */
static struct copy copy_of(const struct record *record, struct arena *arena)
{
    struct header *headers = arena_alloc(arena, (record->header_count + OWN_HEADERS) * sizeof *headers);
    struct copy copy = {record->key, record->value, headers, 0, 0};

    for (size_t i = 0; i < record->header_count; i++)
        if (!redriven_header(record->headers[i].name))
            headers[copy.header_count++] = record->headers[i];
    return copy;
}

/*
 * A record that was a dead letter before keeps its first position, from which its command id is derived, and the list
 * of what it has lost since.
 */
void dlq_encode(const struct dlq_settings *settings, const struct batch_item *item, struct arena *arena,
                struct outbound *out)
{
    const struct record *record = &item->record;
    struct redriven_position at = {record->partition, record->offset, record->timestamp_ms};
    struct cuts before =
        redriven_position(record, settings->commands_topic, &at) ? cuts_before(record) : (struct cuts){0};
    struct copy copy = copy_of(record, arena);
    struct header own[OWN_HEADERS];
    size_t own_count = own_headers(settings, item, at, arena, own);
    struct cuts cuts = {0};

    if (item->dlq_limit != 0) {
        size_t reserved = headers_size(own, own_count) + TRUNCATED_SIZE;
        cuts = cut(&copy, item->dlq_limit > reserved ? item->dlq_limit - reserved : 0);
    }
    /* Headers that could not be read are missing already. */
    bool no_headers = cuts.headers || before.headers || record->headers_unreadable;
    cuts = (struct cuts){cuts.value || before.value, no_headers, cuts.key || before.key};
    if (*cuts_text(cuts) != 0)
        own[own_count++] = header("__dlq.errors.truncated", bytes_of(cuts_text(cuts)));
    memcpy(copy.headers + copy.header_count, own, own_count * sizeof *own);

    out->topic = settings->topic;
    out->partition = -1;
    out->key = copy.key;
    out->value = copy.value;
    out->headers = copy.headers;
    out->header_count = copy.header_count + own_count;
}

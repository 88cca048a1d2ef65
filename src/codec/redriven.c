#include "codec/redriven.h"

#include "core/decimal.h"
#include "core/command.h"

#define PREFIX "__dlq.errors."

/* True with the number in the record's last header of that name, if it is between `least` and `most`. */
static bool read_number(const struct record *record, const char *name, int64_t least, int64_t most, int64_t *number)
{
    const struct header *header = record_header(record, name);

    return header != NULL && decimal_parse(header->value, number) && *number >= least && *number <= most;
}

bool redriven_position(const struct record *record, const char *commands_topic, struct redriven_position *position)
{
    const struct header *topic = record_header(record, PREFIX "topic");
    int64_t partition, offset, timestamp_ms;
    struct uuid id;

    if (!command_redriven_id(record, &id) || topic == NULL || !bytes_equal(topic->value, bytes_of(commands_topic)) ||
        !read_number(record, PREFIX "partition", 0, INT32_MAX, &partition) ||
        !read_number(record, PREFIX "offset", 0, INT64_MAX, &offset) ||
        !read_number(record, PREFIX "timestamp", -1, INT64_MAX, &timestamp_ms))
        return false;
    *position = (struct redriven_position){(int32_t)partition, offset, timestamp_ms};
    return true;
}

int32_t redriven_count(const struct record *record)
{
    int64_t count;

    return read_number(record, PREFIX "delivery.count", 1, INT32_MAX, &count) ? (int32_t)count : 1;
}

bool redriven_header(struct bytes name)
{
    static const char *const ours[] = {
        PREFIX "topic", PREFIX "partition", PREFIX "offset",     PREFIX "timestamp",      PREFIX "group",
        PREFIX "code",  PREFIX "message",   PREFIX "command.id", PREFIX "delivery.count", PREFIX "truncated",
    };

    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (bytes_equal(name, bytes_of(ours[i])))
            return true;
    return false;
}

static struct bytes text_of(const struct record *record, const char *name)
{
    const struct header *header = record_header(record, name);

    return header == NULL ? (struct bytes){0} : header->value;
}

void dead_letter_read(const struct record *record, struct dead_letter *letter)
{
    int64_t number;

    *letter = (struct dead_letter){
        .code = text_of(record, PREFIX "code"),
        .topic = text_of(record, PREFIX "topic"),
        .first = {-1, -1, -1},
        .deliveries = redriven_count(record),
        .truncated = record_header(record, PREFIX "truncated") != NULL,
    };
    if (read_number(record, PREFIX "partition", 0, INT32_MAX, &number))
        letter->first.partition = (int32_t)number;
    if (read_number(record, PREFIX "offset", 0, INT64_MAX, &number))
        letter->first.offset = number;
    if (read_number(record, PREFIX "timestamp", -1, INT64_MAX, &number))
        letter->first.timestamp_ms = number;
}

#include "core/record.h"

#include <inttypes.h>
#include <stdio.h>

const struct header *record_header(const struct record *record, const char *name)
{
    struct bytes wanted = bytes_of(name);

    for (size_t i = record->header_count; i > 0; i--)
        if (bytes_equal(record->headers[i - 1].name, wanted))
            return &record->headers[i - 1];
    return NULL;
}

size_t record_envelope_size(const struct record *record)
{
    size_t size = record->key.len;

    for (size_t i = 0; i < record->header_count; i++)
        size += record->headers[i].name.len + record->headers[i].value.len + RECORD_HEADER_SIZE;
    return size;
}

size_t record_size(const struct record *record)
{
    return record_envelope_size(record) + record->value.len;
}

size_t record_memory(const struct record *record)
{
    return record_size(record) + record->header_count * (RECORD_HEADER_MEMORY - RECORD_HEADER_SIZE);
}

int64_t record_timestamp_us(const struct record *record)
{
    return record->timestamp_ms > TIME_LAST_US / 1000 ? TIME_LAST_US : record->timestamp_ms * 1000;
}

const char *record_place(const char *topic, int32_t partition, int64_t offset, char text[static RECORD_PLACE_TEXT])
{
    snprintf(text, RECORD_PLACE_TEXT, "%s[%" PRId32 "]@%" PRId64, topic, partition, offset);
    return text;
}

const char *record_label(const struct record *record, const struct uuid *command_id,
                         char text[static RECORD_LABEL_TEXT])
{
    char id[UUID_TEXT + 1];

    uuid_format(command_id, id);
    record_place(record->topic, record->partition, record->offset, text);
    size_t len = strlen(text);
    snprintf(text + len, RECORD_LABEL_TEXT - len, " (command %s)", id);
    return text;
}

struct bytes record_position(const struct record *record, struct arena *arena)
{
    return arena_printf(arena, "%s/%" PRId32 "/%" PRId64 "/%" PRId64, record->topic, record->partition, record->offset,
                        record->timestamp_ms);
}

struct uuid record_derived_id(const struct record *record, struct arena *arena)
{
    return uuid_v5(&uuid_namespace, record_position(record, arena));
}

struct uuid record_answer_id(const struct record *record, const char *code, struct arena *arena)
{
    struct bytes position = record_position(record, arena);

    return uuid_v5(&uuid_namespace, arena_printf(arena, "%s#%s", (const char *)position.data, code));
}

size_t outbound_size(const struct outbound *out)
{
    size_t size = out->key.len + out->value.len;

    for (size_t i = 0; i < out->header_count; i++)
        size += out->headers[i].name.len + out->headers[i].value.len + OUTBOUND_HEADER_SIZE;
    return size;
}

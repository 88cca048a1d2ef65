#include "codec/framing.h"

#include "codec/encoding.h"

#include <strings.h>

#define ID_HEADER_SIZE   5  /* 00, and an int32 */
#define GUID_HEADER_SIZE 17 /* 01, and 16 bytes */

#define SINGLE_OBJECT      "\xC3\x01"
#define SINGLE_OBJECT_SIZE 10 /* C3 01, and 8 bytes of fingerprint, the lowest first */

static bool begins(struct bytes bytes, const char *magic, size_t length)
{
    return bytes.len >= length && memcmp(bytes.data, magic, length) == 0;
}

static bool has_schema_header(const struct record *record)
{
    const struct header *header = record_header(record, "__value_schema_id");

    if (header == NULL || header->value.len == 0)
        return false;
    return (header->value.len == ID_HEADER_SIZE && header->value.data[0] == 0) ||
           (header->value.len == GUID_HEADER_SIZE && header->value.data[0] == 1);
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Case and parameters ("; charset=utf-8") do not matter (RFC 9110, section 8.3.1). */
static bool content_type_is(const struct record *record, const char *type)
{
    const struct header *header = record_header(record, "content-type");
    struct bytes value = header == NULL ? (struct bytes){0} : header->value;
    size_t length = 0;

    while (length < value.len && value.data[length] != ';')
        length++;
    while (length > 0 && is_blank(value.data[length - 1]))
        length--;
    return length == strlen(type) && strncasecmp((const char *)value.data, type, length) == 0;
}

static bool begins_as_object(struct bytes value)
{
    size_t i = encoding_mark(value);

    while (i < value.len && is_blank(value.data[i]))
        i++;
    return i < value.len && value.data[i] == '{';
}

static enum framing avro_framing(const struct record *record)
{
    if (has_schema_header(record))
        return FRAMING_REGISTERED_HEADER;
    if (begins(record->value, SINGLE_OBJECT, 2))
        return FRAMING_SINGLE_OBJECT;
    return begins(record->value, "\0", 1) && record->value.len >= 5 ? FRAMING_REGISTERED_PREFIX : FRAMING_NONE;
}

static enum framing json_framing(const struct record *record)
{
    return content_type_is(record, "application/cloudevents+json") ? FRAMING_CLOUDEVENT : FRAMING_JSON;
}

enum framing framing_of(const struct record *record, enum commands_format format)
{
    enum framing framing = avro_framing(record);

    switch (format) {
    case COMMANDS_JSON: return json_framing(record);
    case COMMANDS_AVRO: return begins(record->value, SINGLE_OBJECT, 2) ? FRAMING_SINGLE_OBJECT : FRAMING_NONE;
    case COMMANDS_CONFLUENT: return framing == FRAMING_SINGLE_OBJECT ? FRAMING_NONE : framing;
    case COMMANDS_AUTO: break;
    }
    if (framing != FRAMING_NONE)
        return framing;
    if (json_framing(record) == FRAMING_CLOUDEVENT || content_type_is(record, "application/json") ||
        begins_as_object(record->value))
        return json_framing(record);
    return FRAMING_NONE;
}

void framing_schema_id(const struct record *record, enum framing framing, struct schema_id *id, struct bytes *body)
{
    struct bytes value = record->value;
    struct bytes named =
        framing == FRAMING_REGISTERED_HEADER ? record_header(record, "__value_schema_id")->value : value;
    bool read = schema_id_read(named, id);

    if (read && framing == FRAMING_REGISTERED_PREFIX)
        value = (struct bytes){value.data + schema_id_size(id), value.len - schema_id_size(id)};
    *body = value;
}

bool framing_fingerprint(struct bytes value, uint64_t *fingerprint, struct bytes *body)
{
    if (value.len < SINGLE_OBJECT_SIZE || !begins(value, SINGLE_OBJECT, 2))
        return false;
    *fingerprint = 0;
    for (unsigned i = 0; i < 8; i++)
        *fingerprint |= (uint64_t)value.data[2 + i] << 8 * i;
    *body = (struct bytes){value.data + SINGLE_OBJECT_SIZE, value.len - SINGLE_OBJECT_SIZE};
    return true;
}

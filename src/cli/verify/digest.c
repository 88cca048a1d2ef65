#include "cli/verify/digest.h"

#include "codec/event_headers.h"
#include "codec/redriven.h"
#include "core/decimal.h"
#include "core/murmur2.h"
#include "core/rfc3339.h"

#include <endian.h>

struct place place_of(int32_t partition, int64_t offset)
{
    uint32_t big_partition = htobe32((uint32_t)partition);
    uint64_t big_offset = htobe64((uint64_t)offset);
    struct place place;

    memcpy(place.partition, &big_partition, sizeof big_partition);
    memcpy(place.offset, &big_offset, sizeof big_offset);
    return place;
}

int32_t place_partition(const struct place *place)
{
    uint32_t big;

    memcpy(&big, place->partition, sizeof big);
    return (int32_t)be32toh(big);
}

int64_t place_offset(const struct place *place)
{
    uint64_t big;

    memcpy(&big, place->offset, sizeof big);
    return (int64_t)be64toh(big);
}

uint64_t digest_hash(uint64_t before, struct bytes bytes)
{
    uint64_t hash = (before ^ (bytes.data == NULL ? 0xff : 0xfe)) * UINT64_C(0x100000001b3);

    for (size_t i = 0; bytes.data != NULL && i < bytes.len; i++)
        hash = (hash ^ bytes.data[i]) * UINT64_C(0x100000001b3);
    return (hash ^ bytes.len) * UINT64_C(0x100000001b3);
}

uint64_t digest_content(const struct record *record)
{
    uint64_t hash = digest_hash(digest_hash(HASH_START, record->key), record->value);

    for (size_t i = 0; i < record->header_count; i++)
        if (!redriven_header(record->headers[i].name))
            hash = digest_hash(digest_hash(hash, record->headers[i].name), record->headers[i].value);
    return hash;
}

/* ---- Commands ---------------------------------------------------------------------------------------------------- */

static void note_reading(const struct batch_item *item, struct command_digest *digest)
{
    if (item->outcome.kind == OUTCOME_REJECTED)
        digest->flags |= item->outcome.code == ERRCODE_UNKNOWN_SCHEMA ? COMMAND_UNKNOWN_SCHEMA : COMMAND_UNDECODABLE;
    if (item->has_former_id) {
        digest->flags |= COMMAND_HAS_FORMER;
        digest->former = item->former_id;
    }
    digest->group_id = item->command.group_id;
    digest->study_activity_id = item->command.study_activity_id;
}

static void note_unread_id(const struct batch_item *item, struct command_digest *digest)
{
    struct uuid id;

    if (command_redriven_id(&item->record, &id)) {
        digest->flags |= COMMAND_HAS_UNREAD;
        digest->unread = id;
    }
}

static void note_key(const struct config *config, const struct batch_item *item, struct bytes id,
                     struct command_digest *digest)
{
    bool bare =
        item->record.key.data == NULL || record_envelope_size(&item->record) > (size_t)config->commands_max_bytes;

    digest->flags |= bare ? COMMAND_KEYLESS : 0;
    digest->key_hash = bare ? 0 : digest_hash(HASH_START, item->record.key);
    digest->key_partition = murmur2(bare ? id : item->record.key);
}

void command_digest(const struct config *config, const struct batch_item *item, struct command_digest *digest)
{
    const struct record *record = &item->record;
    struct redriven_position first;
    char text[UUID_TEXT + 1];

    memset(digest, 0, sizeof *digest);
    uuid_format(&item->command_id, text);
    struct bytes id = bytes_of(text);
    digest->id = item->command_id;
    digest->place = place_of(record->partition, record->offset);
    digest->timestamp_ms = record->timestamp_ms;
    note_reading(item, digest);
    note_unread_id(item, digest);
    note_key(config, item, id, digest);
    digest->carried_hash = digest_hash(digest_hash(HASH_START, event_correlation(item, id)), event_causation(item, id));
    digest->content_hash = digest_content(record);
    digest->letter = redriven_position(record, config->commands_topic, &first) ? place_of(first.partition, first.offset)
                                                                               : digest->place;
}

/* ---- Events ------------------------------------------------------------------------------------------------------ */

static struct bytes header_value(const struct record *record, const char *name)
{
    const struct header *header = record_header(record, name);

    return header == NULL ? (struct bytes){0} : header->value;
}

static bool header_is(const struct record *record, const char *name, const char *value)
{
    return bytes_equal(header_value(record, name), bytes_of(value));
}

/* Reads from the headers which command the event answers. */
static bool read_place(const struct config *config, const struct record *record, struct event_digest *digest)
{
    int64_t partition, offset;

    if (header_value(record, "command-topic").data == NULL ||
        !decimal_parse(header_value(record, "command-partition"), &partition) || partition < 0 ||
        partition > INT32_MAX || !decimal_parse(header_value(record, "command-offset"), &offset) || offset < 0)
        return false;
    digest->place = place_of((int32_t)partition, offset);
    if (header_is(record, "command-topic", config->commands_topic))
        return true;
    digest->flags |= EVENT_OTHER_TOPIC;
    digest->place = place_of(-1, -1);
    return true;
}

/* The CloudEvents attributes must repeat what the value says. */
static const char *headers_fault(const struct record *record, const struct event_facts *facts)
{
    char event_id[UUID_TEXT + 1], command_id[UUID_TEXT + 1], time[RFC3339_TEXT], session[DECIMAL_TEXT];

    uuid_format(&facts->event_id, event_id);
    uuid_format(&facts->command_id, command_id);
    rfc3339_format(facts->occurred_us, time);
    decimal_format(facts->session.id, session);
    if (!header_is(record, "ce_specversion", "1.0"))
        return "ce_specversion is not 1.0";
    if (!header_is(record, "ce_id", event_id))
        return "ce_id is not its event_id";
    if (!header_is(record, "ce_type", facts->created ? "study-session.created.v1" : "study-session.rejected.v1"))
        return "ce_type does not fit its value";
    if (!header_is(record, "ce_time", time))
        return "ce_time is not its occurred_at";
    if (!header_is(record, "ce_subject", facts->created ? session : command_id))
        return "ce_subject is not what it is about";
    return NULL;
}

static const char *value_fault(const struct config *config, const struct record *record,
                               const struct event_facts *facts)
{
    const char *topic = facts->created ? config->events_created_topic : config->events_rejected_topic;
    bool decided = facts->created || errcode_decides(facts->code);

    if (strcmp(record->topic, topic) != 0)
        return "it is in the topic of the other kind of events";
    if (decided && uuid_compare(&facts->event_id, &facts->command_id) != 0)
        return "its outcome is decided, but its event_id is not its command_id";
    if (facts->created && facts->end_us != facts->session.start_us)
        return "its end_time is not its start_time";
    return NULL;
}

static void note_facts(const struct event_facts *facts, struct event_digest *digest)
{
    digest->command_id = facts->command_id;
    digest->event_id = facts->event_id;
    digest->encoding = (uint8_t)facts->encoding;
    digest->code = facts->created ? ERRCODE_NONE : (uint8_t)facts->code;
    digest->group_id = facts->created ? (struct field_int){FIELD_VALUE, facts->session.group_id} : facts->group_id;
    digest->study_activity_id =
        facts->created ? (struct field_int){FIELD_VALUE, facts->session.activity_id} : facts->study_activity_id;
    digest->session_id = facts->session.id;
    digest->start_us = facts->session.start_us;
    digest->occurred_us = facts->occurred_us;
    digest->body_hash = digest_hash(HASH_START, facts->body);
}

const char *event_digest(const struct config *config, const struct schemas *schemas, const struct record *record,
                         struct event_digest *digest)
{
    bool created = header_is(record, "ce_type", "study-session.created.v1");
    struct event_facts facts;
    const char *fault;
    char id[UUID_TEXT + 1];

    if (!event_read(schemas, record->value, created, &facts, &fault))
        return fault;
    note_facts(&facts, digest);
    if (!read_place(config, record, digest))
        return "its headers do not say which command it answers";
    uuid_format(&facts.command_id, id);
    digest->flags |= EVENT_PLACED;
    digest->flags |= header_is(record, "idempotent-replayed", "true") ? EVENT_REPLAYED : 0;
    digest->flags |= bytes_equal(record->key, bytes_of(id)) ? EVENT_KEY_IS_ID : 0;
    digest->key_hash = digest_hash(HASH_START, record->key);
    digest->key_partition = murmur2(record->key);
    digest->carried_hash = digest_hash(digest_hash(HASH_START, header_value(record, "ce_correlationid")),
                                       header_value(record, "ce_causationid"));
    fault = headers_fault(record, &facts);
    return fault != NULL ? fault : value_fault(config, record, &facts);
}

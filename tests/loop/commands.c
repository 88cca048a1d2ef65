/*
 * Commands for the tests, as JSON.
 */
#include "fakes.h"

#include "core/command.h"

#include <stdio.h>
#include <stdlib.h>

#define OWN_IDS 1000000 /* where the ids that `given_command` chooses begin */

static unsigned own_id = OWN_IDS;

static void id_text(unsigned id, char text[static UUID_TEXT + 1])
{
    snprintf(text, UUID_TEXT + 1, "00000000-0000-4000-8000-%012u", id);
}

static size_t member(char *json, size_t len, size_t size, const char *name, int64_t value)
{
    if (value == 0)
        return len;
    return len + (size_t)snprintf(json + len, size - len, "\"%s\":%lld,", name, (long long)value);
}

/* The id of a record that brings none: see core/command.h. */
static struct uuid derived_id(int partition, int64_t timestamp_ms)
{
    struct arena arena = {0};
    struct record record = {
        .topic = world.config.commands_topic,
        .partition = partition,
        .offset = (int64_t)world.broker.ends[partition],
        .timestamp_ms = timestamp_ms,
    };
    struct uuid id = record_derived_id(&record, &arena);

    arena_free(&arena);
    return id;
}

static int64_t append(int partition, struct entry *entry, const char *value, size_t len)
{
    char key[16];

    snprintf(key, sizeof key, "key-%d", partition);
    entry->timestamp_ms = 1795313585000 + world.now_ms;
    entry->key = strdup(key);
    entry->value = malloc(len);
    entry->value_len = len;
    if (entry->key == NULL || entry->value == NULL)
        abort();
    memcpy(entry->value, value, len);
    broker_append(partition, entry);
    return (int64_t)world.broker.ends[partition] - 1;
}

/* `prefix`: what stands before the JSON. */
static int64_t given_after(struct bytes prefix, int partition, unsigned id, int64_t group_id, int64_t activity_id)
{
    struct entry entry = {.kind = ENTRY_COMMAND, .group_id = group_id, .activity_id = activity_id};
    char uuid[UUID_TEXT + 1] = "";
    char json[256];
    size_t len = prefix.len;

    if (len > 0)
        memcpy(json, prefix.data, len);
    json[len++] = '{';

    entry.id = derived_id(partition, 1795313585000 + world.now_ms);
    if (id != 0) {
        id_text(id, uuid);
        (void)!uuid_parse(bytes_of(uuid), &entry.id);
        len += (size_t)snprintf(json + len, sizeof json - len, "\"command_id\":\"%s\",", uuid);
    }
    len = member(json, len, sizeof json, "group_id", group_id);
    len = member(json, len, sizeof json, "study_activity_id", activity_id);
    len += (size_t)snprintf(json + len, sizeof json - len, "\"note\":null}");
    return append(partition, &entry, json, len);
}

int64_t given(int partition, unsigned id, int64_t group_id, int64_t activity_id)
{
    return given_after((struct bytes){0}, partition, id, group_id, activity_id);
}

int64_t given_registered(int partition)
{
    static const uint8_t known[] = {0, 0, 0, 0, FAKE_REGISTRY_KNOWN};

    return given_after((struct bytes){known, sizeof known}, partition, own_id++, 1, 2);
}

int64_t given_kind(int partition, enum entry_kind kind)
{
    /* It breaks off after an id that others use. */
    static const char broken[] = "{\"command_id\":\"00000000-0000-4000-8000-000000000001\",\"group_id\":1,";
    struct entry entry = {.kind = kind, .id = derived_id(partition, 1795313585000 + world.now_ms)};

    /* Confluent's framing: a zero byte and the id of a schema that nobody knows. */
    if (kind == ENTRY_UNKNOWN_SCHEMA)
        return append(partition, &entry, "\0\0\0\0\7body", 9);
    return append(partition, &entry, broken, strlen(broken));
}

int64_t given_command(int partition)
{
    return given(partition, own_id++, 1, 2);
}

void given_commands(int partition, int count)
{
    while (count-- > 0)
        (void)given_command(partition);
}

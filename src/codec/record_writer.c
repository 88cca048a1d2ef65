#include "codec/record_writer.h"

#include "runtime/log.h"

#include <stdlib.h>

void avro_must(int failed)
{
    if (!failed)
        return;
    log_error(E_AVRO_01, "avro-c cannot encode a record: %s. Report this as a bug of sessiond.", avro_strerror());
    abort();
}

avro_value_t avro_field(avro_value_t *record, const char *name)
{
    avro_value_t value = {0};

    avro_must(avro_value_get_by_name(record, name, &value, NULL));
    return value;
}

void record_set_long(avro_value_t *record, const char *name, int64_t number)
{
    avro_value_t value = avro_field(record, name);

    avro_must(avro_value_set_long(&value, number));
}

/* avro-c counts the NUL in the length. */
static void set_text(avro_value_t value, struct bytes text)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): avro_field has set it */
    avro_must(avro_value_set_string_len(&value, (char *)(uintptr_t)text.data, text.len + 1));
}

void record_set_text(avro_value_t *record, const char *name, struct bytes text)
{
    set_text(avro_field(record, name), text);
}

avro_value_t record_set_present(avro_value_t *record, const char *name, bool present)
{
    avro_value_t value = avro_field(record, name);
    avro_value_t branch = {0};

    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): avro_field has set it */
    avro_must(avro_value_set_branch(&value, present ? 1 : 0, &branch));
    return branch;
}

void record_set_optional_text(avro_value_t *record, const char *name, const char *text)
{
    avro_value_t branch = record_set_present(record, name, text != NULL);

    if (text != NULL)
        set_text(branch, bytes_of(text));
}

/* ---- As a whole -------------------------------------------------------------------------------------------------- */

static struct avro_frame frame_of_fingerprint(uint64_t fingerprint)
{
    struct avro_frame frame = {
        .bytes = {0xc3, 0x01},
          .size = 10
    };

    for (unsigned i = 0; i < 8; i++)
        frame.bytes[2 + i] = (uint8_t)(fingerprint >> 8 * i);
    return frame;
}

static struct avro_frame frame_of_id(int32_t id)
{
    struct avro_frame frame = {.size = 5};

    for (unsigned i = 0; i < 4; i++)
        frame.bytes[1 + i] = (uint8_t)((uint32_t)id >> 8 * (3 - i));
    return frame;
}

void record_writer_open(struct record_writer *record, const struct schema *schema, const int32_t *id)
{
    record->frame = id == NULL ? frame_of_fingerprint(schema_fingerprint(schema)) : frame_of_id(*id);
    record->class = avro_generic_class_from_schema(schema_avro(schema));
    avro_must(record->class == NULL);
    avro_must(avro_generic_value_new(record->class, &record->value));
    record->writer = avro_writer_memory("", 0);
    avro_must(record->writer == NULL);
}

void record_writer_close(struct record_writer *record)
{
    avro_writer_free(record->writer);
    avro_value_decref(&record->value);
    avro_value_iface_decref(record->class);
}

struct bytes record_writer_write(struct record_writer *record, struct arena *arena)
{
    size_t body;

    avro_must(avro_value_sizeof(&record->value, &body));
    uint8_t *start = arena_alloc(arena, record->frame.size + body);
    memcpy(start, record->frame.bytes, record->frame.size);
    avro_writer_memory_set_dest(record->writer, (const char *)start + record->frame.size, (int64_t)body);
    avro_must(avro_value_write(record->writer, &record->value));
    return (struct bytes){start, record->frame.size + body};
}

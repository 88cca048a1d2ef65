/*
 * Avro commands in each framing, under the built-in schemas and those of tests/data/writers, beside avro-c; and values
 * as the tools print them, which has to be JSON.
 *
 * Input: which schema, which framing, then the body. The framing is put before it here: no fuzzer guesses a
 * fingerprint.
 */
#include "codec/value_print.h"
#include "codec/decode.h"

#include "avro_oracle.h"
#include "fuzz.h"

#include <jansson.h>

#define PREFIX_MAX 16

enum shape { SINGLE_OBJECT, NUMBER, NUMBER_IN_HEADER, GUID_IN_HEADER, AS_IT_IS, SHAPES };

static struct schemas *schemas;
static struct schema_cache *schema_cache;

/* The registry has every schema under its index, by number and by GUID. */
static struct schema_id id_of(size_t index, bool is_guid)
{
    struct schema_id id = {.is_guid = is_guid};

    if (is_guid)
        id.guid.b[15] = (uint8_t)index;
    else
        id.number = (int32_t)index;
    return id;
}

static void start(void)
{
    struct err err;

    schemas = schemas_open("tests/data/writers", &err);
    if (schemas == NULL)
        fuzz_broken(__FILE__, __LINE__, err.message);
    schema_cache = schema_cache_new();
    for (size_t i = 0; i < schemas_count(schemas); i++)
        for (int is_guid = 0; is_guid < 2; is_guid++) {
            struct schema_id id = id_of(i, is_guid);
            schema_cache_found(schema_cache, &id, SCHEMA_AVRO, schema_text(schemas_at(schemas, i)));
        }
}

static size_t put_prefix(uint8_t *prefix, enum shape shape, size_t index)
{
    uint64_t fingerprint = schema_fingerprint(schemas_at(schemas, index));

    switch (shape) {
    case SINGLE_OBJECT:
        memcpy(prefix, "\xC3\x01", 2);
        for (int i = 0; i < 8; i++)
            prefix[2 + i] = (uint8_t)(fingerprint >> 8 * i);
        return 10;
    case NUMBER: memcpy(prefix, (uint8_t[]){0, 0, 0, 0, (uint8_t)index}, 5); return 5;
    default: return 0;
    }
}

static size_t put_header(struct header *header, uint8_t *value, enum shape shape, size_t index)
{
    size_t len = shape == GUID_IN_HEADER ? 17 : 5;

    if (shape != GUID_IN_HEADER && shape != NUMBER_IN_HEADER)
        return 0;
    memset(value, 0, len);
    value[0] = shape == GUID_IN_HEADER;
    value[len - 1] = (uint8_t)index;
    *header = (struct header){
        bytes_of("__value_schema_id"), {value, len}
    };
    return 1;
}

static void check(const struct record *record, enum shape shape, size_t index, struct bytes body)
{
    struct decode_options options = {
        .format = COMMANDS_AUTO, .max_bytes = 65536, .schemas = schemas, .schema_cache = schema_cache};
    struct arena arena = {0};
    struct command command;
    const char *reason = NULL;
    enum errcode code = decode(&options, record, &arena, &command, &reason);

    MUST(code == ERRCODE_NONE || reason != NULL);
    if (shape != AS_IT_IS && record->value.len > 0 && record_size(record) <= options.max_bytes)
        MUST(code != ERRCODE_UNKNOWN_SCHEMA);
    if (code == ERRCODE_NONE && shape != AS_IT_IS)
        avro_oracle_check(schema_avro(schemas_at(schemas, index)),
                          shape == SINGLE_OBJECT ? PLAN_TOP_ALL : PLAN_TOP_LAST, body, &command);
    arena_free(&arena);
}

static void check_printed(struct bytes value)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct json_writer writer = json_to_stream(out);
    bool printed = value_print_avro(schemas, value, &writer);

    fclose(out);
    json_t *json = json_loadb(text, size, JSON_ALLOW_NUL, NULL);
    MUST(printed ? json_is_object(json) : size == 0);
    json_decref(json);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes body = {data, size};
    uint8_t id[17];
    struct header header;
    struct record record = {.topic = "commands", .headers = &header};

    if (schemas == NULL)
        start();
    size_t index = fuzz_byte(&body) % schemas_count(schemas);
    enum shape shape = fuzz_byte(&body) % SHAPES;
    uint8_t *value = malloc(PREFIX_MAX + body.len);
    size_t prefix = put_prefix(value, shape, index);
    memcpy(value + prefix, body.data, body.len);
    /* In its exact size, so that the first byte beyond is seen. */
    record.value = (struct bytes){realloc(value, prefix + body.len + (prefix + body.len == 0)), prefix + body.len};
    record.header_count = put_header(&header, id, shape, index);
    check(&record, shape, index, body);
    if (shape == SINGLE_OBJECT || shape == AS_IT_IS)
        check_printed(record.value);
    free((void *)(uintptr_t)record.value.data);
    return 0;
}

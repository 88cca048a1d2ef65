/*
 * A whole record: its framing by headers and first bytes, and JSON commands, beside jansson.
 *
 * Input: a byte (commands.format, and how many headers), each header as its name's number, the length of its value and
 * the value, and then the record's value.
 */
#include "codec/decode.h"
#include "codec/framing.h"
#include "codec/misspelling.h"
#include "core/former.h"
#include "core/validate.h"

#include "fuzz.h"
#include "json_oracle.h"

#define HEADERS_MAX 3

static const char *const names[] = {"content-type", "__value_schema_id",       "ce_id", "ce_source",
                                    "traceparent",  "__dlq.errors.command.id", ""};

static size_t take_headers(struct bytes *input, unsigned count, struct header *headers)
{
    for (unsigned i = 0; i < count; i++) {
        headers[i].name = bytes_of(names[fuzz_byte(input) % (sizeof names / sizeof *names)]);
        headers[i].value = fuzz_take(input, fuzz_byte(input));
    }
    return count;
}

/* A second reading of the rule for schemas by id: the header, or Confluent's prefix. */
static bool names_schema(const struct record *record, enum commands_format format)
{
    const uint8_t *value = record->value.data;
    bool named = record->value.len >= 5 && value[0] == 0;
    struct bytes id = {0};

    if (format == COMMANDS_JSON || format == COMMANDS_AVRO || record->value.len == 0)
        return false;
    for (size_t i = 0; i < record->header_count; i++)
        if (strcmp((const char *)record->headers[i].name.data, "__value_schema_id") == 0)
            id = record->headers[i].value;
    return named || (id.len == 5 && id.data[0] == 0) || (id.len == 17 && id.data[0] == 1);
}

/* What the record may not choose, and what an earlier version made of it: ids by the rule, written once more. */
static void check_identity(const struct command *command, const struct record *record, struct arena *arena)
{
    struct batch_item item = {.record = *record, .command = *command};
    bool brought;

    item.command_id = command_identity(command, record, arena, &brought);
    former_identify(&item, arena);
    MUST(uuid_identifies(&item.command_id));
    if (command->command_id.state == FIELD_VALUE && uuid_identifies(&command->command_id.value))
        MUST(brought && uuid_compare(&item.command_id, &command->command_id.value) == 0);
    if (command->command_id.state == FIELD_VALUE && command->former == NULL)
        MUST(uuid_compare(item.has_former_id ? &item.former_id : &item.command_id, &command->command_id.value) == 0);
    if (item.has_former_id)
        MUST(uuid_compare(&item.former_id, &item.command_id) != 0 && (!brought || command->former != NULL));
}

/* Whatever a command holds: what is said of it is short and plain. */
static void check_hints(const struct decode_options *options, const struct record *record,
                        const struct command *command, struct arena *arena)
{
    struct violations violations;

    validate(command, command->command_id.state == FIELD_ABSENT, &violations);
    struct bytes hints = misspelling_hints(options, record, command, &violations, arena);
    MUST(hints.len <= 3 * (sizeof "study_activity_id:," + HINT_NAME_MAX));
    for (size_t i = 0; i < hints.len; i++)
        MUST(hints.data[i] == ',' || hints.data[i] == ':' || hint_fits((struct bytes){hints.data + i, 1}));
}

/* The same record gets the same text, and no control character of it comes out again. */
static void check_reason(const struct decode_options *options, const struct record *record, const char *reason)
{
    struct arena arena = {0};
    struct command command;
    const char *again = NULL;

    MUST(decode(options, record, &arena, &command, &again) != ERRCODE_NONE);
    MUST(strcmp(reason, again) == 0 && strlen(reason) < 300);
    for (const char *c = reason; *c != 0; c++)
        MUST(*c >= ' ' && *c < 0x7F);
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes input = {data, size};
    struct header headers[HEADERS_MAX];
    struct record record = {.topic = "commands", .headers = headers, .offset = 7, .timestamp_ms = 1795313585000};
    uint8_t shape = fuzz_byte(&input);
    struct decode_options options = {.format = (enum commands_format)(shape & 3), .max_bytes = 65536};
    struct arena arena = {0};
    struct command command;
    struct schema_id id;
    const char *reason = NULL;

    record.header_count = take_headers(&input, (shape >> 2) % (HEADERS_MAX + 1), headers);
    record.value = input;
    enum framing framing = input.len == 0 ? FRAMING_NONE : framing_of(&record, options.format);
    /* Avro in a known schema is another target's. */
    if (framing == FRAMING_SINGLE_OBJECT || record_size(&record) > options.max_bytes)
        return 0;

    enum errcode code = decode(&options, &record, &arena, &command, &reason);
    MUST(code == ERRCODE_NONE || reason != NULL);
    MUST(names_schema(&record, options.format) == (code == ERRCODE_UNKNOWN_SCHEMA));
    MUST(decode_schema_id(&options, &record, &id) == (code == ERRCODE_UNKNOWN_SCHEMA));
    if (code == ERRCODE_NONE)
        MUST(framing == FRAMING_JSON || framing == FRAMING_CLOUDEVENT);
    if (framing == FRAMING_JSON || framing == FRAMING_CLOUDEVENT)
        json_oracle_check(record.value, framing == FRAMING_CLOUDEVENT, code == ERRCODE_NONE ? &command : NULL);
    if (code == ERRCODE_NONE) {
        check_identity(&command, &record, &arena);
        check_hints(&options, &record, &command, &arena);
    } else {
        check_reason(&options, &record, reason);
    }
    arena_free(&arena);
    return 0;
}

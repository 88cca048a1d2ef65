#include "avro_oracle.h"

#include "fuzz.h"

#include <avro.h>
#include <ctype.h>
#include <strings.h>

static avro_value_t branch_of(avro_value_t value)
{
    avro_value_t branch;

    while (avro_value_get_type(&value) == AVRO_UNION) {
        MUST(avro_value_get_current_branch(&value, &branch) == 0);
        value = branch;
    }
    return value;
}

static void check_int(avro_value_t value, const struct field_int *field)
{
    int32_t number;
    int64_t large;

    switch (avro_value_get_type(&value)) {
    case AVRO_INT32:
        MUST(avro_value_get_int(&value, &number) == 0);
        MUST(field->state == FIELD_VALUE && field->value == number);
        break;
    case AVRO_INT64:
        MUST(avro_value_get_long(&value, &large) == 0);
        MUST(field->state == FIELD_VALUE && field->value == large);
        break;
    case AVRO_NULL: MUST(field->state == FIELD_ABSENT && field->value == 0); break;
    default: MUST(field->state == FIELD_INVALID && field->value == 0); break;
    }
}

/* `size` with the NUL that avro-c puts behind a string. */
static bool is_uuid_text(const char *text, size_t size)
{
    if (size != 37)
        return false;
    for (size_t i = 0; i < 36; i++)
        if (i == 8 || i == 13 || i == 18 || i == 23 ? text[i] != '-' : isxdigit((unsigned char)text[i]) == 0)
            return false;
    return true;
}

static void check_uuid(avro_value_t value, const struct field_uuid *field)
{
    char written[UUID_TEXT + 1];
    const char *text;
    size_t size;

    if (avro_value_get_type(&value) == AVRO_NULL) {
        MUST(field->state == FIELD_ABSENT);
        return;
    }
    if (avro_value_get_type(&value) != AVRO_STRING) {
        MUST(field->state == FIELD_INVALID);
        return;
    }
    MUST(avro_value_get_string(&value, &text, &size) == 0);
    MUST(field->state == (is_uuid_text(text, size) ? FIELD_VALUE : FIELD_INVALID));
    if (field->state != FIELD_VALUE)
        return;
    uuid_format(&field->value, written);
    MUST(strcasecmp(written, text) == 0);
}

static bool field_of(avro_value_t record, const char *name, avro_value_t *field)
{
    size_t index;

    if (avro_value_get_by_name(&record, name, field, &index) != 0)
        return false;
    *field = branch_of(*field);
    return true;
}

static void check_command(avro_value_t record, const struct command *command)
{
    avro_value_t field;

    MUST(avro_value_get_type(&record) == AVRO_RECORD);
    if (field_of(record, "command_id", &field))
        check_uuid(field, &command->command_id);
    else
        MUST(command->command_id.state == FIELD_ABSENT);
    if (field_of(record, "group_id", &field))
        check_int(field, &command->group_id);
    else
        MUST(command->group_id.state == FIELD_ABSENT);
    if (field_of(record, "study_activity_id", &field))
        check_int(field, &command->study_activity_id);
    else
        MUST(command->study_activity_id.state == FIELD_ABSENT);
}

/*
 * The message with what it leaves out before it: the index of a union's last branch. By that branch alone avro-c cannot
 * read: it may refer to types that the others define.
 */
static struct bytes whole_message(avro_schema_t schema, enum plan_top top, struct bytes message)
{
    uint8_t *whole = malloc(10 + message.len);
    size_t index_len = 0;

    if (whole == NULL)
        abort();
    if (top == PLAN_TOP_LAST && avro_typeof(schema) == AVRO_UNION) {
        size_t index = 2 * (avro_schema_union_size(schema) - 1);
        for (; index >= 0x80; index >>= 7)
            whole[index_len++] = (uint8_t)(index | 0x80);
        whole[index_len++] = (uint8_t)index;
    }
    if (message.len > 0)
        memcpy(whole + index_len, message.data, message.len);
    return (struct bytes){whole, index_len + message.len};
}

void avro_oracle_check(struct avro_obj_t *schema, enum plan_top top, struct bytes message,
                       const struct command *command)
{
    struct bytes whole = whole_message(schema, top, message);
    avro_value_iface_t *class = avro_generic_class_from_schema(schema);
    avro_reader_t reader = avro_reader_memory((const char *)whole.data, (int64_t)whole.len);
    avro_value_t value;
    char beyond;

    MUST(class != NULL && reader != NULL);
    MUST(avro_generic_value_new(class, &value) == 0);
    MUST(avro_value_read(reader, &value) == 0);
    MUST(avro_read(reader, &beyond, 1) != 0);
    check_command(branch_of(value), command);
    avro_value_decref(&value);
    avro_reader_free(reader);
    avro_value_iface_decref(class);
    free((void *)(uintptr_t)whole.data);
}

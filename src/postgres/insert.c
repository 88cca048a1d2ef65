#include "postgres/insert.h"

#include "postgres/statement.h"

void insert_begin(struct insert *insert)
{
    static const enum array_type types[INSERT_PARAMETERS] = {
        ARRAY_UUID, ARRAY_TEXT, ARRAY_INT8, ARRAY_BOOL, ARRAY_INT8, ARRAY_BOOL,
        ARRAY_TEXT, ARRAY_INT4, ARRAY_INT8, ARRAY_INT8, ARRAY_TEXT,
    };

    for (int i = 0; i < INSERT_PARAMETERS; i++)
        array_begin(&insert->parameters[i], types[i]);
}

void insert_free(struct insert *insert)
{
    for (int i = 0; i < INSERT_PARAMETERS; i++)
        array_free(&insert->parameters[i]);
}

void insert_add(struct insert *insert, const struct batch_item *item)
{
    struct array *parameters = insert->parameters;
    char violations[VIOLATIONS_TEXT];

    array_add_bytes(&parameters[0], (struct bytes){item->command_id.b, sizeof item->command_id.b});
    if (violations_format(&item->violations, violations) == 0)
        array_add_null(&parameters[1]);
    else
        array_add_bytes(&parameters[1], bytes_of(violations));
    array_add_field(&parameters[2], &parameters[3], item->command.group_id);
    array_add_field(&parameters[4], &parameters[5], item->command.study_activity_id);
    array_add_bytes(&parameters[6], bytes_of(item->record.topic));
    array_add_int4(&parameters[7], item->record.partition);
    array_add_int8(&parameters[8], item->record.offset);
    array_add_int8(&parameters[9], item->record.timestamp_ms);
    if (item->command.hints.len == 0)
        array_add_null(&parameters[10]);
    else
        array_add_bytes(&parameters[10], item->command.hints);
}

bool insert_execute(const struct insert *insert, struct connection *connection, struct err *err)
{
    return query_execute(connection, statements[STATEMENT_INSERT].name, insert->parameters, INSERT_PARAMETERS, err);
}

bool insert_try(const struct insert *insert, struct connection *connection, struct err *err)
{
    return query_try(connection, statements[STATEMENT_INSERT].name, insert->parameters, INSERT_PARAMETERS, err);
}

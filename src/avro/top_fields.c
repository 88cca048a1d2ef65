#include "avro/top_fields.h"

#include <avro.h>

static void names_of_record(avro_schema_t schema, void (*offer)(void *opaque, struct bytes name), void *opaque)
{
    avro_schema_t record = avro_typeof(schema) == AVRO_LINK ? avro_schema_link_target(schema) : schema;

    for (size_t i = 0; avro_typeof(record) == AVRO_RECORD && i < avro_schema_record_size(record); i++)
        offer(opaque, bytes_of(avro_schema_record_field_name(record, (int)i)));
}

void top_field_names(struct avro_obj_t *schema, void (*offer)(void *opaque, struct bytes name), void *opaque)
{
    if (avro_typeof(schema) != AVRO_UNION) {
        names_of_record(schema, offer, opaque);
        return;
    }
    for (size_t i = 0; i < avro_schema_union_size(schema); i++)
        names_of_record(avro_schema_union_branch(schema, (int)i), offer, opaque);
}

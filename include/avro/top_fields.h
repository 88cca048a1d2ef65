/** The fields at the top of a writer's schema: those of its record, or of each record that is a branch of its union. */
#ifndef AVRO_TOP_FIELDS_H
#define AVRO_TOP_FIELDS_H

#include "core/bytes.h"

struct avro_obj_t; /* what avro-c's avro_schema_t points to */

/** Calls `offer` with each name; the names borrow from the schema. */
void top_field_names(struct avro_obj_t *schema, void (*offer)(void *opaque, struct bytes name), void *opaque);

#endif

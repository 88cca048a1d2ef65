/**
 * How a schema registry names a schema in a record: by a number (Confluent's wire format), or by a GUID that is the
 * same in every registry (header `__value_schema_id`, Confluent Platform 8). Pure, plain data.
 */
#ifndef CORE_SCHEMA_ID_H
#define CORE_SCHEMA_ID_H

#include "core/uuid.h"

struct schema_id {
    bool is_guid;
    int32_t number;   /* 0 with a GUID */
    struct uuid guid; /* all zero with a number */
};

bool schema_id_equal(const struct schema_id *a, const struct schema_id *b);

/** Writes "17", or the GUID as RFC 9562 text in lower case, and a NUL. */
#define SCHEMA_ID_TEXT (UUID_TEXT + 1)
void schema_id_text(const struct schema_id *id, char text[static SCHEMA_ID_TEXT]);

/**
 * Reads an id at the beginning of `bytes`: `00` and an int32 in network order, or `01` and a GUID. False when there is
 * neither.
 */
MUSTUSE bool schema_id_read(struct bytes bytes, struct schema_id *id);

/** How many bytes the id takes, as schema_id_read reads it: 5 or 17. */
size_t schema_id_size(const struct schema_id *id);

/** What kind of schema the registry says it is. */
enum schema_type {
    SCHEMA_AVRO,
    SCHEMA_JSON,
    SCHEMA_OTHER, /* Protobuf, or a kind that we do not know */
};

#endif

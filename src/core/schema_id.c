#include "core/schema_id.h"

#include <inttypes.h>
#include <stdio.h>

enum { MAGIC_NUMBER = 0, MAGIC_GUID = 1 };

bool schema_id_equal(const struct schema_id *a, const struct schema_id *b)
{
    return a->is_guid == b->is_guid && a->number == b->number && uuid_compare(&a->guid, &b->guid) == 0;
}

void schema_id_text(const struct schema_id *id, char text[static SCHEMA_ID_TEXT])
{
    if (id->is_guid)
        uuid_format(&id->guid, text);
    else
        snprintf(text, SCHEMA_ID_TEXT, "%" PRId32, id->number);
}

bool schema_id_read(struct bytes bytes, struct schema_id *id)
{
    *id = (struct schema_id){0};
    if (bytes.len >= 5 && bytes.data[0] == MAGIC_NUMBER) {
        uint32_t number = (uint32_t)bytes.data[1] << 24 | (uint32_t)bytes.data[2] << 16 | (uint32_t)bytes.data[3] << 8 |
                          bytes.data[4];
        id->number = (int32_t)number;
        return true;
    }
    if (bytes.len >= 17 && bytes.data[0] == MAGIC_GUID) {
        id->is_guid = true;
        memcpy(id->guid.b, bytes.data + 1, sizeof id->guid.b);
        return true;
    }
    return false;
}

size_t schema_id_size(const struct schema_id *id)
{
    return id->is_guid ? 1 + sizeof id->guid : 5;
}

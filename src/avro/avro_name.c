#include "avro/avro_name.h"

struct avro_name avro_name_of(const char *name, const char *space, struct bytes around)
{
    const char *dot = strrchr(name, '.');

    if (dot != NULL)
        return (struct avro_name){
            {(const uint8_t *)name, (size_t)(dot - name)},
            dot + 1
        };
    return (struct avro_name){space == NULL ? around : bytes_of(space), name};
}

bool avro_name_equal(struct avro_name a, struct avro_name b)
{
    return bytes_equal(a.space, b.space) && strcmp(a.simple, b.simple) == 0;
}

bool avro_name_is_primitive(const char *name)
{
    static const char *const primitives[] = {"null", "boolean", "int", "long", "float", "double", "bytes", "string"};

    for (size_t i = 0; i < sizeof primitives / sizeof *primitives; i++)
        if (strcmp(name, primitives[i]) == 0)
            return true;
    return false;
}

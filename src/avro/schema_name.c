#include "avro/schema_name.h"

struct schema_name schema_name_of(const char *name, const char *space, struct bytes around)
{
    const char *dot = strrchr(name, '.');

    if (dot != NULL)
        return (struct schema_name){
            {(const uint8_t *)name, (size_t)(dot - name)},
            dot + 1
        };
    return (struct schema_name){space == NULL ? around : bytes_of(space), name};
}

bool schema_name_is_primitive(const char *name)
{
    static const char *const primitives[] = {"null", "boolean", "int", "long", "float", "double", "bytes", "string"};

    for (size_t i = 0; i < sizeof primitives / sizeof *primitives; i++)
        if (strcmp(name, primitives[i]) == 0)
            return true;
    return false;
}

/**
 * A schema as the JSON text that people write, and the type that stands at one place of it. For comparing schemas: avro-c drops
 * defaults, aliases and logical types.
 *
 * Everything is borrowed from the text's JSON, names included.
 *
 * Source: Avro 1.11 specification, "Schema Declaration" and "Names".
 */
#ifndef AVRO_AVRO_TYPE_H
#define AVRO_AVRO_TYPE_H

#include "avro/schema_name.h"
#include "avro/plan.h"

#include <jansson.h>

/** A record, enum or fixed that the text defines. */
struct avro_definition {
    struct schema_name name;
    const json_t *object;
    struct avro_definition *before;
};

struct avro_text {
    const char *role; /* "reader", "writer": for messages */
    json_t *json;
    struct avro_definition *definitions;
};

/** One type at one place. */
struct avro_type {
    enum plan_kind kind;
    const json_t *json;      /* the object, a union's array, or the name of a primitive type */
    struct bytes space;      /* the namespace around what is inside */
    struct schema_name name; /* of records, enums, fixed */
};

/** By kind: how schemas spell it. */
extern const char *const plan_kind_words[];

/** A member that is text, else NULL. */
const char *avro_text_at(const json_t *object, const char *key);

bool avro_type_is_named(enum plan_kind kind);

/** The type that `json` is, inside of `space`; a name is looked up among the text's definitions. False: there is no such type. */
MUSTUSE bool avro_type_of(const struct avro_text *text, const json_t *json, struct bytes space, struct avro_type *type);

/** What an array holds, or a map. */
const json_t *avro_type_inner(const struct avro_type *type);

#endif

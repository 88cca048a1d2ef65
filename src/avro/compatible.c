#include "avro/compatible.h"

#include "avro/avro_type.h"

#include <stdarg.h>
#include <stdio.h>

/* Schemas that nest deeper than any message may are not compared further. */
#define DEPTH_MAX 200
/* Types that refer to each other make a tree that grows with every level: far more than any schema that people write. */
#define STEPS_MAX 1000000
#define PATH_SIZE 160

/* ---- The comparison ---- */

/* Two records that are being compared further out: inside them they are taken to match, or a recursive one never ends. */
struct open_pair {
    const json_t *reader;
    const json_t *writer;
    const struct open_pair *outer;
};

struct comparison {
    struct arena arena;
    struct avro_text reader;
    struct avro_text writer;
    const struct open_pair *open;
    unsigned depth;
    unsigned steps;  /* comparisons so far */
    unsigned trials; /* a branch of a union is only tried: nothing is noted */
    char path[PATH_SIZE];
    struct differences *differences;
};

/* Names in a stranger's schema may hold anything. */
static void make_printable(char *text)
{
    for (; *text != 0; text++)
        if (*text < ' ' || *text > '~')
            *text = '?';
}

/* Always false, so that a rule and its message make one line. */
PRINTF(2, 3) static bool differ(struct comparison *comparison, const char *format, ...)
{
    struct differences *differences = comparison->differences;
    va_list args;

    if (comparison->trials > 0 || differences->count++ >= DIFFERENCES_MAX)
        return false;
    char *text = differences->text[differences->count - 1];
    int length = *comparison->path == 0 ? 0 : snprintf(text, DIFFERENCE_TEXT, "%s: ", comparison->path);
    va_start(args, format);
    vsnprintf(text + length, DIFFERENCE_TEXT - (size_t)length, format, args);
    va_end(args);
    make_printable(text);
    return false;
}

/* Returns where the path ended before, for leave. */
static size_t enter(struct comparison *comparison, const char *before, const char *step)
{
    size_t length = strlen(comparison->path);

    snprintf(comparison->path + length, PATH_SIZE - length, "%s%s", length == 0 ? "" : before, step);
    comparison->depth++;
    return length;
}

static void leave(struct comparison *comparison, size_t length)
{
    comparison->path[length] = 0;
    comparison->depth--;
}

static bool compare(struct comparison *comparison, const struct avro_type *reader, const struct avro_type *writer);

/* What stands at one place of both schemas. */
static bool compare_json(struct comparison *comparison, const struct avro_type *around_reader, const json_t *reader,
                         const struct avro_type *around_writer, const json_t *writer)
{
    struct avro_type read, written;

    if (comparison->depth > DEPTH_MAX)
        return differ(comparison, "nested too deep to be compared");
    if (!avro_type_of(&comparison->reader, reader, around_reader->space, &read) ||
        !avro_type_of(&comparison->writer, writer, around_writer->space, &written))
        return differ(comparison, "not a type");
    return compare(comparison, &read, &written);
}

/* ---- Unions ---- */

/* Every value that was written has to be readable, so every branch. */
static bool compare_written_union(struct comparison *comparison, const struct avro_type *reader,
                                  const struct avro_type *writer)
{
    bool matches = true;

    for (size_t i = 0; i < json_array_size(writer->json); i++) {
        struct avro_type branch;
        if (!avro_type_of(&comparison->writer, json_array_get(writer->json, i), writer->space, &branch))
            matches = differ(comparison, "not a type");
        else if (!compare(comparison, reader, &branch))
            matches = false;
    }
    return matches;
}

static bool try_branch(struct comparison *comparison, const struct avro_type *branch, const struct avro_type *writer)
{
    comparison->trials++;
    bool matches = compare(comparison, branch, writer);
    comparison->trials--;
    return matches;
}

/* None matches: if one is of the written kind, what it lacks says more than that none matches. */
static bool compare_read_union(struct comparison *comparison, const struct avro_type *reader,
                               const struct avro_type *writer)
{
    struct avro_type branch, alike = {.json = NULL};

    for (size_t i = 0; i < json_array_size(reader->json); i++) {
        if (!avro_type_of(&comparison->reader, json_array_get(reader->json, i), reader->space, &branch))
            continue;
        if (try_branch(comparison, &branch, writer))
            return true;
        if (branch.kind == writer->kind && alike.json == NULL)
            alike = branch;
    }
    if (alike.json != NULL)
        return compare(comparison, &alike, writer);
    return differ(comparison, "%s is written, no branch of the union reads it", plan_kind_words[writer->kind]);
}

/* ---- Named types ---- */

static bool is_alias(const json_t *object, struct bytes space, struct schema_name writer)
{
    const json_t *aliases = json_object_get(object, "aliases");

    for (size_t i = 0; i < json_array_size(aliases); i++) {
        const char *alias = json_string_value(json_array_get(aliases, i));
        if (alias != NULL && schema_name_equal(schema_name_of(alias, NULL, space), writer))
            return true;
    }
    return false;
}

static bool compare_names(struct comparison *comparison, const struct avro_type *reader, const struct avro_type *writer)
{
    if (strcmp(reader->name.simple, writer->name.simple) == 0 ||
        is_alias(reader->json, reader->name.space, writer->name))
        return true;
    return differ(comparison, "%s %s is written, %s is read", plan_kind_words[writer->kind], writer->name.simple,
                  reader->name.simple);
}

static bool has_text(const json_t *list, const char *text)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *one = json_string_value(json_array_get(list, i));
        if (one != NULL && strcmp(one, text) == 0)
            return true;
    }
    return false;
}

static bool compare_enums(struct comparison *comparison, const struct avro_type *reader, const struct avro_type *writer)
{
    const json_t *written = json_object_get(writer->json, "symbols"), *read = json_object_get(reader->json, "symbols");
    const char *otherwise = avro_text_at(reader->json, "default");
    bool matches = compare_names(comparison, reader, writer);

    if (otherwise != NULL && has_text(read, otherwise))
        return matches;
    for (size_t i = 0; i < json_array_size(written); i++) {
        const char *symbol = json_string_value(json_array_get(written, i));
        if (symbol == NULL || !has_text(read, symbol))
            matches = differ(comparison, "the symbol %s is written, the reader has neither it nor a default",
                             symbol == NULL ? "?" : symbol);
    }
    return matches;
}

static bool compare_fixed(struct comparison *comparison, const struct avro_type *reader, const struct avro_type *writer)
{
    json_int_t read = json_integer_value(json_object_get(reader->json, "size"));
    json_int_t written = json_integer_value(json_object_get(writer->json, "size"));
    bool matches = compare_names(comparison, reader, writer);

    if (read == written)
        return matches;
    return differ(comparison, "%" JSON_INTEGER_FORMAT " bytes are written, %" JSON_INTEGER_FORMAT " are read", written,
                  read);
}

static const json_t *field_named(const json_t *fields, const char *name)
{
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const json_t *field = json_array_get(fields, i);
        const char *given = avro_text_at(field, "name");
        if (given != NULL && strcmp(given, name) == 0)
            return field;
    }
    return NULL;
}

/* The writer's field that gives the reader's its value; NULL: none. */
static const json_t *source_of(const json_t *field, const json_t *written)
{
    const json_t *aliases = json_object_get(field, "aliases"),
                 *found = field_named(written, avro_text_at(field, "name"));

    for (size_t i = 0; found == NULL && i < json_array_size(aliases); i++) {
        const char *alias = json_string_value(json_array_get(aliases, i));
        if (alias != NULL)
            found = field_named(written, alias);
    }
    return found;
}

static bool compare_field(struct comparison *comparison, const struct avro_type *reader, const json_t *field,
                          const struct avro_type *writer)
{
    const json_t *source = source_of(field, json_object_get(writer->json, "fields"));
    size_t before = enter(comparison, ".", avro_text_at(field, "name"));
    bool matches = true;

    if (source != NULL)
        matches =
            compare_json(comparison, reader, json_object_get(field, "type"), writer, json_object_get(source, "type"));
    else if (json_object_get(field, "default") == NULL)
        matches = differ(comparison, "not written, and the reader has no default for it");
    leave(comparison, before);
    return matches;
}

static bool is_open(const struct comparison *comparison, const struct avro_type *reader, const struct avro_type *writer)
{
    const struct open_pair *pair = comparison->open;

    while (pair != NULL && (pair->reader != reader->json || pair->writer != writer->json))
        pair = pair->outer;
    return pair != NULL;
}

static bool compare_records(struct comparison *comparison, const struct avro_type *reader,
                            const struct avro_type *writer)
{
    struct open_pair pair = {reader->json, writer->json, comparison->open};
    const json_t *fields = json_object_get(reader->json, "fields");

    if (is_open(comparison, reader, writer))
        return true;
    if (!compare_names(comparison, reader, writer))
        return false;
    bool matches = true;
    comparison->open = &pair;
    for (size_t i = 0; i < json_array_size(fields); i++)
        if (!compare_field(comparison, reader, json_array_get(fields, i), writer))
            matches = false;
    comparison->open = pair.outer;
    return matches;
}

/* ---- The other types ---- */

static bool compare_inner(struct comparison *comparison, const struct avro_type *reader, const struct avro_type *writer)
{
    size_t before = enter(comparison, "", reader->kind == PLAN_ARRAY ? "[]" : "{}");
    bool matches = compare_json(comparison, reader, avro_type_inner(reader), writer, avro_type_inner(writer));

    leave(comparison, before);
    return matches;
}

static bool promotes(enum plan_kind writer, enum plan_kind reader)
{
    switch (writer) {
    case PLAN_INT: return reader == PLAN_LONG || reader == PLAN_FLOAT || reader == PLAN_DOUBLE;
    case PLAN_LONG: return reader == PLAN_FLOAT || reader == PLAN_DOUBLE;
    case PLAN_FLOAT: return reader == PLAN_DOUBLE;
    case PLAN_STRING: return reader == PLAN_BYTES;
    case PLAN_BYTES: return reader == PLAN_STRING;
    default: return false;
    }
}

/* An attribute of decimals; a scale that is not given is 0. */
static json_int_t number_at(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

/* Of the two one may have no logical type: it is the plain type then, and says so. */
static bool compare_meaning(struct comparison *comparison, const json_t *reader, const json_t *writer)
{
    const char *read = avro_text_at(reader, "logicalType"), *written = avro_text_at(writer, "logicalType");

    if (read == NULL || written == NULL)
        return true;
    if (strcmp(read, written) != 0)
        return differ(comparison, "%s is written, %s is read", written, read);
    if (strcmp(read, "decimal") != 0 || (number_at(reader, "scale") == number_at(writer, "scale") &&
                                         number_at(reader, "precision") == number_at(writer, "precision")))
        return true;
    return differ(comparison, "a decimal of another precision or scale is written");
}

static bool compare_kind(struct comparison *comparison, const struct avro_type *reader, const struct avro_type *writer)
{
    switch (reader->kind) {
    case PLAN_RECORD: return compare_records(comparison, reader, writer);
    case PLAN_ENUM: return compare_enums(comparison, reader, writer);
    case PLAN_FIXED: return compare_fixed(comparison, reader, writer);
    case PLAN_ARRAY:
    case PLAN_MAP: return compare_inner(comparison, reader, writer);
    default: return true;
    }
}

static bool compare(struct comparison *comparison, const struct avro_type *reader, const struct avro_type *writer)
{
    if (++comparison->steps > STEPS_MAX)
        return differ(comparison, "too large to be compared");
    if (writer->kind == PLAN_UNION)
        return compare_written_union(comparison, reader, writer);
    if (reader->kind == PLAN_UNION)
        return compare_read_union(comparison, reader, writer);
    if (reader->kind != writer->kind && !promotes(writer->kind, reader->kind))
        return differ(comparison, "%s is written, %s is read", plan_kind_words[writer->kind],
                      plan_kind_words[reader->kind]);
    bool matches = compare_meaning(comparison, reader->json, writer->json);
    return (reader->kind != writer->kind || compare_kind(comparison, reader, writer)) && matches;
}

/* ---- Reading the texts ---- */

static bool define(struct comparison *comparison, struct avro_text *side, const json_t *json, struct bytes space);

/* The field at `index` has a name, and none before it the same. */
static bool check_field(struct comparison *comparison, const struct avro_text *side, const json_t *fields, size_t index)
{
    const char *name = avro_text_at(json_array_get(fields, index), "name");

    if (name == NULL)
        return differ(comparison, "the %s's schema has a field without a name", side->role);
    for (size_t i = 0; i < index; i++)
        if (strcmp(avro_text_at(json_array_get(fields, i), "name"), name) == 0)
            return differ(comparison, "the %s's schema names the field %s twice", side->role, name);
    return true;
}

static bool define_list(struct comparison *comparison, struct avro_text *side, const struct avro_type *type,
                        const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        if (type->kind == PLAN_RECORD && !check_field(comparison, side, list, i))
            return false;
        if (!define(comparison, side, type->kind == PLAN_RECORD ? json_object_get(one, "type") : one, type->space))
            return false;
    }
    return json_is_array(list) || differ(comparison, "the %s's schema is no Avro schema", side->role);
}

static bool check_symbols(struct comparison *comparison, const struct avro_text *side, const json_t *symbols)
{
    bool texts = json_is_array(symbols);

    for (size_t i = 0; i < json_array_size(symbols); i++)
        texts = texts && json_is_string(json_array_get(symbols, i));
    return texts || differ(comparison, "the %s's schema is no Avro schema", side->role);
}

static bool define_name(struct comparison *comparison, struct avro_text *side, const struct avro_type *type)
{
    struct avro_definition *definition = arena_alloc(&comparison->arena, sizeof *definition);

    for (const struct avro_definition *other = side->definitions; other != NULL; other = other->before)
        if (schema_name_equal(other->name, type->name))
            return differ(comparison, "the %s's schema defines %s twice", side->role, type->name.simple);
    *definition = (struct avro_definition){type->name, type->json, side->definitions};
    side->definitions = definition;
    return true;
}

static bool define_parts(struct comparison *comparison, struct avro_text *side, const struct avro_type *type)
{
    switch (type->kind) {
    case PLAN_UNION: return define_list(comparison, side, type, type->json);
    case PLAN_RECORD: return define_list(comparison, side, type, json_object_get(type->json, "fields"));
    case PLAN_ARRAY:
    case PLAN_MAP: return define(comparison, side, avro_type_inner(type), type->space);
    case PLAN_ENUM: return check_symbols(comparison, side, json_object_get(type->json, "symbols"));
    default: return true;
    }
}

/* Notes each type that is defined, in the order of the text, and sees that each one used has been. */
static bool define(struct comparison *comparison, struct avro_text *side, const json_t *json, struct bytes space)
{
    const char *word = json_is_object(json) ? avro_text_at(json, "type") : json_string_value(json);
    struct avro_type type;

    if (!avro_type_of(side, json, space, &type)) {
        if (word == NULL)
            return differ(comparison, "the %s's schema is no Avro schema", side->role);
        return differ(comparison, "the %s's schema does not say what %s is", side->role, word);
    }
    if (type.json != json)
        return true;
    return (!avro_type_is_named(type.kind) || define_name(comparison, side, &type)) &&
           define_parts(comparison, side, &type);
}

static bool read_side(struct comparison *comparison, struct avro_text *side, struct bytes text)
{
    side->json = json_loadb((const char *)text.data, text.len, JSON_DECODE_ANY, NULL);
    if (side->json == NULL)
        return differ(comparison, "the %s's schema is no JSON", side->role);
    return define(comparison, side, side->json, (struct bytes){0});
}

bool compatible(struct bytes reader, struct bytes writer, struct differences *differences)
{
    struct comparison comparison = {.reader.role = "reader", .writer.role = "writer", .differences = differences};
    const struct avro_type top = {.json = NULL};

    differences->count = 0;
    bool matches = read_side(&comparison, &comparison.reader, reader) &&
                   read_side(&comparison, &comparison.writer, writer) &&
                   compare_json(&comparison, &top, comparison.reader.json, &top, comparison.writer.json);
    json_decref(comparison.reader.json);
    json_decref(comparison.writer.json);
    arena_free(&comparison.arena);
    return matches;
}

/*
 * Canonical forms and fingerprints of schemas. Input: the text of one.
 */
#include "avro/canonical.h"

#include "avro_memory.h"
#include "fuzz.h"

#include <avro.h>

/* avro-c is the judge of what is a schema: its names are checked there. */
static bool is_schema(struct bytes text)
{
    avro_schema_t schema;

    avro_memory_watch();
    bool is = avro_schema_from_json_length((const char *)text.data, text.len, &schema) == 0;
    if (is)
        avro_schema_decref(schema);
    avro_set_error("%s", "");
    avro_memory_reclaim();
    return is;
}

/*
 * Forms that do not say the same again: of a type without a namespace inside one with, the specification's form has the
 * bare name, which there means another type (and avro-c takes ".F" for a name other than "F"); and symbols may hold
 * escapes, for avro-c does not check them.
 */
static bool is_ambiguous(struct bytes text)
{
    return memmem(text.data, text.len, "\"\"", 2) != NULL || memmem(text.data, text.len, "\".", 2) != NULL ||
           memchr(text.data, '\\', text.len) != NULL;
}

static void check_canonical(struct bytes text)
{
    char *form = canonical_form(text);

    if (form != NULL && is_schema(text) && !is_ambiguous(text)) {
        char *again = canonical_form(bytes_of(form));
        MUST(again != NULL && strcmp(form, again) == 0);
        MUST(canonical_fingerprint(form) == canonical_fingerprint(again));
        MUST(is_schema(bytes_of(form)));
        free(again);
    }
    free(form);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_canonical((struct bytes){data, size});
    return 0;
}

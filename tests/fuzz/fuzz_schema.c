/*
 * Canonical forms, fingerprints and compatibility of schemas. Input: the text of one schema, a NUL, that of another.
 */
#include "avro/canonical.h"
#include "avro/compatible.h"

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
 * Forms that do not say the same again: of a type without a namespace inside one with, the specification's form has the bare name,
 * which there means another type (and avro-c takes ".F" for a name other than "F"); and symbols may hold escapes, for avro-c does not
 * check them.
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

static bool check_compatible(struct bytes reader, struct bytes writer, struct differences *differences)
{
    bool yes = compatible(reader, writer, differences);
    size_t count = differences->count < DIFFERENCES_MAX ? differences->count : DIFFERENCES_MAX;

    MUST(yes == (differences->count == 0));
    for (size_t i = 0; i < count; i++) {
        MUST(strnlen(differences->text[i], DIFFERENCE_TEXT) < DIFFERENCE_TEXT && differences->text[i][0] != 0);
        for (const char *c = differences->text[i]; *c != 0; c++)
            MUST(*c >= ' ' && *c <= '~');
    }
    return yes;
}

/* What a writer writes he reads, unless his text is no schema, or it nests too deep or is too large to be compared. */
static void check_reflexive(struct bytes text)
{
    struct differences differences;

    if (!check_compatible(text, text, &differences))
        MUST(strncmp(differences.text[0], "the reader's schema ", 20) == 0 ||
             strstr(differences.text[0], " to be compared") != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes second = {data, size};
    struct bytes first = fuzz_part(&second);
    struct differences differences;

    check_canonical(first);
    check_reflexive(first);
    (void)check_compatible(first, second, &differences);
    (void)check_compatible(second, first, &differences);
    return 0;
}

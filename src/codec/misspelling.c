#include "codec/misspelling.h"

#include "core/nearest.h"

/*
 * How many names are looked at, which bounds the time. Nobody misspells a field by hand in a command with more fields.
 */
#define NAMES_MAX 100

/* How many letters may differ once case and separators are ignored. */
#define EDITS_MAX 2

/* A missing field, and the name that is nearest to it so far. */
struct missing {
    enum command_field field;
    size_t distance; /* the distance of `nearest`; beyond EDITS_MAX: none found yet */
    char nearest[HINT_NAME_MAX + 1];
};

struct search {
    struct missing list[VIOLATIONS_MAX];
    unsigned count;
    unsigned names;
    bool schema;
    bool payload;
};

/* The name in lower case and without separators between words. `name` fits as a hint. */
static void fold(struct bytes name, char folded[static HINT_NAME_MAX + 1])
{
    size_t len = 0;

    for (size_t i = 0; i < name.len; i++) {
        uint8_t c = name.data[i];
        if (c >= 'A' && c <= 'Z')
            folded[len++] = (char)(c | 0x20);
        else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            folded[len++] = (char)c;
    }
    folded[len] = 0;
}

/* Events call the id of the study activity `activity_id`, so some producers will send that name. */
static size_t distance(enum command_field field, const char *folded)
{
    char wanted[HINT_NAME_MAX + 1];

    if (field == COMMAND_FIELD_STUDY_ACTIVITY_ID && strcmp(folded, "activityid") == 0)
        return EDITS_MAX;
    fold(bytes_of(command_field_name(field)), wanted);
    return nearest_distance(folded, wanted);
}

static void offer(void *opaque, struct bytes name)
{
    struct search *search = opaque;
    char folded[HINT_NAME_MAX + 1];

    search->schema = search->schema || bytes_equal(name, bytes_of("schema"));
    search->payload = search->payload || bytes_equal(name, bytes_of("payload"));
    if (search->names++ >= NAMES_MAX || !hint_fits(name))
        return;
    fold(name, folded);
    for (unsigned i = 0; i < search->count; i++) {
        struct missing *missing = &search->list[i];
        size_t edits = distance(missing->field, folded);
        /* The field itself may be in the command and be null. */
        if (edits >= missing->distance || bytes_equal(name, bytes_of(command_field_name(missing->field))))
            continue;
        missing->distance = edits;
        memcpy(missing->nearest, name.data, name.len);
        missing->nearest[name.len] = 0;
    }
}

static const char *hint_of(const struct search *search, const struct missing *missing)
{
    if (missing->distance <= EDITS_MAX)
        return missing->nearest;
    return search->schema && search->payload ? HINT_ENVELOPE : NULL;
}

static struct bytes hint_missing(const struct decode_options *options, const struct record *record,
                                 const struct violations *violations, struct arena *arena, struct bytes hints)
{
    struct search search = {0};

    for (unsigned i = 0; i < violations->count; i++)
        if (violations->list[i].code == ERRCODE_MISSING_FIELD)
            search.list[search.count++] =
                (struct missing){.field = violations->list[i].field, .distance = EDITS_MAX + 1};
    if (search.count == 0)
        return hints;
    decode_names(options, record, arena, offer, &search);
    for (unsigned i = 0; i < search.count; i++)
        hints = hints_add(hints, search.list[i].field, bytes_of(hint_of(&search, &search.list[i])), arena);
    return hints;
}

struct bytes misspelling_hints(const struct decode_options *options, const struct record *record,
                               const struct command *command, const struct violations *violations, struct arena *arena)
{
    struct bytes hints = {0};

    if (command->command_id.state == FIELD_VALUE && !uuid_identifies(&command->command_id.value)) {
        const char *which = command->command_id.value.b[0] == 0 ? HINT_NIL : HINT_MAX;
        hints = hints_add(hints, COMMAND_FIELD_COMMAND_ID, bytes_of(which), arena);
    }
    return hint_missing(options, record, violations, arena, hints);
}

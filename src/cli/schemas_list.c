#include "cli/schemas.h"
#include "avro/canonical.h"
#include "json/json_write.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- Known here ---- */

static void print_schema_text(const struct schema *schema)
{
    const char *record = schema_record(schema);

    printf("  %-36s %016" PRIx64 "  %s\n", schema_file(schema), schema_fingerprint(schema),
           record == NULL ? "(no record)" : record);
}

static void print_schema_json(const struct schema *schema)
{
    printf("{\"file\": ");
    json_write_string(stdout, bytes_of(schema_file(schema)));
    printf(", \"origin\": \"%s\", \"record\": ", schema_is_builtin(schema) ? "built-in" : "schemas.dir");
    json_write_string(stdout, bytes_of(schema_record(schema)));
    printf(", \"crc_64_avro\": \"%016" PRIx64 "\"}", schema_fingerprint(schema));
}

void schemas_print_known(const struct schemas_tool *tool)
{
    bool json = tool->cli->json;
    const struct schema *before = NULL;

    for (size_t i = 0; i < schemas_count(tool->schemas); i++) {
        const struct schema *schema = schemas_at(tool->schemas, i);
        if (json) {
            printf("%s", before == NULL ? "" : ", ");
            print_schema_json(schema);
        } else {
            if (before == NULL)
                printf("built in\n");
            else if (schema_is_builtin(before) && !schema_is_builtin(schema))
                printf("schemas.dir=%s\n", tool->cli->config.schemas_dir);
            print_schema_text(schema);
        }
        before = schema;
    }
}

/* ---- Registered ---- */

static const char *type_name(enum schema_type type)
{
    switch (type) {
    case SCHEMA_AVRO: return "AVRO";
    case SCHEMA_JSON: return "JSON";
    case SCHEMA_OTHER: break;
    }
    return "other";
}

/* The schema here that writes the same bytes; NULL: none. */
static const struct schema *same_here(const struct schemas_tool *tool, const struct subjects_version *version)
{
    const struct schema *same = NULL;
    char *form = version->type == SCHEMA_AVRO ? canonical_form(bytes_of(version->text)) : NULL;

    if (form != NULL)
        same = schemas_find(tool->schemas, canonical_fingerprint(form));
    free(form);
    return same;
}

static void print_version(const struct schemas_tool *tool, const struct schemas_own *own,
                          const struct subjects_version *version, bool first)
{
    const struct schema *same = same_here(tool, version);
    const char *file = same == NULL ? NULL : schema_file(same);

    if (!tool->cli->json) {
        printf("  version %" PRId32 ", id %" PRId32 ", %s%s%s%s\n", version->version, version->id,
               type_name(version->type), file == NULL ? "" : ", ", file == NULL ? "" : file,
               same == own->schema ? " (ours)" : "");
        return;
    }
    printf("%s{\"version\": %" PRId32 ", \"id\": %" PRId32 ", \"type\": \"%s\", \"ours\": %s, \"file\": ",
           first ? "" : ", ", version->version, version->id, type_name(version->type),
           same == own->schema ? "true" : "false");
    json_write_string(stdout, bytes_of(file));
    putchar('}');
}

static enum subjects_answer list_versions(const struct schemas_tool *tool, const struct schemas_own *own,
                                          struct err *err)
{
    enum subjects_answer answer;
    int32_t *versions = NULL;
    size_t count = 0, printed = 0;

    answer = subjects_versions(tool->subjects, own->subject, &versions, &count, err);
    for (size_t i = 0; answer != SUBJECTS_FAILED && i < count; i++) {
        struct subjects_version version;
        answer = subjects_version(tool->subjects, own->subject, versions[i], &version, err);
        if (answer != SUBJECTS_YES)
            continue;
        print_version(tool, own, &version, printed++ == 0);
        free(version.text);
    }
    free(versions);
    if (printed == 0 && answer != SUBJECTS_FAILED && !tool->cli->json)
        printf("  nothing is registered\n");
    return answer;
}

static enum subjects_answer list_subject(const struct schemas_tool *tool, const struct schemas_own *own,
                                         struct err *err)
{
    char level[SUBJECTS_LEVEL_SIZE];
    enum subjects_answer answer = subjects_level(tool->subjects, own->subject, level, err);
    const char *known = answer == SUBJECTS_YES ? level : NULL;
    bool json = tool->cli->json;

    if (answer == SUBJECTS_FAILED)
        return answer;
    if (json) {
        printf("{\"subject\": ");
        json_write_string(stdout, bytes_of(own->subject));
        printf(", \"record\": \"%s\", \"level\": ", own->record);
        json_write_string(stdout, bytes_of(known));
        printf(", \"versions\": [");
    } else {
        printf("subject %s%s%s\n", own->subject, known == NULL ? "" : ", compatibility ", known == NULL ? "" : known);
    }
    answer = list_versions(tool, own, err);
    if (json)
        printf("]}");
    return answer;
}

static int list_subjects(const struct schemas_tool *tool)
{
    struct err err;

    for (size_t i = 0; i < SCHEMAS_OWN; i++) {
        if (tool->cli->json && i > 0)
            printf(", ");
        if (list_subject(tool, &tool->own[i], &err) == SUBJECTS_FAILED)
            return schemas_registry_fail(&err);
    }
    return EXIT_DONE;
}

int schemas_list(const struct schemas_tool *tool)
{
    bool json = tool->cli->json, asks = tool->subjects != NULL;
    int status = EXIT_DONE;

    if (json)
        printf("{\"schemas\": [");
    schemas_print_known(tool);
    if (json)
        printf("], \"subjects\": %s", asks ? "[" : "null");
    if (asks)
        status = list_subjects(tool);
    if (json)
        printf("%s}\n", asks ? "]" : "");
    return status;
}

#include "cli/schemas.h"
#include "avro/canonical.h"
#include "json/writer.h"

#include <inttypes.h>
#include <stdlib.h>

/* ---- Known here ---- */

static void print_schema_text(const struct schema *schema)
{
    const char *record = schema_record(schema);

    printf("  %-36s %016" PRIx64 "  %s\n", schema_file(schema), schema_fingerprint(schema),
           record == NULL ? "(no record)" : record);
}

static void write_schema(struct json_writer *json, const struct schema *schema)
{
    char fingerprint[17];

    snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64, schema_fingerprint(schema));
    write_object(json);
    write_member_text(json, "file", schema_file(schema));
    write_member_text(json, "origin", schema_is_builtin(schema) ? "built-in" : "schemas.dir");
    write_member_text(json, "record", schema_record(schema));
    write_member_text(json, "crc_64_avro", fingerprint);
    write_object_end(json);
}

void schemas_print_known(const struct schemas_tool *tool, struct json_writer *json)
{
    const struct schema *before = NULL;

    if (json != NULL)
        write_array(json);
    for (size_t i = 0; i < schemas_count(tool->schemas); i++) {
        const struct schema *schema = schemas_at(tool->schemas, i);
        if (json != NULL) {
            write_schema(json, schema);
        } else {
            if (before == NULL)
                printf("built in\n");
            else if (schema_is_builtin(before) && !schema_is_builtin(schema))
                printf("schemas.dir=%s\n", tool->cli->config.schemas_dir);
            print_schema_text(schema);
        }
        before = schema;
    }
    if (json != NULL)
        write_array_end(json);
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

/* The local schema that writes the same bytes; NULL: none. */
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
                          const struct subjects_version *version, struct json_writer *json)
{
    const struct schema *same = same_here(tool, version);
    const char *file = same == NULL ? NULL : schema_file(same);

    if (json == NULL) {
        printf("  version %" PRId32 ", id %" PRId32 ", %s%s%s%s\n", version->version, version->id,
               type_name(version->type), file == NULL ? "" : ", ", file == NULL ? "" : file,
               same == own->schema ? " (ours)" : "");
        return;
    }
    write_object(json);
    write_member_int(json, "version", version->version);
    write_member_int(json, "id", version->id);
    write_member_text(json, "type", type_name(version->type));
    write_member_bool(json, "ours", same == own->schema);
    write_member_text(json, "file", file);
    write_object_end(json);
}

static enum subjects_answer list_versions(const struct schemas_tool *tool, const struct schemas_own *own,
                                          struct json_writer *json, struct err *err)
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
        print_version(tool, own, &version, json);
        printed++;
        free(version.text);
    }
    free(versions);
    if (printed == 0 && answer != SUBJECTS_FAILED && json == NULL)
        printf("  nothing is registered\n");
    return answer;
}

static enum subjects_answer list_subject(const struct schemas_tool *tool, const struct schemas_own *own,
                                         struct json_writer *json, struct err *err)
{
    char level[SUBJECTS_LEVEL_SIZE];
    enum subjects_answer answer = subjects_level(tool->subjects, own->subject, level, err);
    const char *known = answer == SUBJECTS_YES ? level : NULL;

    if (answer == SUBJECTS_FAILED)
        return answer;
    if (json != NULL) {
        write_object(json);
        write_member_text(json, "subject", own->subject);
        write_member_text(json, "record", own->record);
        write_member_text(json, "level", known);
        write_key(json, "versions");
        write_array(json);
    } else {
        printf("subject %s%s%s\n", own->subject, known == NULL ? "" : ", compatibility ", known == NULL ? "" : known);
    }
    answer = list_versions(tool, own, json, err);
    if (json != NULL) {
        write_array_end(json);
        write_object_end(json);
    }
    return answer;
}

static int list_subjects(const struct schemas_tool *tool, struct json_writer *json)
{
    struct err err;

    for (size_t i = 0; i < SCHEMAS_OWN; i++)
        if (list_subject(tool, &tool->own[i], json, &err) == SUBJECTS_FAILED)
            return schemas_registry_fail(&err);
    return EXIT_DONE;
}

static int list_json(const struct schemas_tool *tool)
{
    struct json_writer json = json_to_stream(stdout);
    int status = EXIT_DONE;

    write_object(&json);
    write_key(&json, "schemas");
    schemas_print_known(tool, &json);
    write_key(&json, "subjects");
    if (tool->subjects != NULL) {
        write_array(&json);
        status = list_subjects(tool, &json);
        write_array_end(&json);
    } else {
        write_null(&json);
    }
    write_object_end(&json);
    write_line_end(&json);
    return status;
}

int schemas_list(const struct schemas_tool *tool)
{
    if (tool->cli->json)
        return list_json(tool);
    schemas_print_known(tool, NULL);
    return tool->subjects == NULL ? EXIT_DONE : list_subjects(tool, NULL);
}

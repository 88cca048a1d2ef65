#include "cli/schemas.h"
#include "avro/compatible.h"
#include "json/writer.h"

#include <inttypes.h>
#include <stdlib.h>

/* One of the others, and what is wrong with it. */
struct finding {
    const struct schemas_own *own;
    const char *file;                       /* built in; or NULL: */
    const struct subjects_version *version; /* registered */
    bool is_avro;
    struct differences reading; /* we read what was written with it */
    struct differences writing; /* its readers read what we write: events only */
};

struct report {
    FILE *out;                /* NULL: none */
    struct json_writer *json; /* NULL: as text */
    bool compatible;
};

static const char *rule(const struct schemas_own *own)
{
    return own->is_event ? "FULL_TRANSITIVE" : "BACKWARD_TRANSITIVE";
}

static bool is_clean(const struct finding *finding)
{
    return finding->is_avro && finding->reading.count == 0 && finding->writing.count == 0;
}

/* ---- The report ---- */

static void print_differences(FILE *out, const char *who, const struct differences *differences)
{
    for (size_t i = 0; i < differences->count && i < DIFFERENCES_MAX; i++)
        fprintf(out, "      %s: %s\n", who, differences->text[i]);
    if (differences->count > DIFFERENCES_MAX)
        fprintf(out, "      %s: and %zu more\n", who, differences->count - DIFFERENCES_MAX);
}

static void print_text(const struct report *report, const struct finding *finding)
{
    const struct schemas_own *own = finding->own;
    const char *verdict = is_clean(finding) ? "compatible" : "NOT COMPATIBLE";

    if (finding->version == NULL)
        fprintf(report->out, "%s: %s, built in: %s\n", own->record, finding->file, verdict);
    else
        fprintf(report->out, "%s: %s version %" PRId32 ", id %" PRId32 ": %s\n", own->record, own->subject,
                finding->version->version, finding->version->id, verdict);
    if (!finding->is_avro)
        fprintf(report->out, "      it is no Avro schema\n");
    print_differences(report->out, "ours cannot read it", &finding->reading);
    print_differences(report->out, "it cannot read ours", &finding->writing);
}

static void write_list(struct json_writer *json, const char *name, const struct differences *differences)
{
    write_key(json, name);
    write_array(json);
    for (size_t i = 0; i < differences->count && i < DIFFERENCES_MAX; i++)
        write_string(json, bytes_of(differences->text[i]));
    write_array_end(json);
}

static void print_json(const struct report *report, const struct finding *finding)
{
    const struct subjects_version *version = finding->version;
    struct json_writer *json = report->json;

    write_object(json);
    write_member_text(json, "record", finding->own->record);
    write_member_text(json, "rule", rule(finding->own));
    write_member_text(json, "file", finding->file);
    write_member_text(json, "subject", version == NULL ? NULL : finding->own->subject);
    write_member_known_int(json, "version", version == NULL ? 0 : version->version, version != NULL);
    write_member_known_int(json, "id", version == NULL ? 0 : version->id, version != NULL);
    write_member_bool(json, "compatible", is_clean(finding));
    write_member_bool(json, "is_avro", finding->is_avro);
    write_list(json, "ours_cannot_read", &finding->reading);
    write_list(json, "cannot_read_ours", &finding->writing);
    write_object_end(json);
}

/* ---- The comparison ---- */

static void judge(struct report *report, struct finding *finding, const char *other)
{
    const char *ours = schema_text(finding->own->schema);

    if (finding->is_avro) {
        /* The verdict is the count of differences. */
        (void)!compatible(bytes_of(ours), bytes_of(other), &finding->reading);
        if (finding->own->is_event)
            (void)!compatible(bytes_of(other), bytes_of(ours), &finding->writing);
    }
    if (!is_clean(finding))
        report->compatible = false;
    if (report->out != NULL)
        (report->json != NULL ? print_json : print_text)(report, finding);
}

/* Ours among them: that it is compatible with itself shows that it is a schema. */
static void judge_builtin(const struct schemas_tool *tool, const struct schemas_own *own, struct report *report)
{
    for (size_t i = 0; i < schemas_count(tool->schemas); i++) {
        const struct schema *other = schemas_at(tool->schemas, i);
        const char *record = schema_record(other), *dot = record == NULL ? NULL : strrchr(record, '.');
        if (!schema_is_builtin(other) || record == NULL || strcmp(dot == NULL ? record : dot + 1, own->record) != 0)
            continue;
        struct finding finding = {.own = own, .file = schema_file(other), .is_avro = true};
        judge(report, &finding, schema_text(other));
    }
}

static enum subjects_answer judge_registered(const struct schemas_tool *tool, const struct schemas_own *own,
                                             struct report *report, struct err *err)
{
    int32_t *versions = NULL;
    size_t count = 0;
    enum subjects_answer answer = subjects_versions(tool->subjects, own->subject, &versions, &count, err);

    for (size_t i = 0; answer != SUBJECTS_FAILED && i < count; i++) {
        struct subjects_version version;
        answer = subjects_version(tool->subjects, own->subject, versions[i], &version, err);
        if (answer != SUBJECTS_YES)
            continue;
        struct finding finding = {.own = own, .version = &version, .is_avro = version.type == SCHEMA_AVRO};
        judge(report, &finding, version.text);
        free(version.text);
    }
    free(versions);
    return answer;
}

int schemas_compare(const struct schemas_tool *tool, bool *all_compatible, FILE *out, struct json_writer *json)
{
    struct report report = {.out = out, .json = json, .compatible = true};
    struct err err;

    for (size_t i = 0; i < SCHEMAS_OWN; i++) {
        judge_builtin(tool, &tool->own[i], &report);
        if (tool->subjects != NULL && judge_registered(tool, &tool->own[i], &report, &err) == SUBJECTS_FAILED)
            return schemas_registry_fail(&err);
    }
    *all_compatible = report.compatible;
    return 0;
}

int schemas_check(const struct schemas_tool *tool)
{
    struct json_writer json = json_to_stream(stdout);
    bool is_compatible = false;

    if (tool->cli->json) {
        write_object(&json);
        write_key(&json, "checks");
        write_array(&json);
    }
    int failed = schemas_compare(tool, &is_compatible, stdout, tool->cli->json ? &json : NULL);
    if (tool->cli->json) {
        write_array_end(&json);
        write_key(&json, "compatible");
        if (failed != 0)
            write_null(&json);
        else
            write_bool(&json, is_compatible);
        write_object_end(&json);
        write_line_end(&json);
    }
    if (failed != 0)
        return failed;
    if (tool->subjects == NULL)
        fprintf(stderr, "sessiond: schema.registry.url is not set: no registered version was looked at\n");
    return is_compatible ? EXIT_DONE : EXIT_NO;
}

#include "cli/schemas.h"
#include "avro/compatible.h"
#include "json/json_write.h"

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
    FILE *out; /* NULL: none */
    bool json;
    size_t count;
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

static void print_list(FILE *out, const char *name, const struct differences *differences)
{
    fprintf(out, ", \"%s\": [", name);
    for (size_t i = 0; i < differences->count && i < DIFFERENCES_MAX; i++) {
        if (i > 0)
            fprintf(out, ", ");
        json_write_string(out, bytes_of(differences->text[i]));
    }
    putc(']', out);
}

static void print_json(const struct report *report, const struct finding *finding)
{
    const struct subjects_version *version = finding->version;

    fprintf(report->out, "%s{\"record\": \"%s\", \"rule\": \"%s\", \"file\": ", report->count > 0 ? ", " : "",
            finding->own->record, rule(finding->own));
    json_write_string(report->out, bytes_of(finding->file));
    fprintf(report->out, ", \"subject\": ");
    json_write_string(report->out, bytes_of(version == NULL ? NULL : finding->own->subject));
    if (version == NULL)
        fprintf(report->out, ", \"version\": null, \"id\": null");
    else
        fprintf(report->out, ", \"version\": %" PRId32 ", \"id\": %" PRId32, version->version, version->id);
    fprintf(report->out, ", \"compatible\": %s, \"is_avro\": %s", is_clean(finding) ? "true" : "false",
            finding->is_avro ? "true" : "false");
    print_list(report->out, "ours_cannot_read", &finding->reading);
    print_list(report->out, "cannot_read_ours", &finding->writing);
    putc('}', report->out);
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
        (report->json ? print_json : print_text)(report, finding);
    report->count++;
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

int schemas_compare(const struct schemas_tool *tool, bool *all_compatible, FILE *out, bool json)
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
    bool is_compatible = false, json = tool->cli->json;

    if (json)
        printf("{\"checks\": [");
    int failed = schemas_compare(tool, &is_compatible, stdout, json);
    if (json)
        printf("], \"compatible\": %s}\n", failed != 0 ? "null" : is_compatible ? "true" : "false");
    if (failed != 0)
        return failed;
    if (tool->subjects == NULL)
        fprintf(stderr, "sessiond: schema.registry.url is not set: no registered version was looked at\n");
    return is_compatible ? EXIT_DONE : EXIT_NO;
}

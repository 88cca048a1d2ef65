#include "cli/schemas.h"
#include "json/writer.h"

#include <inttypes.h>
#include <stdlib.h>

/* The registry's answer about one version: whether ours may be registered after it. */
struct finding {
    const struct schemas_own *own;
    const char *level; /* the level by which the registry compares; "": it has none */
    const struct subjects_version *version;
    enum schemas_verdict verdict;
    struct subjects_reasons reasons;
};

struct report {
    const struct schemas_tool *tool;
    FILE *out;                    /* NULL: none */
    struct json_writer *json;     /* NULL: print text */
    enum schemas_verdict verdict; /* the worst so far */
};

/* ---- The report ---- */

static void print_text(const struct report *report, const struct finding *finding)
{
    static const char *const words[] = {
        [SCHEMAS_COMPATIBLE] = "compatible",
        [SCHEMAS_UNCOMPARED] = "not compared, the registry's level is NONE",
        [SCHEMAS_INCOMPATIBLE] = "NOT COMPATIBLE",
    };
    const struct subjects_version *version = finding->version;

    fprintf(report->out, "%s: %s version %" PRId32 ", id %" PRId32, finding->own->record, finding->own->subject,
            version->version, version->id);
    if (*finding->level != 0)
        fprintf(report->out, ", by %s", finding->level);
    fprintf(report->out, ": %s\n", words[finding->verdict]);
    if (version->type != SCHEMA_AVRO)
        fprintf(report->out, "      it is no Avro schema\n");
    for (size_t i = 0; i < finding->reasons.count; i++)
        fprintf(report->out, "      %.300s\n", finding->reasons.list[i]);
}

/* Writes null where nothing was compared. */
static void write_verdict(struct json_writer *json, enum schemas_verdict verdict)
{
    write_key(json, "compatible");
    if (verdict == SCHEMAS_UNCOMPARED)
        write_null(json);
    else
        write_bool(json, verdict == SCHEMAS_COMPATIBLE);
}

static void print_json(const struct report *report, const struct finding *finding)
{
    struct json_writer *json = report->json;

    write_object(json);
    write_member_text(json, "record", finding->own->record);
    write_member_text(json, "subject", finding->own->subject);
    write_member_int(json, "version", finding->version->version);
    write_member_int(json, "id", finding->version->id);
    write_member_text(json, "level", *finding->level == 0 ? NULL : finding->level);
    write_member_bool(json, "is_avro", finding->version->type == SCHEMA_AVRO);
    write_verdict(json, finding->verdict);
    write_key(json, "reasons");
    write_array(json);
    for (size_t i = 0; i < finding->reasons.count; i++)
        write_string(json, bytes_of(finding->reasons.list[i]));
    write_array_end(json);
    write_object_end(json);
}

static void take(struct report *report, const struct finding *finding)
{
    if (finding->verdict > report->verdict)
        report->verdict = finding->verdict;
    if (report->out != NULL)
        (report->json != NULL ? print_json : print_text)(report, finding);
}

/* ---- The questions ---- */

static enum subjects_answer judge(struct report *report, struct finding *finding, struct err *err)
{
    const struct schemas_own *own = finding->own;
    enum subjects_answer answer = SUBJECTS_YES;
    bool is_compatible = false;

    if (finding->version->type != SCHEMA_AVRO) {
        finding->verdict = SCHEMAS_INCOMPATIBLE;
    } else if (strcmp(finding->level, "NONE") == 0) {
        finding->verdict = SCHEMAS_UNCOMPARED; /* it would say that everything is compatible */
    } else {
        answer = subjects_compatible(report->tool->subjects, own->subject, finding->version->version,
                                     schema_text(own->schema), &is_compatible, &finding->reasons, err);
        finding->verdict = is_compatible ? SCHEMAS_COMPATIBLE : SCHEMAS_INCOMPATIBLE;
    }
    if (answer == SUBJECTS_YES)
        take(report, finding);
    subjects_reasons_free(&finding->reasons);
    return answer;
}

static enum subjects_answer judge_version(struct report *report, const struct schemas_own *own, const char *level,
                                          int32_t number, struct err *err)
{
    struct subjects_version version;
    enum subjects_answer answer = subjects_version(report->tool->subjects, own->subject, number, &version, err);

    if (answer != SUBJECTS_YES)
        return answer;
    struct finding finding = {.own = own, .level = level, .version = &version};
    answer = judge(report, &finding, err);
    free(version.text);
    return answer;
}

static enum subjects_answer judge_subject(struct report *report, const struct schemas_own *own, struct err *err)
{
    char level[SUBJECTS_LEVEL_SIZE];
    int32_t *versions = NULL;
    size_t count = 0;
    enum subjects_answer answer = subjects_level(report->tool->subjects, own->subject, level, err);

    if (answer != SUBJECTS_FAILED)
        answer = subjects_versions(report->tool->subjects, own->subject, &versions, &count, err);
    if (answer != SUBJECTS_FAILED && count == 0 && report->out != NULL && report->json == NULL)
        fprintf(report->out, "%s: %s: nothing is registered\n", own->record, own->subject);
    for (size_t i = 0; answer != SUBJECTS_FAILED && i < count; i++)
        answer = judge_version(report, own, level, versions[i], err);
    free(versions);
    return answer;
}

enum subjects_answer schemas_judge(struct subjects *subjects, const struct schemas_own *own,
                                   enum schemas_verdict *verdict, struct err *err)
{
    const struct schemas_tool tool = {.subjects = subjects};
    struct report report = {.tool = &tool};
    enum subjects_answer answer = judge_subject(&report, own, err);

    *verdict = report.verdict;
    return answer;
}

int schemas_compare(const struct schemas_tool *tool, enum schemas_verdict *verdict, FILE *out, struct json_writer *json)
{
    struct report report = {.tool = tool, .out = out, .json = json};
    struct err err;

    for (size_t i = 0; i < SCHEMAS_OWN; i++)
        if (judge_subject(&report, &tool->own[i], &err) == SUBJECTS_FAILED)
            return schemas_registry_fail(&err);
    *verdict = report.verdict;
    return EXIT_DONE;
}

/* ---- The action ---- */

static void say_what_was_not_looked_at(const struct schemas_tool *tool, enum schemas_verdict verdict)
{
    if (tool->subjects == NULL)
        fprintf(stderr, "sessiond: schema.registry.url is not set: the schemas that are built in were read, and no "
                        "registered version was looked at\n");
    else if (verdict == SCHEMAS_UNCOMPARED)
        fprintf(stderr, "sessiond: where the registry's compatibility level is NONE it compares nothing, and so "
                        "nothing was compared; set one to have it compared\n");
}

static int check_json(const struct schemas_tool *tool, enum schemas_verdict *verdict)
{
    struct json_writer json = json_to_stream(stdout);
    int failed = EXIT_DONE;

    write_object(&json);
    write_key(&json, "schemas");
    schemas_print_known(tool, &json);
    write_key(&json, "checks");
    if (tool->subjects != NULL) {
        write_array(&json);
        failed = schemas_compare(tool, verdict, stdout, &json);
        write_array_end(&json);
    } else {
        write_null(&json);
    }
    write_verdict(&json, failed == EXIT_DONE ? *verdict : SCHEMAS_UNCOMPARED);
    write_object_end(&json);
    write_line_end(&json);
    return failed;
}

static int check_text(const struct schemas_tool *tool, enum schemas_verdict *verdict)
{
    schemas_print_known(tool, NULL);
    return tool->subjects == NULL ? EXIT_DONE : schemas_compare(tool, verdict, stdout, NULL);
}

int schemas_check(const struct schemas_tool *tool)
{
    enum schemas_verdict verdict = SCHEMAS_UNCOMPARED;
    int failed = (tool->cli->json ? check_json : check_text)(tool, &verdict);

    if (failed != EXIT_DONE)
        return failed;
    say_what_was_not_looked_at(tool, verdict);
    return verdict == SCHEMAS_INCOMPATIBLE ? EXIT_NO : EXIT_DONE;
}

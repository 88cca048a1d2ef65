#include "cli/verify/findings.h"

#include "core/memory.h"
#include "json/writer.h"
#include "runtime/temporary.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>

struct findings {
    bool json;
    FILE *files[GUARANTEES + 1]; /* indexed by guarantee */
    struct json_writer writers[GUARANTEES + 1];
    int64_t counts[GUARANTEES + 1];
};

struct findings *findings_new(bool json, struct err *err)
{
    struct findings *findings = memory_zeroed(1, sizeof *findings);

    findings->json = json;
    for (int i = 1; i <= GUARANTEES; i++) {
        int file = temporary_open(err);
        findings->files[i] = file < 0 ? NULL : fdopen(file, "w+");
        if (findings->files[i] == NULL) {
            findings_free(findings);
            return NULL;
        }
        findings->writers[i] = json_to_stream(findings->files[i]);
    }
    return findings;
}

void findings_free(struct findings *findings)
{
    if (findings == NULL)
        return;
    for (int i = 1; i <= GUARANTEES; i++)
        if (findings->files[i] != NULL)
            fclose(findings->files[i]);
    free(findings);
}

int64_t findings_count(const struct findings *findings, int guarantee)
{
    int64_t count = 0;

    for (int i = 1; i <= GUARANTEES; i++)
        count += guarantee == 0 || guarantee == i ? findings->counts[i] : 0;
    return count;
}

/* ---- Writing ----------------------------------------------------------------------------------------------------- */

static const char *const kinds[] = {
    [REF_COMMAND] = "command", [REF_EVENT] = "event",     [REF_DEAD_LETTER] = "dead letter",
    [REF_OUTCOME] = "outcome", [REF_SESSION] = "session",
};

static void write_ref_text(const struct ref *ref, FILE *out)
{
    char id[UUID_TEXT + 1];

    fprintf(out, "      %-11s ", kinds[ref->kind]);
    switch (ref->kind) {
    case REF_OUTCOME:
        uuid_format(&ref->command_id, id);
        fprintf(out, "command_outcomes %s\n", id);
        break;
    case REF_SESSION: fprintf(out, "study_sessions %" PRId64 "\n", ref->session_id); break;
    default: fprintf(out, "%s[%" PRId32 "]@%" PRId64 "\n", ref->topic, ref->partition, ref->offset); break;
    }
}

static void write_ref_json(const struct ref *ref, struct json_writer *json)
{
    char id[UUID_TEXT + 1];

    write_object(json);
    write_member_text(json, "kind", kinds[ref->kind]);
    switch (ref->kind) {
    case REF_OUTCOME:
        uuid_format(&ref->command_id, id);
        write_member_text(json, "command_id", id);
        break;
    case REF_SESSION: write_member_int(json, "session_id", ref->session_id); break;
    default:
        write_member_text(json, "topic", ref->topic);
        write_member_int(json, "partition", ref->partition);
        write_member_int(json, "offset", ref->offset);
        break;
    }
    write_object_end(json);
}

static void write_finding(const char *code, const char *text, const struct ref *refs, size_t count,
                          struct json_writer *json)
{
    write_object(json);
    write_member_text(json, "code", code);
    write_member_text(json, "text", text);
    write_key(json, "records");
    write_array(json);
    for (size_t i = 0; i < count; i++)
        write_ref_json(&refs[i], json);
    write_array_end(json);
    write_object_end(json);
}

void findings_add(struct findings *findings, int guarantee, const char *code, const struct ref *refs, size_t count,
                  const char *format, ...)
{
    FILE *out = findings->files[guarantee];
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    findings->counts[guarantee]++;
    if (findings->json) {
        write_finding(code, text, refs, count, &findings->writers[guarantee]);
        return;
    }
    fprintf(out, "   %s [%s]\n", text, code);
    for (size_t i = 0; i < count; i++)
        write_ref_text(&refs[i], out);
}

bool findings_print(struct findings *findings, int guarantee, FILE *out, struct err *err)
{
    FILE *in = findings->files[guarantee];
    char piece[4096];
    size_t got;

    /* A failed write shows only when the file is flushed. */
    if (fflush(in) != 0 || ferror(in) != 0 || fseek(in, 0, SEEK_SET) != 0)
        return temporary_failed("write", err);
    while ((got = fread(piece, 1, sizeof piece, in)) > 0)
        fwrite(piece, 1, got, out);
    return ferror(in) == 0 || temporary_failed("read", err);
}

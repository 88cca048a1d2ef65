#include "cli/check/findings.h"

#include "core/memory.h"
#include "core/text.h"
#include "json/writer.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>

#define CHECK_CODE(constant, code, severity, meaning) const char constant[] = code;
#include "cli/check/codes.def"
#undef CHECK_CODE

struct finding {
    enum check_severity severity;
    const char *code;
    char *what; /* each of these texts is one line */
    char *where;
    char *fix;
};

struct check_findings {
    struct finding *list;
    size_t count;
};

static const char *const words[] = {"error", "warning", "info"};

struct check_findings *check_findings_new(void)
{
    struct check_findings *findings = memory_zeroed(1, sizeof *findings);

    return findings;
}

void check_findings_free(struct check_findings *findings)
{
    if (findings == NULL)
        return;
    for (size_t i = 0; i < findings->count; i++) {
        free(findings->list[i].what);
        free(findings->list[i].where);
        free(findings->list[i].fix);
    }
    free(findings->list);
    free(findings);
}

/* ---- Adding ------------------------------------------------------------------------------------------------------- */

static enum check_severity severity_of(const char *code)
{
    static const struct {
        const char *code;
        enum check_severity severity;
    } table[] = {
#define CHECK_CODE(constant, code, severity, meaning) {code, severity},
#include "cli/check/codes.def"
#undef CHECK_CODE
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (strcmp(table[i].code, code) == 0)
            return table[i].severity;
    abort();
}

/* Line breaks and the blanks beside them become one blank. */
static char *on_one_line(const char *text)
{
    char *line = text_copy(text);
    char *end = line;

    for (const char *in = line; *in != 0; in++) {
        bool blank = isspace((unsigned char)*in) != 0;
        if (!blank)
            *end++ = *in;
        else if (end > line && end[-1] != ' ')
            *end++ = ' ';
    }
    while (end > line && end[-1] == ' ')
        end--;
    *end = 0;
    return line;
}

/* Takes ownership of the texts. */
static void add(struct check_findings *findings, const struct finding *finding)
{
    findings->list = memory_resized(findings->list, findings->count + 1, sizeof *findings->list);
    findings->list[findings->count++] = *finding;
}

void check_add(struct check_findings *findings, const char *code, const char *where, const char *fix,
               const char *format, ...)
{
    char what[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    add(findings, &(struct finding){severity_of(code), code, on_one_line(what), on_one_line(where), on_one_line(fix)});
}

/*
 * Messages in this program have the form "what\n  where\n  fix: what to do". The line between may also say more about what happened instead
 * of where; a reader can tell the difference.
 */
void check_add_err(struct check_findings *findings, enum check_severity severity, const struct err *err,
                   const char *where, const char *fix)
{
    char *text = text_copy(err->message);
    char *own_fix = strstr(text, "\n  fix: ");

    if (own_fix != NULL) {
        *own_fix = 0;
        own_fix += strlen("\n  fix: ");
    }
    char *own_where = strstr(text, "\n  ");
    if (own_where != NULL) {
        *own_where = 0;
        own_where += strlen("\n  ");
    }
    add(findings,
        &(struct finding){severity, err->code, on_one_line(text), on_one_line(own_where != NULL ? own_where : where),
                          on_one_line(own_fix != NULL ? own_fix : fix)});
    free(text);
}

/* ---- Counting and printing ---------------------------------------------------------------------------------------- */

size_t check_count(const struct check_findings *findings, enum check_severity severity)
{
    size_t count = 0;

    for (size_t i = 0; i < findings->count; i++)
        count += findings->list[i].severity == severity;
    return count;
}

bool check_has(const struct check_findings *findings, const char *code)
{
    for (size_t i = 0; i < findings->count; i++)
        if (strcmp(findings->list[i].code, code) == 0)
            return true;
    return false;
}

typedef void print_one(const struct finding *finding, void *out);

static void each(const struct check_findings *findings, print_one *print, void *out)
{
    for (enum check_severity severity = 0; severity < CHECK_SEVERITIES; severity++)
        for (size_t i = 0; i < findings->count; i++)
            if (findings->list[i].severity == severity)
                print(&findings->list[i], out);
}

static void print_text(const struct finding *finding, void *opaque)
{
    FILE *out = opaque;

    fprintf(out, "%s: %s", words[finding->severity], finding->what);
    if (*finding->where != 0)
        fprintf(out, "; in %s", finding->where);
    fprintf(out, " [%s]\n  fix: %s\n", finding->code, finding->fix);
}

void check_findings_print(const struct check_findings *findings, FILE *out)
{
    each(findings, print_text, out);
    for (enum check_severity severity = 0; severity < CHECK_SEVERITIES; severity++) {
        size_t count = check_count(findings, severity);
        fprintf(out, "%s%zu %s%s", severity == 0 ? "" : ", ", count, words[severity],
                count == 1 || severity == CHECK_INFO ? "" : "s");
    }
    fputc('\n', out);
}

static void write_one(const struct finding *finding, void *opaque)
{
    struct json_writer *json = opaque;

    write_object(json);
    write_member_text(json, "code", finding->code);
    write_member_text(json, "severity", words[finding->severity]);
    write_member_text(json, "what", finding->what);
    write_member_text(json, "where", finding->where);
    write_member_text(json, "fix", finding->fix);
    write_object_end(json);
}

void check_findings_print_json(const struct check_findings *findings, FILE *out)
{
    struct json_writer json = json_to_stream(out);

    write_object(&json);
    write_key(&json, "findings");
    write_array(&json);
    each(findings, write_one, &json);
    write_array_end(&json);
    write_member_int(&json, "errors", (int64_t)check_count(findings, CHECK_ERROR));
    write_member_int(&json, "warnings", (int64_t)check_count(findings, CHECK_WARNING));
    write_member_int(&json, "infos", (int64_t)check_count(findings, CHECK_INFO));
    write_object_end(&json);
    write_line_end(&json);
}

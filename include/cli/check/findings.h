/**
 * The findings of `sessiond check`, in the order in which they were found.
 *
 * If a finding would stop the start of the worker, it has the code of that error, from core/err_codes.def. Else it has a code of
 * cli/check/codes.def.
 */
#ifndef CLI_CHECK_FINDINGS_H
#define CLI_CHECK_FINDINGS_H

#include "core/err.h"

#include <stdio.h>

enum check_severity {
    CHECK_ERROR,   /* `run` does not work, or breaks a promise */
    CHECK_WARNING, /* `run` works until something happens that has to be expected */
    CHECK_INFO,    /* worth knowing; nothing may be wrong */
    CHECK_SEVERITIES,
};

#define CHECK_CODE(constant, code, severity, meaning) extern const char constant[];
#include "cli/check/codes.def"
#undef CHECK_CODE

struct check_findings;

struct check_findings *check_findings_new(void);
void check_findings_free(struct check_findings *findings);

/** Adds a finding with a code and the severity of cli/check/codes.def. `where` and `fix` are copied; `what` is one sentence. */
void check_add(struct check_findings *findings, const char *code, const char *where, const char *fix,
               const char *format, ...) PRINTF(5, 6);

/** Adds an error as a finding. The lines of its message are what, where and fix; `where` and `fix` are used if the message has none. */
void check_add_err(struct check_findings *findings, enum check_severity severity, const struct err *err,
                   const char *where, const char *fix);

size_t check_count(const struct check_findings *findings, enum check_severity severity);

/** True when there is a finding with this code. */
bool check_has(const struct check_findings *findings, const char *code);

/** Prints two lines for each finding, the gravest first, and a last line with the sum. */
void check_findings_print(const struct check_findings *findings, FILE *out);

/** Prints one JSON object and a line break. */
void check_findings_print_json(const struct check_findings *findings, FILE *out);

#endif

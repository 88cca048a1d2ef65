#include "cli/check.h"

#include "cli/check/steps.h"

bool check_failed(struct check *check, const struct err *err, const char *where)
{
    if (err->class == ERR_INTERRUPTED)
        return false;
    check_add_err(check->findings, CHECK_ERROR, err, where, CHECK_SEE_PAGE);
    return true;
}

static bool run_steps(struct check *check)
{
    check_configuration(check);
    return !check->request->connect || (check_kafka(check) && check_postgres(check) && check_registry(check));
}

struct check_findings *check_run(const struct check_request *request)
{
    struct check check = {
        .config = request->config,
        .request = request,
        .findings = check_findings_new(),
        .facts = {.commands_kept_ms = SURVEY_UNREAD},
    };

    if (run_steps(&check))
        return check.findings;
    check_findings_free(check.findings);
    return NULL;
}

bool check_print(const struct check_request *request, FILE *out)
{
    struct check_findings *findings = check_run(request);

    if (findings == NULL)
        return false;
    check_findings_print(findings, out);
    check_findings_free(findings);
    return true;
}

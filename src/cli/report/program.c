/* The sections of a report about the program itself. */
#include "cli/report.h"

#include "cli/parts/group_print.h"

#include <sys/utsname.h>

bool report_version(const struct report *report, FILE *out, struct err *err)
{
    struct utsname system;
    char now[GROUP_PRINT_NOW];

    (void)report;
    (void)err;
    version_print(out);
    if (uname(&system) == 0)
        fprintf(out, "system: %s %s %s\n", system.sysname, system.release, system.machine);
    group_print_now(now);
    fprintf(out, "time: %s\n", now);
    return true;
}

bool report_configuration(const struct report *report, FILE *out, struct err *err)
{
    /*
     * A configuration with unknown keys is not printed. The misspelt key of a password is not known to be a secret, so its
     * value would be shown.
     */
    if (report->config_err.class != ERR_NONE) {
        *err = report->config_err;
        return false;
    }
    config_print(&report->cli->config, out, false);
    return true;
}

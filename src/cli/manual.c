#include "cli/manual.h"

#include "cli/cli.h"
#include "core/decimal.h"

#include <stdlib.h>
#include <time.h>

#define DAY_TEXT 64

/* With SOURCE_DATE_EPOCH a release has the same bytes whenever it is packed (reproducible-builds.org). */
static void format_day(char text[static DAY_TEXT])
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    int64_t seconds = time(NULL);
    char month[16];
    struct tm tm;

    if (epoch != NULL && !decimal_read_all(epoch, &seconds))
        seconds = time(NULL);
    time_t when = (time_t)seconds;
    gmtime_r(&when, &tm);
    /* No locale is set: the name of the month is English. */
    strftime(month, sizeof month, "%B", &tm);
    snprintf(text, DAY_TEXT, "%s %d, %d", month, tm.tm_mday, 1900 + tm.tm_year);
}

static bool set(void *target, int letter, const char *text)
{
    const char **page = target;

    (void)letter;
    if (*page != NULL || (strcmp(text, "sessiond.1") != 0 && strcmp(text, "sessiond.conf.5") != 0))
        return false;
    *page = text;
    return true;
}

static int manual_main(struct cli *cli, int argc, char **argv)
{
    const char *page = NULL;
    char day[DAY_TEXT];
    int failed = subcommand_options(&cli_manual, argc, argv, set, &page);

    if (failed != 0)
        return failed;
    if (page == NULL)
        return cli_usage(&cli_manual, "name the page: sessiond.1 or sessiond.conf.5");
    format_day(day);
    if (strcmp(page, "sessiond.1") == 0)
        manual_commands(cli->subcommands, day, stdout);
    else
        manual_keys(day, stdout);
    return EXIT_DONE;
}

/* `--help` does not list it, because it is for those who make a package. */
/* clang-format off */
const struct subcommand cli_manual = {
    .name = "manual",
    .summary = "Print a manual page for a package",
    .usage = {"sessiond.1|sessiond.conf.5"},
    .description =
        "Prints the source of a manual page in mdoc, made from the tables of commands and keys. The page is dated by "
        "SOURCE_DATE_EPOCH, or today if that is not set.",
    .arguments = {
        {"sessiond.1", "Prints the page about the commands."},
        {"sessiond.conf.5", "Prints the page about the keys of the configuration."},
    },
    .exits = {
        {EXIT_DONE, "The page was printed."},
    },
    .examples = {
        "sessiond manual sessiond.1 | mandoc -l",
    },
    .run = manual_main,
};
/* clang-format on */

#include "cli/program.h"

#include "config/config.h"

const char *const program_summary =
    "turns create-session commands from Kafka into study_sessions rows and events, exactly once";
const char *const program_usage = "[-F FILE] [-X KEY=VALUE]... [-v|-q] [--json] COMMAND [options]";

/* clang-format off */
const struct global_option global_options[] = {
    {NULL, 'F', GLOBAL_FILE, NULL, "FILE",
     "Reads this configuration file (default: " CONFIG_DEFAULT_FILE ", if there is one)."},
    {NULL, 'X', GLOBAL_SETTING, NULL, "KEY=VALUE",
     "Sets one key; it wins over the file and the environment, and may be repeated."},
    {NULL, 'v', GLOBAL_SETTING, "log.level=debug", NULL, "Logs more, as -X log.level=debug does."},
    {NULL, 'q', GLOBAL_SETTING, "log.level=warning", NULL, "Logs less, as -X log.level=warning does."},
    {"json", 0, GLOBAL_JSON, NULL, NULL, "Prints one JSON object, or JSON lines for streams, on standard output."},
    {"help", 'h', GLOBAL_HELP, NULL, NULL, "Prints this text; with a command it prints the help of that command."},
    {"version", 0, GLOBAL_VERSION, NULL, NULL, "Prints the version, as the command version does."},
};

const struct exit_row program_exits[] = {
    {EXIT_DONE, "done"},
    {EXIT_NO, "the answer is no"},
    {EXIT_REJECTED, "rejected"},
    {EXIT_USAGE, "usage"},
    {EXIT_DATA, "bad or lost input"},
    {EXIT_NOINPUT, "no such file"},
    {EXIT_UNREACHABLE, "cannot reach"},
    {EXIT_INTERNAL, "internal"},
    {EXIT_TIMEOUT, "timed out (safe to start again)"},
    {EXIT_FENCED, "fenced"},
    {EXIT_PERMISSION, "permission"},
    {EXIT_CONFIG, "configuration"},
    {0, NULL},
};

const char *const program_examples[] = {
    "sessiond config --list",
    "sessiond run -X kafka.bootstrap.servers=broker:9092 -X postgres.conninfo=service=sessions",
    NULL,
};
/* clang-format on */

const size_t global_option_count = sizeof global_options / sizeof *global_options;

const char *const program_sections[] = {"Run", "Use", "Operate", "Learn", NULL};

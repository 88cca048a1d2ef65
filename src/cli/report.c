#include "cli/report.h"

#include "cli/parts/moment.h"
#include "config/secrets.h"
#include "core/memory.h"
#include "json/writer.h"
#include "runtime/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECTIONS (sizeof sections / sizeof *sections)

/* The sections, in the order in which they stand in the file. */
static const struct {
    const char *title;
    report_section *write;
    bool alone; /* it can be written without a usable configuration */
} sections[] = {
    {"version",       report_version,       true },
    {"configuration", report_configuration, true },
    {"check",         report_check,         false},
    {"status",        report_status,        false},
    {"last warnings", report_warnings,      false},
    {"topics",        report_topics,        false},
    {"tables",        report_tables,        false},
    {"metrics",       report_metrics,       false},
};

/* What the command line asks for, and why each section was left out; "" for a section that is there. */
struct report_task {
    struct report report;
    const char *path;
    bool force;
    char why[SECTIONS][sizeof((struct err *)NULL)->message];
};

/* ---- The text ---------------------------------------------------------------------------------------------------- */

static bool write_section(const struct report_task *task, size_t index, FILE *out, struct err *err)
{
    if (stop_requested())
        return err_interrupted(err, "gathering this section");
    if (!sections[index].alone && task->report.config_err.class != ERR_NONE)
        return err_set(err, ERR_STOP, EXIT_CONFIG, task->report.config_err.code,
                       "there is no configuration that can be used");
    return sections[index].write(&task->report, out, err);
}

static void write_sections(struct report_task *task, FILE *out)
{
    fputs("# sessiond report\n#\n# Passwords, keys and tokens are masked. Names of hosts, topics, groups and users are "
          "not: read it before you "
          "send it.\n",
          out);
    for (size_t i = 0; i < SECTIONS; i++) {
        struct err err;
        fprintf(out, "\n==== %s ====\n\n", sections[i].title);
        if (write_section(task, i, out, &err))
            continue;
        snprintf(task->why[i], sizeof task->why[i], "%s", err.message);
        fprintf(out, "left out: %s%s%s%s\n", err.message, err.code == NULL ? "" : " [",
                err.code == NULL ? "" : err.code, err.code == NULL ? "" : "]");
    }
}

/* The caller frees the text. */
static char *gather(struct report_task *task)
{
    const struct cli *cli = task->report.cli;
    char *text = NULL;
    size_t size = 0;
    struct secrets secrets;
    FILE *out = memory_stream(&text, &size);

    write_sections(task, out);
    if (fclose(out) != 0)
        abort();
    secrets_collect(&secrets, cli->config_loaded ? &cli->config : NULL, cli->request.environ);
    char *masked = secrets_mask(&secrets, text);
    for (size_t i = 0; i < SECTIONS; i++) {
        char *why = secrets_mask(&secrets, task->why[i]);
        snprintf(task->why[i], sizeof task->why[i], "%s", why);
        free(why);
    }
    secrets_free(&secrets);
    free(text);
    return masked;
}

/* ---- The file ---------------------------------------------------------------------------------------------------- */

static int cannot(const struct report_task *task, const char *what, enum exit_code exit_code)
{
    struct err err;

    err_set(&err, ERR_STOP, exit_code, E_REPORT_01, "cannot %s %s: %s\n  fix: name another file", what, task->path,
            strerror(errno));
    return cli_fail(&err);
}

/*
 * Called before anything is gathered. The old contents of the file stay until the report is written. Returns 0, or the
 * exit code.
 */
static int open_file(const struct report_task *task, int *fd)
{
    struct stat file;

    /* Only the owner may read it: it has no password in it, but it says much about a system. */
    *fd = open(task->path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (*fd < 0)
        return cannot(task, "open", EXIT_NOINPUT);
    if (fstat(*fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_size > 0 && !task->force) {
        close(*fd);
        return cli_usage(&cli_report, "%s is there already; with --force it is written over", task->path);
    }
    return 0;
}

static bool write_all(int fd, const char *text)
{
    for (size_t len = strlen(text); len > 0;) {
        ssize_t written = write(fd, text, len);
        if (written < 0 && errno != EINTR)
            return false;
        text += written > 0 ? written : 0;
        len -= written > 0 ? (size_t)written : 0;
    }
    return true;
}

static bool is_regular(int fd)
{
    struct stat file;

    return fstat(fd, &file) == 0 && S_ISREG(file.st_mode);
}

static bool fill_file(int fd, const char *text)
{
    bool empty = !is_regular(fd) || ftruncate(fd, 0) == 0;

    return empty && write_all(fd, text);
}

/* ---- Its own messages -------------------------------------------------------------------------------------------- */

static void say_json(const struct report_task *task)
{
    struct json_writer json = json_to_stream(stdout);

    write_object(&json);
    write_member_text(&json, "file", task->path);
    write_key(&json, "sections");
    write_array(&json);
    for (size_t i = 0; i < SECTIONS; i++) {
        write_object(&json);
        write_member_text(&json, "section", sections[i].title);
        write_member_text(&json, "left_out", *task->why[i] == 0 ? NULL : task->why[i]);
        write_object_end(&json);
    }
    write_array_end(&json);
    write_object_end(&json);
    write_line_end(&json);
}

static void say_text(const struct report_task *task)
{
    for (size_t i = 0; i < SECTIONS; i++)
        if (*task->why[i] != 0)
            fprintf(stderr, "sessiond: %s left out: %.*s\n", sections[i].title, (int)strcspn(task->why[i], "\n"),
                    task->why[i]);
    fprintf(stderr, "sessiond: %s is written; read it before you send it\n", task->path);
}

static int report_run(struct report_task *task)
{
    int fd;
    int failed = open_file(task, &fd);

    if (failed != 0)
        return failed;
    if (cli_try_config(task->report.cli, &task->report.config_err))
        task->report.config_err.class = ERR_NONE;
    char *text = gather(task);
    bool filled = fill_file(fd, text);
    free(text);
    if (close(fd) != 0 || !filled)
        return cannot(task, "write", EXIT_INTERNAL);
    if (task->report.cli->json)
        say_json(task);
    else
        say_text(task);
    return stop_requested() ? EXIT_TIMEOUT : EXIT_DONE;
}

static bool set(void *target, int letter, const char *text)
{
    struct report_task *task = target;

    switch (letter) {
    case 'f': task->force = true; return true;
    case 't': return moment_span(text, &task->report.timeout_ms) && task->report.timeout_ms > 0;
    default:
        if (task->path != NULL || *text == 0)
            return false;
        task->path = text;
        return true;
    }
}

static int report_main(struct cli *cli, int argc, char **argv)
{
    struct report_task task = {
        .report = {.cli = cli, .timeout_ms = 10000}
    };
    int failed = subcommand_options(&cli_report, argc, argv, set, &task);

    if (failed != 0)
        return failed;
    if (task.path == NULL)
        return cli_usage(&cli_report, "name the file to write");
    stop_setup();
    return report_run(&task);
}

/* clang-format off */
const struct subcommand cli_report = {
    .name = "report",
    .section = "Operate",
    .summary = "Write one text file for a ticket: version, configuration, state and more",
    .usage = {"FILE [--force] [--timeout D] [--json]"},
    .description =
        "Writes the version; the configuration; what check --connect finds; the status, the last warnings and the metrics of "
        "the worker that answers at http.listen; the settings of our topics; and how large the tables are, by what the "
        "server knows without reading a row. Without a worker the status is that of the group, from the broker. A section "
        "that cannot be had says why, and the rest is written all the same.\n\n"
        "Passwords, keys and tokens are masked, even if a server repeats them in a message. The report holds no command and "
        "no event, but it holds names of hosts, topics, groups and users, and ids and places of records that were rejected. "
        "Read it before you send it.",
    .arguments = {
        {"FILE", "This file is written. A new one is readable by its owner only; one that holds something is not touched."},
    },
    .options = {
        {"force", 'f', NULL, NULL, "Writes over a file that holds something."},
        {"timeout", 't', "D", NULL, "Waits at most this long for a broker in each section (default 10s)."},
    },
    .json = "Prints one object: {\"file\", \"sections\": [{\"section\", \"left_out\"}]}; left_out says why a section could "
            "not be had, or is null.",
    .exits = {
        {EXIT_DONE, "The file was written, whatever was left out."},
        {EXIT_USAGE, "The file holds something already, and --force is not given."},
        {EXIT_NOINPUT, "The file cannot be opened."},
        {EXIT_INTERNAL, "The file cannot be written, because of a full disk for example."},
        {EXIT_TIMEOUT, "It was interrupted. The file was written, without the sections that were still to come."},
    },
    .examples = {
        "sessiond report sessiond-report.txt",
        "sessiond report -F worker.conf /tmp/report.txt --force",
    },
    .run = report_main,
};
/* clang-format on */

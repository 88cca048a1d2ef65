#include "cli/cli.h"
#include "core/decimal.h"
#include "cli/parts/moment.h"
#include "cli/parts/subject_id.h"
#include "cli/send_await.h"
#include "cli/send_lines.h"
#include "cli/send_one.h"
#include "json/writer.h"
#include "runtime/stop.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct send {
    struct send_one one; /* filled from the options */
    bool from_options;
    bool avro;      /* in one of the two Avro framings */
    bool confluent; /* in Confluent's wire format */
    bool await;
    bool raw;
    const char *path; /* "-": standard input */
    int timeout_ms;

    struct schemas *schemas; /* with `avro` */
    int32_t schema_id;       /* with `confluent` */
    struct sender *sender;
    struct send_await awaited; /* with `await` */
};

/* ---- One command from options ------------------------------------------------------------------------------------ */

static int send_options(struct send *send, const struct cli *cli)
{
    struct err err;

    send->one.schemas = send->schemas;
    send->one.schema_id = send->confluent ? &send->schema_id : NULL;
    send->one.sender = send->sender;
    if (!send_one(&send->one, &err))
        return cli_fail(&err);
    send_one_print(&send->one, cli, send->await);
    return send->await ? send_await_all(&send->awaited, cli, send->timeout_ms, true) : EXIT_DONE;
}

/* ---- Many from a file -------------------------------------------------------------------------------------------- */

static void report_many(const struct cli *cli, uint64_t count)
{
    struct json_writer json = json_to_stream(stdout);

    if (!cli->json)
        return;
    write_object(&json);
    write_member_text(&json, "topic", cli->config.commands_topic);
    write_member_int(&json, "sent", (int64_t)count);
    write_object_end(&json);
    write_line_end(&json);
}

static int await_many(struct send *send, const struct cli *cli)
{
    struct send_await *awaited = &send->awaited;
    int status = send_await_all(awaited, cli, send->timeout_ms, cli->json);

    fprintf(stderr, "%" PRIu64 " created, %" PRIu64 " rejected\n", awaited->created, awaited->rejected);
    return status;
}

static int send_many(struct send *send, const struct cli *cli, FILE *file)
{
    struct err err;
    struct send_lines lines = {
        .file = file,
        /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): a file was opened, so it has a path */
        .name = strcmp(send->path, "-") == 0 ? "standard input" : send->path,
        .key = send->one.key,
        .schemas = send->schemas,
        .schema_id = send->confluent ? &send->schema_id : NULL,
        .sender = send->sender,
        .raw = send->raw,
        .progress = isatty(STDERR_FILENO) == 1 && !cli->json,
    };
    bool sent = send_lines(&lines, &err);
    int status = sent ? EXIT_DONE : cli_fail(&err);

    fprintf(stderr, "%" PRIu64 " sent\n", sender_sent(send->sender)->delivered);
    if (sent && send->await)
        return await_many(send, cli);
    report_many(cli, sender_sent(send->sender)->delivered);
    return status;
}

/* ---- The subcommand ---------------------------------------------------------------------------------------------- */

static bool find_schema(struct send *send, const struct config *config, struct err *err)
{
    if (!send->avro)
        return true;
    send->schemas = schemas_open("", err);
    if (send->schemas == NULL || !send->confluent)
        return send->schemas != NULL;
    return subject_id_find(config, send->schemas, SCHEMAS_COMMAND, send->timeout_ms, &send->schema_id, err);
}

static int send_run(struct send *send, const struct cli *cli, FILE *file)
{
    struct err err;
    int status = EXIT_DONE;
    bool open = find_schema(send, &cli->config, &err) &&
                (send->sender = sender_open(&cli->config, send->timeout_ms, &err)) != NULL &&
                (!send->await || send_await_open(&send->awaited, &cli->config, send->sender, send->timeout_ms, &err));

    if (!open)
        status = cli_fail(&err);
    else
        status = send->from_options ? send_options(send, cli) : send_many(send, cli, file);
    sender_close(send->sender);
    send_await_close(&send->awaited);
    schemas_close(send->schemas);
    return status;
}

static bool parse_int(const char *text, struct field_int *field)
{
    field->state = FIELD_VALUE;
    return decimal_read_all(text, &field->value);
}

static bool set_path(struct send *send, const char *text)
{
    if (send->path != NULL)
        return false;
    send->path = text;
    return true;
}

static bool set(void *target, int letter, const char *text)
{
    struct send *send = target;

    switch (letter) {
    case SUBCOMMAND_ARGUMENT: return set_path(send, text);
    case 'g': send->from_options = true; return parse_int(text, &send->one.command.group_id);
    case 'a': send->from_options = true; return parse_int(text, &send->one.command.study_activity_id);
    case 'c':
        send->from_options = true;
        send->one.command.command_id.state = FIELD_VALUE;
        return uuid_parse(bytes_of(text), &send->one.command.command_id.value);
    case 'w': send->await = true; return true;
    case 'r': send->raw = true; return true;
    case 'k': send->one.key = text; return true;
    case 't': return moment_span(text, &send->timeout_ms);
    case 'f':
        send->confluent = strcmp(text, "confluent") == 0;
        send->avro = send->confluent || strcmp(text, "avro-single-object") == 0;
        return send->avro || strcmp(text, "json") == 0;
    default: return false;
    }
}

/* Returns 0, or the exit code after saying what is wrong. */
static int parse(struct send *send, int argc, char **argv)
{
    int failed = subcommand_options(&cli_send, argc, argv, set, send);

    if (failed != 0)
        return failed;
    if (send->from_options == (send->path != NULL))
        return cli_usage(&cli_send, "give either --group-id and --study-activity-id, or a file (- is standard input)");
    if (send->raw && (send->from_options || send->avro))
        return cli_usage(&cli_send, "--raw sends the lines of a file as they are; it takes no --group-id, "
                                    "--study-activity-id or Avro --format");
    bool complete =
        send->one.command.group_id.state == FIELD_VALUE && send->one.command.study_activity_id.state == FIELD_VALUE;
    if (send->from_options && !complete)
        return cli_usage(&cli_send, "one command needs both --group-id and --study-activity-id");
    return 0;
}

/* NULL with errno. A folder can be opened but not read, so it is refused before a broker is asked. */
static FILE *open_file(const char *path)
{
    struct stat status;

    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        errno = EISDIR;
        return NULL;
    }
    return fopen(path, "re");
}

static int fail_to_open(const char *path)
{
    struct err err;

    /* A FIFO that has no writer yet. */
    if (errno == EINTR)
        err_set(&err, ERR_INTERRUPTED, EXIT_TIMEOUT, E_INTERRUPTED, "interrupted while opening %s", path);
    else
        err_set(&err, ERR_STOP, EXIT_NOINPUT, E_SEND_02, "%s cannot be read: %s", path, strerror(errno));
    return cli_fail(&err);
}

static int send_main(struct cli *cli, int argc, char **argv)
{
    struct send send = {.timeout_ms = 30000};
    FILE *file = NULL;
    int failed = parse(&send, argc, argv);
    if (failed == 0)
        failed = cli_load_config(cli);
    if (failed != 0)
        return failed;

    if (send.confluent && *cli->config.schema_registry_url == NULL)
        return cli_usage(&cli_send, "--format confluent needs schema.registry.url");
    stop_setup();
    if (send.path != NULL)
        file = strcmp(send.path, "-") == 0 ? stdin : open_file(send.path);
    if (send.path != NULL && file == NULL)
        return fail_to_open(send.path);
    int status = send_run(&send, cli, file);
    if (file != NULL && file != stdin)
        fclose(file);
    return status;
}

/* clang-format off */
const struct subcommand cli_send = {
    .name = "send",
    .section = "Use",
    .summary = "Send commands, from options or from JSON lines",
    .usage = {
        "--group-id N --study-activity-id N [--command-id UUID] [options]",
        "FILE|- [options]",
    },
    .description =
        "The first form sends one command, and prints its id and where it went. The second form sends each line of the file "
        "that is not blank as one command, without changes. The key is the line's command_id, if it has one. The first line "
        "that is no JSON object ends the sending. A UTF-8 byte order mark is skipped. Every command is acknowledged before "
        "the program ends.",
    .arguments = {
        {"FILE", "Reads the commands from this file, one a line."},
        {"-", "Reads them from standard input."},
    },
    .options = {
        {"group-id", 'g', "N", NULL, "Names the group of the one command."},
        {"study-activity-id", 'a', "N", NULL, "Names the study activity of the one command."},
        {"command-id", 'c', "UUID", NULL, "Gives the one command this id (default: a random one)."},
        {"await", 'w', NULL, NULL,
         "Waits for the event of each command sent, which it knows by the command's place. It prints the event of one "
         "command, and for a file how many were created and rejected. With duplicates=suppress a duplicate gets no event."},
        {"key", 'k', "K", NULL, "Makes this the key of every record, instead of the command id."},
        {"format", 'f', "F", NULL,
         "Sends the commands as json (the default), avro-single-object or confluent. The last two write each command "
         "in the built-in Avro schema, confluent with the id that the registry has it under (see sessiond schemas "
         "register)."},
        {"raw", 'r', NULL, NULL, "Sends every line of the file that is not empty, whatever it holds."},
        {"timeout", 't', "D", NULL,
         "Waits at most this long for a broker, for the delivery of each command, and then with --await for the "
         "events (default 30s)."},
    },
    .values = {
        {"F", "json avro-single-object confluent"},
    },
    .json = "Prints one object: {\"topic\", \"partition\", \"offset\", \"command_id\"}. For a file it prints {\"topic\", "
            "\"sent\"}. With --await it prints each event instead: {\"topic\", \"partition\", \"offset\", "
            "\"timestamp\", \"key\", \"headers\", \"value\"}, JSON lines for a file.",
    .exits = {
        {EXIT_DONE, "All were sent, and with --await all sessions were created."},
        {EXIT_REJECTED, "At least one command was rejected (--await)."},
        {EXIT_DATA, "A line cannot be sent. The message names it. No later line is sent, and no event is awaited."},
        {EXIT_NOINPUT, "There is no such file."},
        {EXIT_UNREACHABLE, "No broker answered."},
        {EXIT_TIMEOUT, "Events are missing after --timeout, or it was interrupted (the lines read by then are sent)."},
        {EXIT_PERMISSION, "The brokers do not allow it."},
        {EXIT_CONFIG, "There is no such topic."},
    },
    .examples = {
        "sessiond send --group-id 1 --study-activity-id 2 --await",
        "jq -c '.[]' commands.json | sessiond send - --await --json | jq -r .value.session.id",
    },
    .run = send_main,
};
/* clang-format on */

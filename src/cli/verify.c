/*
 * `sessiond verify`: do topics and tables keep the guarantees?
 *
 * The moment. A worker may run meanwhile, so everything moves, and yet the things that are compared must belong
 * together:
 *   1. What the group has committed. Every command below it has its event, since both come by one transaction.
 *   2. The ends of the event and dead-letter topics, once all transactions that were open at 1 are over. So each event
 *      that 1 promises is before these ends. Records are read up to them and no further.
 *   3. What the group has committed now. Commands between 1 and 3 are in flight: their events may or may not have been
 *      seen.
 *   4. The commands, up to their present end. Commands after 3 need not be answered.
 *   5. Ledger and sessions, in one snapshot (REPEATABLE READ). Each event that was read is younger than its rows; rows
 *      without an event are judged only below 1.
 *
 * The way. Records become digests of fixed size (cli/verify/digest.h), which are sorted in temporary files, so that
 * memory does not grow with the topics:
 *   topics.c     1 to 4, every record by itself: can it be read, do its headers say what its value says
 *   decisions.c  by command id: commands, outcomes and events; then by session: what is claimed and what exists
 *   answers.c    by place: has each command its event and only its own; is a repeat explained by a rewind
 *   order.c      by key: do the events come in the order of the commands
 *   letters.c    dead letters and the events that require them
 *   report.c     what is printed in the end
 *
 * These are no discrepancies: repeats by a rewind, a replay or, with events.delivery=at-least-once, a crash; commands
 * that are answered once more after they were sent back from the dead letters; pruned outcomes; suppressed duplicates;
 * anything that retention has taken on either side.
 *
 * Rejected: asking the ledger for each event (a million queries), and comparing with what a second, empty environment
 * makes of the same commands (it would have other session ids and times).
 */
#include "cli/cli.h"
#include "cli/parts/moment.h"
#include "cli/verify/verify.h"
#include "runtime/stop.h"

#include <inttypes.h>
#include <unistd.h>

#define TIMEOUT_MS 30000

/* ---- For the steps ----------------------------------------------------------------------------------------------- */

struct ref verify_event_ref(const struct verify *verify, const struct position *at)
{
    return (struct ref){
        .kind = REF_EVENT,
        .topic = verify->scope.topics[at->topic].name,
        .partition = at->partition,
        .offset = at->offset,
    };
}

struct ref verify_command_ref(const struct verify *verify, const struct place *place)
{
    return (struct ref){
        .kind = REF_COMMAND,
        .topic = verify->config->commands_topic,
        .partition = place_partition(place),
        .offset = place_offset(place),
    };
}

struct ref verify_outcome_ref(const struct uuid *command_id)
{
    return (struct ref){.kind = REF_OUTCOME, .command_id = *command_id};
}

void verify_progress(const char *what, int64_t done)
{
    if (done % 20000 == 0 && isatty(STDERR_FILENO))
        fprintf(stderr, "\r%-12s %12" PRId64 " ", what, done);
}

/* ---- The command ------------------------------------------------------------------------------------------------- */

static void end_progress(void)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r%30s\r", "");
}

static bool verify_all(struct verify *verify, struct err *err)
{
    bool done = verify_read_topics(verify, err) && verify_decisions(verify, err) && verify_answers(verify, err) &&
                verify_order(verify, err) && verify_letters(verify, err);

    end_progress();
    return done;
}

static bool verify_open(struct verify *verify, const struct cli *cli, struct err *err)
{
    verify->config = &cli->config;
    verify->schemas = value_schemas_open(&cli->config, err);
    if (verify->schemas == NULL)
        return false;
    verify->decode = value_schemas_decode(verify->schemas, &cli->config);
    verify->findings = findings_new(cli->json, err);
    return verify->findings != NULL;
}

static void verify_close(struct verify *verify)
{
    struct external_sort *const sorts[] = {
        verify->commands, verify->events,  verify->answers, verify->strays,
        verify->order,    verify->letters, verify->claims,
    };

    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++)
        external_sort_free(sorts[i]);
    scope_free(&verify->scope);
    arena_free(&verify->arena);
    findings_free(verify->findings);
    value_schemas_close(verify->schemas);
}

static int verify_run(const struct cli *cli, int timeout_ms)
{
    struct verify verify = {.timeout_ms = timeout_ms};
    struct err err;
    int status = EXIT_DONE;

    if (!verify_open(&verify, cli, &err) || !verify_all(&verify, &err) || !verify_print(&verify, cli->json, &err))
        status = cli_fail(&err);
    else if (findings_count(verify.findings, 0) > 0)
        status = EXIT_NO;
    verify_close(&verify);
    return status;
}

static bool set(void *target, int letter, const char *text)
{
    int *timeout_ms = target;

    return letter == 't' && moment_span(text, timeout_ms) && *timeout_ms > 0;
}

static int verify_main(struct cli *cli, int argc, char **argv)
{
    int timeout_ms = TIMEOUT_MS;
    int failed = subcommand_options(&cli_verify, argc, argv, set, &timeout_ms);

    if (failed == 0)
        failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    stop_setup();
    return verify_run(cli, timeout_ms);
}

/* clang-format off */
const struct subcommand cli_verify = {
    .name = "verify",
    .section = "Operate",
    .summary = "Prove the guarantees on your own topics and tables",
    .usage = {"[--timeout D] [--json]"},
    .description =
        "Reads what is kept of the commands, their events, the dead letters, the ledger and the sessions, and lists "
        "every discrepancy with its records under the guarantee that it breaks (README, \"What is promised\"). The "
        "worker may run meanwhile: what is in flight is left out. Rewinds, replays, redrives, pruned outcomes, "
        "suppressed duplicates and crashes are no discrepancies.\n\n"
        "It reads everything from the beginning. A million commands take some 10 s of processor time and up to 1 GB in "
        "temporary files (in TMPDIR, else in /tmp), and memory stays below 64 MiB. PostgreSQL keeps one snapshot meanwhile. "
        "It judges by the present settings, so use the configuration of sessiond run.\n\n"
        "After a replay, an event that is there twice looks like one of that replay. With "
        "events.delivery=at-least-once repeats are allowed. Copies in reply topics are not read.\n\n"
        "It needs READ on the topics, the offsets of the groups GROUP and GROUP-replay, and SELECT on "
        "command_outcomes and study_sessions.",
    .options = {
        {"timeout", 't', "D", NULL, "Waits at most this long for a broker to answer (default 30s)."},
    },
    .json =
        "Prints one object: {\"clean\", \"discrepancies\", \"counts\", \"guarantees\": [{\"guarantee\", \"title\", "
        "\"holds\", \"discrepancies\": [{\"code\", \"text\", \"records\"}]}]}.",
    .exits = {
        {EXIT_DONE, "Everything holds."},
        {EXIT_NO, "There are discrepancies."},
        {EXIT_UNREACHABLE, "A broker or the database does not answer."},
        {EXIT_INTERNAL, "There is no room for temporary files."},
        {EXIT_TIMEOUT, "It was interrupted, or a transaction stays open."},
        {EXIT_PERMISSION, "It may not read a topic, a group or a table."},
        {EXIT_CONFIG, "There is no such topic or table."},
    },
    .examples = {
        "sessiond verify",
        "sessiond verify --json | jq '.guarantees[].discrepancies[]'",
        "sessiond tail created --from 1234 --count 1 --json",
    },
    .run = verify_main,
};
/* clang-format on */

#include "cli/dlq.h"

#include "cli/parts/moment.h"
#include "cli/parts/place.h"
#include "runtime/clock.h"
#include "runtime/stop.h"

#include <errno.h>
#include <stdlib.h>

/* ---- Arguments --------------------------------------------------------------------------------------------------- */

/* Reads "P@O". */
static bool set_place(struct dlq_request *request, const char *text)
{
    char *at, *rest;

    if (*text < '0' || *text > '9' || request->offset >= 0)
        return false;
    errno = 0;
    long long partition = strtoll(text, &at, 10);
    if (*at != '@' || at[1] < '0' || at[1] > '9' || partition > INT32_MAX)
        return false;
    request->filter.partition = (int32_t)partition;
    request->offset = strtoll(at + 1, &rest, 10);
    return *rest == 0 && errno == 0;
}

static bool set_argument(struct dlq_request *request, const char *text)
{
    if (request->action != NULL)
        return strcmp(request->action, "show") == 0 && set_place(request, text);
    request->action = text;
    return strcmp(text, "list") == 0 || strcmp(text, "show") == 0 || strcmp(text, "redrive") == 0;
}

static bool set_int32(int32_t *number, int32_t least, const char *text)
{
    int64_t value;

    if (!place_number(text, INT32_MAX, &value) || value < least)
        return false;
    *number = (int32_t)value;
    return true;
}

static bool set(void *target, int letter, const char *text)
{
    struct dlq_request *request = target;
    int64_t now_ms = clock_utc_us() / 1000;

    switch (letter) {
    case SUBCOMMAND_ARGUMENT: return set_argument(request, text);
    case 'c': request->filter.code = text; return *text != 0;
    case 's': return moment_parse(text, now_ms, &request->filter.since_ms);
    case 'u': return moment_parse(text, now_ms, &request->filter.until_ms);
    case 'p': return set_int32(&request->filter.partition, 0, text);
    case 'l': request->records = true; return true;
    case 'a': request->apply = true; return true;
    case 'm': return place_number(text, INT64_MAX, &request->max) && request->max > 0;
    case 'r': return place_number(text, INT32_MAX, &request->rate) && request->rate > 0;
    case 'x': return set_int32(&request->max_attempts, 1, text);
    case 't': return moment_span(text, &request->timeout_ms) && request->timeout_ms > 0;
    default: return false;
    }
}

/* ---- What the actions share -------------------------------------------------------------------------------------- */

bool dlq_filter_has_code(const struct dlq_filter *filter, const struct dead_letter *letter)
{
    return filter->code == NULL || bytes_equal(letter->code, bytes_of(filter->code));
}

bool dlq_filter_has_time(const struct dlq_filter *filter, const struct record *record)
{
    return record->timestamp_ms >= filter->since_ms && record->timestamp_ms < filter->until_ms;
}

struct reader *dlq_read(const struct config *config, const struct dlq_filter *filter, struct range_request range,
                        const char **topic, struct err *err)
{
    *topic = config->dlq_topic;
    if (!cli_need_dlq(config, err))
        return NULL;
    return reader_open(config,
                       &(struct reader_request){
                           .topics = topic,
                           .topic_count = 1,
                           .partition = filter->partition < 0 ? NULL : &filter->partition,
                           .range = range,
                           .until_end = true,
                       },
                       err);
}

/* ---- The command ------------------------------------------------------------------------------------------------- */

static int run(const struct cli *cli, const struct dlq_request *request)
{
    if (strcmp(request->action, "list") == 0)
        return dlq_list(cli, request);
    return (strcmp(request->action, "show") == 0 ? dlq_show : dlq_redrive)(cli, request);
}

static int dlq_main(struct cli *cli, int argc, char **argv)
{
    struct dlq_request request = {
        .filter = {.partition = -1, .since_ms = INT64_MIN, .until_ms = INT64_MAX},
        .offset = -1,
        .max = INT64_MAX,
        .max_attempts = 3,
        .timeout_ms = 30000,
    };
    int failed = subcommand_options(&cli_dlq, argc, argv, set, &request);

    if (failed != 0)
        return failed;
    if (request.action == NULL)
        return cli_usage(&cli_dlq, "say what to do: list, show or redrive");
    if (strcmp(request.action, "show") == 0 && request.offset < 0)
        return cli_usage(&cli_dlq, "say which one: show PARTITION@OFFSET, for example show 2@1734");
    failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    stop_setup();
    return run(cli, &request);
}

/* clang-format off */
const struct subcommand cli_dlq = {
    .name = "dlq",
    .section = "Operate",
    .summary = "List, show and redrive dead letters",
    .usage = {"list [--records] [--code C] [--partition P] [--since T] [--until T] [--json]",
              "show P@O [--json]",
              "redrive [--apply] [--code C] [--partition P] [--since T] [--until T] [--max N] [--rate N] "
              "[--max-attempts N] [--json]"},
    .description =
        "The dead letters are raw copies, in dlq.topic, of the records that nobody could read or store.\n\n"
        "Redriven letters keep their command id. A record that brought no id is the same command as at its first position, "
        "so both make one session. "
        "How far redrive has come is kept for each partition and code, in the group <group.id>-redrive and in the "
        "transactions of the copies. It may be stopped at any time, even with kill -9; the same command then goes on, and no "
        "letter is sent twice. Letters that stay are counted: those of another topic, those that were cut, those that were "
        "delivered --max-attempts times, and those outside of --since and --until. A letter that stays is not looked at "
        "again once a later one was sent.",
    .arguments = {
        {"list", "Counts them by code, partition and hour. With --records it prints each in the form of sessiond tail dlq."},
        {"show P@O",
         "Prints one with all of its headers: __dlq.errors.* say where it was, why it is here and under which command "
         "id it was answered."},
        {"redrive",
         "Sends copies back to commands.topic, to the partition where they stood at first, once the cause is mended."},
        {"P@O", "Partition and offset of the record in dlq.topic, for example 2@1734."},
    },
    .options = {
        {"records", 'l', NULL, "list", "Prints the records instead of counting them."},
        {"code", 'c', "C", "list redrive", "Takes this code only: UNDECODABLE, UNKNOWN_SCHEMA or STORE_REFUSED."},
        {"partition", 'p', "P", "list redrive", "Takes this partition of dlq.topic only."},
        {"since", 's', "T", "list redrive",
         "Takes what was dead-lettered at or after this time: 2026-11-22T02:13:05Z, or 2h for two hours ago."},
        {"until", 'u', "T", "list redrive", "Takes what was dead-lettered before this time."},
        {"apply", 'a', NULL, "redrive", "Sends them. Without it, nothing is changed."},
        {"max", 'm', "N", "redrive", "Sends at most N letters."},
        {"rate", 'r', "N", "redrive", "Sends at most N letters a second."},
        {"max-attempts", 'x', "N", "redrive", "Leaves a letter that was delivered N times (default 3)."},
        {"timeout", 't', "D", NULL, "Waits this long for a broker (default 30s)."},
    },
    .values = {
        {"C", "UNDECODABLE UNKNOWN_SCHEMA STORE_REFUSED"},
    },
    .json = "Prints one object. list: {\"topic\", \"records\", \"counts\": [{\"code\", \"partition\", \"hour\", "
            "\"records\"}]}, or JSON lines with --records. show: the form of tail. redrive: {\"topic\", \"to\", "
            "\"applied\", \"finished\", \"records\", \"codes\": {CODE: N}, \"stay\": {\"other_topic\", \"incomplete\", "
            "\"truncated\", \"attempts\", \"outside\"}}.",
    .exits = {
        {EXIT_DONE, "It is done."},
        {EXIT_NO, "There is no such record (show)."},
        {EXIT_USAGE, "The topic has no such partition (redrive)."},
        {EXIT_UNREACHABLE, "No broker answered."},
        {EXIT_TIMEOUT, "It was interrupted. The same command goes on from there."},
        {EXIT_FENCED, "Another redrive of this group has begun."},
        {EXIT_PERMISSION, "A right is missing. deploy/README.md lists the rights that it needs."},
        {EXIT_CONFIG, "There is no such topic, or a letter is too large for commands.topic."},
    },
    .examples = {
        "sessiond dlq list --since 24h",
        "sessiond dlq list --records --code STORE_REFUSED --json | jq -r .offset",
        "sessiond dlq show 2@1734",
        "sessiond dlq redrive --code STORE_REFUSED --max 100 --rate 50 --apply",
    },
    .run = dlq_main,
};
/* clang-format on */

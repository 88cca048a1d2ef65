#include "cli/dlq.h"

#include "cli/parts/moment.h"
#include "cli/parts/place.h"
#include "runtime/clock.h"

bool dlq_filter_option(struct dlq_filter *filter, int option, const char *text)
{
    int64_t now_ms = clock_utc_us() / 1000;
    int64_t partition;

    switch (option) {
    case 'c': filter->code = text; return *text != 0;
    case 's': return moment_parse(text, now_ms, &filter->since_ms);
    case 'u': return moment_parse(text, now_ms, &filter->until_ms);
    case 'p':
        if (!place_number(text, INT32_MAX, &partition))
            return false;
        filter->partition = (int32_t)partition;
        return true;
    default: return false;
    }
}

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
    if (**topic == 0) {
        (void)err_set(err, ERR_STOP, EXIT_CONFIG, "E-TOPIC-01", "there is no dead-letter topic: dlq.topic is empty");
        return NULL;
    }
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

static int dlq_main(struct cli *cli, int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(struct cli *cli, int argc, char **argv);
    } actions[] = {
        {"list",    dlq_list   },
        {"show",    dlq_show   },
        {"redrive", dlq_redrive},
    };

    for (size_t i = 0; argc > 1 && i < sizeof actions / sizeof *actions; i++)
        if (strcmp(argv[1], actions[i].name) == 0)
            return actions[i].run(cli, argc - 1, argv + 1);
    return cli_usage(&cli_dlq, "say what to do: list, show or redrive");
}

const struct subcommand cli_dlq = {
    .name = "dlq",
    .section = "Operate",
    .summary = "Dead letters: list | show P@O | redrive",
    .help =
        "Usage: sessiond dlq list [--records] [--code C] [--partition P] [--since T] [--until T] [--json]\n"
        "       sessiond dlq show P@O [--json]\n"
        "       sessiond dlq redrive [--apply] [--code C] [--partition P] [--since T] [--until T] [--max N] [--rate "
        "N]\n"
        "                            [--max-attempts N] [--json]\n"
        "\n"
        "The dead letters are raw copies, in dlq.topic, of the records that nobody could read or store.\n"
        "\n"
        "list counts them by code, partition and hour; with --records it prints one a line, as sessiond tail dlq.\n"
        "\n"
        "show prints the one at offset O of partition P with all of its headers: __dlq.errors.* say where it was,\n"
        "why it is here and under which command id it was answered.\n"
        "\n"
        "redrive sends copies back to commands.topic, to the partition where they stood at first, once the cause is\n"
        "mended. They keep their command id: a record that brought none makes one session with its first position.\n"
        "Without --apply it only counts. How far it has come is kept for each partition and code, in the group\n"
        "<group.id>-redrive and in the transactions of the copies: it may be stopped at any time, also with kill -9,\n"
        "and the same command goes on; no letter is sent twice. What stays is counted: letters of another topic, "
        "those\n"
        "that were cut, those that were delivered --max-attempts times, those outside of --since and --until. Letters\n"
        "that stay before one that is sent are not looked at again.\n"
        "\n"
        "  --code C         only this code: UNDECODABLE, UNKNOWN_SCHEMA, STORE_REFUSED\n"
        "  --partition P    only this partition of dlq.topic\n"
        "  --since, --until T  dead-lettered at or after, before: a time (2026-11-22T02:13:05Z), or one so long ago\n"
        "                   (2h)\n"
        "  --apply          redrive: do it\n"
        "  --max N          redrive: at most N letters\n"
        "  --rate N         redrive: at most N letters a second\n"
        "  --max-attempts N redrive: deliveries after which a letter stays (default 3)\n"
        "  --timeout D      how long to wait for a broker (default 30s)\n"
        "  --json           list: one object {\"topic\", \"records\", \"counts\": [{\"code\", \"partition\", "
        "\"hour\",\n"
        "                   \"records\"}]}, or JSON lines with --records; show: one object, as tail; redrive: one "
        "object\n"
        "                   {\"topic\", \"to\", \"applied\", \"finished\", \"records\", \"codes\": {CODE: N}, "
        "\"stay\":\n"
        "                   {\"other_topic\", \"incomplete\", \"truncated\", \"attempts\", \"outside\"}}\n"
        "\n"
        "Exit codes: 0; 1 show: no such record; 69 no broker answered; 75 interrupted, the same command goes on; 76\n"
        "another redrive has begun; 77 not allowed; 78 no such topic, or a letter that is too large for "
        "commands.topic.\n"
        "\n"
        "Examples:\n"
        "  sessiond dlq list --since 24h\n"
        "  sessiond dlq list --records --code STORE_REFUSED --json | jq -r .offset\n"
        "  sessiond dlq show 2@1734\n"
        "  sessiond dlq redrive --code STORE_REFUSED --max 100 --rate 50 --apply\n",
    .run = dlq_main,
};

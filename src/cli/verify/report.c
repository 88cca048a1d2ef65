/* What `sessiond verify` prints in the end: how much there was of each kind, and what was found. */
#include "cli/verify/verify.h"

#include "json/writer.h"

#include <inttypes.h>

static const char *const titles[GUARANTEES + 1] = {
    [1] = "no command is lost",
    [2] = "one decision per command id",
    [3] = "one event per processing, whole",
    [4] = "created event = session row",
    [5] = "order per key",
};

struct counted {
    const char *name;
    int64_t count;
};

#define COUNTED 13
#define WIDTH   80 /* of a terminal */

static void list_counts(const struct verify_counts *counts, struct counted list[static COUNTED])
{
    const struct counted all[COUNTED] = {
        {"commands",       counts->commands     },
        {"events",         counts->events       },
        {"created",        counts->created      },
        {"dead_letters",   counts->dead_letters },
        {"outcomes",       counts->outcomes     },
        {"pruned",         counts->pruned       },
        {"sessions",       counts->sessions     },
        {"answered_again", counts->repeated     },
        {"suppressed",     counts->suppressed   },
        {"in_flight",      counts->in_flight    },
        {"events_gone",    counts->gone_events  },
        {"commands_gone",  counts->gone_commands},
        {"other_topics",   counts->other_topics },
    };

    memcpy(list, all, sizeof all);
}

static void print_counts_text(const struct verify_counts *counts)
{
    static const char *const unsaid[] = {"events_gone", "commands_gone", "other_topics"};
    struct counted list[COUNTED];
    int column = 0;

    list_counts(counts, list);
    for (size_t i = 0; i < COUNTED - 3; i++) {
        char item[64];
        int len = snprintf(item, sizeof item, "%s %" PRId64, list[i].name, list[i].count);
        bool begins = column == 0 || column + 3 + len > WIDTH;
        printf("%s%s", column == 0 ? "" : begins ? "\n" : "   ", item);
        column = begins ? len : column + 3 + len;
    }
    printf("\n");
    for (size_t i = COUNTED - 3; i < COUNTED; i++)
        if (list[i].count > 0)
            printf("not judged: %s %" PRId64 "\n", unsaid[i - (COUNTED - 3)], list[i].count);
    if (counts->old_sessions > 0)
        printf("not judged: sessions_old %" PRId64 "\n", counts->old_sessions);
    printf("\n");
}

static bool print_text(struct verify *verify, struct err *err)
{
    print_counts_text(&verify->counts);
    for (int guarantee = 1; guarantee <= GUARANTEES; guarantee++) {
        int64_t count = findings_count(verify->findings, guarantee);
        if (count == 0) {
            printf("%d  %-32s holds\n", guarantee, titles[guarantee]);
            continue;
        }
        printf("%d  %-32s BROKEN, %" PRId64 " discrepancies\n", guarantee, titles[guarantee], count);
        if (!findings_print(verify->findings, guarantee, stdout, err))
            return false;
    }
    return true;
}

static void print_counts_json(const struct verify_counts *counts, struct json_writer *json)
{
    struct counted list[COUNTED];

    list_counts(counts, list);
    write_key(json, "counts");
    write_object(json);
    for (size_t i = 0; i < COUNTED; i++)
        write_member_int(json, list[i].name, list[i].count);
    write_member_int(json, "sessions_old", counts->old_sessions);
    write_object_end(json);
}

static bool print_guarantee(struct findings *findings, int guarantee, struct json_writer *json, struct err *err)
{
    write_object(json);
    write_member_int(json, "guarantee", guarantee);
    write_member_text(json, "title", titles[guarantee]);
    write_member_bool(json, "holds", findings_count(findings, guarantee) == 0);
    write_key(json, "discrepancies");
    write_array(json);
    bool printed = findings_print(findings, guarantee, json->out, err);
    write_array_end(json);
    write_object_end(json);
    return printed;
}

static bool print_json(struct verify *verify, struct err *err)
{
    struct json_writer json = json_to_stream(stdout);
    int64_t all = findings_count(verify->findings, 0);

    write_object(&json);
    write_member_bool(&json, "clean", all == 0);
    write_member_int(&json, "discrepancies", all);
    print_counts_json(&verify->counts, &json);
    write_key(&json, "guarantees");
    write_array(&json);
    for (int guarantee = 1; guarantee <= GUARANTEES; guarantee++)
        if (!print_guarantee(verify->findings, guarantee, &json, err))
            return false;
    write_array_end(&json);
    write_object_end(&json);
    write_line_end(&json);
    return true;
}

bool verify_print(struct verify *verify, bool json, struct err *err)
{
    return (json ? print_json : print_text)(verify, err);
}

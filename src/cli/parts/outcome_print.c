#include "cli/parts/outcome_print.h"

#include "codec/event_data.h"
#include "codec/event_json.h"
#include "json/json_write.h"
#include "core/rfc3339.h"

#include <inttypes.h>

/* The decided record again, as far as its event depends on it. */
static void fill_item(struct batch_item *item, const struct lookup_found *found)
{
    const struct ledger_row *row = found->row;

    *item = (struct batch_item){
        .record = {.topic = row->topic,
                   .partition = row->partition,
                   .offset = row->offset,
                   .timestamp_ms = row->timestamp_ms},
        .command = {.group_id = row->group_id, .study_activity_id = row->study_activity_id},
        .command_id = found->command_id,
    };
    outcome_from_ledger(&item->outcome, row, &item->record, &item->command);
}

void outcome_print_json(const struct lookup_found *found, struct arena *arena, FILE *out)
{
    const struct ledger_row *row = found->row;
    struct batch_item item;
    struct event_data data;

    fill_item(&item, found);
    event_data_gather(&data, &item, arena);
    if (row->kind == OUTCOME_PRUNED) {
        fprintf(out, "{\"state\": \"expired\", \"position\": null, \"command_id\": \"%s\"}\n",
                (const char *)data.command_id.data);
        return;
    }
    fprintf(out,
            "{\"state\": \"%s\", \"position\": {\"topic\": ", row->kind == OUTCOME_CREATED ? "created" : "rejected");
    json_write_string(out, bytes_of(row->topic));
    fprintf(out, ", \"partition\": %" PRId32 ", \"offset\": %" PRId64 ", \"timestamp\": ", row->partition, row->offset);
    if (row->timestamp_ms >= 0)
        fprintf(out, "%" PRId64, row->timestamp_ms);
    else
        fputs("null", out);
    fputs("}, ", out);
    /* The event is an object of its own; its fields go on in this one. */
    struct bytes event = event_json(&data, arena);
    fwrite(event.data + 1, 1, event.len - 1, out);
    putc('\n', out);
}

/* ---- Text -------------------------------------------------------------------------------------------------------- */

static void print_session(const struct session *session, FILE *out)
{
    fprintf(out, "session   %" PRId64 "\ngroup     %" PRId64 " ", session->id, session->group_id);
    json_write_string(out, session->group_name);
    fprintf(out, "\nactivity  %" PRId64 " ", session->activity_id);
    json_write_string(out, session->activity_name);
    putc('\n', out);
}

static void print_violations(const struct event_data *data, FILE *out)
{
    for (size_t i = 0; i < data->violation_count; i++)
        fprintf(out, "because   %s: %s\n", data->violations[i].code, (const char *)data->violations[i].message.data);
}

void outcome_print_text(const struct lookup_found *found, struct arena *arena, FILE *out)
{
    const struct ledger_row *row = found->row;
    struct batch_item item;
    struct event_data data;

    fill_item(&item, found);
    event_data_gather(&data, &item, arena);
    fprintf(out, "command   %s\n", (const char *)data.command_id.data);
    if (row->kind == OUTCOME_PRUNED) {
        fputs("outcome   expired: decided long ago and no longer kept\n", out);
        return;
    }
    fprintf(out, "outcome   %s\n", row->kind == OUTCOME_CREATED ? "created" : "rejected");
    if (row->kind == OUTCOME_CREATED)
        print_session(&row->session, out);
    else
        print_violations(&data, out);
    fprintf(out, "decided   %s\nposition  %s[%" PRId32 "]@%" PRId64 "\n", (const char *)data.occurred_at.data,
            row->topic, row->partition, row->offset);
}

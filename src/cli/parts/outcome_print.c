#include "cli/parts/outcome_print.h"

#include "cli/parts/record_print.h"
#include "codec/event_data.h"
#include "codec/event_json.h"

#include <inttypes.h>

void outcome_print_json(const struct lookup_found *found, struct arena *arena, FILE *out)
{
    static const char *const states[] = {
        [OUTCOME_CREATED] = "created", [OUTCOME_REJECTED] = "rejected", [OUTCOME_PRUNED] = "expired"};
    const struct ledger_row *row = found->row;
    struct json_writer json = json_to_stream(out);
    struct batch_item item;
    struct event_data data;

    batch_item_decided(&item, &found->command_id, found->row);
    event_data_gather(&data, &item, arena);
    write_object(&json);
    write_member_text(&json, "state", states[row->kind]);
    write_key(&json, "position");
    if (row->kind == OUTCOME_PRUNED) {
        write_null(&json);
        write_member_string(&json, "command_id", data.command_id);
    } else {
        write_object(&json);
        write_place(&json, &item.record);
        write_object_end(&json);
        /* The event is an object of its own; here its members are written into the present one. */
        struct bytes event = event_json(&data, arena);
        write_raw(&json, (struct bytes){event.data + 1, event.len - 2});
    }
    write_object_end(&json);
    write_line_end(&json);
}

/* ---- Text -------------------------------------------------------------------------------------------------------- */

static void print_session(const struct session *session, FILE *out)
{
    fprintf(out, "session   %" PRId64 "\ngroup     %" PRId64 " ", session->id, session->group_id);
    print_quoted(session->group_name, out);
    fprintf(out, "\nactivity  %" PRId64 " ", session->activity_id);
    print_quoted(session->activity_name, out);
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
    char place[RECORD_PLACE_TEXT];

    batch_item_decided(&item, &found->command_id, found->row);
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
    fprintf(out, "decided   %s\nposition  %s\n", (const char *)data.occurred_at.data,
            record_place(row->topic, row->partition, row->offset, place));
}

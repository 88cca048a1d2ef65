#include "codec/event_data.h"

#include "core/rfc3339.h"

static struct bytes uuid_text(const struct uuid *uuid, struct arena *arena)
{
    char *text = arena_alloc(arena, UUID_TEXT + 1);

    uuid_format(uuid, text);
    return (struct bytes){(const uint8_t *)text, UUID_TEXT};
}

static struct bytes time_text(int64_t us, struct arena *arena)
{
    char *text = arena_alloc(arena, RFC3339_TEXT);

    return (struct bytes){(const uint8_t *)text, rfc3339_format(us, text)};
}

/* Consumers drop repeats by this id: one id for each decision, and one for each answer to each record. */
static struct bytes event_id(const struct event_data *data, const struct batch_item *item, struct arena *arena)
{
    if (item->outcome.decided)
        return data->command_id;
    struct uuid id = record_answer_id(&item->record, errcode_name(item->outcome.code), arena);
    return uuid_text(&id, arena);
}

static void gather_violations(struct event_data *data, struct arena *arena)
{
    const struct violations *violations = &data->outcome->violations;

    data->violation_count = violations->count;
    for (size_t i = 0; i < violations->count; i++) {
        data->violations[i] = (struct event_violation){
            .field = command_field_name(violations->list[i].field),
            .code = errcode_name(violations->list[i].code),
            .message = violation_message(&violations->list[i], data->outcome, arena),
        };
    }
}

void event_data_gather(struct event_data *data, const struct batch_item *item, struct arena *arena)
{
    data->outcome = &item->outcome;
    data->command_id = uuid_text(&item->command_id, arena);
    data->event_id = event_id(data, item, arena);
    data->occurred_at = time_text(item->outcome.occurred_us, arena);
    gather_violations(data, arena);
    data->message = item->outcome.kind == OUTCOME_CREATED ? bytes_of("Study session created successfully")
                                                          : data->violations[0].message;
}

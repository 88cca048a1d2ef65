#include "worker/deliveries.h"

#include "codec/dlq.h"
#include "codec/reply.h"
#include "runtime/failpoint.h"
#include "runtime/log.h"

/* For one command: event, reply and dead-letter copy. */
#define RECORDS_MAX 3

static bool suppressed(const struct config *config, const struct batch_item *item)
{
    return config->duplicates == DUPLICATES_SUPPRESS && item->outcome.replayed;
}

static bool wants_copy(const struct config *config, const struct batch_item *item)
{
    return *config->dlq_topic != 0 && item->outcome.kind == OUTCOME_REJECTED && errcode_goes_to_dlq(item->outcome.code);
}

static void add(struct deliveries *deliveries, size_t item, enum delivery_role role)
{
    deliveries->list[deliveries->count++] = (struct delivery){.item = (uint32_t)item, .role = role};
}

void deliveries_plan(struct deliveries *deliveries, const struct config *config, struct batch *batch, size_t from,
                     size_t end)
{
    deliveries->list = arena_alloc(&batch->arena, RECORDS_MAX * (end - from) * sizeof *deliveries->list);
    deliveries->count = 0;
    for (size_t i = from; i < end; i++) {
        const struct batch_item *item = &batch->items[i];
        if (suppressed(config, item))
            continue;
        add(deliveries, i, ROLE_EVENT);
        if (reply_topic(config->events_reply_topics, &item->record) != NULL)
            add(deliveries, i, ROLE_REPLY);
        if (wants_copy(config, item))
            add(deliveries, i, ROLE_DEAD_LETTER);
    }
}

static void encode_copy(const struct config *config, const struct batch_item *item, struct arena *arena,
                        struct outbound *out)
{
    struct dlq_settings settings = {config->dlq_topic, config->commands_topic, config->group_id};

    dlq_encode(&settings, item, arena, out);
}

static void encode(struct event_encoder *encoder, const struct config *config, const struct batch_item *item,
                   enum delivery_role role, struct arena *arena, struct outbound *out)
{
    if (role == ROLE_DEAD_LETTER) {
        encode_copy(config, item, arena, out);
        return;
    }
    event_encode(encoder, item, arena, out);
    if (role == ROLE_REPLY) {
        out->topic = reply_topic(config->events_reply_topics, &item->record);
        out->partition = reply_partition(&item->record);
    }
}

/*
 * When a copy of about this size was refused before, this one is cut before it is tried: once the topic's limit is
 * known, it costs nothing more.
 */
static void cut_copy(const struct sink *sink, const struct config *config, struct batch_item *item, struct arena *arena,
                     struct outbound *out)
{
    size_t limit = sink_copy_limit(sink, outbound_size(out));

    if (limit == 0 || (item->dlq_limit != 0 && item->dlq_limit <= limit))
        return;
    item->dlq_limit = limit;
    encode_copy(config, item, arena, out);
}

void deliveries_restart(struct deliveries *deliveries)
{
    deliveries->next = 0;
    for (size_t i = 0; i < deliveries->count; i++)
        deliveries->list[i].too_large = false;
}

bool deliveries_all_produced(const struct deliveries *deliveries)
{
    return deliveries->next == deliveries->count;
}

bool deliveries_produce(struct deliveries *deliveries, struct sink *sink, struct event_encoder *encoder,
                        const struct config *config, struct batch *batch, struct err *err)
{
    size_t bytes = 0;
    bool good = true;

    while (good && deliveries->next < deliveries->count && bytes < DELIVERIES_AT_ONCE) {
        size_t i = deliveries->next++;
        struct delivery *delivery = &deliveries->list[i];
        struct batch_item *item = &batch->items[delivery->item];
        struct outbound out;

        if (delivery->role == ROLE_REPLY && item->reply_refused)
            continue;
        encode(encoder, config, item, delivery->role, &deliveries->scratch, &out);
        if (delivery->role == ROLE_DEAD_LETTER)
            cut_copy(sink, config, item, &deliveries->scratch, &out);
        bytes += outbound_size(&out);
        good = sink_produce(sink, &out, delivery, err);
        arena_reset(&deliveries->scratch);
        if (i == 0)
            failpoint("producing");
    }
    return good;
}

bool deliveries_refused(const struct deliveries *deliveries)
{
    for (size_t i = 0; i < deliveries->count; i++)
        if (deliveries->list[i].too_large)
            return true;
    return false;
}

/*
 * A copy is halved until it fits: the topic's limit is not known here, and a handful of tries finds a size that does. A
 * reply without its echoed headers would reach nobody, so it is left out; the event itself is still published.
 */
static bool shrink(struct batch_item *item, enum delivery_role role)
{
    bool whole = item->fit == FIT_WHOLE;

    switch (role) {
    case ROLE_EVENT: item->fit = FIT_BARE; return whole;
    case ROLE_REPLY: item->reply_refused = true; return true;
    case ROLE_DEAD_LETTER: break;
    }
    size_t size = item->dlq_limit == 0 ? record_size(&item->record) : item->dlq_limit;
    item->dlq_limit = size / 2;
    return item->dlq_limit > 0;
}

bool deliveries_shrink(const struct deliveries *deliveries, struct batch *batch, struct err *err)
{
    static const char *const names[] = {
        [ROLE_EVENT] = "event", [ROLE_REPLY] = "reply", [ROLE_DEAD_LETTER] = "dead-letter copy"};
    char label[RECORD_LABEL_TEXT];

    for (size_t i = 0; i < deliveries->count; i++) {
        const struct delivery *delivery = &deliveries->list[i];
        struct batch_item *item = &batch->items[delivery->item];
        const char *what = names[delivery->role];
        if (!delivery->too_large)
            continue;
        log_record(LOG_WARNING, E_KAFKA_SIZE, &item->record, &item->command_id, "its %s is too large for the topic; %s",
                   what, delivery->role == ROLE_REPLY ? "it is left out" : "a smaller form follows");
        if (!shrink(item, delivery->role))
            return err_set(err, ERR_STOP, EXIT_CONFIG, E_KAFKA_SIZE,
                           "even the smallest %s for %s is too large for its topic\n"
                           "  fix: raise max.message.bytes of that topic",
                           what, record_label(&item->record, &item->command_id, label));
    }
    return true;
}

void deliveries_free(struct deliveries *deliveries)
{
    arena_free(&deliveries->scratch);
}

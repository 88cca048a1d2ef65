#include "worker/outbox.h"

#include "codec/dlq.h"
#include "ops/log.h"

#include <inttypes.h>

static bool suppressed(const struct config *config, const struct batch_item *item)
{
    return config->duplicates == DUPLICATES_SUPPRESS && item->outcome.replayed;
}

static bool wants_copy(const struct config *config, const struct batch_item *item)
{
    return *config->dlq_topic != 0 && item->outcome.kind == OUTCOME_REJECTED && errcode_goes_to_dlq(item->outcome.code);
}

void outbox_plan(struct outbox *outbox, const struct config *config, struct batch *batch)
{
    outbox->list = arena_alloc(&batch->arena, 2 * batch->count * sizeof *outbox->list);
    outbox->count = 0;
    for (size_t i = 0; i < batch->count; i++) {
        const struct batch_item *item = &batch->items[i];
        if (suppressed(config, item))
            continue;
        outbox->list[outbox->count++] = (struct delivery){.item = (uint32_t)i};
        if (wants_copy(config, item))
            outbox->list[outbox->count++] = (struct delivery){.item = (uint32_t)i, .is_copy = true};
    }
}

bool outbox_produce(struct outbox *outbox, struct sink *sink, struct event_encoder *encoder,
                    const struct config *config, const struct batch *batch, struct err *err)
{
    bool good = true;

    for (size_t i = 0; i < outbox->count && good; i++) {
        struct delivery *delivery = &outbox->list[i];
        const struct batch_item *item = &batch->items[delivery->item];
        struct outbound out;

        delivery->too_large = false;
        if (delivery->is_copy)
            dlq_encode(config, item, &outbox->scratch, &out);
        else
            event_encode(encoder, item, &outbox->scratch, &out);
        good = sink_produce(sink, &out, delivery, err);
        arena_reset(&outbox->scratch);
    }
    return good;
}

bool outbox_refused(const struct outbox *outbox)
{
    for (size_t i = 0; i < outbox->count; i++)
        if (outbox->list[i].too_large)
            return true;
    return false;
}

/* A copy is halved until it fits: the topic's limit is not known here, and a handful of tries finds one that does. */
static bool shrink(struct batch_item *item, const struct delivery *delivery)
{
    if (!delivery->is_copy) {
        bool whole = item->fit == FIT_WHOLE;
        item->fit = FIT_BARE;
        return whole;
    }
    size_t size = item->dlq_limit == 0 ? record_size(&item->record) : item->dlq_limit;
    item->dlq_limit = size / 2;
    return item->dlq_limit > 0;
}

bool outbox_shrink(const struct outbox *outbox, struct batch *batch, struct err *err)
{
    for (size_t i = 0; i < outbox->count; i++) {
        const struct delivery *delivery = &outbox->list[i];
        struct batch_item *item = &batch->items[delivery->item];
        const char *what = delivery->is_copy ? "dead-letter copy" : "event";
        if (!delivery->too_large)
            continue;
        log_record(LOG_WARNING, "E-KAFKA-SIZE", &item->record,
                   "its %s is too large for the topic; a smaller form follows", what);
        if (!shrink(item, delivery))
            return err_set(err, ERR_STOP, EXIT_CONFIG, "E-KAFKA-SIZE",
                           "even the smallest %s for %s[%" PRId32 "]@%" PRId64 " is too large for its topic\n"
                           "  fix: raise max.message.bytes of that topic",
                           what, item->record.topic, item->record.partition, item->record.offset);
    }
    return true;
}

void outbox_free(struct outbox *outbox)
{
    arena_free(&outbox->scratch);
}

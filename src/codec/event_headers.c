#include "codec/event_headers.h"

#include "core/decimal.h"
#include "codec/trace.h"

/* The most headers that event_headers writes besides echoes. */
#define OWN_HEADERS 18

struct header_list {
    struct header *list;
    size_t count;
};

static void add(struct header_list *headers, const char *name, struct bytes value)
{
    headers->list[headers->count++] = (struct header){bytes_of(name), value};
}

static struct bytes number(int64_t value, struct arena *arena)
{
    char *text = arena_alloc(arena, DECIMAL_TEXT);

    return (struct bytes){(const uint8_t *)text, decimal_format(value, text)};
}

/* The last header of that name if it has a value that is not empty, else `otherwise`. */
static struct bytes header_or(const struct record *record, const char *name, struct bytes otherwise)
{
    const struct header *header = record_header(record, name);

    return header == NULL || header->value.len == 0 ? otherwise : header->value;
}

/*
 * An attribute of the command as a CloudEvent: from the envelope if the command is a structured CloudEvent, and never
 * from a header then; else from the header.
 */
static struct bytes attribute_or(const struct batch_item *item, const char *header, struct bytes of_envelope,
                                 struct bytes otherwise)
{
    if (item->command.structured)
        return of_envelope.len == 0 ? otherwise : of_envelope;
    return header_or(&item->record, header, otherwise);
}

struct bytes event_correlation(const struct batch_item *item, struct bytes command_id)
{
    return attribute_or(item, "ce_correlationid", item->command.ce_correlationid, command_id);
}

struct bytes event_causation(const struct batch_item *item, struct bytes command_id)
{
    struct bytes cause = command_ce_id(&item->command, &item->record);

    /* A version before took the nil UUID for an id, and its event said so. */
    if (cause.len == 0 && !uuid_identifies(&item->command_id))
        return attribute_or(item, "ce_id", item->command.ce_id, command_id);
    return cause.len == 0 ? command_id : cause;
}

/*
 * A duplicate gets the same source as the stored event. The source is not stored: by default it is made from the topic
 * in which the command was decided, while a configured one is simply the present one.
 */
static struct bytes source(const struct event_settings *settings, const struct batch_item *item, struct arena *arena)
{
    struct bytes here = bytes_of(settings->source);

    /*
     * The topics are compared first: nearly every duplicate has the same topic as its first record, and then no text
     * has to be made.
     */
    if (!item->outcome.replayed || item->row == NULL || strcmp(item->row->topic, item->record.topic) == 0 ||
        !bytes_equal(here, arena_printf(arena, "/sessiond/%s", item->record.topic)))
        return here;
    return arena_printf(arena, "/sessiond/%s", item->row->topic);
}

static void add_cloudevent(struct header_list *headers, const struct event_settings *settings,
                           const struct batch_item *item, const struct event_data *data, bool bare, struct arena *arena)
{
    bool created = item->outcome.kind == OUTCOME_CREATED;

    add(headers, "ce_specversion", bytes_of("1.0"));
    add(headers, "ce_id", data->event_id);
    add(headers, "ce_source", source(settings, item, arena));
    add(headers, "ce_type", bytes_of(created ? "study-session.created.v1" : "study-session.rejected.v1"));
    add(headers, "ce_time", data->occurred_at);
    add(headers, "ce_subject", created ? number(item->outcome.session.id, arena) : data->command_id);
    add(headers, "ce_correlationid", bare ? data->command_id : event_correlation(item, data->command_id));
    add(headers, "ce_causationid", bare ? data->command_id : event_causation(item, data->command_id));
    add(headers, "content-type", bytes_of(settings->format == EVENTS_JSON ? "application/json" : "application/avro"));
}

static void add_command(struct header_list *headers, const struct batch_item *item, struct arena *arena)
{
    add(headers, "command-topic", bytes_of(item->record.topic));
    add(headers, "command-partition", number(item->record.partition, arena));
    add(headers, "command-offset", number(item->record.offset, arena));
    if (item->outcome.replayed)
        add(headers, "idempotent-replayed", bytes_of("true"));
}

struct trace {
    struct bytes parent;
    struct bytes state;
};

/*
 * The trace from the transport's headers, else from the structured CloudEvent; parent and state always come from the
 * same one of the two. A `traceparent` header that is empty or malformed still counts, since the one of the envelope
 * may be older.
 */
static struct trace trace_of(const struct batch_item *item)
{
    const struct header *parent = record_header(&item->record, "traceparent");

    if (parent == NULL)
        return (struct trace){item->command.ce_traceparent, item->command.ce_tracestate};
    return (struct trace){parent->value, header_or(&item->record, "tracestate", (struct bytes){0})};
}

/*
 * The trace continues with a span of our own, which is derived from the record's position so that a redelivered command
 * gets the same bytes. `tracestate` belongs to its parent and is passed on with it. A malformed trace ends here: a new
 * one, which nobody asked for, would link nothing.
 */
static void add_trace(struct header_list *headers, const struct batch_item *item, bool bare, struct arena *arena)
{
    struct trace trace = trace_of(item);

    if (trace.parent.len == 0)
        return;
    /* Never zero: the version digit of a UUIDv5 is among these eight bytes. */
    struct uuid span = record_answer_id(&item->record, "span", arena);
    char *text = arena_alloc(arena, TRACE_PARENT_TEXT);
    if (!trace_continue(trace.parent, span.b, text))
        return;
    add(headers, "traceparent", (struct bytes){(const uint8_t *)text, TRACE_PARENT_TEXT});
    if (trace.state.len > 0 && !bare && trace_state_valid(trace.state))
        add(headers, "tracestate", trace.state);
}

/*
 * The trace in which the whole transmission began, as the extension names it: it is copied, never continued.
 * Source: CloudEvents, extension "Distributed Tracing".
 */
static void add_origin(struct header_list *headers, const struct batch_item *item, bool bare, struct arena *arena)
{
    static const uint8_t any_span[TRACE_SPAN] = {1};
    const struct header *parent = record_header(&item->record, "ce_traceparent");
    const struct header *state = record_header(&item->record, "ce_tracestate");
    char *text = arena_alloc(arena, TRACE_PARENT_TEXT);

    if (parent == NULL || bare || !trace_continue(parent->value, any_span, text))
        return;
    add(headers, "ce_traceparent", parent->value);
    if (state != NULL && trace_state_valid(state->value))
        add(headers, "ce_tracestate", state->value);
}

static bool echoed(const struct event_settings *settings, const struct header *header)
{
    for (char *const *name = settings->echo_headers; *name != NULL; name++)
        if (bytes_equal(header->name, bytes_of(*name)))
            return true;
    return false;
}

static size_t count_echoed(const struct event_settings *settings, const struct record *record)
{
    size_t count = 0;

    for (size_t i = 0; i < record->header_count; i++)
        count += echoed(settings, &record->headers[i]);
    return count;
}

static void add_echoed(struct header_list *headers, const struct event_settings *settings, const struct record *record)
{
    for (size_t i = 0; i < record->header_count; i++)
        if (echoed(settings, &record->headers[i]))
            headers->list[headers->count++] = record->headers[i];
}

void event_headers(const struct event_settings *settings, const struct batch_item *item, const struct event_data *data,
                   bool bare, struct arena *arena, struct outbound *out)
{
    size_t capacity = OWN_HEADERS + (bare ? 0 : count_echoed(settings, &item->record));
    struct header_list headers = {arena_alloc(arena, capacity * sizeof *headers.list), 0};

    add_cloudevent(&headers, settings, item, data, bare, arena);
    add_command(&headers, item, arena);
    add_trace(&headers, item, bare, arena);
    add_origin(&headers, item, bare, arena);
    if (!bare)
        add_echoed(&headers, settings, &item->record);
    out->headers = headers.list;
    out->header_count = headers.count;
}

#include "codec/redrive.h"

#include "core/decimal.h"

#define COUNT_HEADER "__dlq.errors.delivery.count"

const char *redrive_verdict_name(enum redrive_verdict verdict)
{
    static const char *const names[] = {
        [REDRIVE_GOES] = "",
        [REDRIVE_OTHER_TOPIC] = "other_topic",
        [REDRIVE_INCOMPLETE] = "incomplete",
        [REDRIVE_TRUNCATED] = "truncated",
        [REDRIVE_ATTEMPTS] = "attempts",
        [REDRIVE_OUTSIDE] = "outside",
    };

    return names[verdict];
}

enum redrive_verdict redrive_judge(const struct redrive_rules *rules, const struct record *record,
                                   const struct dead_letter *letter)
{
    struct redriven_position first;

    if (letter->topic.data != NULL && !bytes_equal(letter->topic, bytes_of(rules->commands_topic)))
        return REDRIVE_OTHER_TOPIC;
    if (!redriven_position(record, rules->commands_topic, &first))
        return REDRIVE_INCOMPLETE;
    if (first.partition >= rules->partitions)
        return REDRIVE_OTHER_TOPIC;
    if (letter->truncated)
        return REDRIVE_TRUNCATED;
    return letter->deliveries >= rules->max_attempts ? REDRIVE_ATTEMPTS : REDRIVE_GOES;
}

static struct bytes count_text(int32_t count, struct arena *arena)
{
    char *text = arena_alloc(arena, DECIMAL_TEXT);

    return (struct bytes){(const uint8_t *)text, decimal_format(count, text)};
}

static size_t copy_headers(const struct record *record, struct header *headers, struct arena *arena)
{
    size_t count = 0;

    for (size_t i = 0; i < record->header_count; i++) {
        const struct header *header = &record->headers[i];
        if (!bytes_equal(header->name, bytes_of(COUNT_HEADER)))
            headers[count++] = (struct header){arena_copy(arena, header->name), arena_copy(arena, header->value)};
    }
    return count;
}

void redrive_encode(const struct redrive_rules *rules, const struct record *record, const struct dead_letter *letter,
                    struct arena *arena, struct outbound *out)
{
    struct header *headers = arena_alloc(arena, (record->header_count + 1) * sizeof *headers);
    size_t count = copy_headers(record, headers, arena);

    headers[count++] = (struct header){bytes_of(COUNT_HEADER), count_text(letter->deliveries + 1, arena)};
    *out = (struct outbound){
        .topic = rules->commands_topic,
        .partition = letter->first.partition,
        .key = arena_copy(arena, record->key),
        .value = arena_copy(arena, record->value),
        .headers = headers,
        .header_count = count,
    };
}

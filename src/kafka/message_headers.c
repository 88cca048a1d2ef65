#include "kafka/message_headers.h"

#include <librdkafka/rdkafka.h>

void message_headers(struct rd_kafka_message_s *message, struct arena *arena, struct record *record)
{
    rd_kafka_headers_t *headers;
    rd_kafka_resp_err_t code = rd_kafka_message_headers(message, &headers);

    record->headers_unreadable = code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR__NOENT;
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    size_t count = rd_kafka_header_cnt(headers);
    struct header *list = arena_alloc(arena, count * sizeof *list);
    for (size_t i = 0; i < count; i++) {
        const char *name;
        const void *value;
        size_t len;
        rd_kafka_header_get_all(headers, i, &name, &value, &len);
        list[i] = (struct header){
            bytes_of(name), {value, len}
        };
    }
    record->headers = list;
    record->header_count = count;
}

#include "codec/reply.h"

const char *reply_topic(char *const *allowed, const struct record *record)
{
    const struct header *wanted = *allowed == NULL ? NULL : record_header(record, "kafka_replyTopic");

    if (wanted == NULL)
        return NULL;
    for (char *const *name = allowed; *name != NULL; name++)
        if (bytes_equal(bytes_of(*name), wanted->value))
            return *name;
    return NULL;
}

int32_t reply_partition(const struct record *record)
{
    const struct header *wanted = record_header(record, "kafka_replyPartition");
    uint32_t partition = 0;

    if (wanted == NULL || wanted->value.len != 4)
        return -1;
    for (size_t i = 0; i < 4; i++)
        partition = partition << 8 | wanted->value.data[i];
    return partition > INT32_MAX ? -1 : (int32_t)partition;
}

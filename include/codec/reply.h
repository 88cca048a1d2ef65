/**
 * Where a command asks for a second copy of its event: the header `kafka_replyTopic`, and optionally
 * `kafka_replyPartition`, as Spring's ReplyingKafkaTemplate sends them
 * (org.springframework.kafka.support.KafkaHeaders).
 */
#ifndef CODEC_REPLY_H
#define CODEC_REPLY_H

#include "core/record.h"

/**
 * The topic that the record asks for if it is one of `allowed` (`events.reply.topics`; ends with NULL), else NULL: an
 * arbitrary client must not choose where we write. The answer is the string in `allowed`.
 */
const char *reply_topic(char *const *allowed, const struct record *record);

/**
 * The partition that the record asks for: four bytes in network order. -1 when the header is absent or cannot be a
 * partition.
 */
int32_t reply_partition(const struct record *record);

#endif

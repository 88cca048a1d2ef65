/**
 * Where a command asks for a second copy of its event: the header `kafka_replyTopic`, and optionally `kafka_replyPartition`, as
 * Spring's ReplyingKafkaTemplate sends them (org.springframework.kafka.support.KafkaHeaders).
 */
#ifndef CODEC_REPLY_H
#define CODEC_REPLY_H

#include "core/record.h"
#include "config/config.h"

/** The topic, if it is one of `events.reply.topics`; else NULL: a stranger does not choose where we write. Of the configuration. */
const char *reply_topic(const struct config *config, const struct record *record);

/** The partition: four bytes in network order; -1 when there is none that could be meant. */
int32_t reply_partition(const struct record *record);

#endif

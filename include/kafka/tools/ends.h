/** Finds offsets by time, for a tool, by asking the partitions' leaders. */
#ifndef KAFKA_TOOLS_ENDS_H
#define KAFKA_TOOLS_ENDS_H

#include "kafka/brokers.h"

struct rd_kafka_topic_partition_list_s;

/**
 * Each partition's `offset` is a time in ms since 1970 UTC, or RD_KAFKA_OFFSET_BEGINNING or _END, and becomes the
 * offset of the first record at or after it (negative: there is none). The end is that of the client's isolation level.
 * False with ERR_STOP and the list as it was: out of reach (69), interrupted (75), no permission (77), no such
 * partition (78).
 */
MUSTUSE bool ends_ask(struct brokers *brokers, struct rd_kafka_s *rk, struct rd_kafka_topic_partition_list_s *list,
                      int timeout_ms, struct err *err);

#endif

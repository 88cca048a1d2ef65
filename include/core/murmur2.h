/**
 * The hash by which Kafka's clients choose a partition for a key: the partitioner of Java clients, `murmur2_random` of
 * librdkafka. Pure.
 */
#ifndef CORE_MURMUR2_H
#define CORE_MURMUR2_H

#include "core/bytes.h"

/**
 * MurmurHash2 of the key with the sign bit cleared. The remainder of its division by the number of partitions is the
 * partition.
 */
uint32_t murmur2(struct bytes key);

#endif

/**
 * Bounds what librdkafka reads ahead of the worker, whatever the records look like.
 *
 * librdkafka fetches a partition while fewer than `queued.min.messages` messages and less than
 * `queued.max.messages.kbytes` are waiting, and of a message it counts only the value: 500 records with 900 kB of
 * headers counted as nothing, and were in memory all at once. The number of messages is the only bound that headers
 * cannot evade, so it is a small one (client.c). Then what is read ahead is that many records and one fetch response,
 * whose size counts everything.
 *
 * A small number has a price before librdkafka 2.2: a thread that finds enough messages queued sleeps for up to a
 * second, and taking the messages does not wake it. A request does, so one is sent when most messages have been taken,
 * without waiting for its answer.
 *
 * One thread: that of the source.
 */
#ifndef KAFKA_READ_AHEAD_H
#define KAFKA_READ_AHEAD_H

#include "core/bytes.h"

struct rd_kafka_s;
struct rd_kafka_conf_s;
struct rd_kafka_queue_s;
struct rd_kafka_topic_partition_list_s;

struct read_ahead {
    size_t enough; /* queued.min.messages */
    bool asleep;   /* enough were queued since the threads were last woken, so they may sleep */
};

void read_ahead_init(struct read_ahead *ahead, const struct rd_kafka_conf_s *conf);

/** Call it before messages are taken; it looks at how many are waiting. */
void read_ahead_before(struct read_ahead *ahead, struct rd_kafka_queue_s *messages);

/** Call it after `taken` messages were taken. True when it is time to wake the threads. */
MUSTUSE bool read_ahead_after(struct read_ahead *ahead, struct rd_kafka_queue_s *messages, size_t taken);

/** Wakes the threads that fetch these partitions. Does not wait. */
void read_ahead_wake(struct rd_kafka_s *rk, struct rd_kafka_topic_partition_list_s *partitions);

#endif

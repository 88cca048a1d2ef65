/**
 * What librdkafka reads ahead of the worker, and how that is bounded whatever the records are like.
 *
 * librdkafka fetches a partition while less than `queued.min.messages` messages and less than `queued.max.messages.kbytes` wait to be
 * taken, and counts of a message its value alone: 500 records of 900 kB of headers were nothing to it, and in memory all at once. The
 * number of messages is the only bound that headers do not get around, so it is a small one (client.c): what is read ahead is that
 * many records, and one fetch response, whose size counts everything.
 *
 * A small one has a price before librdkafka 2.2: the thread that finds enough queued sleeps for up to a second, and taking the messages
 * does not wake it. A request does: so one is sent when most have been taken, and nobody waits for its answer.
 *
 * One thread, the source's.
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
    bool asleep;   /* enough were queued since the last wake: threads may sleep */
};

void read_ahead_init(struct read_ahead *ahead, const struct rd_kafka_conf_s *conf);

/** To be called with how many messages wait before some are taken. */
void read_ahead_before(struct read_ahead *ahead, struct rd_kafka_queue_s *messages);

/** And after `taken` were: true when it is time to wake the threads. */
MUSTUSE bool read_ahead_after(struct read_ahead *ahead, struct rd_kafka_queue_s *messages, size_t taken);

/** Wakes the threads that fetch these partitions. Does not wait. */
void read_ahead_wake(struct rd_kafka_s *rk, struct rd_kafka_topic_partition_list_s *partitions);

#endif

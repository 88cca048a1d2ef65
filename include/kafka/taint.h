/**
 * Notices requests of a producer that were not answered in time.
 *
 * The story: librdkafka repeats an EndTxn request that timed out on a new connection. The first one may still reach the
 * broker later, and end the *next* transaction of the same producer epoch: lost writes, torn transactions (KAFKA-17754;
 * KIP-890 mends it for newer clients; librdkafka #5423 is open). The rule: a producer one of whose transactional
 * requests was not answered is never used for another transaction. A new producer has a new epoch.
 */
#ifndef KAFKA_TAINT_H
#define KAFKA_TAINT_H

#include <stdatomic.h>

struct rd_kafka_conf_s;

/**
 * Set by librdkafka's broker threads, read by the loop. It is a flag and not a count, because 2.0.2 reports an answer
 * twice.
 */
typedef atomic_bool taint_flag;

/** Makes the client of this configuration set the flag. The flag must outlive the client. */
void taint_watch(struct rd_kafka_conf_s *conf, taint_flag *flag);

#endif

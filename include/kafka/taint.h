/**
 * Sees the answers that a producer did not get in time.
 *
 * Why: an EndTxn request that timed out is repeated by librdkafka on a new connection, but the first one may still arrive at the
 * broker later, and end the *next* transaction of the same producer epoch: lost writes, torn transactions (KAFKA-17754; KIP-890
 * mends it for newer clients; librdkafka #5423 is open). The cure: a producer one of whose transactional requests went
 * unanswered is never used for another transaction; a new one has a new epoch.
 */
#ifndef KAFKA_TAINT_H
#define KAFKA_TAINT_H

#include <stdatomic.h>

struct rd_kafka_conf_s;

/** Set by librdkafka's broker threads, read by the loop; a flag, no count: 2.0.2 reports one answer twice. */
typedef atomic_bool taint_flag;

/** Makes the client of this configuration set the flag. The flag must outlive the client. */
void taint_watch(struct rd_kafka_conf_s *conf, taint_flag *flag);

#endif

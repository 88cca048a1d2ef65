/**
 * The classifier for Kafka errors: a table that says what to do about each.
 *
 * Source: rdkafka.h, "Transactional producer API" (requires-abort, then retriable, then fatal); KIP-447, KIP-588; the
 * broker's error codes at kafka.apache.org/protocol. The rules are cases in tests/kafka/kafka_error.table.
 */
#ifndef KAFKA_KAFKA_ERROR_H
#define KAFKA_KAFKA_ERROR_H

#include "core/err.h"

struct rd_kafka_error_s;
struct rd_kafka_s;

/** Where an error came from, because the same code means different things to the consumer and inside a transaction. */
enum kafka_call { KAFKA_CALL_CONSUME, KAFKA_CALL_TRANSACTION, KAFKA_CALL_DELIVERY, KAFKA_CALL_ADMIN };

/** What librdkafka says about an error object beside its code. */
enum kafka_flag { KAFKA_FLAG_NONE, KAFKA_FLAG_REQUIRES_ABORT, KAFKA_FLAG_RETRIABLE, KAFKA_FLAG_FATAL };

/**
 * Fills `err` for a plain code; returns false. `what` names the call or the place, for the message.
 *
 * _FATAL alone says nothing: kafka_error_fatal finds the code behind it.
 */
bool kafka_error_code(struct err *err, enum kafka_call call, int code, const char *what);

/**
 * Fills `err` from an error object and destroys it: requires-abort becomes ABORT, fatal becomes RENEW or STOP by the
 * table. Returns false.
 */
bool kafka_error_object(struct err *err, enum kafka_call call, struct rd_kafka_error_s *error, const char *what);

/** Fills `err` for the client's fatal error (a message or callback said _FATAL); returns false. */
bool kafka_error_fatal(struct err *err, enum kafka_call call, struct rd_kafka_s *rk, const char *what);

/**
 * Applies only the rules, to a code and a flag. `text`: librdkafka's description, or NULL for the code's own. Pure;
 * returns false.
 */
bool kafka_error_classify(struct err *err, enum kafka_call call, int code, enum kafka_flag flag, const char *text,
                          const char *what);

/** True when a rule names this code for this call; what none names has the call's own verdict. For tests. */
bool kafka_error_is_ruled(enum kafka_call call, int code);

#endif

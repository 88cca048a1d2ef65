/**
 * What the loop reports about itself. These calls fill the snapshot (core/status.h) and the counters (core/counters.h);
 * each sets a few numbers under a mutex that is never held for long. The loop's thread.
 */
#ifndef WORKER_OBSERVE_H
#define WORKER_OBSERVE_H

#include "config/config.h"
#include "core/batch.h"
#include "core/counters.h"
#include "core/snapshot.h"
#include "worker/circuit_breaker.h"

/** What a batch has so far is decoded; `started_us`: when decoding began. */
void observe_decoded(int64_t started_us);

/** A batch is complete and goes to the store. */
void observe_batch(const struct batch *batch);

/** Reports what is in flight: how many commands, and since when the oldest of each partition waits. */
void observe_in_flight(const struct batch *batches, size_t count);

/** Every item of the batch has its outcome, and the events and offsets are committed. */
void observe_answered(const struct config *config, const struct batch *batch);

/** Reports what the circuit breaker made of a batch. */
void observe_breaker(const struct circuit_breaker *breaker, const struct batch *batch);

/** A call to the dependency begins. Returns the time for observe_called. */
int64_t observe_calling(enum dependency_name name);

/**
 * The dependency has answered. `timing`: TIMING_STORE or TIMING_PUBLISH. `alone`: nothing else was waited for
 * meanwhile.
 */
void observe_called(enum dependency_name name, enum timing timing, int64_t started_us, bool alone);

/** The dependency is not waited for any more, although it has not answered. */
void observe_left(enum dependency_name name);

/** A call to the dependency has failed and is made again in `wait_ms`. */
void observe_failed(enum dependency_name name, const struct err *err, int64_t wait_ms);

/** The dependency is up; how long it took to answer is not known. */
void observe_up(enum dependency_name name);

#endif

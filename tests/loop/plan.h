/** Which fault occurs at which call of the loop: the vocabulary of the fakes' plans. */
#ifndef TESTS_LOOP_PLAN_H
#define TESTS_LOOP_PLAN_H

#include <stdbool.h>

/** The calls of the loop into the fakes. The names of the plan are in fake_plan.c. */
enum call {
    CALL_ANY = 0, /* in a plan only */
    CALL_CONNECT,
    CALL_SEND,
    CALL_ADVANCE,
    CALL_RECEIVE,
    CALL_TOPICS,
    CALL_FILL,
    CALL_SERVE,
    CALL_SETTLED,
    CALL_REGISTRY,
    CALL_INIT,
    CALL_BEGIN,
    CALL_PRODUCE,
    CALL_FLUSH,
    CALL_OFFSETS,
    CALL_COMMIT,
    CALL_ABORT,
    CALL_COUNT,
};

enum fault {
    FAULT_NONE = 0,
    FAULT_PENDING,      /* the timeout passes; nothing happens */
    FAULT_PENDING_DONE, /* it happens, but the timeout passes first */
    FAULT_RETRY,
    FAULT_RETRY_DONE, /* it happens; the answer is an error */
    FAULT_ABORT,
    FAULT_ABORT_DONE, /* it happens; the answer is an error that requires an abort */
    /* The broker no longer knows the producer: it answers with a new epoch, whatever became of the transaction */
    FAULT_FORGOTTEN,
    FAULT_RENEW,      /* of the source: its consumer is unusable */
    FAULT_RENEW_DONE, /* it happens; the answer is lost */
    FAULT_RENEW_LATE, /* it is decided and happens a while later; the answer is lost */
    FAULT_STOP,       /* ERR_STOP */
    FAULT_TAINT,      /* it happens, but some request before was never answered */
    FAULT_REBALANCE,  /* the group rebalances; the partitions come back in the same call */
    FAULT_REVOKE,     /* the group rebalances; the partitions come back with the next poll */
    FAULT_SIGNAL,     /* a stop is requested meanwhile */
    FAULT_CRASH,      /* the process is killed right before; for "right after" see the call that follows */
    FAULT_COUNT,
};

/**
 * Plans faults: "CALL FROM[-TO] FAULT, …", counted from now on, e.g. "commit 1 renew-done, serve 2-3 rebalance". `any`
 * counts every call.
 */
void plan(const char *text);
void plan_clear(void);

/**
 * The fault for this call: a planned one, or in a simulation a random one. A fault that the call cannot have is never
 * returned.
 */
enum fault plan_next(enum call call);

/** True when the call can have the fault. */
bool fault_possible(enum call call, enum fault fault);
const char *call_name(enum call call);
const char *fault_name(enum fault fault);

#endif

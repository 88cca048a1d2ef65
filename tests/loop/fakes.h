/**
 * A world to run the loop in: brokers, a database, time and faults, all in memory; the worker itself is the real one.
 *
 * The fakes implement kafka/source.h, kafka/sink.h, postgres/store.h and the clock and stop flag of ops by their symbols
 * (the linker takes them instead of the archives'). They keep what those headers promise and no more: a broker accepts
 * offsets from any live member of the present generation, whoever owns the partition; a producer that was tainted tears
 * the next transaction; a commit whose answer is lost may have happened. So a check that the loop forgets is found out.
 *
 * One world a test: world_begin, commands, a plan of faults, steps; then judge() looks at what everybody outside can see.
 * One thread.
 */
#ifndef TESTS_LOOP_FAKES_H
#define TESTS_LOOP_FAKES_H

#include "worker/worker.h"

#include <setjmp.h>

#define PARTITIONS 3
#define PROCESSES  2
#define NOBODY     (-1)

/* ---- Faults ------------------------------------------------------------------------------------------------------- */

/** The calls of the loop into the fakes. The names of the plan are in fake_plan.c. */
enum call {
    CALL_ANY = 0, /* in a plan only */
    CALL_CONNECT,
    CALL_SEND,
    CALL_RECEIVE,
    CALL_TOPICS,
    CALL_FILL,
    CALL_SERVE,
    CALL_SETTLED,
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
    FAULT_RENEW,
    FAULT_RENEW_DONE, /* it happens; the answer is lost */
    FAULT_RENEW_LATE, /* it is decided and happens a while later; the answer is lost */
    FAULT_STOP,       /* ERR_STOP */
    FAULT_TAINT,      /* it happens, but some request before was never answered */
    FAULT_REBALANCE,  /* the group rebalances; the partitions come back in the same call */
    FAULT_REVOKE,     /* the group rebalances; the partitions come back with the next poll */
    FAULT_SIGNAL,     /* a stop is asked for meanwhile */
    FAULT_CRASH,      /* the process is killed right before; for "right after" see the call that follows */
    FAULT_COUNT,
};

/**
 * Plans faults: "CALL FROM[-TO] FAULT, …", counted from now on, e.g. "commit 1 renew-done, serve 2-3 rebalance". `any`
 * counts every call.
 */
void plan(const char *text);
void plan_clear(void);

/** The fault for this call: planned, or in a simulation a random one. What the call cannot have is never given. */
enum fault plan_next(enum call call);

/** True when the call can have the fault. */
bool fault_possible(enum call call, enum fault fault);
const char *call_name(enum call call);
const char *fault_name(enum fault fault);

/* ---- Kafka -------------------------------------------------------------------------------------------------------- */

enum entry_kind { ENTRY_COMMAND, ENTRY_UNDECODABLE, ENTRY_UNKNOWN_SCHEMA, ENTRY_CONTROL };

/** One offset of the command topic: a record, or a transaction marker of the producer. */
struct entry {
    enum entry_kind kind;
    char *key; /* NULL: none */
    char *value;
    size_t value_len;
    char *echo; /* value of the header `correlation-id`; NULL: none */
    int64_t timestamp_ms;
    struct uuid id; /* what the command is known by, and what it asks for; 0 is absent */
    int64_t group_id;
    int64_t activity_id;
};

enum txn_state { TXN_OPEN, TXN_PREPARED, TXN_COMMITTED, TXN_ABORTED };

struct txn {
    enum txn_state state;
    int process;
    int64_t begun_ms;
    int64_t ends_ms; /* TXN_PREPARED: when its markers are written */
    bool offsets_sent;
    int64_t next[PARTITIONS]; /* -1: none */
};

/** A record of an event topic or the dead-letter topic, with what the judge wants to know of it. */
struct published {
    size_t txn;
    bool is_copy;  /* a dead-letter copy */
    bool replayed; /* header idempotent-replayed */
    bool bare;     /* the key is the command id */
    bool truncated;
    int32_t partition; /* of the command */
    int64_t offset;
    struct uuid event_id;
    struct uuid command_id;
    char code[32]; /* "" created */
    int64_t session_id;
    char *value;
};

struct broker {
    struct entry *logs[PARTITIONS];
    size_t ends[PARTITIONS];
    struct txn *txns;
    size_t txn_count;
    struct published *events;
    size_t event_count;
    int64_t committed[PARTITIONS]; /* of the group; -1: never */
    int generation;
    bool joining; /* a rebalance waits for members */
    int owner[PARTITIONS];
    bool member[PROCESSES];
    bool rejoined[PROCESSES];
    int64_t producer_epoch[PROCESSES];
    size_t event_max_bytes; /* what the topics take; 0: anything */
    size_t copy_max_bytes;
};

/** Writes to the end of a partition. */
void broker_append(int partition, const struct entry *entry);

/** Ends what has waited long enough: prepared transactions, and open ones after the broker's timeout. */
void broker_tick(void);
void broker_free(void);

size_t broker_txn_begin(int process);
void broker_txn_commit(size_t txn);
void broker_txn_abort(size_t txn);
/** init_transactions: fences the predecessor and ends what it left open. */
int64_t broker_producer_init(int process);
void broker_publish(size_t txn, const struct outbound *out, bool is_copy);
/** True when an unfinished transaction holds offsets of that partition: its committed offset cannot be read. */
bool broker_unstable(int partition);
bool broker_visible(const struct published *published);
/** True when the broker takes offsets from this member under that generation. */
bool broker_accepts(int process, int generation);

void group_rebalance(void);
/** The process has lost its session: it does not know yet. */
void group_evict(int process);
/** To be called when a member polls: true when it has to give up what it has. */
bool group_poll(int process);

/* ---- PostgreSQL --------------------------------------------------------------------------------------------------- */

struct ledger_entry {
    struct uuid id;
    struct ledger_row row;
    bool durable; /* survives a failover */
};

struct database {
    struct ledger_entry *ledger;
    size_t ledger_count;
    int64_t *sessions; /* ids */
    size_t session_count;
    int64_t sequence;
    int64_t down_until_ms; /* nobody can connect before */
};

/** Groups and activities from 1 to here exist. */
#define PARENTS 9
/** Its rows are refused by a constraint of the operator's. */
#define REFUSED_GROUP 7

void database_decide(struct batch *batch, bool durable);
const struct ledger_entry *database_find(const struct uuid *id);
/** Fails over to a standby that has only what was durable. */
void database_failover(void);
void database_free(void);

/* ---- Processes ---------------------------------------------------------------------------------------------------- */

struct owned {
    bool owned;
    int64_t position;  /* the next offset to be polled */
    int64_t committed; /* as this member knows it */
    int64_t handed;    /* after the last record given to a batch; -1: none yet */
};

struct source {
    int process;
    bool joined;
    uint64_t epoch;
    uint64_t epochs;
    int generation; /* of the epoch */
    struct owned partitions[PARTITIONS];
    size_t borrowed; /* messages that batches hold */
};

struct sink {
    int process;
    int64_t producer_epoch;
    bool ready; /* init_transactions is done */
    bool dead;
    bool fenced;
    bool tainted;
    bool tears; /* a late EndTxn is on its way into this transaction */
    bool must_abort;
    bool open;
    bool offsets_sent;
    bool done_unanswered; /* the step under way has happened, its answer comes with the next call */
    size_t txn;
    size_t queued;             /* records produced since the last flush */
    struct delivery **refused; /* those of them that are too large for their topic */
    size_t refused_count;
    bool alone; /* sends each record alone, to find out which one is too large */
    bool alone_next;
    bool retired; /* needed alone no longer */
};

struct store {
    int process;
    bool connected;
    struct batch *flight; /* NULL: none */
    bool done_unanswered;
};

struct process {
    int index;
    bool up;
    bool started;
    bool running; /* inside a step */
    struct source source;
    struct sink sink;
    struct store store;
    struct event_encoder *encoder;
    struct worker *worker;
    struct err end; /* why it ended by itself */
    int ends;       /* how often */
    jmp_buf killed;
};

/** The fake's part of every call: time passes, others get their turn, the plan speaks. May not return (a crash). */
enum fault call_enter(int process, enum call call);

/** One turn of the process's loop, started first if it is down. False: it has ended, or was killed. */
bool process_step(struct process *process);
/** kill -9 */
void process_kill(struct process *process);

/* ---- The world ---------------------------------------------------------------------------------------------------- */

struct world {
    struct config config;
    int64_t now_ms;
    bool stop;
    int64_t stop_ms; /* when it was asked for last */
    struct broker broker;
    struct database database;
    struct process processes[PROCESSES];
    int process_count;
    uint64_t seed;
    uint64_t random; /* state */
    uint64_t calls[CALL_COUNT];
    uint64_t calls_left; /* before the loop is taken to be stuck */
    uint8_t trace[8192]; /* the calls in their order, as far as there is room */
    size_t traced;
    uint64_t renewals;
    int (*chance)(enum call call);  /* in a simulation: permille of faults */
    void (*meanwhile)(int process); /* in a simulation: what others do at each call */
    const char *violation;          /* the first thing that no fake should ever see; static */
};

extern struct world world;

/** A world with one process, nothing in it; the configuration may still be changed. */
void world_begin(uint64_t seed);
void world_end(void);

/** Uniform in 0 … below - 1. */
uint64_t world_random(uint64_t below);

/** Notes the first violation. */
void world_violation(const char *what);

/** Where in the trace that call is made for the n-th time (from 1); -1 when it is not. */
int trace_of(enum call call, int nth);

/* ---- Commands ----------------------------------------------------------------------------------------------------- */

/** A good command with an id of its own on that partition; returns its offset. */
int64_t given_command(int partition);
void given_commands(int partition, int count);

/** Any command: `id` 0 for none, else a number that stands for a UUID; absent values are 0. */
int64_t given(int partition, unsigned id, int64_t group_id, int64_t activity_id);
int64_t given_kind(int partition, enum entry_kind kind);

/* ---- Verdicts ----------------------------------------------------------------------------------------------------- */

/** Steps the first process until everything is answered; a process that ends by itself or is killed is started again. */
void run_to_the_end(void);

/** Steps it `count` times. */
void run_steps(int count);

/** True when the group's committed offsets are at the end of every partition. */
bool all_answered(void);

/** The guarantees, as far as the run has come: see judge.c. NULL, or the first one that does not hold (static buffer). */
const char *judge(void);

/** How many events are visible for that command; all events, all DLQ copies. */
size_t events_of(int partition, int64_t offset);
size_t events_visible(void);
size_t copies_visible(void);
/** The visible event of that command, NULL when there is none. */
const struct published *event_of(int partition, int64_t offset);
size_t transactions(enum txn_state state);

#endif

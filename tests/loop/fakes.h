/**
 * A world to run the loop in: brokers, a database, time and faults, all in memory. The worker itself is the real one.
 *
 * The fakes implement kafka/source.h, kafka/sink.h, postgres/store.h, registry/registry.h, and the clock and the stop
 * flag of runtime, by their symbols (the linker takes them instead of the archives'). They keep what those headers
 * promise and no more: a broker accepts offsets from any live member of the present generation, whoever owns the
 * partition; a tainted producer tears the next transaction; a commit whose answer is lost may have happened. So a check
 * that the loop forgets is noticed.
 *
 * There is one world for each test: world_begin, commands, a plan of faults, steps; then judge() looks at everything
 * that can be seen from outside. One thread.
 */
#ifndef TESTS_LOOP_FAKES_H
#define TESTS_LOOP_FAKES_H

#include "worker/worker.h"

#include "model.h"
#include "plan.h"

#include <setjmp.h>

/* ---- Processes --------------------------------------------------------------------------------------------------- */

struct owned {
    bool owned;
    int64_t position;  /* the next offset to poll */
    int64_t committed; /* as this member knows it */
    int64_t handed;    /* the offset after the last record that was given to a batch; -1: none yet */
};

struct source {
    int process;
    bool joined;
    uint64_t epoch;
    uint64_t epochs;
    int generation; /* the group's generation when the epoch began */
    struct owned partitions[PARTITIONS];
    size_t borrowed; /* how many messages batches hold */
    bool over;       /* unusable: everything has to be opened anew */
};

struct sink {
    int process;
    int64_t producer_epoch;
    bool ready; /* init_transactions is done */
    bool dead;
    bool fenced;
    bool tainted;
    bool tears; /* a late EndTxn is on its way, and will end this transaction */
    bool must_abort;
    bool open;
    bool offsets_sent;
    bool done_unanswered; /* the present step has happened, and its answer comes with the next call */
    size_t txn;
    size_t queued;             /* records produced since the last flush */
    struct delivery **refused; /* those of the records that are too large for their topic */
    size_t refused_count;
    bool unbatched; /* sends each record alone, to find out which one is too large */
    bool unbatched_next;
    bool retired;        /* no longer needed for sending alone */
    size_t copy_refused; /* the smallest copy that was refused alone; survives the producer */
};

struct store {
    int process;
    bool connected;
    struct batch *deciding; /* NULL: none */
};

/** The one schema id that the registry knows: it is a JSON Schema. */
#define FAKE_REGISTRY_KNOWN 1

struct registry {
    int process;
    struct schema_id *asked; /* in the order in which they were requested */
    size_t count;
};

struct process {
    int index;
    bool up;
    bool started;
    bool running; /* inside a step */
    struct source source;
    struct sink sink;
    struct store store;
    struct registry registry;
    struct schema_cache *schema_cache;
    struct decode_options decode;
    struct event_encoder *encoder;
    struct worker *worker;
    struct answered answered;
    struct err end; /* why it ended by itself */
    int ends;       /* how often it ended */
    jmp_buf killed;
};

/**
 * Every call of a fake begins with this: time passes, others act, and the plan may cause a fault. It may not return (a
 * crash).
 */
enum fault call_enter(int process, enum call call);

/** One turn of the process's loop, started first if it is down. False: it has ended, or was killed. */
bool process_step(struct process *process);
/** kill -9 */
void process_kill(struct process *process);

/* ---- The world --------------------------------------------------------------------------------------------------- */

struct world {
    struct config config;
    int64_t now_ms;
    bool stop;
    int64_t stop_ms; /* when a stop was last requested */
    struct broker broker;
    struct database database;
    struct process processes[PROCESSES];
    int process_count;
    uint64_t seed;
    uint64_t random; /* state of the random numbers */
    uint64_t calls[CALL_COUNT];
    uint64_t calls_left; /* how many calls remain before the loop counts as stuck */
    uint8_t trace[8192]; /* the calls in their order, as far as there is room */
    size_t traced;
    uint64_t renewals;
    int (*chance)(enum call call);  /* in a simulation: permille of faults */
    void (*meanwhile)(int process); /* in a simulation: what others do at each call */
    const char *violation;          /* the first thing that a fake must never see; static */
};

extern struct world world;

/** Makes a world with one process and nothing in it; the configuration may still be changed. */
void world_begin(uint64_t seed);
void world_end(void);

/** A random number from 0 to below - 1. */
uint64_t world_random(uint64_t below);

/** Notes the first violation. */
void world_violation(const char *what);

/** The index in the trace of that call when it is made for the n-th time (from 1); -1 when it is not there. */
int trace_of(enum call call, int nth);

/* ---- Commands ---------------------------------------------------------------------------------------------------- */

/** Adds a good command with an id of its own on that partition; returns its offset. */
int64_t given_command(int partition);
void given_commands(int partition, int count);

/** Adds any command. `id`: 0 for none, else a number that stands for a UUID; 0 also means that a value is absent. */
int64_t given(int partition, unsigned id, int64_t group_id, int64_t activity_id);
int64_t given_kind(int partition, enum entry_kind kind);

/** Adds a good command whose record names its schema by an id that the registry knows. */
int64_t given_registered(int partition);

/* ---- Verdicts ---------------------------------------------------------------------------------------------------- */

/**
 * Steps all processes in turn until everything is answered, and a little longer. A process that ends or is killed is
 * started again.
 */
void run_to_the_end(void);

/** Steps the first process `count` times. */
void run_steps(int count);

/** True when the group's committed offsets are at the end of every partition. */
bool all_answered(void);

/**
 * Checks the guarantees, as far as the run has come: see judge.c. NULL, or the first one that is broken (static
 * buffer).
 */
const char *judge(void);

/** How many events are visible for that command; how many events and how many dead-letter copies altogether. */
size_t events_of(int partition, int64_t offset);
size_t events_visible(void);
size_t copies_visible(void);
/** The visible event of that command, NULL when there is none. */
const struct published *event_of(int partition, int64_t offset);
size_t transactions(enum txn_state state);

#endif

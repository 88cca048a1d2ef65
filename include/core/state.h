/**
 * The state of a process in one word and one sentence: what is going on, since when, and what to do next where there is
 * something to do.
 *
 * It is a pure function of a snapshot and the time, so that the page, the probes, `status`, systemd and the log always
 * agree. The words are a promise: alerts and dashboards name them. To add a state: add it here, its rule in state.c,
 * its cases in tests/core/state.table, and its row in deploy/README.md.
 *
 * The first rule that fits decides (src/core/state.c lists them in their order): a state that stops everything comes
 * before one that only slows it down.
 */
#ifndef CORE_STATE_H
#define CORE_STATE_H

#include "core/snapshot.h"

enum state {
    STATE_STARTING = 0,
    STATE_WORKING,
    STATE_IDLE,
    STATE_IDLE_NO_PARTITIONS,
    STATE_CATCHING_UP,
    STATE_WAITING_POSTGRESQL,
    STATE_WAITING_KAFKA,
    STATE_WAITING_REGISTRY,
    STATE_BLOCKED,
    STATE_STOPPED_READING,
    STATE_STOPPING,
    STATE_COUNT,
};

/** A call that has not been answered for this long counts as being waited for. */
#define STATE_SLOW_US 5000000

/** An outage shorter than this is not reported: a deadlock, a failover behind a pooler. */
#define STATE_GRACE_US 1000000

/** A process that has had nothing to do for this long since its last command is idle. */
#define STATE_IDLE_US 60000000

#define STATE_SENTENCE 400

/** The state as one word, e.g. "working", "waiting_postgresql"; static. */
const char *state_word(enum state state);

/**
 * True when `/readyz` answers yes. A member without partitions is ready: a rolling update waits for each new process to
 * be ready before it ends an old one, and while the old ones hold all partitions the new one would wait for ever.
 */
bool state_ready(enum state state);

/** Returns the state at `now_us` and writes its sentence: ASCII, on one line, without a full stop. */
enum state state_of(const struct snapshot *snapshot, int64_t now_us, char sentence[static STATE_SENTENCE]);

/** "40 s", "4 min", "3 h", "2 d", rounded to its unit; `text` needs STATE_SPAN bytes. */
#define STATE_SPAN 24
void state_span(int64_t us, char text[static STATE_SPAN]);

/** "since 02:58:13Z", or "for 3 d" when it was more than a day ago. */
#define STATE_SINCE 40
void state_since(int64_t since_us, int64_t now_us, char text[static STATE_SINCE]);

/** A number with separators, e.g. "12,431". */
#define STATE_NUMBER 32
const char *state_number(int64_t number, char text[static STATE_NUMBER]);

#endif

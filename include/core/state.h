/**
 * The state of a process in one word and one sentence: what is going on, since when, and what to do next where there is something to do.
 *
 * One pure function of a snapshot and the time, so that the page, the probes, `status`, systemd and the log cannot differ. The words are
 * a promise: alerts and dashboards name them. To add one: here, its rule and its cases in tests/core/state.table, README.md.
 *
 * The first rule that fits decides (src/core/state.c lists them in their order): what stops everything is said before what only slows
 * it down.
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

/** A call that has not been answered for so long is waited for. */
#define STATE_SLOW_US 5000000

/** What is away for less than that is not worth a word: a deadlock, a failover behind a pooler. */
#define STATE_GRACE_US 1000000

/** So long after the last command a process that has nothing to do is idle. */
#define STATE_IDLE_US 60000000

#define STATE_SENTENCE 400

/** "working", "waiting_postgresql", …; static. */
const char *state_word(enum state state);

/**
 * Whether `/readyz` says yes. A member without partitions is ready: a rolling update waits for each new process to be ready before it
 * ends an old one, and while the old ones hold all partitions the new one would wait for ever.
 */
bool state_ready(enum state state);

/** The state at `now_us`, and its sentence: ASCII, on one line, without a full stop. */
enum state state_of(const struct snapshot *snapshot, int64_t now_us, char sentence[static STATE_SENTENCE]);

/** "40 s", "4 min", "3 h", "2 d", rounded to the unit; `text` needs STATE_SPAN bytes. */
#define STATE_SPAN 24
void state_span(int64_t us, char text[static STATE_SPAN]);

/** "since 02:58:13Z", or "for 3 d" when that was more than a day ago. */
#define STATE_SINCE 40
void state_since(int64_t since_us, int64_t now_us, char text[static STATE_SINCE]);

/** "12,431" */
#define STATE_NUMBER 32
const char *state_number(int64_t number, char text[static STATE_NUMBER]);

#endif

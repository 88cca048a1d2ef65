/**
 * The wish to stop: SIGTERM and SIGINT set a flag that every wait looks at; the second one ends the process at once
 * (exit 75: what was in flight is taken up by the next start).
 *
 * Signal handlers only set a flag or call `_exit`.
 */
#ifndef RUNTIME_STOP_H
#define RUNTIME_STOP_H

#include <stdbool.h>

/** Installs the handlers; SIGPIPE is ignored. Before the first thread. */
void stop_setup(void);

/** True after the first signal. Any thread. */
bool stop_requested(void);

/** For a process that can read its configuration again: SIGHUP asks for it, instead of ending it. Before the first thread. */
void stop_setup_reload(void);

/** True once after SIGHUP has come, however often. Any thread. */
bool stop_take_reload(void);

#endif

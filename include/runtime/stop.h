/**
 * Requests to stop: SIGTERM and SIGINT set a flag that every wait looks at. A second signal ends the process at once
 * (exit 75; the next start takes up what was in flight).
 *
 * Signal handlers only set a flag or call `_exit`.
 */
#ifndef RUNTIME_STOP_H
#define RUNTIME_STOP_H

#include <stdbool.h>

/** Installs the handlers; SIGPIPE is ignored. Call it before the first thread is started. */
void stop_setup(void);

/** True after the first signal. Any thread. */
bool stop_requested(void);

/**
 * Makes SIGHUP ask the process to read its configuration again instead of ending it. Call it before the first thread is
 * started.
 */
void stop_setup_reload(void);

/** True once after SIGHUP has come, however often it came. Any thread. */
bool stop_take_reload(void);

#endif

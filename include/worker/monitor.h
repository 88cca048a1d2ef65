/**
 * Watches the process from a thread of its own, so that this works while the loop waits: it measures how far behind the
 * partitions are, keeps the last ten minutes, logs the state when its word changes, tells systemd the sentence, and
 * after SIGHUP has the configuration read again.
 *
 * It never touches the loop: it reads and fills the snapshot (core/status.h).
 */
#ifndef WORKER_MONITOR_H
#define WORKER_MONITOR_H

#include "config/config.h"
#include "core/err.h"

struct monitor;

/**
 * Starts the thread, on which `reload` runs after SIGHUP. Borrows the configuration. NULL with ERR_STOP. Main thread.
 */
MUSTUSE struct monitor *monitor_open(const struct config *config, void (*reload)(void *opaque), void *opaque,
                                     struct err *err);

/** Ends the thread within half a second, even when a broker does not answer. NULL is allowed. */
void monitor_close(struct monitor *monitor);

#endif

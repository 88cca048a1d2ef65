/**
 * Looks after the process from a thread of its own, so that it works while the loop waits: measures how far the partitions are behind,
 * keeps the last ten minutes, logs the state when its word changes, tells systemd the sentence, and has the configuration read again after SIGHUP.
 *
 * It never touches the loop: it reads and fills the snapshot (core/status.h).
 */
#ifndef WORKER_MONITOR_H
#define WORKER_MONITOR_H

#include "config/config.h"
#include "core/err.h"

struct monitor;

/** `reload` runs on the monitor's thread after SIGHUP. Borrows the configuration. NULL with ERR_STOP. Main thread. */
MUSTUSE struct monitor *monitor_open(const struct config *config, void (*reload)(void *opaque), void *opaque,
                                     struct err *err);

/** Ends the thread within half a second, also while a broker does not answer. NULL is fine. */
void monitor_close(struct monitor *monitor);

#endif

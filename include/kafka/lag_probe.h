/**
 * Asks where the partitions of the commands topic end, with a client of its own.
 *
 * The loop's consumer could not do it. A broker serves a connection in order, so other requests wait behind a fetch
 * that waits for records (500 ms). And what the consumer learns from its fetches stands still as soon as it stops
 * fetching: that is when a database is away and commands pile up, the one time when somebody looks. The probe costs one
 * request a second on one connection to each broker.
 *
 * One thread at a time, which may be another than the loop's.
 */
#ifndef KAFKA_LAG_PROBE_H
#define KAFKA_LAG_PROBE_H

#include "config/config.h"
#include "core/err.h"

struct lag_probe;

/** Makes the client. Does not wait for a broker. NULL with ERR_STOP. Borrows the config. */
MUSTUSE struct lag_probe *lag_probe_open(const struct config *config, struct err *err);
void lag_probe_close(struct lag_probe *probe);

enum lag_probe_which {
    LAG_PROBE_BEGINNING, /* the oldest record that is kept */
    LAG_PROBE_STABLE,    /* the end of what can be read: an open transaction holds back the rest */
};

/**
 * Fills `offsets[i]` for `partitions[i]`, with -1 where it is not known. False: no answer within `timeout_ms`, or an
 * error.
 */
MUSTUSE bool lag_probe_ask(struct lag_probe *probe, const int32_t partitions[], size_t count,
                           enum lag_probe_which which, int timeout_ms, int64_t offsets[], struct err *err);

/**
 * How many brokers there are, as the cluster says: those that are up, and with them those that hold copies of the commands topic and are
 * not. False: no answer within `timeout_ms`.
 */
MUSTUSE bool lag_probe_brokers(struct lag_probe *probe, int timeout_ms, int *up, int *all);

#endif

/**
 * The metrics that `/metrics` gives: one table, from which the exposition and its documentation (deploy/metrics.md) are
 * written.
 *
 * Names and labels are a promise to alerts and dashboards: a metric is never renamed, and never gets another meaning.
 * To add a metric: add it here, add its row to metric.c and its values to src/http/metrics.c, and run `make
 * metrics-doc`.
 */
#ifndef CORE_METRIC_H
#define CORE_METRIC_H

#include "core/bytes.h"

enum metric {
    METRIC_COMMANDS = 0,
    METRIC_REJECTED,
    METRIC_DLQ,
    METRIC_BRAKE,
    METRIC_TRANSACTIONS,
    METRIC_LATENCY,
    METRIC_BATCH,
    METRIC_PHASE,
    METRIC_LAG,
    METRIC_END,
    METRIC_STABLE_LAG,
    METRIC_OLDEST,
    METRIC_PARTITIONS,
    METRIC_LAST_COMMIT,
    METRIC_REBALANCES,
    METRIC_RECREATIONS,
    METRIC_POSTGRES_ERRORS,
    METRIC_UP,
    METRIC_STATE,
    METRIC_BUILD,
    METRIC_CPU,
    METRIC_RSS,
    METRIC_VIRTUAL,
    METRIC_OPEN_FDS,
    METRIC_MAX_FDS,
    METRIC_START,
    METRIC_COUNT,
};

struct metric_row {
    const char *name;
    const char *type;   /* "counter", "gauge" or "histogram" */
    const char *unit;   /* of its values, for people */
    const char *labels; /* separated by commas; "": none */
    const char *help;   /* one line, without a full stop */
};

const struct metric_row *metric_row(enum metric metric);

#endif

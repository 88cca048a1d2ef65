/**
 * Something that the process cannot work without, and whether it answers: PostgreSQL, Kafka, the schema registry.
 *
 * Plain data and pure. Times ending in `_us` are microseconds since 1970 UTC; 0 means never.
 */
#ifndef CORE_DEPENDENCY_H
#define CORE_DEPENDENCY_H

#include "core/err.h"

enum dependency_name { DEPENDENCY_POSTGRESQL = 0, DEPENDENCY_KAFKA, DEPENDENCY_REGISTRY, DEPENDENCY_COUNT };

#define DEPENDENCY_CODE   32
#define DEPENDENCY_REASON 200

struct dependency {
    bool used;                      /* false: no registry is configured */
    bool up;                        /* its last call was answered */
    bool down;                      /* its last call failed; when neither is set, nothing is known yet */
    int64_t since_us;               /* since when it is `up` or `down` */
    int64_t waiting_us;             /* when a call began that has not been answered yet */
    int tries;                      /* tries in a row that failed */
    int64_t next_us;                /* when the next try is */
    char code[DEPENDENCY_CODE];     /* of the last error, e.g. "E-PG-57P03"; stays when it is up again */
    char reason[DEPENDENCY_REASON]; /* the first line of the last error */
    int64_t failed_us;              /* when the last error was */
    int64_t took_us;                /* how long the last answer took; 0: none yet. A duration */
};

/** The name in metrics: "postgresql", "kafka", "registry"; static. */
const char *dependency_label(enum dependency_name name);

/** The name for use in sentences: "PostgreSQL", "Kafka", "the schema registry"; static. */
const char *dependency_title(enum dependency_name name);

/**
 * A call has failed and will be made again in `wait_ms` (0: at once). The code and the first line of `err` are copied.
 */
void dependency_failed(struct dependency *dependency, const struct err *err, int64_t wait_ms, int64_t now_us);

/** It has answered. `took_us`: how long that took, -1 when it is not known. */
void dependency_answered(struct dependency *dependency, int64_t took_us, int64_t now_us);

#endif

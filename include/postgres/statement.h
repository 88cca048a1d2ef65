/** The statements of the store: prepared once for each connection, executed by name. */
#ifndef POSTGRES_STATEMENT_H
#define POSTGRES_STATEMENT_H

enum statement_id {
    STATEMENT_INSERT,          /* sql/insert_outcomes.sql */
    STATEMENT_READ,            /* sql/read_outcomes.sql */
    STATEMENT_CANARY_SESSIONS, /* sql/canary_sessions.sql */
    STATEMENT_CANARY_PARENTS,  /* sql/canary_parents.sql */
    STATEMENT_BULK_STATE,      /* sql/bulk_*.sql: postgres/bulk.h */
    STATEMENT_BULK_GROUPS,
    STATEMENT_BULK_ACTIVITIES,
    STATEMENT_BULK_KNOWN,
    STATEMENT_BULK_SESSION_IDS,
    STATEMENT_BULK_CREATED,
    STATEMENT_BULK_REJECTED,
    STATEMENT_BULK_SESSIONS,
    STATEMENT_PER_BATCH, /* from here on they are prepared only with postgres.reference.checks=per-batch */
    STATEMENT_BULK_REPLICA = STATEMENT_PER_BATCH,
    STATEMENT_BULK_LOCK_GROUPS,
    STATEMENT_BULK_LOCK_ACTIVITIES,
    STATEMENT_COUNT,
};

struct statement {
    const char *name;
    const char *sql;
};

extern const struct statement statements[STATEMENT_COUNT];

#endif

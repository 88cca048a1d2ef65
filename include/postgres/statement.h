/**
 * The statements of the store: prepared once a connection, executed by name.
 */
#ifndef POSTGRES_STATEMENT_H
#define POSTGRES_STATEMENT_H

enum statement_id {
    STATEMENT_INSERT,          /* sql/insert_outcomes.sql */
    STATEMENT_READ,            /* sql/read_outcomes.sql */
    STATEMENT_CANARY_SESSIONS, /* sql/canary_sessions.sql */
    STATEMENT_CANARY_PARENTS,  /* sql/canary_parents.sql */
    STATEMENT_COUNT,
};

struct statement {
    const char *name;
    const char *sql;
};

extern const struct statement statements[STATEMENT_COUNT];

#endif

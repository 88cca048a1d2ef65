/**
 * How the sessions of a test got into their table: a check constraint records which statement inserted each one, and
 * whether triggers were on.
 */
#ifndef TESTS_POSTGRES_EVIDENCE_H
#define TESTS_POSTGRES_EVIDENCE_H

#include "refusal.h"

static inline void keep_evidence(void)
{
    sql("CREATE TABLE evidence (bulk boolean, role text)");
    sql("CREATE FUNCTION witness() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN INSERT INTO \"%s\".evidence VALUES "
        "(current_query() LIKE '-- In bulk%%', current_setting('session_replication_role')); RETURN true; END $$",
        schema_name);
    sql("ALTER TABLE study_sessions ADD CONSTRAINT witnessed CHECK (\"%s\".witness())", schema_name);
    sql("TRUNCATE evidence");
}

/** How many sessions `role` has inserted (with `bulk`: in bulk). */
static inline long count_inserted(bool bulk, const char *role)
{
    static char text[64];

    snprintf(text, sizeof text, "%s",
             sql("SELECT count(*) FROM evidence WHERE bulk = %s AND role = '%s'", bulk ? "true" : "false", role));
    return number(text);
}

static inline void assert_went(bool bulk, const char *role, long sessions)
{
    long others = number(sql("SELECT count(*) FROM evidence")) - sessions;

    ck_assert_msg(count_inserted(bulk, role) == sessions && others == 0, "%s",
                  sql("SELECT string_agg(DISTINCT format('%%s %%s', bulk, role), ', ') FROM evidence"));
    sql("TRUNCATE evidence");
}

/** Adds commands for group 1 with that many new ids. */
static inline void add_many(unsigned from, unsigned count)
{
    begin_batch();
    for (unsigned i = 0; i < count; i++)
        add(&batch, from + i, 1, 1);
}

/** True when the store's session waits for its client within a transaction. */
static inline bool store_is_idle(void)
{
    sql("SELECT pg_stat_clear_snapshot()");
    return number(sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'sessiond' AND state = 'idle in "
                      "transaction'")) > 0;
}

/** Connects the store again. */
static inline void reconnect(void)
{
    enum progress progress;

    do
        progress = store_connect(store, 1000, &err);
    while (progress == PENDING);
    ck_assert_msg(progress == DONE, "%s", err.message);
}

#endif

/** What the tests of refused rows share: a constraint that refuses group 2, the result of a batch, and the log. */
#ifndef TESTS_POSTGRES_REFUSAL_H
#define TESTS_POSTGRES_REFUSAL_H

#include "fixture.h"

#define GUESTS "ALTER TABLE study_sessions ADD CONSTRAINT no_guests CHECK (group_id <> 2)"

static inline void assert_refused(size_t i, const char *sqlstate)
{
    const struct batch_item *item = &batch.items[i];

    ck_assert_ptr_null(item->row);
    ck_assert_int_eq(item->outcome.kind, OUTCOME_REJECTED);
    ck_assert_int_eq(item->outcome.code, ERRCODE_STORE_REFUSED);
    ck_assert_str_eq(item->outcome.sqlstate, sqlstate);
    ck_assert_int_eq(item->outcome.group_id.value, item->command.group_id.value);
    ck_assert_int_eq(item->outcome.occurred_us, 1700000000000000);
    ck_assert(!item->outcome.decided);
}

static inline void assert_all_refused(const char *sqlstate)
{
    for (size_t i = 0; i < batch.count; i++)
        assert_refused(i, sqlstate);
}

static inline void assert_created(size_t i)
{
    ck_assert_msg(batch.items[i].row != NULL, "item %zu has no decision", i);
    ck_assert_int_eq(batch.items[i].row->kind, OUTCOME_CREATED);
}

static inline void assert_nothing_answered(void)
{
    for (size_t i = 0; i < batch.count; i++)
        ck_assert_int_eq(batch.items[i].outcome.kind, OUTCOME_PENDING);
}

/** Checks that nothing was answered and that the process ends with that code; the message must contain `named`. */
static inline void assert_stopped(enum exit_code exit_code, const char *named)
{
    ck_assert_int_eq(decide(store, &batch), FAILED);
    ck_assert_msg(err.class == ERR_STOP && err.exit_code == exit_code, "class %d, exit %d: %s", (int)err.class,
                  (int)err.exit_code, err.message);
    ck_assert_msg(strstr(err.message, named) != NULL, "%s", err.message);
    assert_nothing_answered();
}

/** Adds commands for that group, with ids that follow the existing ones. */
static inline void add_group(int64_t group_id, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        add(&batch, 1000 + (unsigned)batch.count, group_id, 1);
}

/* ---- The log ----------------------------------------------------------------------------------------------------- */

static FILE *log_file;

/** Keeps what is logged from here on, for `logged`. */
static inline void log_begin(void)
{
    log_file = tmpfile();
    ck_assert_int_ge(dup2(fileno(log_file), STDERR_FILENO), 0);
}

static inline const char *logged(void)
{
    static char text[16384];

    rewind(log_file);
    text[fread(text, 1, sizeof text - 1, log_file)] = 0;
    return text;
}

static inline void assert_logged(const char *what)
{
    ck_assert_msg(strstr(logged(), what) != NULL, "\"%s\" is not in:\n%s", what, logged());
}

#endif

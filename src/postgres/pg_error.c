#include "postgres/pg_error.h"

#include "core/counters.h"
#include "postgres/guard.h"
#include "postgres/pg_condition.h"

#include <stdio.h>

#define CODE_SIZE 11 /* "E-PG-23505" */

/* What the operator can do; empty where waiting is all. */
static const char nothing[] = "";
static const char see_log[] = "\n  fix: see the server's log";
static const char see_values[] = "\n  fix: look for a check, domain or trigger that the command's values break";
static const char see_constraint[] = "\n  fix: look at the constraint";
static const char see_triggers[] = "\n  fix: look at the triggers of study_sessions and command_outcomes";
static const char see_policies[] = "\n  fix: look at the row security policies";
static const char see_partitions[] = ": no partition takes it\n  fix: create the partition";
static const char see_view[] = "\n  fix: look at the view's WITH CHECK OPTION";
static const char see_login[] = "\n  fix: check user, password and pg_hba.conf";
static const char see_database[] = "\n  fix: create the database or correct postgres.conninfo";
static const char migrate[] = "\n  fix: sessiond migrate status, then sessiond migrate up";
static const char grant[] =
    "\n  fix: migrate as the owner of the schema; the role of sessiond run needs the grants that "
    "sessiond migrate sql prints";
static const char move_sequence[] =
    "\n  fix: if it is the key of study_sessions.id, an import left its sequence behind: SELECT "
    "setval(pg_get_serial_sequence('study_sessions', 'id'), max(id)) FROM study_sessions; a unique key of your own "
    "cannot be kept by sessiond: drop it";
static const char widen_sequence[] = "\n  fix: give the sequence room (ALTER SEQUENCE ... MAXVALUE, AS bigint)";
static const char fill_column[] =
    "\n  fix: give the column a default or drop its NOT NULL (sessiond migrate status looks for more of the kind)";
static const char see_names[] =
    "\n  fix: it can only be a name in groups or study_activities: correct the one whose characters are not of the "
    "database's encoding, or have no place in UTF-8";
static const char see_schema[] = "\n  fix: of what sessiond sends only postgres.schema may be more than ASCII: name "
                                 "one that the database's encoding "
                                 "can write";
static const char vacuum[] =
    "\n  fix: VACUUM the database that it names, as a superuser; look for old prepared transactions, stale replication "
    "slots and open transactions. The worker goes on by itself";
static const char switch_on[] = "\n  fix: ALTER ROLE ... SET row_security = on, or give the role BYPASSRLS";
static const char no_pooler[] =
    "\n  fix: prepared statements need a session of their own: no pooler in transaction mode";

/* The first line whose prefix matches decides; whole SQLSTATEs come before their class. */
static const struct pg_error_rule {
    const char *prefix;
    enum err_class class;
    enum exit_code exit_code;
    const char *next;
} rules[] = {
    {"08",    ERR_RENEW,   EXIT_DONE,       nothing       },
    {"09",    ERR_ISOLATE, EXIT_CONFIG,     see_triggers  },
    {"20",    ERR_ISOLATE, EXIT_CONFIG,     see_triggers  },
    {"21",    ERR_ISOLATE, EXIT_CONFIG,     see_triggers  },
    {"2200H", ERR_STOP,    EXIT_CONFIG,     widen_sequence},
    {"22021", ERR_STOP,    EXIT_CONFIG,     see_names     },
    {"22P05", ERR_STOP,    EXIT_CONFIG,     see_names     },
    {"22",    ERR_ISOLATE, EXIT_CONFIG,     see_values    },
    {"23505", ERR_STOP,    EXIT_CONFIG,     move_sequence },
    {"23",    ERR_ISOLATE, EXIT_CONFIG,     see_constraint},
    {"25006", ERR_RENEW,   EXIT_DONE,       nothing       },
    {"25P",   ERR_RENEW,   EXIT_DONE,       nothing       },
    {"26000", ERR_STOP,    EXIT_CONFIG,     no_pooler     },
    {"27",    ERR_ISOLATE, EXIT_CONFIG,     see_triggers  },
    {"28",    ERR_STOP,    EXIT_PERMISSION, see_login     },
    {"2F",    ERR_ISOLATE, EXIT_CONFIG,     see_triggers  },
    {"38",    ERR_ISOLATE, EXIT_CONFIG,     see_triggers  },
    {"39",    ERR_ISOLATE, EXIT_CONFIG,     see_triggers  },
    {"3D",    ERR_STOP,    EXIT_CONFIG,     see_database  },
    {"3F",    ERR_STOP,    EXIT_CONFIG,     migrate       },
    {"40003", ERR_RENEW,   EXIT_DONE,       nothing       },
    {"40",    ERR_RETRY,   EXIT_DONE,       nothing       },
    {"42501", ERR_ISOLATE, EXIT_PERMISSION, grant         },
    {"42P05", ERR_STOP,    EXIT_CONFIG,     no_pooler     },
    {"42",    ERR_STOP,    EXIT_CONFIG,     migrate       },
    {"44",    ERR_ISOLATE, EXIT_CONFIG,     see_view      },
    {"53",    ERR_RETRY,   EXIT_DONE,       nothing       },
    {"54",    ERR_ISOLATE, EXIT_CONFIG,     see_triggers  },
    {"55006", ERR_RETRY,   EXIT_DONE,       nothing       },
    {"55P03", ERR_RETRY,   EXIT_DONE,       nothing       },
    {"57014", ERR_RETRY,   EXIT_DONE,       nothing       },
    {"57P04", ERR_STOP,    EXIT_CONFIG,     see_database  },
    {"57P",   ERR_RENEW,   EXIT_DONE,       nothing       },
    {"58030", ERR_RETRY,   EXIT_DONE,       nothing       },
    {"P0",    ERR_ISOLATE, EXIT_CONFIG,     see_triggers  },
    {"",      ERR_STOP,    EXIT_CONFIG,     see_log       },
};

/* Texts are translated, but the names of the server's functions are not (PostgreSQL 13 to 18: pl_exec.c). */
#define RAISE "exec_stmt_raise"

/* An error that a trigger raises is about its row, whatever its SQLSTATE. */
static const struct pg_error_rule raised = {"", ERR_ISOLATE, EXIT_CONFIG, see_triggers};

/* A column of our tables that refuses NULL refuses it for every command. */
static const struct pg_error_rule unfilled = {"23502", ERR_STOP, EXIT_CONFIG, fill_column};

/*
 * Without a constraint's name 23514 means that no partition accepts the row: the table lacks something, and the row is
 * not at fault.
 */
static const struct pg_error_rule unpartitioned = {"23514", ERR_STOP, EXIT_CONFIG, see_partitions};

/* One SQLSTATE with several meanings; the function that reported it tells which (rls.c, varsup.c, multixact.c). */
static const struct {
    const char *function;
    struct pg_error_rule rule;
} by_function[] = {
    {"ExecWithCheckOptions", {"42501", ERR_ISOLATE, EXIT_CONFIG, see_policies}},
    {"check_enable_rls",     {"42501", ERR_STOP, EXIT_PERMISSION, switch_on}  },
    {"GetNewTransactionId",  {"54000", ERR_RETRY, EXIT_DONE, vacuum}          },
    {"GetNewMultiXactId",    {"54000", ERR_RETRY, EXIT_DONE, vacuum}          },
};

static bool comes_from(const struct pg_error *error, const char *function)
{
    return error->function != NULL && strcmp(error->function, function) == 0;
}

static bool is_unfilled(const struct pg_error *error)
{
    return strcmp(error->sqlstate, "23502") == 0 && error->table != NULL &&
           (strcmp(error->table, "study_sessions") == 0 || strcmp(error->table, "command_outcomes") == 0);
}

static bool is_unpartitioned(const struct pg_error *error)
{
    return strcmp(error->sqlstate, "23514") == 0 && error->constraint == NULL;
}

static const struct pg_error_rule *find_rule(const struct pg_error *error)
{
    const struct pg_error_rule *rule = rules;

    while (strncmp(error->sqlstate, rule->prefix, strlen(rule->prefix)) != 0)
        rule++;
    /* A trigger that raises such a code asks for another try. */
    if (comes_from(error, RAISE))
        return rule->class == ERR_RETRY ? rule : &raised;
    for (size_t i = 0; i < sizeof by_function / sizeof *by_function; i++)
        if (comes_from(error, by_function[i].function) && strcmp(error->sqlstate, by_function[i].rule.prefix) == 0)
            return &by_function[i].rule;
    if (is_unpartitioned(error))
        return &unpartitioned;
    return is_unfilled(error) ? &unfilled : rule;
}

/* Codes must be static storage, and there are about 250 SQLSTATEs: each one that occurs is kept once. */
static const char *keep_code(const char *sqlstate)
{
    static char codes[300][CODE_SIZE];
    char code[CODE_SIZE];
    size_t i;

    snprintf(code, sizeof code, "%s%.5s", E_PG, sqlstate);
    for (i = 0; i + 1 < sizeof codes / sizeof *codes && codes[i][0] != 0; i++)
        if (strcmp(codes[i], code) == 0)
            return codes[i];
    memcpy(codes[i], code, sizeof code);
    return codes[i];
}

/* 2200H names the exhausted sequence, and nothing of the row. */
static bool caused_by_data(const struct pg_error *error)
{
    const char *sqlstate = error->sqlstate;

    if (comes_from(error, RAISE))
        return true;
    if (strcmp(sqlstate, "2200H") == 0)
        return false;
    return strncmp(sqlstate, "22", 2) == 0 || strncmp(sqlstate, "23", 2) == 0 || strncmp(sqlstate, "44", 2) == 0 ||
           strncmp(sqlstate, "P0", 2) == 0;
}

static void append(char *text, size_t size, const char *what, const char *name)
{
    size_t len = strlen(text);

    if (name != NULL)
        snprintf(text + len, size - len, "%s%.64s", what, name);
}

/* Writes "table t, column c, constraint k: what it means", or the server's text where it cannot contain values. */
static void describe(const struct pg_error *error, char *text, size_t size)
{
    if (error->session || !caused_by_data(error)) {
        snprintf(text, size, "%.300s", error->message == NULL ? "no message" : error->message);
        return;
    }
    snprintf(text, size, "the database refuses a row");
    append(text, size, " of table ", error->table);
    append(text, size, ", column ", error->column);
    append(text, size, ", constraint ", error->constraint);
    append(text, size, ": ", comes_from(error, RAISE) ? "a trigger raised it" : pg_condition(error->sqlstate));
}

/* No row was sent, so there is none to look for, and advice about rows does not help. */
static void classify_session(const struct pg_error *error, const struct pg_error_rule *rule, const char *text,
                             struct err *err)
{
    bool of_rows = rule->class == ERR_ISOLATE || strncmp(error->sqlstate, "23", 2) == 0;
    const char *next = of_rows && rule->exit_code != EXIT_PERMISSION ? see_log : rule->next;

    err_set(err, of_rows ? ERR_STOP : rule->class, rule->exit_code, keep_code(error->sqlstate), "PostgreSQL: %s%s",
            text, next == see_names ? see_schema : next);
}

void pg_error_classify(const struct pg_error *error, struct err *err)
{
    char text[400];

    counters_postgres_error(error->sqlstate);
    if (error->sqlstate == NULL) {
        err_set(err, ERR_RENEW, EXIT_UNREACHABLE, E_PG_08006, "PostgreSQL: %.600s",
                error->message == NULL ? "connection lost" : error->message);
        memcpy(err->sqlstate, "08006", sizeof err->sqlstate);
        return;
    }
    if (guard_classify(error, err))
        return;
    describe(error, text, sizeof text);

    const struct pg_error_rule *rule = find_rule(error);
    if (error->session)
        classify_session(error, rule, text, err);
    else
        err_set(err, rule->class, rule->exit_code, keep_code(error->sqlstate), "PostgreSQL: %s%s", text, rule->next);
    snprintf(err->sqlstate, sizeof err->sqlstate, "%.5s", error->sqlstate);
}

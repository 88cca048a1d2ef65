#include "postgres/pg_error.h"

#include "postgres/guard.h"

#include <stdio.h>

#define CODE_PREFIX "E-PG-"
#define CODE_SIZE   (sizeof CODE_PREFIX + 5)

/* What the operator can do; nothing where waiting is all there is to do. */
static const char nothing[] = "";
static const char see_log[] = "\n  fix: see the server's log";
static const char see_values[] = "\n  fix: look for a check, domain or trigger that the command's values break";
static const char see_constraint[] = "\n  fix: look at the constraint";
static const char see_triggers[] = "\n  fix: look at the triggers of study_sessions and command_outcomes";
static const char see_policies[] = "\n  fix: look at the row security policies";
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
static const char no_pooler[] =
    "\n  fix: prepared statements need a session of their own: no pooler in transaction mode";

/* The first line whose prefix fits decides: whole SQLSTATEs stand before their class. */
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

/* Texts are translated, the names of the server's functions are not (PostgreSQL 15: pl_exec.c, execMain.c). */
#define RAISE  "exec_stmt_raise"
#define POLICY "ExecWithCheckOptions"

/* What a trigger raises is about its row, under whatever SQLSTATE. */
static const struct pg_error_rule raised = {"", ERR_ISOLATE, EXIT_CONFIG, see_triggers};

/* Row security, which answers like a missing grant (42501). */
static const struct pg_error_rule policy = {"", ERR_ISOLATE, EXIT_CONFIG, see_policies};

static bool comes_from(const struct pg_error *error, const char *function)
{
    return error->function != NULL && strcmp(error->function, function) == 0;
}

static const struct pg_error_rule *find_rule(const struct pg_error *error)
{
    const struct pg_error_rule *rule = rules;

    while (strncmp(error->sqlstate, rule->prefix, strlen(rule->prefix)) != 0)
        rule++;
    /* RAISE with a code of the first kind is how a trigger asks for another try. */
    if (comes_from(error, RAISE) && rule->class != ERR_RETRY)
        return &raised;
    if (comes_from(error, POLICY) && strcmp(error->sqlstate, "42501") == 0)
        return &policy;
    return rule;
}

/* Codes are static storage by contract, and there are about 250 SQLSTATEs: each one seen is kept once. */
static const char *keep_code(const char *sqlstate)
{
    static char codes[300][CODE_SIZE];
    char code[CODE_SIZE];
    size_t i;

    snprintf(code, sizeof code, CODE_PREFIX "%.5s", sqlstate);
    for (i = 0; i + 1 < sizeof codes / sizeof *codes && codes[i][0] != 0; i++)
        if (strcmp(codes[i], code) == 0)
            return codes[i];
    memcpy(codes[i], code, sizeof code);
    return codes[i];
}

/* 2200H names the exhausted sequence, nothing of the row. */
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

/* "table t, constraint c", or the server's text where it cannot hold values. */
static void describe(const struct pg_error *error, char *text, size_t size)
{
    if (!caused_by_data(error)) {
        snprintf(text, size, "%.300s", error->message == NULL ? "no message" : error->message);
        return;
    }
    snprintf(text, size, "the database refuses a row%s%.64s%s%.64s", error->table == NULL ? "" : " of table ",
             error->table == NULL ? "" : error->table, error->constraint == NULL ? "" : ", constraint ",
             error->constraint == NULL ? "" : error->constraint);
}

void pg_error_classify(const struct pg_error *error, struct err *err)
{
    char text[320];

    if (error->sqlstate == NULL) {
        err_set(err, ERR_RENEW, EXIT_UNREACHABLE, CODE_PREFIX "08006", "PostgreSQL: %.600s",
                error->message == NULL ? "connection lost" : error->message);
        return;
    }
    if (guard_classify(error, err))
        return;
    describe(error, text, sizeof text);

    /* Without a constraint's name 23514 says that no partition takes the row: a table's lack, not the row's fault. */
    if (strcmp(error->sqlstate, "23514") == 0 && error->constraint == NULL && !comes_from(error, RAISE)) {
        err_set(err, ERR_STOP, EXIT_CONFIG, keep_code(error->sqlstate),
                "PostgreSQL: %s: no partition takes it\n  fix: create the partition", text);
        return;
    }
    const struct pg_error_rule *rule = find_rule(error);
    err_set(err, rule->class, rule->exit_code, keep_code(error->sqlstate), "PostgreSQL: %s%s", text, rule->next);
}

const char *pg_error_sqlstate(const struct err *err)
{
    return err->code + strlen(CODE_PREFIX);
}

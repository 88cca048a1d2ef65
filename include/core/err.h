/**
 * An error is a value on the caller's stack: what to do about it, a stable code, an exit code, and a text for a person.
 *
 * A function that can fail returns bool (true: done) or `enum progress`, and fills `struct err` only when it failed.
 * The layer that knows the library classifies (one table per library); the layers above act on `class`, on
 * `reason` and on `sqlstate`, and never on codes or texts.
 */
#ifndef CORE_ERR_H
#define CORE_ERR_H

#include "core/bytes.h"

/** What the caller should do. Ordered by severity. */
enum err_class {
    ERR_NONE = 0,
    ERR_RETRY,       /* nothing happened or nothing is known; the same thing again after a pause */
    ERR_ABORT,       /* undo the transaction that is open, then the same thing again */
    ERR_RENEW,       /* the connection or client is of no more use: replace it, then the same thing again */
    ERR_ISOLATE,     /* one row of the batch may be the cause: find it */
    ERR_INTERRUPTED, /* a stop was asked for while waiting: what is in flight is left to the next start */
    ERR_RESTART, /* the group takes nothing from this consumer any more: close everything and open it anew, as a new process would */
    ERR_STOP, /* nobody but the operator can help: end the process with `exit_code` */
};

/** The exit codes of the program (BSD sysexits where one fits); users script against them. */
enum exit_code {
    EXIT_DONE = 0,
    EXIT_NO = 1,           /* the answer is no: a miss, a failed check */
    EXIT_REJECTED = 3,     /* the awaited command was rejected */
    EXIT_USAGE = 64,       /* EX_USAGE */
    EXIT_DATA = 65,        /* bad or lost input */
    EXIT_NOINPUT = 66,     /* no such file */
    EXIT_UNREACHABLE = 69, /* broker, database or registry out of reach */
    EXIT_INTERNAL = 70,    /* a bug of ours */
    EXIT_TIMEOUT = 75,     /* timed out, safe to start again */
    EXIT_FENCED = 76,      /* another process runs with our instance.id */
    EXIT_PERMISSION = 77,  /* password, role or privilege */
    EXIT_CONFIG = 78,      /* unknown or owned key, missing topic, table, schema or database, port in use */
};

/** What a decision rests on beside the class. The layer that knows the library says it. */
enum err_reason {
    REASON_NONE = 0,
    REASON_LOGIN,     /* the broker refuses user or password */
    REASON_NO_TOPIC,  /* a broker knows no such topic */
    REASON_FENCED,    /* our producer's epoch is gone: another process, or a time-out or late request of our own */
    REASON_TOO_LARGE, /* the record, not the moment, is the cause */
    REASON_REBALANCE, /* the group does not take this member's offsets */
    REASON_OVERDUE,   /* PostgreSQL did not answer a query in the time that we give it */
};

/* The codes, each a constant of the table's name: E_TOPIC_01 is "E-TOPIC-01". */
#define ERR_CODE(constant, code, exits, row, meaning) extern const char constant[];
#include "core/err_codes.def"
#undef ERR_CODE

struct err {
    enum err_class class;
    enum exit_code exit_code; /* meaningful with ERR_STOP and, for a command, with ERR_INTERRUPTED */
    const char *code;         /* stable and greppable, of core/err_codes.def; static storage; for people, never asked */
    enum err_reason reason;
    char sqlstate[6];  /* PostgreSQL's, "" for every other error */
    char message[768]; /* what, where, what next; may have several lines; never a payload, never a secret */
};

/** The three answers of a call with a finite timeout that may be called again to go on where it was. */
enum progress {
    DONE,
    PENDING, /* the timeout passed first; call again with the same arguments */
    FAILED,  /* `struct err` is filled */
};

/** Fills `err` and returns false, so that `return err_set(…)` reads as what it is. */
bool err_set(struct err *err, enum err_class class, enum exit_code exit_code, const char *code, const char *format, ...)
    PRINTF(5, 6);

/** ERR_INTERRUPTED: a stop was asked for while `doing`, e.g. "waiting for a broker"; returns false. */
bool err_interrupted(struct err *err, const char *doing);

static inline void err_clear(struct err *err)
{
    *err = (struct err){0};
}

/** True when a wait or a repair must end with this error: only the caller of the whole loop can act on it. */
static inline bool err_ends(const struct err *err)
{
    return err->class >= ERR_INTERRUPTED;
}

/** Puts "context: " before the message: each layer says where it was. Long messages are cut at the end. */
void err_prefix(struct err *err, const char *format, ...) PRINTF(2, 3);

#endif

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
    ERR_RETRY,       /* nothing happened, or it is not known whether: do the same again after a pause */
    ERR_ABORT,       /* undo the open transaction, then do the same again */
    ERR_RENEW,       /* the connection or client is unusable: replace it, then do the same again */
    ERR_ISOLATE,     /* one row of the batch may be the cause: find it */
    ERR_INTERRUPTED, /* a stop was requested during a wait: what is in flight is left to the next start */
    /*
     * The group accepts nothing from this consumer any more: close everything and open it anew, as a new process would
     */
    ERR_RESTART,
    ERR_STOP, /* only the operator can help: end the process with `exit_code` */
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
    EXIT_INTERNAL = 70,    /* a bug in this program */
    EXIT_TIMEOUT = 75,     /* timed out, safe to start again */
    EXIT_FENCED = 76,      /* another process runs with the same instance.id */
    EXIT_PERMISSION = 77,  /* password, role or privilege */
    /* A key that is unknown or not the user's to set, a missing topic, table, schema or database, port in use */
    EXIT_CONFIG = 78,
};

/** Facts that decisions rest on beside the class. The layer that knows the library sets them. */
enum err_reason {
    REASON_NONE = 0,
    REASON_LOGIN,    /* the broker refuses user or password */
    REASON_NO_TOPIC, /* a broker does not know the topic */
    /* The producer's epoch is no longer valid: because of another process, a time-out, or a late request of our own */
    REASON_FENCED,
    REASON_TOO_LARGE, /* the record itself is the cause, not the moment */
    REASON_REBALANCE, /* the group does not accept this member's offsets */
    REASON_OVERDUE,   /* PostgreSQL did not answer a query within its time limit */
};

/* The codes, each a constant of the table's name: E_TOPIC_01 is "E-TOPIC-01". */
#define ERR_CODE(constant, code, exits, row, meaning) extern const char constant[];
#include "core/err_codes.def"
#undef ERR_CODE

struct err {
    enum err_class class;
    enum exit_code exit_code; /* meaningful with ERR_STOP and, for a command, with ERR_INTERRUPTED */
    const char *code; /* stable and greppable, one of core/err_codes.def; static; for people: no code looks at it */
    enum err_reason reason;
    char sqlstate[6];  /* PostgreSQL's, "" for every other error */
    char message[768]; /* what, where, and how to fix it; may have several lines; never holds a payload or a secret */
};

/** What a call with a finite timeout may answer. After PENDING it can be called again and continues where it was. */
enum progress {
    DONE,
    PENDING, /* the timeout passed first: call again with the same arguments */
    FAILED,  /* `struct err` is filled */
};

/**
 * Fills `err` and returns false, so that `return err_set(…)` can end a function. The text is formatted and cut to the
 * message's size.
 */
bool err_set(struct err *err, enum err_class class, enum exit_code exit_code, const char *code, const char *format, ...)
    PRINTF(5, 6);

/**
 * Fills `err` with ERR_INTERRUPTED and returns false: a stop was requested while `doing`, e.g. "waiting for a broker".
 */
bool err_interrupted(struct err *err, const char *doing);

static inline void err_clear(struct err *err)
{
    *err = (struct err){0};
}

/** True when a wait or a repair must end with this error, because only the caller of the whole loop can act on it. */
static inline bool err_ends(const struct err *err)
{
    return err->class >= ERR_INTERRUPTED;
}

/**
 * Puts "context: " in front of the message, so that each layer can say where it was. A message that gets too long is
 * cut at its end.
 */
void err_prefix(struct err *err, const char *format, ...) PRINTF(2, 3);

#endif

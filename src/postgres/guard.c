#include "postgres/guard.h"

#include <stdio.h>

/* The server takes the text for data and quotes it. How it quotes depends on the language of its messages. */
#define MARK "sessiond/"

/* "groups/17" and the like. The text between the marks is our own: names of our tables, and numbers. */
struct words {
    char first[32];
    char second[32];
};

static struct words split(const char *text)
{
    struct words words = {0};

    (void)sscanf(text, "%31[a-z_0-9-]/%31[a-z_0-9-]", words.first, words.second);
    return words;
}

static void no_name(const struct words *words, struct err *err)
{
    err_set(err, ERR_STOP, EXIT_CONFIG, E_PG_NAME,
            "the row of %s with id %s has no name (NULL), and a session's event tells it\n"
            "  fix: UPDATE %s SET name = ... WHERE id = %s; better, ALTER TABLE %s ALTER COLUMN name SET NOT NULL",
            words->first, words->second, words->first, words->second, words->first);
}

static void no_room(const struct words *words, struct err *err)
{
    err_set(err, ERR_STOP, EXIT_CONFIG, E_PG_ROOM,
            "study_sessions.%s is of a type that cannot hold %s\n"
            "  fix: ALTER TABLE study_sessions ALTER COLUMN %s TYPE bigint",
            words->first, words->second, words->first);
}

static void row_security(const struct words *words, struct err *err)
{
    err_set(
        err, ERR_STOP, EXIT_PERMISSION, E_PG_ROW_SECURITY,
        "row security on %s may hide rows from the present role, and what is hidden would be decided as if it did not "
        "exist\n  fix: CREATE POLICY ... ON %s FOR SELECT TO ... USING (true), without a restrictive policy beside it, "
        "or give the role BYPASSRLS",
        words->first, words->first);
}

static void unread(const struct words *words, struct err *err)
{
    err_set(err, ERR_RENEW, EXIT_UNREACHABLE, E_PG_ROW_SECURITY, "row security has come into force on %s",
            words->first);
}

static void changed(const struct words *words, struct err *err)
{
    err_set(err, ERR_ISOLATE, EXIT_CONFIG, E_PG_09000,
            "PostgreSQL: a trigger %s the row of a session\n  fix: look at the triggers of study_sessions",
            words->first[0] == '-' ? "skips" : "changes");
    memcpy(err->sqlstate, "09000", sizeof err->sqlstate);
}

static const struct guard {
    const char *word; /* with the slash at its end */
    void (*fill)(const struct words *words, struct err *err);
} guards[] = {
    {"name/",         no_name     },
    {"room/",         no_room     },
    {"row-security/", row_security},
    {"unread/",       unread      },
    {"changed/",      changed     },
};

bool guard_classify(const struct pg_error *error, struct err *err)
{
    const char *mark = error->message == NULL ? NULL : strstr(error->message, MARK);

    if (mark == NULL || strcmp(error->sqlstate, "22P02") != 0)
        return false;
    mark += strlen(MARK);
    for (size_t i = 0; i < sizeof guards / sizeof *guards; i++) {
        size_t len = strlen(guards[i].word);
        if (strncmp(mark, guards[i].word, len) != 0)
            continue;
        struct words words = split(mark + len);
        guards[i].fill(&words, err);
        return true;
    }
    return false;
}

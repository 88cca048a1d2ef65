/**
 * Which host of a list a connection is tried with first.
 *
 * libpq goes on to the next host when one refuses. One that takes the connection and is silent (stopped, hung, behind a dead
 * tunnel) has connect_timeout, but libpq heeds that in its blocking calls only, and ours do not block. So after that
 * time the attempt is over, and the next attempt begins with the host after: whoever hangs does not hide the server that
 * has taken over. Once connected, the list is again as it was written.
 */
#ifndef POSTGRES_HOSTS_H
#define POSTGRES_HOSTS_H

#include "postgres/conninfo.h"

#include <stdint.h>

struct pg_conn; /* PGconn */

/** All zero at first. One thread. */
struct hosts {
    char *of;   /* the connection string whose hosts these are; owned, as the next three */
    char *host; /* lists as libpq has them, each turned; NULL: not given */
    char *hostaddr;
    char *port;
    int64_t limit_ms;  /* for each host; 0: there is only one, or the user wants no limit */
    const char *tried; /* libpq's name of the present one */
    int64_t since_ms;  /* when it began to be tried */
};

/** Puts the turned lists over those of the string, if they are its own. Borrows from `hosts` and `text`. */
void hosts_complete(const struct hosts *hosts, const char *text, struct conninfo *conninfo);

/** An attempt has begun. */
void hosts_begin(struct hosts *hosts, struct pg_conn *pg, int64_t now_ms);

/** Whether the host that is tried now has had its time, and there is another one. */
MUSTUSE bool hosts_overdue(struct hosts *hosts, struct pg_conn *pg, int64_t now_ms);

/** The next attempt with this string begins one host later than this one did. */
void hosts_turn(struct hosts *hosts, struct pg_conn *pg, const char *text);

/** As they were written. Frees what it owns. */
void hosts_forget(struct hosts *hosts);

#endif

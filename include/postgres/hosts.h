/**
 * Chooses the host of a list with which a connection is tried first.
 *
 * libpq moves on to the next host when one refuses. A host that accepts the connection and stays silent (stopped, hung,
 * behind a dead tunnel) should fall under connect_timeout, but libpq honours that only in its blocking calls, which are
 * not used here. So after that time the attempt ends, and the next attempt begins with the host after it: a host that
 * hangs does not hide the server that has taken over. Once connected, the list is again in its original order.
 */
#ifndef POSTGRES_HOSTS_H
#define POSTGRES_HOSTS_H

#include "postgres/conninfo.h"

#include <stdint.h>

struct pg_conn; /* PGconn */

/** All zero at first. One thread. */
struct hosts {
    char *of;   /* the connection string that the lists come from; owned, like the next three */
    char *host; /* lists as libpq has them, each rotated; NULL: not given */
    char *hostaddr;
    char *port;
    int64_t limit_ms;  /* for each host; 0: there is only one, or the user wants no limit */
    const char *tried; /* libpq's pointer to the present host's name */
    int64_t since_ms;  /* since when it is tried */
};

/** Puts the rotated lists in front of those of the string, if they come from it. Borrows from `hosts` and `text`. */
void hosts_complete(const struct hosts *hosts, const char *text, struct conninfo *conninfo);

/** An attempt has begun. */
void hosts_begin(struct hosts *hosts, struct pg_conn *pg, int64_t now_ms);

/** True when the present host has had its time and there is another one. */
MUSTUSE bool hosts_overdue(struct hosts *hosts, struct pg_conn *pg, int64_t now_ms);

/** Makes the next attempt with this string begin one host later than this one did. */
void hosts_turn(struct hosts *hosts, struct pg_conn *pg, const char *text);

/** Restores the original order, and frees everything owned. */
void hosts_forget(struct hosts *hosts);

#endif

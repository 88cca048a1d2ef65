/**
 * What an answer is made of: a copy of everything at one moment, and the figures computed from it. So all parts of an
 * answer show the same moment, and no lock is held while it is written.
 */
#ifndef HTTP_VIEW_H
#define HTTP_VIEW_H

#include "core/history.h"
#include "core/snapshot.h"
#include "core/state.h"

#include <stdio.h>

/** What this process is: texts that do not change while it runs; borrowed. */
struct about {
    const char *version;
    const char *revision;
    const char *librdkafka;
    const char *libpq;
    const char *avro;
    const char *group;
    const char *instance;  /* "" with instance.id=auto */
    const char *topic;     /* commands.topic */
    const char *dlq_topic; /* "": none */
    const char *delivery;  /* events.delivery */
    const char *duplicates;
    int64_t batch_max;
};

struct view {
    const struct about *about;
    int64_t now_us;
    bool live; /* the loop has ticked within VIEW_LIVE_MS */
    int64_t silent_ms;
    struct snapshot snapshot;
    struct history history;
    struct counters counters;
    enum state state;
    char sentence[STATE_SENTENCE];

    int64_t p50_us, p99_us; /* from command to event, over the last minute; -1: there were no commands */
    int64_t oldest_ms;
    double drain_s; /* -1: never, at the present rates */
    int trend;      /* of the records behind, over the last minute: -1 falls, 0 stays, 1 grows */
};

/** Half of the watchdog's limit: a probe restarts the process a little before the watchdog would. */
#define VIEW_LIVE_MS 45000

/** Takes a new view, to be freed with free(). */
MUSTUSE struct view *view_take(const struct about *about);

/** "8.4 ms", "1.2 s", or "-" when it is negative. `text` needs VIEW_TEXT bytes. */
#define VIEW_TEXT 40
const char *view_duration(int64_t us, char text[static VIEW_TEXT]);

/** "up", "down" or "unknown"; static. */
const char *view_up(const struct dependency *dependency);

/**
 * Other facts about a dependency, for people, "" when there are none: "db1:5432, PostgreSQL 15.4, a commit waits for a
 * standby; reference checks per-row", "2 of 3 brokers up".
 */
#define VIEW_DETAIL 640
const char *view_detail(const struct snapshot *snapshot, enum dependency_name name, char text[static VIEW_DETAIL]);

/** "15.4", or "" while there is none. `text` needs VIEW_TEXT bytes. */
const char *view_version(const struct database_status *database, char text[static VIEW_TEXT]);

/** "per-row" or "per-batch": what is in force, or configured while the tables have not been looked at. */
const char *view_checks(const struct checks_status *checks);

/** How to show the state without colour: 0 good, 1 look at it, 2 act. */
int view_mood(enum state state);
const char *view_shape(enum state state);

/** The command to type next in this state; NULL when there is nothing to do. */
const char *view_next(enum state state);

/** Fills the indices of the listed partitions, worst first, at most `most`; returns how many. */
size_t view_worst_first(const struct snapshot *snapshot, size_t list[], size_t most);

#endif

/**
 * What the brokers say of our topics and of their own limits: for `sessiond check`, which judges it.
 *
 * A client of its own that knows no group. Nothing is made or changed. One thread.
 */
#ifndef KAFKA_TOOLS_SURVEY_H
#define KAFKA_TOOLS_SURVEY_H

#include "kafka/cleanup.h"

struct survey;

/** A setting that could not be read. */
#define SURVEY_UNREAD INT64_MIN

struct survey_topic {
    const char *name; /* borrowed from the configuration */
    const char *key;  /* that names it; static */
    struct err err;   /* why nothing is known of it: missing, or may not be seen; ERR_NONE: the rest is filled */
    int partitions;
    int replicas;      /* the fewest that a partition has */
    int least_in_sync; /* the fewest replicas in sync that a partition has, 0 where one has no leader */
    /* As SURVEY_UNREAD where they may not be read: */
    int64_t min_isr;
    int64_t max_message_bytes;
    int64_t retention_ms;    /* -1: for ever */
    int64_t retention_bytes; /* -1: any number */
    int64_t
        future_records; /* partitions that have records dated more than SURVEY_FUTURE_MS after this host's time; -1: not known */
};

#define SURVEY_FUTURE_MS 60000

/** Each SURVEY_UNREAD where it may not be read, or where the broker has no such setting. */
struct survey_broker {
    int brokers;   /* how many there are */
    char why[256]; /* why the settings are unread; "" they are not */
    int64_t transaction_max_ms;
    int64_t session_min_ms;
    int64_t session_max_ms;
    int64_t transaction_log_replicas;
    int64_t transaction_log_min_isr;
    int64_t offsets_replicas;
    int64_t offsets_retention_minutes;
};

/** Makes the client; waits for nothing. NULL with ERR_STOP/EXIT_CONFIG. Borrows the config. */
MUSTUSE struct survey *survey_open(const struct config *config, int timeout_ms, struct err *err);
void survey_close(struct survey *survey);

/**
 * Asks for all of it. False with ERR_STOP: nobody answers (69), the login is refused (77); ERR_INTERRUPTED. What one topic lacks is in
 * its `err`.
 */
MUSTUSE bool survey_read(struct survey *survey, struct err *err);

/** Of commands, events, dead letters and replies, each name once. */
size_t survey_count(const struct survey *survey);
const struct survey_topic *survey_topic(const struct survey *survey, size_t index);
const struct survey_broker *survey_broker(const struct survey *survey);

/** The policies of those of the four topics that can be seen, for cleanup_verdict and cleanup_unread. */
const struct cleanup *survey_cleanup(const struct survey *survey);

/** What the copies of one partition are worth. Pure. */
enum survey_copies {
    COPIES_GOOD,
    COPIES_UNKNOWN,  /* min.insync.replicas is unread */
    COPIES_ONE,      /* one replica */
    COPIES_NO_SLACK, /* one broker down stops all writes */
    COPIES_THIN,     /* several replicas, and one of them is enough for an acknowledgement */
    COPIES_TOO_FEW,  /* nothing can be written */
};
enum survey_copies survey_copies(int64_t replicas, int64_t min_isr);

#endif

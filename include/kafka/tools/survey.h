/**
 * Reads what the brokers say about our topics and their own limits. `sessiond check` judges it.
 *
 * It uses a client of its own, which has no group. It creates and changes nothing. Use it from one thread.
 */
#ifndef KAFKA_TOOLS_SURVEY_H
#define KAFKA_TOOLS_SURVEY_H

#include "kafka/cleanup.h"

struct survey;

/** A setting that could not be read. */
#define SURVEY_UNREAD INT64_MIN

struct survey_topic {
    const char *name; /* borrowed from the configuration */
    const char *key;  /* the key that names the topic; static */
    struct err
        err; /* why nothing is known of the topic: it is missing or may not be seen; ERR_NONE: the rest is filled */
    int partitions;
    int replicas;      /* the smallest number that a partition has */
    int least_in_sync; /* the smallest number in sync that a partition has; 0: a partition has no leader */
    /* Each of these is SURVEY_UNREAD if it may not be read: */
    int64_t min_isr;
    int64_t max_message_bytes;
    int64_t retention_ms;    /* -1: for ever */
    int64_t retention_bytes; /* -1: without a limit */
    int64_t
        future_records; /* partitions that have records dated more than SURVEY_FUTURE_MS after this host's time; -1: not known */
};

#define SURVEY_FUTURE_MS 60000

/** Each setting is SURVEY_UNREAD if it may not be read, or if the broker does not have it. */
struct survey_broker {
    int brokers;   /* how many there are */
    char why[256]; /* why the settings are unread; "": they were read */
    int64_t transaction_max_ms;
    int64_t session_min_ms;
    int64_t session_max_ms;
    int64_t transaction_log_replicas;
    int64_t transaction_log_min_isr;
    int64_t offsets_replicas;
    int64_t offsets_retention_minutes;
};

/** Creates the client and waits for nothing. Borrows the config. NULL with ERR_STOP and EXIT_CONFIG. */
MUSTUSE struct survey *survey_open(const struct config *config, int timeout_ms, struct err *err);
void survey_close(struct survey *survey);

/**
 * Reads everything. False with ERR_STOP: nobody answers (69) or the login is refused (77); or with ERR_INTERRUPTED. An error about one
 * topic is in the `err` of that topic.
 */
MUSTUSE bool survey_read(struct survey *survey, struct err *err);

/** The topics of commands, events, dead letters and replies, each name once. */
size_t survey_count(const struct survey *survey);
const struct survey_topic *survey_topic(const struct survey *survey, size_t index);
const struct survey_broker *survey_broker(const struct survey *survey);

/** The cleanup policies of our four topics, as far as they can be seen, for cleanup_verdict and cleanup_unread. */
const struct cleanup *survey_cleanup(const struct survey *survey);

/** Judges how safe the copies of one partition are. Pure. */
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

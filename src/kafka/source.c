#include "kafka/client.h"
#include "core/memory.h"
#include "kafka/kafka_error.h"
#include "kafka/replay.h"
#include "kafka/source_parts.h"
#include "runtime/clock.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdlib.h>

/* ---- Callbacks: run inside polls, on the loop's thread ----------------------------------------------------------- */

/* Only takes over and gives up partitions; it must not publish, decide or wait. */
static void on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t *partitions,
                         void *opaque)
{
    struct source *source = opaque;
    struct err err;

    if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        takeover_member(&source->takeover, rk);
        if (!assignment_offer(&source->assignment, rk, partitions, &err))
            log_err(LOG_WARNING, &err);
        return;
    }
    bool lost = rd_kafka_assignment_lost(rk);
    log_info("%d partitions revoked%s", partitions->cnt, lost ? ": the session is over" : "");
    membership_revoked(&source->membership, lost);
    if (lost && !source->config->instance_auto)
        takeover_ask(&source->takeover);
    if (source->takeover.asking)
        assignment_end_unanswered(&source->assignment);
    else
        assignment_end(&source->assignment, rk);
}

/* Errors of the client as a whole. Only those that the operator has to mend are kept; the others pass by themselves. */
static void on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
    struct source *source = opaque;
    struct err err;
    char fatal[256];
    char why[BROKERS_WHY_TEXT];

    if (code == RD_KAFKA_RESP_ERR__FATAL) {
        code = (int)rd_kafka_fatal_error(rk, fatal, sizeof fatal);
        (void)kafka_error_code(&err, KAFKA_CALL_CONSUME, code, fatal);
    } else {
        /*
         * Here the error is about a connection: _BAD_MSG means that the other side speaks another protocol, not that a
         * batch is damaged.
         */
        brokers_trouble(&source->brokers, code, reason);
        if (code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
            membership_down(&source->membership);
        bool advertised = brokers_why(&source->brokers, why);
        (void)kafka_error_classify(&err, KAFKA_CALL_ADMIN, code, KAFKA_FLAG_NONE, why, source->brokers.setting);
        if (advertised && err.class == ERR_RETRY)
            err.code = E_KAFKA_ADVERTISED;
    }
    source_doubt_topic(source, &err);
    sasl_reload_judge(&source->sasl_reload, &err);
    membership_judge(&source->membership, &err);
    if (err.class < ERR_RESTART)
        log_limited(&source->limit, clock_ms(), err.code, "%s", err.message);
}

/* ---- Life -------------------------------------------------------------------------------------------------------- */

static struct source *open_source(const struct config *config, struct replay *replay, struct err *err)
{
    rd_kafka_conf_t *conf = client_conf(config, CLIENT_CONSUMER, err);
    if (conf == NULL)
        return NULL;
    /* A range may end after the last record, at the marker of a transaction. */
    if (replay != NULL)
        client_set(conf, "enable.partition.eof", "true");

    struct source *source = memory_zeroed(1, sizeof *source);
    source->config = config;
    source->replay = replay;
    cleanup_init(&source->cleanup, config);
    rd_kafka_conf_set_opaque(conf, source);
    rd_kafka_conf_set_rebalance_cb(conf, on_rebalance);
    rd_kafka_conf_set_error_cb(conf, on_error);
    brokers_init(&source->brokers, config, CLIENT_CONSUMER);
    brokers_watch(&source->brokers, conf);
    sasl_reload_watch(&source->sasl_reload, conf, config, CLIENT_CONSUMER);
    read_ahead_init(&source->read_ahead, conf);
    membership_init(&source->membership, conf);
    source->rk = client_new(conf, CLIENT_CONSUMER, err);
    if (source->rk == NULL) {
        free(source);
        return NULL;
    }
    rd_kafka_poll_set_consumer(source->rk);
    source->messages = rd_kafka_queue_new(source->rk);
    return source;
}

struct source *source_open(const struct config *config, struct err *err)
{
    return open_source(config, NULL, err);
}

struct source *source_open_replay(const struct config *config, struct replay *replay, struct err *err)
{
    return open_source(config, replay, err);
}

bool source_join(struct source *source, struct err *err)
{
    if (source->replay != NULL) {
        source->beginning = true;
        return true;
    }
    rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new(1);

    rd_kafka_topic_partition_list_add(topics, source->config->commands_topic, RD_KAFKA_PARTITION_UA);
    rd_kafka_resp_err_t code = rd_kafka_subscribe(source->rk, topics);
    rd_kafka_topic_partition_list_destroy(topics);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR || kafka_error_code(err, KAFKA_CALL_CONSUME, code, "joining the group");
}

/*
 * librdkafka 2.0.2 refuses to close a consumer with a fatal error, and rd_kafka_destroy would then wait for its group
 * for ever. A consumer that may have been replaced would join once more in order to leave properly.
 */
static int destroy_flags(const struct source *source)
{
    char text[256];
    bool fatal = rd_kafka_fatal_error(source->rk, text, sizeof text) != RD_KAFKA_RESP_ERR_NO_ERROR;

    return fatal || takeover_possible(&source->takeover) ? RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE : 0;
}

void source_close(struct source *source)
{
    if (source == NULL)
        return;
    cleanup_close(&source->cleanup);
    offset_commit_forget(&source->commit);
    if (!takeover_possible(&source->takeover)) {
        rd_kafka_consumer_close(source->rk);
        assignment_end(&source->assignment, source->rk);
    }
    assignment_end_unanswered(&source->assignment);
    rd_kafka_queue_destroy(source->messages);
    int flags = destroy_flags(source);
    takeover_close(&source->takeover);
    rd_kafka_destroy_flags(source->rk, flags);
    free(source);
}

uint64_t source_epoch(const struct source *source)
{
    return source->assignment.epoch;
}

int64_t source_watch_ms(const struct source *source)
{
    return source->replay != NULL ? replay_watch(source->replay) : membership_watch_ms(&source->membership);
}

void source_refused(struct source *source, struct err *err)
{
    membership_refused(&source->membership, source->assignment.epoch, err);
}

void source_mark(const struct source *source, struct rd_kafka_topic_partition_list_s *list)
{
    if (source->replay != NULL)
        replay_mark_list(source->replay, list);
}

const struct rd_kafka_consumer_group_metadata_s *source_metadata(const struct source *source)
{
    return source->assignment.metadata;
}

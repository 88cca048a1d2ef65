#include "kafka/source.h"

#include "config/topics.h"
#include "core/status.h"
#include "kafka/assignment.h"
#include "kafka/brokers.h"
#include "kafka/cleanup.h"
#include "kafka/client.h"
#include "kafka/kafka_error.h"
#include "kafka/sasl_reload.h"
#include "kafka/membership.h"
#include "kafka/message_headers.h"
#include "kafka/offset_commit.h"
#include "kafka/patience.h"
#include "kafka/positions.h"
#include "kafka/read_ahead.h"
#include "kafka/replay.h"
#include "kafka/takeover.h"
#include "kafka/topic_metadata.h"
#include "runtime/clock.h"
#include "runtime/log.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdlib.h>

/* The longest try to reach an address that a broker advertises; the first one takes as long as the caller says, and they double. */
#define LEADERS_MAX_MS 1000

/* The first try to read the committed offsets (kafka/patience.h); while batches are in flight it must not hold them up. */
#define BEGIN_MS 200

/* A commands topic that is said to be missing: how often and how long it is asked for. */
#define LOOK_EVERY_MS 1000
#define LOOK_MS       250

#define ENDS_EVERY_MS 1000

/* How long source_kept asks at first. A transaction of ours that is still being ended takes some ms. */
#define KEPT_MS 100

struct source {
    const struct config *config;
    struct replay *replay; /* borrowed; NULL: a member of the group */
    bool beginning;        /* the replay has been asked for and has not begun yet */
    rd_kafka_t *rk;
    rd_kafka_queue_t *messages; /* of all partitions; apart from the group's events, which can be served alone */
    struct assignment assignment;
    struct brokers brokers;
    struct sasl_reload sasl_reload;
    struct read_ahead read_ahead;
    struct cleanup cleanup;
    int64_t settings_until_ms; /* 0: the topics' settings were not asked for yet */
    int leaders_ms;            /* the next try of reach_leaders */

    struct membership membership;
    struct takeover takeover;
    struct offset_commit commit;
    struct patience topics; /* each with one kind of question */
    struct patience settled;
    struct patience kept;
    bool in_question; /* a broker said that the commands topic is missing */
    int64_t looked_ms;
    int64_t ends_ms; /* when the ends that fetches have told were passed on */
    struct log_limit limit;
};

/* ---- Callbacks: run inside polls, on the loop's thread -------------------------------------------------------------- */

/* A broker may have said that the commands topic, or a partition of it, is missing: is it? */
static void doubt_topic(struct source *source, struct err *err)
{
    source->in_question = source->in_question || err->reason == REASON_NO_TOPIC;
    topic_doubt(source->config->commands_topic, err);
}

/* Does nothing but take over and give up partitions; it must not publish, decide or wait. */
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

/* What concerns the client as a whole. Only what nobody but the operator can mend is kept; the rest heals by itself. */
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
        /* Of a connection, not of records: _BAD_MSG is here somebody who speaks another protocol, no damaged batch. */
        brokers_trouble(&source->brokers, code, reason);
        if (code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN)
            membership_down(&source->membership);
        bool advertised = brokers_why(&source->brokers, why);
        (void)kafka_error_classify(&err, KAFKA_CALL_ADMIN, code, KAFKA_FLAG_NONE, why, source->brokers.setting);
        if (advertised && err.class == ERR_RETRY)
            err.code = E_KAFKA_ADVERTISED;
    }
    doubt_topic(source, &err);
    sasl_reload_judge(&source->sasl_reload, &err);
    membership_judge(&source->membership, &err);
    if (err.class < ERR_RESTART)
        log_limited(&source->limit, clock_ms(), err.code, "%s", err.message);
}

/* ---- Life --------------------------------------------------------------------------------------------------------- */

static struct source *open_source(const struct config *config, struct replay *replay, struct err *err)
{
    rd_kafka_conf_t *conf = client_conf(config, CLIENT_CONSUMER, err);
    if (conf == NULL)
        return NULL;
    /* A range may end behind the last record, at a transaction's marker. */
    if (replay != NULL)
        client_set(conf, "enable.partition.eof", "true");

    struct source *source = calloc(1, sizeof *source);
    if (source == NULL)
        abort();
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

/*
 * Waits, as for the topics themselves, but for half of startup.timeout.ms only: a broker that answers other questions and not this one
 * is no reason not to work.
 */
MUSTUSE static enum progress check_settings(struct source *source, int timeout_ms, struct err *err)
{
    if (source->settings_until_ms == 0)
        source->settings_until_ms = clock_ms() + source->config->startup_timeout_ms / 2;
    enum progress progress = cleanup_read(&source->cleanup, source->rk, patience_begin(&source->topics, timeout_ms));
    patience_end(&source->topics, progress != PENDING);
    if (progress == PENDING && !source_serve(source, 10, err))
        return FAILED;
    if (progress == PENDING && clock_ms() < source->settings_until_ms) {
        (void)err_set(err, ERR_RETRY, EXIT_UNREACHABLE, E_KAFKA_DOWN, "the topics' settings: %s\n  %s",
                      source->cleanup.why, source->brokers.setting);
        return PENDING;
    }
    return cleanup_judge(&source->cleanup, err) ? DONE : FAILED;
}

MUSTUSE static enum progress ask_topic(struct source *source, const char *name, int timeout_ms, struct err *err)
{
    enum progress progress = topic_metadata(source->rk, name, NULL, patience_begin(&source->topics, timeout_ms), err);

    patience_end(&source->topics, progress != PENDING);
    return progress;
}

/* As an error of which waiting is the cure, for whoever waits; and for the log, once in a while. */
MUSTUSE static enum progress nobody_answers(struct source *source, struct err *err)
{
    char why[BROKERS_WHY_TEXT];
    bool advertised = brokers_why(&source->brokers, why);

    (void)err_set(err, ERR_RETRY, EXIT_UNREACHABLE, advertised ? E_KAFKA_ADVERTISED : E_KAFKA_DOWN, "%s\n  %s", why,
                  source->brokers.setting);
    if (advertised)
        log_limited(&source->limit, clock_ms(), err->code, "%s", err->message);
    return PENDING;
}

/*
 * The address that we were given has answered. All further work goes by those that the brokers advertise, and of the calls that would
 * wait for one (init_transactions, joining the group) none says so.
 */
MUSTUSE static enum progress reach_leaders(struct source *source, int timeout_ms, struct err *err)
{
    if (advertised_answered(&source->brokers.advertised))
        return DONE;
    if (source->leaders_ms < timeout_ms)
        source->leaders_ms = timeout_ms;
    bool answered = topic_leaders_answer(source->rk, source->config->commands_topic, source->leaders_ms);
    source->leaders_ms = 2 * source->leaders_ms < LEADERS_MAX_MS ? 2 * source->leaders_ms : LEADERS_MAX_MS;
    if (answered || advertised_answered(&source->brokers.advertised))
        return DONE;
    return source_serve(source, 0, err) ? nobody_answers(source, err) : FAILED;
}

enum progress source_check_topics(struct source *source, int timeout_ms, struct err *err)
{
    const struct config *config = source->config;
    char setting[CONFIG_SETTING_TEXT];

    for (enum own_topic topic = 0; topic < OWN_TOPICS; topic++) {
        const char *name = topic_name(config, topic);
        enum progress progress = *name == 0 ? DONE : ask_topic(source, name, timeout_ms, err);
        if (progress == PENDING && !source_serve(source, 0, err))
            return FAILED;
        if (progress == PENDING)
            progress = nobody_answers(source, err);
        if (progress == FAILED) {
            config_setting(config, topic_key(topic), setting);
            err_prefix(err, "%s", setting);
        }
        if (progress != DONE)
            return progress;
    }
    enum progress progress = reach_leaders(source, timeout_ms, err);
    return progress == DONE ? check_settings(source, timeout_ms, err) : progress;
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
 * A consumer with a fatal error refuses to be closed in 2.0.2, and rd_kafka_destroy would then wait for its group for ever. One that
 * may have been replaced would join once more, to leave in order.
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

/* ---- Reading ------------------------------------------------------------------------------------------------------ */

/*
 * Of headers that nobody can read not even the size is known, and the message would keep them in memory: the batch keeps what else there
 * is, the key and the value.
 */
static void let_go_of_headers(struct batch *batch, struct batch_item *item)
{
    item->record.key = arena_copy(&batch->arena, item->record.key);
    item->record.value = arena_copy(&batch->arena, item->record.value);
    rd_kafka_message_destroy(item->message);
    item->message = NULL;
}

static bool is_wanted(struct source *source, const rd_kafka_message_t *message)
{
    return assignment_find(&source->assignment, message->partition) != NULL &&
           (source->replay == NULL || replay_wants(source->replay, source->rk, source->config->commands_topic,
                                                   message->partition, message->offset));
}

/* Appends a message, which the batch then borrows from. Rebalances are not served meanwhile: all are of the batch's epoch. */
static void take(struct source *source, struct batch *batch, rd_kafka_message_t *message)
{
    if (!is_wanted(source, message)) {
        rd_kafka_message_destroy(message);
        return;
    }
    struct batch_item *item = &batch->items[batch->count++];
    item->message = message;
    item->record = (struct record){
        .topic = source->config->commands_topic,
        .partition = message->partition,
        .offset = message->offset,
        .timestamp_ms = rd_kafka_message_timestamp(message, NULL),
        .key = {message->key,     message->key_len},
        .value = {message->payload, message->len    },
    };
    message_headers(message, &batch->arena, &item->record);
    if (item->record.headers_unreadable)
        let_go_of_headers(batch, item);
    batch->bytes += record_memory(&item->record);
    assignment_find(&source->assignment, item->record.partition)->handed = item->record.offset + 1;
}

/* A message that is an error means that records were skipped, or that the client as a whole has failed. */
static bool message_error(struct source *source, rd_kafka_message_t *message, struct err *err)
{
    char place[RECORD_PLACE_TEXT];
    char fatal[256];
    rd_kafka_resp_err_t code = message->err;
    const char *text = rd_kafka_message_errstr(message);

    if (code == RD_KAFKA_RESP_ERR__FATAL) {
        code = rd_kafka_fatal_error(source->rk, fatal, sizeof fatal);
        text = fatal;
    }
    if (message->offset < 0) /* of the group or the client, not of a record */
        snprintf(place, sizeof place, "group %s", source->config->group_id);
    else
        record_place(source->config->commands_topic, message->partition, message->offset, place);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return err_set(err, ERR_STOP, EXIT_INTERNAL, E_INTERNAL, "%s arrived among the group's events", place);
    /* Not lost: where the partition begins could not be asked, and librdkafka does not ask again. */
    if (code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET && message->offset < 0)
        return err_set(err, ERR_RESTART, EXIT_UNREACHABLE, E_KAFKA_OFFSETS, "%s[%" PRId32 "]: %s",
                       source->config->commands_topic, message->partition, text == NULL ? "" : text);
    (void)kafka_error_classify(err, KAFKA_CALL_CONSUME, (int)code, KAFKA_FLAG_NONE, text, place);
    if (source->replay != NULL)
        replay_judge(err, place);
    doubt_topic(source, err);
    if (err->class >= ERR_RESTART)
        return false;
    log_limited(&source->limit, clock_ms(), err->code, "%s", err->message);
    return true;
}

/* Only a replay is told of it. */
static bool is_end_of_partition(struct source *source, const rd_kafka_message_t *message)
{
    if (source->replay == NULL || message->err != RD_KAFKA_RESP_ERR__PARTITION_EOF)
        return false;
    replay_at(source->replay, source->rk, source->config->commands_topic, message->partition, message->offset);
    return true;
}

/* What is in the message's stead, or in the group's queue: an error, or nothing. Takes it over. */
static bool handle_error(struct source *source, rd_kafka_message_t *message, struct err *err)
{
    bool go_on = message == NULL || is_end_of_partition(source, message) || message_error(source, message, err);

    if (message != NULL)
        rd_kafka_message_destroy(message);
    if (!go_on)
        membership_judge(&source->membership, err);
    return !membership_over(&source->membership, source->rk, err);
}

/* librdkafka says that a topic is missing once; whether it stays away only asking tells. */
static bool look_for_topic(struct source *source, struct err *err)
{
    int64_t now_ms = clock_ms();

    if (!source->in_question || now_ms - source->looked_ms < LOOK_EVERY_MS)
        return true;
    source->looked_ms = now_ms;
    enum progress progress = ask_topic(source, source->config->commands_topic, LOOK_MS, err);
    source->in_question = progress != DONE;
    return progress != FAILED;
}

/* Who has lost its session joins the group again only when nobody else has its identity. */
static bool look_for_successor(struct source *source, struct err *err)
{
    const struct config *config = source->config;

    if (!source->takeover.asking)
        return true;
    enum progress progress = takeover_read(&source->takeover, source->rk, config->group_id, config->instance_id, err);
    if (progress == FAILED)
        membership_replaced(&source->membership, err);
    if (progress == DONE)
        assignment_end(&source->assignment, source->rk);
    return progress != FAILED;
}

/* What comes with every fetch, for whoever looks; asks nobody. */
static void tell_ends(struct source *source)
{
    const char *topic = source->config->commands_topic;
    int64_t now_ms = clock_ms();
    int64_t low, high;

    if (now_ms - source->ends_ms < ENDS_EVERY_MS)
        return;
    source->ends_ms = now_ms;
    for (size_t i = 0; i < source->assignment.count; i++) {
        int32_t partition = source->assignment.list[i].partition;
        if (rd_kafka_get_watermark_offsets(source->rk, topic, partition, &low, &high) == RD_KAFKA_RESP_ERR_NO_ERROR)
            status_end(partition, high);
    }
}

static bool serve_replay(struct source *source, struct err *err)
{
    const struct config *config = source->config;

    if (!source->beginning)
        return replay_look(source->replay, source->rk, config->commands_topic, err);
    enum progress progress =
        replay_begin(source->replay, &source->assignment, source->rk, source->messages, config, BEGIN_MS, err);
    source->beginning = progress == PENDING;
    return progress != FAILED;
}

bool source_serve(struct source *source, int timeout_ms, struct err *err)
{
    if (!handle_error(source, rd_kafka_consumer_poll(source->rk, timeout_ms), err) || !look_for_topic(source, err))
        return false;
    if (!look_for_successor(source, err))
        return false;
    sasl_reload_renew(&source->sasl_reload, source->rk);
    tell_ends(source);
    if (source->replay != NULL)
        return serve_replay(source, err);
    return assignment_begin(&source->assignment, source->rk, source->messages, BEGIN_MS, err) != FAILED;
}

/* What is queued, as far as it fits. */
static bool take_queued(struct source *source, struct batch *batch, size_t max_bytes, int timeout_ms, struct err *err)
{
    while (batch->epoch != 0 && batch->count < batch->capacity && batch->bytes < max_bytes) {
        rd_kafka_message_t *message = rd_kafka_consume_queue(source->messages, batch->count == 0 ? timeout_ms : 0);
        if (message == NULL)
            return !membership_over(&source->membership, source->rk, err);
        if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            take(source, batch, message);
        else if (!handle_error(source, message, err))
            return false;
    }
    return true;
}

static void wake_fetching(struct source *source)
{
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)source->assignment.count);

    for (size_t i = 0; i < source->assignment.count; i++)
        rd_kafka_topic_partition_list_add(list, source->config->commands_topic, source->assignment.list[i].partition);
    read_ahead_wake(source->rk, list);
    rd_kafka_topic_partition_list_destroy(list);
}

bool source_fill(struct source *source, struct batch *batch, size_t max_bytes, int timeout_ms, struct err *err)
{
    bool idle = source->assignment.epoch == 0;

    if (!source_serve(source, idle ? timeout_ms : 0, err))
        return false;
    batch->epoch = source->assignment.epoch;
    if (source->replay != NULL && !replay_may_read(source->replay))
        return true;
    read_ahead_before(&source->read_ahead, source->messages);
    if (!take_queued(source, batch, max_bytes, timeout_ms, err))
        return false;
    if (read_ahead_after(&source->read_ahead, source->messages, batch->count))
        wake_fetching(source);
    return true;
}

void source_truncate(struct source *source, struct batch *batch, size_t count)
{
    (void)source;
    for (size_t i = count; i < batch->count; i++) {
        if (batch->items[i].message != NULL)
            rd_kafka_message_destroy(batch->items[i].message);
        batch->items[i] = (struct batch_item){0};
    }
    batch->count = count;
}

void source_release(struct source *source, struct batch *batch)
{
    source_truncate(source, batch, 0);
    batch_reset(batch);
}

/* ---- Offsets ------------------------------------------------------------------------------------------------------ */

/* Past control and aborted records that follow what was read. */
static int64_t position_behind(const struct source *source, int32_t partition)
{
    return source->replay != NULL ? replay_position(source->replay, partition)
                                  : position_of(source->rk, source->config->commands_topic, partition);
}

void source_offsets(const struct source *source, const struct batch *batch, size_t count, struct offsets *offsets)
{
    offsets_clear(offsets);
    for (size_t i = 0; i < count; i++)
        offsets_raise(offsets, batch->items[i].record.partition, batch->items[i].record.offset + 1);

    for (size_t i = 0; i < offsets->count; i++) {
        struct offset *offset = &offsets->list[i];
        const struct owned_partition *owned = assignment_find(&source->assignment, offset->partition);
        if (owned != NULL && owned->handed == offset->next)
            offsets_raise(offsets, offset->partition, position_behind(source, offset->partition));
    }
}

void source_trailing(const struct source *source, struct offsets *offsets)
{
    offsets_clear(offsets);
    for (size_t i = 0; i < source->assignment.count; i++) {
        const struct owned_partition *owned = &source->assignment.list[i];
        if (owned->handed > owned->committed)
            continue;
        int64_t next = position_behind(source, owned->partition);
        if (next > owned->committed && next > 0)
            offsets_raise(offsets, owned->partition, next);
    }
    if (source->replay != NULL)
        replay_trailing(source->replay, offsets);
}

void source_committed(struct source *source, const struct offsets *offsets)
{
    membership_accepted(&source->membership);
    if (source->replay != NULL)
        replay_committed(source->replay, offsets);
    for (size_t i = 0; i < offsets->count; i++) {
        struct owned_partition *owned = assignment_find(&source->assignment, offsets->list[i].partition);
        if (owned == NULL)
            continue;
        owned->committed = offsets->list[i].next;
        status_committed(owned->partition, owned->committed, clock_utc_us());
    }
}

enum progress source_settled(struct source *source, const struct offsets *offsets, int timeout_ms, bool *moved,
                             struct err *err)
{
    const char *topic = source->config->commands_topic;
    int slice_ms = patience_begin(&source->settled, timeout_ms);
    enum progress progress = source->replay != NULL
                                 ? replay_settled(source->replay, source->rk, topic, offsets, slice_ms, moved, err)
                                 : positions_settled(source->rk, topic, offsets, slice_ms, moved, err);

    patience_end(&source->settled, progress != PENDING);
    return progress;
}

static bool lost_with_its_topic(const struct source *source, int32_t partition, int64_t committed, struct err *err)
{
    const char *topic = source->config->commands_topic;
    char place[320];

    snprintf(place, sizeof place, "%s[%" PRId32 "]: the group's offset %" PRId64 " is gone", topic, partition,
             committed);
    return kafka_error_classify(err, KAFKA_CALL_CONSUME, RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, KAFKA_FLAG_NONE,
                                "the topic was made anew", place);
}

static bool is_kept(const struct source *source, const rd_kafka_topic_partition_list_t *list, struct err *err)
{
    for (int i = 0; i < list->cnt; i++) {
        const struct owned_partition *owned = assignment_find(&source->assignment, list->elems[i].partition);
        if (owned != NULL && owned->committed >= 0 && list->elems[i].offset < 0)
            return lost_with_its_topic(source, owned->partition, owned->committed, err);
    }
    return source->replay == NULL || replay_is_ours(source->replay, list, err);
}

enum progress source_kept(struct source *source, const struct offsets *offsets, struct err *err)
{
    rd_kafka_topic_partition_list_t *list = positions_list(source->config->commands_topic, offsets);
    bool read = positions_committed(source->rk, list, patience_begin(&source->kept, KEPT_MS)) == 0;

    patience_end(&source->kept, read);
    bool kept = !read || is_kept(source, list, err);
    rd_kafka_topic_partition_list_destroy(list);
    if (!kept)
        return FAILED;
    return read || source->replay == NULL ? DONE : PENDING;
}

enum progress source_commit(struct source *source, const struct offsets *offsets, int timeout_ms, struct err *err)
{
    enum progress progress =
        offset_commit_run(&source->commit, source->rk, source->config->commands_topic, offsets, timeout_ms, err);

    if (progress == FAILED)
        source_refused(source, err);
    return progress;
}

/*
 * Every rule of the classifier that a broker can cause, by way of the source and the sink: tests/mock/errors.table.
 * Each row has brokers and a process of its own; several run at once, since most of the time they wait.
 */
#include "cluster.h"
#include "table.h"

#include "kafka/kafka_error.h"
#include "kafka/sink.h"
#include "runtime/clock.h"
#include "runtime/log.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TABLE    "tests/mock/errors.table"
#define ROWS_MAX 200
#define AT_ONCE  24
#define LIMIT_MS 120000
#define SLICE_MS 300

/* ---- The table --------------------------------------------------------------------------------------------------- */

static const char *const call_names[] = {"consume", "transaction", "delivery", "admin"};

#define CALLS (sizeof call_names / sizeof *call_names)

struct row {
    int line;
    unsigned calls;
    char error[64];
    rd_kafka_resp_err_t code;
    char asked[32]; /* "-": no broker causes it, `then` says why */
    char then[200];
    char verdict[64];
};

static struct row rows[ROWS_MAX];
static size_t row_count;

static unsigned calls_of(const struct table_row *line)
{
    unsigned calls = 0;

    for (size_t i = 0; i < CALLS; i++)
        if (strstr(line->cell[0], call_names[i]) != NULL || strcmp(line->cell[0], "any") == 0)
            calls |= 1u << i;
    ck_assert_msg(calls != 0, "%s:%d: no call", line->path, line->line);
    return calls;
}

static rd_kafka_resp_err_t code_of(const struct table_row *line)
{
    const struct rd_kafka_err_desc *list;
    size_t count;

    rd_kafka_get_err_descs(&list, &count);
    for (size_t i = 0; i < count; i++)
        if (list[i].name != NULL && strcmp(list[i].name, line->cell[1]) == 0)
            return list[i].code;
    ck_abort_msg("%s:%d: librdkafka has no error %s", line->path, line->line, line->cell[1]);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void add_row(const struct table_row *line)
{
    bool provoked = line->count > 2 && strcmp(line->cell[2], "-") != 0;

    ck_assert_msg(line->count == (provoked ? 5 : 4), "%s:%d: %d cells", line->path, line->line, line->count);
    ck_assert(row_count < ROWS_MAX);
    struct row *row = &rows[row_count++];
    *row = (struct row){.line = line->line, .calls = calls_of(line), .code = code_of(line)};
    snprintf(row->error, sizeof row->error, "%s", line->cell[1]);
    snprintf(row->asked, sizeof row->asked, "%s", line->cell[2]);
    snprintf(row->then, sizeof row->then, "%s", line->cell[3]);
    snprintf(row->verdict, sizeof row->verdict, "%s", provoked ? line->cell[4] : "");
}

static void read_table(void)
{
    table_each(TABLE, add_row);
}

static bool named(enum kafka_call call, rd_kafka_resp_err_t code)
{
    for (size_t i = 0; i < row_count; i++)
        if (rows[i].code == code && rows[i].calls & (1u << call))
            return true;
    return false;
}

START_TEST(every_rule_is_provoked_or_has_a_reason_why_not)
{
    const struct rd_kafka_err_desc *list;
    size_t count;
    int missing = 0;

    rd_kafka_get_err_descs(&list, &count);
    for (size_t i = 0; i < count; i++)
        for (int call = 0; call < (int)CALLS; call++) {
            bool ruled = kafka_error_is_ruled((enum kafka_call)call, (int)list[i].code);
            if (list[i].name == NULL || ruled == named((enum kafka_call)call, list[i].code))
                continue;
            printf("%s: %s %s %s\n", TABLE, call_names[call], list[i].name,
                   ruled ? "is ruled and not here" : "is here and no rule names it");
            missing++;
        }
    fflush(stdout);
    ck_assert_int_eq(missing, 0);
}
END_TEST

/* ---- One row: the run of the program that meets the error -------------------------------------------------------- */

struct trial {
    const struct row *row;
    const struct request *request;
    struct cluster cluster;
    struct source *source;
    struct sink *sink;
    struct batch batch;
    struct offsets offsets;
    struct delivery delivery;
    struct err err;
    FILE *log; /* what the process writes to standard error */
    bool sent_again;
};

typedef enum progress (*step)(struct trial *trial);

struct request {
    const char *name;
    int api; /* answered with the error; -1: `provoke` does something else */
    void (*provoke)(struct trial *trial);
    const step *steps; /* ends with NULL */
};

/* The line that names the error has the code of its verdict. */
static bool logged(const struct trial *trial)
{
    char line[4096], name[80];
    bool found = false;

    snprintf(name, sizeof name, "(%s)", trial->row->error);
    rewind(trial->log);
    while (!found && fgets(line, sizeof line, trial->log) != NULL)
        found = strstr(line, name) != NULL && strstr(line, trial->row->verdict) != NULL;
    return found;
}

static bool all_given(struct trial *trial)
{
    return trial->request->api < 0 || cluster_failures_left(&trial->cluster, (enum api)trial->request->api) == 0;
}

/* What was taken away comes back when it has been missed. */
static void give_back(struct trial *trial)
{
    if (trial->request->api >= 0 || !logged(trial))
        return;
    cluster_set_down(&trial->cluster, false);
    rd_kafka_mock_topic_set_error(trial->cluster.mock, trial->cluster.config.commands_topic,
                                  RD_KAFKA_RESP_ERR_NO_ERROR);
}

static enum progress run_steps(struct trial *trial)
{
    int64_t deadline_ms = clock_ms() + LIMIT_MS;

    for (const step *next = trial->request->steps; *next != NULL;) {
        enum progress progress = (*next)(trial);
        if (progress == FAILED || clock_ms() >= deadline_ms)
            return progress == DONE ? PENDING : progress;
        if (progress == DONE)
            next++;
        else if (trial->err.class != ERR_NONE)
            log_err(LOG_WARNING, &trial->err);
        err_clear(&trial->err);
        give_back(trial);
    }
    return DONE;
}

/* ---- Steps ------------------------------------------------------------------------------------------------------- */

static enum progress topics(struct trial *trial)
{
    return source_check_topics(trial->source, SLICE_MS, &trial->err);
}

static enum progress join(struct trial *trial)
{
    return source_join(trial->source, &trial->err) ? DONE : FAILED;
}

/* Until a record comes after the error. */
static enum progress read_on(struct trial *trial)
{
    source_release(trial->source, &trial->batch);
    bool before = all_given(trial);
    if (!source_fill(trial->source, &trial->batch, 1 << 20, SLICE_MS, &trial->err))
        return FAILED;
    if (before && trial->batch.count > 0)
        return DONE;
    if (before && !trial->sent_again && source_epoch(trial->source) != 0) {
        cluster_send(&trial->cluster, CLUSTER_PARTITIONS);
        trial->sent_again = true;
    }
    return PENDING;
}

static enum progress have_read(struct trial *trial)
{
    if (!source_fill(trial->source, &trial->batch, 1 << 20, SLICE_MS, &trial->err))
        return FAILED;
    return trial->batch.count > 0 ? DONE : PENDING;
}

static enum progress commit(struct trial *trial)
{
    source_offsets(trial->source, &trial->batch, trial->batch.count, &trial->offsets);
    return source_commit(trial->source, &trial->offsets, SLICE_MS, &trial->err);
}

static enum progress init(struct trial *trial)
{
    return sink_init(trial->sink, 5000, &trial->err);
}

static enum progress init_in_haste(struct trial *trial)
{
    return sink_init(trial->sink, SLICE_MS, &trial->err);
}

static enum progress begin(struct trial *trial)
{
    return sink_begin(trial->sink, &trial->err) ? DONE : FAILED;
}

static enum progress produce(struct trial *trial)
{
    struct outbound out = {
        .topic = trial->cluster.config.events_created_topic, .partition = -1, .value = bytes_of("an event")};

    return sink_produce(trial->sink, &out, &trial->delivery, &trial->err) ? DONE : FAILED;
}

static enum progress flush(struct trial *trial)
{
    return sink_flush(trial->sink, 1000, &trial->err);
}

static enum progress send_offsets(struct trial *trial)
{
    source_offsets(trial->source, &trial->batch, trial->batch.count, &trial->offsets);
    return sink_send_offsets(trial->sink, trial->source, &trial->offsets, 5000, &trial->err);
}

static enum progress end(struct trial *trial)
{
    return sink_commit(trial->sink, trial->source, &trial->offsets, 5000, &trial->err);
}

/* For what cannot be given back. */
static enum progress serve_until_logged(struct trial *trial)
{
    if (!source_serve(trial->source, SLICE_MS, &trial->err))
        return FAILED;
    return logged(trial) ? DONE : PENDING;
}

static enum progress init_until_logged(struct trial *trial)
{
    enum progress progress = sink_init(trial->sink, SLICE_MS, &trial->err);
    return logged(trial) ? DONE : progress;
}

static const step asking[] = {topics, NULL};
static const step reading[] = {join, read_on, NULL};
static const step committing[] = {join, have_read, commit, NULL};
static const step producing[] = {init, begin, produce, flush, end, NULL};
static const step starting[] = {init_in_haste, NULL};
static const step answering[] = {join, have_read, init, begin, produce, flush, send_offsets, end, NULL};
static const step reading_nowhere[] = {join, serve_until_logged, NULL};
static const step producing_nowhere[] = {init_until_logged, NULL};

/* ---- Provocations ------------------------------------------------------------------------------------------------ */

static void answer_with_it(struct trial *trial)
{
    cluster_fail(&trial->cluster, (enum api)trial->request->api, trial->row->code, 1);
}

/*
 * The first of them may be lost: from 2.12 on librdkafka gives up the broker of its bootstrap list once it knows the
 * others, with what that has been asked.
 */
static void answer_twice_with_it(struct trial *trial)
{
    cluster_fail(&trial->cluster, (enum api)trial->request->api, trial->row->code, 2);
}

/*
 * A topic without partitions, as brokers answer: with some a mock broker would list them, and librdkafka 2.8 crashes by
 * that.
 */
static void take_the_topic(struct trial *trial)
{
    free(trial->cluster.config.commands_topic);
    trial->cluster.config.commands_topic = strdup("taken");
    rd_kafka_mock_topic_create(trial->cluster.mock, "taken", 0, 1);
    rd_kafka_mock_topic_set_error(trial->cluster.mock, trial->cluster.config.commands_topic, trial->row->code);
}

static void take_the_brokers(struct trial *trial)
{
    cluster_set_down(&trial->cluster, true);
}

static void be_without_transactions(struct trial *trial)
{
    rd_kafka_mock_set_apiversion(trial->cluster.mock, API_INIT_PRODUCER_ID, -1, -1);
}

static void name_no_host(struct trial *trial)
{
    free(trial->cluster.config.kafka[0].value);
    trial->cluster.config.kafka[0].value = strdup("nowhere.invalid:9092");
}

static void commit_without_transactions(struct trial *trial)
{
    trial->cluster.config.events_delivery = DELIVERY_AT_LEAST_ONCE;
    answer_with_it(trial);
}

static const struct request requests[] = {
    {"Metadata",           -1,                    take_the_topic,              asking           },
    {"FindCoordinator",    API_FIND_COORDINATOR,  answer_twice_with_it,        reading          },
    {"JoinGroup",          API_JOIN_GROUP,        answer_with_it,              reading          },
    {"SyncGroup",          API_SYNC_GROUP,        answer_with_it,              reading          },
    {"Heartbeat",          API_HEARTBEAT,         answer_with_it,              reading          },
    {"OffsetFetch",        API_OFFSET_FETCH,      answer_with_it,              reading          },
    {"Fetch",              API_FETCH,             answer_with_it,              reading          },
    {"ListOffsets",        API_LIST_OFFSETS,      answer_with_it,              reading          },
    {"OffsetCommit",       API_OFFSET_COMMIT,     commit_without_transactions, committing       },
    {"InitProducerId",     API_INIT_PRODUCER_ID,  answer_with_it,              producing        },
    {"AddPartitionsToTxn", API_ADD_PARTITIONS,    answer_with_it,              producing        },
    {"Produce",            API_PRODUCE,           answer_with_it,              producing        },
    {"EndTxn",             API_END_TXN,           answer_with_it,              producing        },
    {"AddOffsetsToTxn",    API_ADD_OFFSETS,       answer_with_it,              answering        },
    {"TxnOffsetCommit",    API_TXN_OFFSET_COMMIT, answer_with_it,              answering        },
    {"no broker",          -1,                    take_the_brokers,            reading          },
    {"no broker at start", -1,                    take_the_brokers,            starting         },
    {"no transactions",    -1,                    be_without_transactions,     producing        },
    {"no host",            -1,                    name_no_host,                reading_nowhere  },
    {"no host at start",   -1,                    name_no_host,                producing_nowhere},
};

static const struct request *request_of(const struct row *row)
{
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        if (strcmp(requests[i].name, row->asked) == 0)
            return &requests[i];
    return NULL;
}

/* ---- Outcomes ---------------------------------------------------------------------------------------------------- */

static void outcome_text(const struct trial *trial, enum progress progress, char text[static 128])
{
    static const char *const classes[] = {
        [ERR_NONE] = "none",       [ERR_RETRY] = "retry",     [ERR_ABORT] = "abort", [ERR_RENEW] = "renew",
        [ERR_ISOLATE] = "isolate", [ERR_RESTART] = "restart", [ERR_STOP] = "stop",
    };
    const struct err *err = &trial->err;

    if (progress == PENDING)
        snprintf(text, 128, "stuck");
    else if (progress == DONE && strcmp(trial->row->verdict, "-") != 0 && logged(trial))
        snprintf(text, 128, "retry | %s", trial->row->verdict);
    else if (progress == DONE)
        snprintf(text, 128, "heals | -");
    else if (err->class == ERR_STOP)
        snprintf(text, 128, "stop %d | %s", (int)err->exit_code, err->code);
    else
        snprintf(text, 128, "%s | %s", classes[err->class], err->code);
}

static bool as_expected(const struct row *row, const char *outcome)
{
    char expected[300];

    snprintf(expected, sizeof expected, "%s | %s", row->then, row->verdict);
    return strcmp(expected, outcome) == 0;
}

static enum progress open_and_run(struct trial *trial)
{
    cluster_open(&trial->cluster, 1);
    cluster_send(&trial->cluster, CLUSTER_PARTITIONS);
    trial->request->provoke(trial);
    batch_init(&trial->batch, 100);
    trial->source = source_open(&trial->cluster.config, &trial->err);
    trial->sink = sink_open(&trial->cluster.config, &trial->err);
    ck_assert(trial->source != NULL && trial->sink != NULL);
    return run_steps(trial);
}

static void close_trial(struct trial *trial)
{
    source_release(trial->source, &trial->batch);
    batch_free(&trial->batch);
    source_close(trial->source);
    sink_close(trial->sink);
    cluster_close(&trial->cluster);
}

/* In a process of its own, whose log is this file and gets the outcome as its last line. */
static void try_row(const struct row *row, FILE *log)
{
    struct trial trial = {.row = row, .request = request_of(row), .log = log};
    char outcome[128];

    ck_assert_msg(trial.request != NULL, "%s:%d: no such request: %s", TABLE, row->line, row->asked);
    fcntl(fileno(log), F_SETFL, O_APPEND); /* reading it does not move where others write */
    dup2(fileno(log), STDERR_FILENO);
    log_setup(LOG_JSON, LOG_INFO);
    enum progress progress = open_and_run(&trial);
    outcome_text(&trial, progress, outcome);
    bool good = as_expected(row, outcome);
    close_trial(&trial);
    dprintf(STDERR_FILENO, "%s:%d: %s by %s: %s | %.*s\n", TABLE, row->line, row->error, row->asked, outcome,
            (int)strcspn(trial.err.message, "\n"), trial.err.message);
    exit(good ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* ---- All rows ---------------------------------------------------------------------------------------------------- */

static pid_t pids[ROWS_MAX];
static FILE *logs[ROWS_MAX];

/* The outcome, or the last words before it, and how the process ended. */
static void print_end(const struct row *row, FILE *log, int status)
{
    char line[4096], last[4096] = "nothing in its log\n";

    if (WIFSIGNALED(status))
        printf("%s:%d: %s by %s: killed by signal %d, after:\n", TABLE, row->line, row->error, row->asked,
               WTERMSIG(status));
    rewind(log);
    while (fgets(line, sizeof line, log) != NULL)
        memcpy(last, line, sizeof last);
    fputs(last, stdout);
    fflush(stdout);
}

static void start_row(size_t i)
{
    logs[i] = tmpfile();
    ck_assert_ptr_nonnull(logs[i]);
    fflush(stdout);
    pids[i] = fork();
    ck_assert_int_ge(pids[i], 0);
    if (pids[i] == 0)
        try_row(&rows[i], logs[i]);
}

/* Waits for any of them to end. */
static int end_row(void)
{
    int status;
    pid_t pid = wait(&status);

    for (size_t i = 0; i < row_count; i++) {
        if (pids[i] != pid)
            continue;
        bool good = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SUCCESS;
        if (!good)
            print_end(&rows[i], logs[i], status);
        fclose(logs[i]);
        return good ? 0 : 1;
    }
    return 1;
}

START_TEST(every_error_that_a_broker_causes_has_its_verdict_where_the_program_meets_it)
{
    int running = 0, bad = 0;

    for (size_t i = 0; i < row_count; i++) {
        if (strcmp(rows[i].asked, "-") == 0)
            continue;
        if (running++ >= AT_ONCE) {
            bad += end_row();
            running--;
        }
        start_row(i);
    }
    for (; running > 0; running--)
        bad += end_row();
    ck_assert_int_eq(bad, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("errors of mock brokers");
    TCase *tcase = tcase_create("errors");

    tcase_add_checked_fixture(tcase, read_table, NULL);
    tcase_set_timeout(tcase, 300);
    tcase_add_test(tcase, every_rule_is_provoked_or_has_a_reason_why_not);
    tcase_add_test(tcase, every_error_that_a_broker_causes_has_its_verdict_where_the_program_meets_it);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

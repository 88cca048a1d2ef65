/*
 * What the server's process pays for a command, by each way that a batch can go: CPU microseconds, in turns.
 *
 *   bench_store [ROUNDS [BATCH [BATCHES]]]    default 5 rounds of 20 batches of 5000 for each way
 *
 * On the server that libpq's environment names, on this machine: Linux tells each process's CPU time in nanoseconds. In
 * a schema of its own, with 1000 groups and 50 activities; 1 % of the commands name no group that exists, 0.5 % lack a
 * field, and ids are random.
 */
#include "postgres/migrate.h"
#include "postgres/store.h"
#include "runtime/clock.h"
#include "runtime/log.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>

#define ROUNDS_MAX 99

static const struct way {
    const char *name;
    size_t least;
    enum reference_checks_mode checks;
} ways[] = {
    {"statement",      SIZE_MAX, REFERENCE_CHECKS_PER_ROW  },
    {"bulk per-row",   1,        REFERENCE_CHECKS_PER_ROW  },
    {"bulk per-batch", 1,        REFERENCE_CHECKS_PER_BATCH},
};

#define WAYS (sizeof ways / sizeof *ways)

static char conninfo[] = "";
static char schema[] = "bench_store";
static struct config config = {.postgres_conninfo = conninfo, .postgres_schema = schema};
static PGconn *beside;
static struct batch batch;
static struct err err;
static uint64_t seed = 88172645463325252;

static void fail(const char *what)
{
    fprintf(stderr, "bench_store: %s\n", what);
    exit(EXIT_FAILURE);
}

static long long sql(const char *text)
{
    PGresult *result = PQexec(beside, text);
    long long value = 0;

    if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
        fail(PQerrorMessage(beside));
    if (PQntuples(result) > 0)
        value = atoll(PQgetvalue(result, 0, 0));
    PQclear(result);
    return value;
}

/* xorshift64: each run the same commands, none twice within it. */
static uint64_t next_random(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static void add_command(void)
{
    struct batch_item *item = &batch.items[batch.count];
    uint64_t id[2] = {next_random(), next_random()};
    uint64_t kind = id[0] % 1000;

    *item = (struct batch_item){0};
    memcpy(item->command_id.b, id, sizeof id);
    item->record = (struct record){.topic = "study-sessions.commands",
                                   .partition = (int32_t)(batch.count % 4),
                                   .offset = (int64_t)batch.count,
                                   .timestamp_ms = 1700000000000};
    item->command.group_id = (struct field_int){FIELD_VALUE, kind < 10 ? 5000 : 1 + (int64_t)(id[1] % 1000)};
    item->command.study_activity_id = (struct field_int){FIELD_VALUE, 1 + (int64_t)(id[1] / 1000 % 50)};
    if (kind >= 10 && kind < 15) {
        item->command.group_id = (struct field_int){0};
        item->violations = (struct violations){1, {{COMMAND_FIELD_GROUP_ID, ERRCODE_MISSING_FIELD}}};
    }
    batch.count++;
}

static struct store *open_store(const struct way *way)
{
    struct store *store;
    enum progress progress;

    config.postgres_reference_checks = way->checks;
    store = store_new(&config);
    store_set_bulk_least(store, way->least);
    do
        progress = store_connect(store, 1000, &err);
    while (progress == PENDING);
    if (progress != DONE)
        fail(err.message);
    return store;
}

static void decide(struct store *store, size_t commands)
{
    enum progress progress = FAILED;

    batch_reset(&batch);
    while (batch.count < commands)
        add_command();
    if (store_send(store, &batch, &err))
        do
            progress = store_receive(store, &batch, 1000, &err);
        while (progress == PENDING);
    if (progress != DONE)
        fail(err.message);
}

/* Nanoseconds on a processor so far. */
static long long cpu_of(long long pid)
{
    char path[64];
    long long ns;

    snprintf(path, sizeof path, "/proc/%lld/schedstat", pid);
    FILE *file = fopen(path, "r");
    if (file == NULL || fscanf(file, "%lld", &ns) != 1)
        fail("the server's process is not on this machine, or its kernel keeps no schedstat");
    fclose(file);
    return ns;
}

/* Microseconds of the server's process for one command; also how long it took. */
static double measure(const struct way *way, size_t commands, int batches, double *took)
{
    struct store *store = open_store(way);

    decide(store, commands);
    long long pid = sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'sessiond'");
    long long before = cpu_of(pid);
    int64_t began = clock_ms();
    for (int i = 0; i < batches; i++)
        decide(store, commands);
    double count = (double)commands * batches;
    *took = (double)(clock_ms() - began) * 1000 / count;
    double cpu = (double)(cpu_of(pid) - before) / 1000 / count;
    store_free(store);
    return cpu;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;

    return (a > b) - (a < b);
}

static void print(double cpu[WAYS][ROUNDS_MAX], double took[WAYS][ROUNDS_MAX], int rounds)
{
    double first = 0;

    printf("%-16s %8s %8s %8s %8s %10s\n", "way", "cpu us", "least", "most", "ratio", "elapsed us");
    for (size_t i = 0; i < WAYS; i++) {
        qsort(cpu[i], (size_t)rounds, sizeof **cpu, compare);
        qsort(took[i], (size_t)rounds, sizeof **took, compare);
        double median = cpu[i][rounds / 2];
        first = i == 0 ? median : first;
        printf("%-16s %8.2f %8.2f %8.2f %8.2f %10.2f\n", ways[i].name, median, cpu[i][0], cpu[i][rounds - 1],
               median / first, took[i][rounds / 2]);
    }
}

int main(int argc, char **argv)
{
    static double cpu[WAYS][ROUNDS_MAX];
    static double took[WAYS][ROUNDS_MAX];
    int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 5;
    size_t commands = argc > 2 ? (size_t)strtol(argv[2], NULL, 10) : 5000;
    int batches = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 20;
    bool created[MIGRATE_TABLES];

    if (rounds < 1 || rounds > ROUNDS_MAX || commands < 1 || batches < 1)
        fail("bench_store [ROUNDS [BATCH [BATCHES]]]");
    log_setup(LOG_TEXT, LOG_WARNING);
    beside = PQconnectdb("");
    (void)sql("DROP SCHEMA IF EXISTS bench_store CASCADE");
    if (!migrate_up(&config, created, &err))
        fail(err.message);
    (void)sql("INSERT INTO bench_store.groups (name) SELECT 'Group ' || n FROM generate_series(1, 1000) AS n");
    (void)sql(
        "INSERT INTO bench_store.study_activities (name) SELECT 'Activity ' || n FROM generate_series(1, 50) AS n");
    batch_init(&batch, commands);
    for (int round = 0; round < rounds; round++)
        for (size_t i = 0; i < WAYS; i++)
            cpu[i][round] = measure(&ways[i], commands, batches, &took[i][round]);
    print(cpu, took, rounds);
    (void)sql("DROP SCHEMA bench_store CASCADE");
    PQfinish(beside);
    batch_free(&batch);
    return EXIT_SUCCESS;
}

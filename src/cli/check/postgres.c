#include "cli/check/steps.h"

#include "postgres/inspect.h"
#include "runtime/clock.h"

#include <inttypes.h>

#define CLOCK_MS 1000      /* two clocks may differ by this: less than anybody notices, and more than NTP leaves */
#define IDS_LEFT 100000000 /* enough for years in most places, and for one night of a bulk load */

static void where_of(const struct check *check, char text[static CONFIG_SETTING_TEXT])
{
    config_setting(check->config, "postgres.schema", text);
}

static void take(void *opaque, const struct err *err)
{
    struct check *check = opaque;
    char where[CONFIG_SETTING_TEXT];

    where_of(check, where);
    check_add_err(check->findings, err->class == ERR_NONE ? CHECK_WARNING : CHECK_ERROR, err, where, CHECK_SEE_PAGE);
}

static void judge_clock(struct check *check, const struct inspection *inspection)
{
    int64_t ahead_ms = inspection->clock_ahead_ms;
    int64_t distance_ms = ahead_ms < 0 ? -ahead_ms : ahead_ms;

    if (distance_ms <= CLOCK_MS + inspection->clock_within_ms)
        return;
    check_add(check->findings, CHECK_CLOCK, "this host and PostgreSQL's",
              "set both clocks by NTP (chronyc tracking shows how far each is off)",
              "PostgreSQL's clock is %.3f s %s this host's: occurred_at and latencies are wrong by so much",
              (double)distance_ms / 1000, ahead_ms > 0 ? "ahead of" : "behind");
}

static void judge_sequence(struct check *check, const struct inspection *inspection)
{
    char where[CONFIG_SETTING_TEXT];

    where_of(check, where);
    if (inspection->ids_left >= 0 && inspection->ids_left < IDS_LEFT)
        check_add(
            check->findings, CHECK_SEQUENCE_END, where,
            "run ALTER TABLE study_sessions ALTER COLUMN id TYPE bigint, and ALTER SEQUENCE ... AS bigint NO MAXVALUE",
            "study_sessions.id has %" PRId64 " values left", inspection->ids_left);
    if (inspection->ids_behind > 0)
        check_add(check->findings, CHECK_SEQUENCE_BEHIND, where,
                  "run SELECT setval(pg_get_serial_sequence('study_sessions', 'id'), max(id)) FROM study_sessions",
                  "the sequence of study_sessions.id is %" PRId64
                  " behind the largest id: the worker stops at the first that is taken",
                  inspection->ids_behind);
}

/* Outcomes older than the oldest whole one have been pruned. The topic should no longer have their commands. */
static void judge_pruning(struct check *check, const struct inspection *inspection)
{
    int64_t kept_ms = check->facts.commands_kept_ms;
    int64_t whole_ms = clock_utc_us() / 1000 - inspection->oldest_ms;
    char where[CONFIG_SETTING_TEXT];

    if (!inspection->pruned || inspection->oldest_ms < 0 || kept_ms == SURVEY_UNREAD ||
        (kept_ms >= 0 && whole_ms >= kept_ms))
        return;
    config_setting(check->config, "commands.topic", where);
    check_add(
        check->findings, CHECK_PRUNED, where,
        "run prune --older-than with a span that is longer than the commands topic keeps its records (retention.ms)",
        "the ledger is pruned of what is older than %.3g d, and the commands topic keeps %s: after a rewind those "
        "are answered COMMAND_EXPIRED",
        (double)whole_ms / 86400000, kept_ms < 0 ? "everything" : "records for longer");
}

/* Says what the worker says when it finds that it cannot check per batch (postgres/reference_checks.h). */
static void judge_reference_checks(struct check *check, const struct inspection *inspection, const char *where)
{
    struct err err;

    if (check->config->postgres_reference_checks != REFERENCE_CHECKS_PER_BATCH || *inspection->checks_obstacle == 0)
        return;
    (void)err_set(&err, ERR_NONE, EXIT_DONE, E_PG_PER_ROW,
                  "parents are checked row by row, although postgres.reference.checks=per-batch, because %s",
                  inspection->checks_obstacle);
    check_add_err(check->findings, CHECK_WARNING, &err, where,
                  "nothing is wrong, only slower; deploy/README.md, Database, says what per-batch asks of the tables");
}

static void judge(struct check *check, const struct inspection *inspection)
{
    char where[CONFIG_SETTING_TEXT];

    where_of(check, where);
    if (*inspection->unsafe != 0)
        check_add(check->findings, CHECK_SYNC, "PostgreSQL's settings, or those of the role (ALTER ROLE ... RESET)",
                  "turn these settings on", "%s: a crash of the server may lose decisions whose events are published",
                  inspection->unsafe);
    if (*inspection->bulk_obstacle != 0)
        check_add(check->findings, CHECK_BULK, where, "nothing is wrong, only slower",
                  "large batches go the way that checks each row, because of this: %s", inspection->bulk_obstacle);
    judge_reference_checks(check, inspection, where);
    judge_clock(check, inspection);
    judge_sequence(check, inspection);
    judge_pruning(check, inspection);
}

bool check_postgres(struct check *check)
{
    struct inspection inspection;
    struct err err = {0};

    if (check_has(check->findings, E_PG_CONNINFO))
        return true;
    bool done = inspect(check->config, take, check, &inspection, &err);
    if (inspection.known)
        judge(check, &inspection);
    return done || check_failed(check, &err, "postgres.conninfo");
}

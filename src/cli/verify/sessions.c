/* By session: compares the claims with the rows of study_sessions. Both come in the order of the session's id. */
#include "cli/verify/decision.h"

#include <endian.h>
#include <inttypes.h>

/* PostgreSQL's times count from 2000-01-01, and are rounded away from there. */
#define EPOCH_US INT64_C(946684800000000)

struct sessions {
    struct verify *verify;
    struct ledger_scan *scan;
    struct session_row row; /* the next one */
    bool has_row;
    int64_t unit_us;   /* the unit to which study_sessions rounds its times */
    int64_t oldest_us; /* the oldest decision in the ledger */
    int64_t forgotten; /* pruned ids whose session nothing names */
};

static int64_t claimed_id(const struct claim *claim)
{
    uint64_t big;

    memcpy(&big, claim->session, sizeof big);
    return (int64_t)be64toh(big);
}

static struct ref session_ref(int64_t id)
{
    return (struct ref){.kind = REF_SESSION, .session_id = id};
}

static size_t claim_refs(const struct verify *verify, const struct claim *claim, struct ref refs[static 3])
{
    size_t count = 0;

    refs[count++] = session_ref(claimed_id(claim));
    if (claim->by_ledger)
        refs[count++] = verify_outcome_ref(&claim->command_id);
    if (claim->by_event)
        refs[count++] = verify_event_ref(verify, &claim->at);
    return count;
}

static bool read_row(struct sessions *all, struct err *err)
{
    enum progress progress = ledger_scan_session(all->scan, &all->row, err);

    all->has_row = progress == DONE;
    all->verify->counts.sessions += all->has_row;
    if (all->has_row)
        verify_progress("sessions", all->verify->counts.sessions);
    return progress != FAILED;
}

static int64_t rounded(const struct sessions *all, int64_t us)
{
    int64_t since = us - EPOCH_US;
    int64_t unit = all->unit_us;

    since = since >= 0 ? (since + unit / 2) / unit * unit : -((-since + unit / 2) / unit * unit);
    return since + EPOCH_US;
}

/* ---- Findings ---------------------------------------------------------------------------------------------------- */

static void find_lost(struct verify *verify, const struct claim *claim)
{
    struct ref refs[3];
    size_t count = claim_refs(verify, claim, refs);

    findings_add(verify->findings, 4, "SESSION_LOST", refs, count, "there is no row of session %" PRId64 ", which %s",
                 claimed_id(claim), claim->by_event ? "an event says was created" : "the ledger says was created");
}

static void find_altered(struct verify *verify, const struct claim *claim)
{
    struct ref refs[3];
    size_t count = claim_refs(verify, claim, refs);

    findings_add(verify->findings, 4, "SESSION_ALTERED", refs, count,
                 "the row of session %" PRId64 " has another group, activity or time than was %s", claimed_id(claim),
                 claim->by_event ? "published" : "decided");
}

static void find_shared(struct verify *verify, const struct claim *claim, const struct claim *other)
{
    struct ref refs[6];
    size_t count = claim_refs(verify, claim, refs);

    count += claim_refs(verify, other, refs + count);
    findings_add(verify->findings, 4, "SESSION_SHARED", refs, count, "session %" PRId64 " belongs to two command ids",
                 claimed_id(claim));
}

/* A table may be older than sessiond, and a pruned outcome no longer names its session. */
static void judge_unclaimed(struct sessions *all, const struct session_row *row)
{
    const struct ref ref = session_ref(row->id);

    if (row->created_us < all->oldest_us) {
        all->verify->counts.old_sessions++;
        return;
    }
    if (all->forgotten > 0) {
        all->forgotten--;
        all->verify->counts.old_sessions++;
        return;
    }
    findings_add(all->verify->findings, 4, "SESSION_OF_NOBODY", &ref, 1,
                 "session %" PRId64 " is in study_sessions, but no command has created it", row->id);
}

/* ---- Walking ----------------------------------------------------------------------------------------------------- */

static void judge_claim(struct sessions *all, const struct claim *claim)
{
    const struct session_row *row = &all->row;

    if (!all->has_row || row->id != claimed_id(claim))
        find_lost(all->verify, claim);
    else if (row->group_id != claim->group_id || row->activity_id != claim->activity_id ||
             row->created_us != rounded(all, claim->start_us))
        find_altered(all->verify, claim);
}

/* Passes the rows before the next claim, or all that are left. */
static bool pass_rows(struct sessions *all, const struct claim *next, struct err *err)
{
    while (all->has_row && (next == NULL || all->row.id < claimed_id(next))) {
        judge_unclaimed(all, &all->row);
        if (!read_row(all, err))
            return false;
    }
    return true;
}

static bool take_claims(struct sessions *all, struct err *err)
{
    const struct claim *next = external_sort_peek(all->verify->claims);
    struct claim first = *next;
    int64_t id = claimed_id(next);

    if (!pass_rows(all, next, err))
        return false;
    for (; next != NULL && claimed_id(next) == id; next = external_sort_peek(all->verify->claims)) {
        judge_claim(all, next);
        if (uuid_compare(&next->command_id, &first.command_id) != 0)
            find_shared(all->verify, &first, next);
        if (!external_sort_next(all->verify->claims, err))
            return false;
    }
    return !all->has_row || all->row.id != id || read_row(all, err);
}

bool verify_sessions(struct verify *verify, struct ledger_scan *scan, int64_t oldest_us, int64_t forgotten,
                     struct err *err)
{
    struct sessions all = {
        .verify = verify, .scan = scan, .unit_us = 1, .oldest_us = oldest_us, .forgotten = forgotten};

    for (int digits = ledger_scan_digits(scan); digits < 6; digits++)
        all.unit_us *= 10;
    /* Because times are rounded down, the row of the oldest decision may be older than it. */
    if (oldest_us != INT64_MAX)
        all.oldest_us = rounded(&all, oldest_us);
    if (!read_row(&all, err))
        return false;
    while (external_sort_peek(verify->claims) != NULL)
        if (!take_claims(&all, err))
            return false;
    return pass_rows(&all, NULL, err);
}

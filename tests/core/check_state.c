/*
 * The state's word and sentence: state.table for each state by itself, state_changes.table for what leads from one to
 * another.
 */
#include "core/state.h"
#include "core/status.h"

#include "table.h"

#define NOW_US (INT64_C(1795575600) * 1000000) /* 03:00:00Z of some day */
#define S_US   INT64_C(1000000)

static int64_t number(const char **text)
{
    char *end;
    long long value = strtoll(*text, &end, 10);

    *text = *end == 0 ? end : end + 1;
    return value;
}

static int64_t ago(const char **text)
{
    return NOW_US - number(text) * S_US;
}

/* Up to the next colon. */
static void word(const char **text, char *out, size_t size)
{
    size_t len = strcspn(*text, ":");

    snprintf(out, size, "%.*s", (int)len, *text);
    *text += (*text)[len] == 0 ? len : len + 1;
}

static bool value_of(const char *token, const char *name, const char **value)
{
    size_t len = strlen(name);

    *value = token + len + 1;
    return strncmp(token, name, len) == 0 && token[len] == '=';
}

static enum lag_verdict verdict_named(const char *name)
{
    for (enum lag_verdict verdict = 0; verdict < LAG_VERDICT_COUNT; verdict++)
        if (strcmp(lag_verdict_name(verdict), name) == 0)
            return verdict;
    ck_abort_msg("no verdict %s", name);
}

static void set_dependency(struct dependency *d, const char *value)
{
    char kind[16];

    d->used = true;
    word(&value, kind, sizeof kind);
    if (strcmp(kind, "slow") == 0) {
        d->waiting_us = ago(&value);
        return;
    }
    d->down = true;
    word(&value, d->code, sizeof d->code);
    d->since_us = ago(&value);
    d->tries = (int)number(&value);
    int64_t next = number(&value);
    d->next_us = next == 0 ? 0 : NOW_US + next * S_US;
}

static void set_lag(struct snapshot *s, const char *value)
{
    struct partition_status *p = &s->partitions[0];
    char name[16];

    word(&value, name, sizeof name);
    p->verdict = verdict_named(name);
    p->since_us = ago(&value);
    p->position = number(&value);
    p->stable = number(&value);
    p->end = number(&value);
    s->behind = partition_behind(p);
}

static bool set_number(struct snapshot *s, const char *token)
{
    const char *value;

    if (value_of(token, "flight", &value))
        s->in_flight = (uint64_t)number(&value);
    else if (value_of(token, "partitions", &value))
        s->partition_count = (size_t)number(&value);
    else if (value_of(token, "out", &value))
        s->out = strtod(value, NULL);
    else if (value_of(token, "in", &value))
        s->in = strtod(value, NULL);
    else if (value_of(token, "moved", &value))
        s->moved_us = strcmp(value, "never") == 0 ? 0 : ago(&value);
    else
        return false;
    return true;
}

static void set(struct snapshot *s, const char *token)
{
    const char *value;

    if (value_of(token, "life", &value))
        s->life = strcmp(value, "starting") == 0 ? LIFE_STARTING : LIFE_STOPPING;
    else if (value_of(token, "joined", &value))
        s->joined = false;
    else if (strcmp(token, "rebalancing") == 0)
        s->rebalancing = true;
    else if (value_of(token, "lag", &value))
        set_lag(s, value);
    else if (value_of(token, "braked", &value)) {
        s->breaker_open = true;
        s->breaker_run = number(&value);
        s->breaker_code = errcode_from_name(bytes_of(value));
    } else if (!set_number(s, token)) {
        for (enum dependency_name name = 0; name < DEPENDENCY_COUNT; name++)
            if (value_of(token, dependency_label(name), &value)) {
                set_dependency(&s->dependencies[name], value);
                return;
            }
        ck_abort_msg("no %s", token);
    }
}

static void check_state(const struct table_row *row)
{
    struct snapshot s = {
        .life = LIFE_RUNNING,
        .joined = true,
        .partition_count = 1,
        .partitions = {{.partition = 7, .position = 10, .stable = 10, .end = 10, .verdict = LAG_OK}},
        .moved_us = NOW_US - 60 * S_US,
    };
    char sentence[STATE_SENTENCE];
    char *rest = row->cell[0];
    char *token;

    while ((token = strsep(&rest, " ")) != NULL)
        if (*token != 0)
            set(&s, token);
    enum state state = state_of(&s, NOW_US, sentence);
    ck_assert_msg(strcmp(state_word(state), row->cell[1]) == 0 && strcmp(sentence, row->cell[2]) == 0, "%s:%d: %s: %s",
                  row->path, row->line, state_word(state), sentence);
}

START_TEST(each_state_has_its_word_and_its_sentence)
{
    table_each("tests/core/state.table", check_state);
}
END_TEST

/* ---- Changes ----------------------------------------------------------------------------------------------------- */

static int64_t now_us;

static void measured(enum lag_verdict verdict)
{
    status_measured(1, 10, 22, verdict, now_us);
}

static bool happens_to(const char *event, enum dependency_name name)
{
    const struct err err = {.code = "E-X", .message = "gone\n  fix: none"};
    size_t len = strlen(dependency_label(name));

    if (strncmp(event, dependency_label(name), len) != 0)
        return false;
    if (strcmp(event + len, "-down") == 0)
        status_down(name, &err, 1000, now_us);
    else if (strcmp(event + len, "-up") == 0)
        status_up(name, 5, now_us);
    else if (strcmp(event + len, "-probe-down") == 0)
        status_probed(name, &err, 0, now_us);
    else if (strcmp(event + len, "-probe-up") == 0)
        status_probed(name, NULL, 5, now_us);
    else
        status_calling(name, now_us);
    return true;
}

static void given(void)
{
    static uint64_t epoch;
    const struct partition_status list[] = {
        {.partition = 1, .position = 10, .end = -1},
        {.partition = 4, .position = 0,  .end = -1}
    };

    status_assigned(++epoch);
    status_partitions(list, 2);
}

static void happens(const char *event)
{
    for (enum dependency_name name = 0; name < DEPENDENCY_COUNT; name++)
        if (happens_to(event, name))
            return;
    if (*event == '+')
        now_us += strtoll(event + 1, NULL, 10) * S_US;
    else if (strcmp(event, "start") == 0)
        status_begin(now_us, true, 1000);
    else if (strcmp(event, "running") == 0)
        status_life(LIFE_RUNNING);
    else if (strcmp(event, "stopping") == 0)
        status_life(LIFE_STOPPING);
    else if (strcmp(event, "given") == 0)
        given();
    else if (strcmp(event, "spare") == 0)
        status_assigned(99);
    else if (strcmp(event, "taken") == 0)
        status_assigned(0);
    else if (strcmp(event, "read") == 0)
        status_in_flight(3, NULL, 0);
    else if (strcmp(event, "answered") == 0) {
        status_in_flight(0, NULL, 0);
        status_committed(1, 13, now_us);
        status_moved(now_us);
    } else if (strcmp(event, "braked") == 0)
        status_breaker(1000, true, ERRCODE_UNKNOWN_SCHEMA);
    else
        measured(verdict_named(event));
}

static void check_changes(const struct table_row *row)
{
    struct snapshot s;
    char sentence[STATE_SENTENCE];
    char *events = row->cell[0], *words = row->cell[1], *event;

    now_us = NOW_US;
    while ((event = strsep(&events, " ")) != NULL) {
        happens(event);
        status_copy(&s, NULL);
        const char *expected = strsep(&words, " ");
        const char *got = state_word(state_of(&s, now_us, sentence));
        ck_assert_msg(expected != NULL && strcmp(got, expected) == 0, "%s:%d: after %s: %s (%s)", row->path, row->line,
                      event, got, sentence);
    }
    ck_assert_msg(words == NULL, "%s:%d: more words than events", row->path, row->line);
}

START_TEST(what_happens_leads_from_state_to_state)
{
    table_each("tests/core/state_changes.table", check_changes);
}
END_TEST

START_TEST(each_word_is_promised_and_only_four_are_ready)
{
    static const char *const words[] = {
        "starting",      "working",          "idle",    "idle_no_partitions", "catching_up", "waiting_postgresql",
        "waiting_kafka", "waiting_registry", "blocked", "stopped_reading",    "stopping",
    };
    static const bool ready[] = {false, true, true, true, true, false, false, false, false, false, false};

    ck_assert_uint_eq(sizeof words / sizeof *words, STATE_COUNT);
    for (enum state state = 0; state < STATE_COUNT; state++) {
        ck_assert_str_eq(state_word(state), words[state]);
        ck_assert_int_eq(state_ready(state), ready[state]);
    }
}
END_TEST

/* ---- The age of what waits --------------------------------------------------------------------------------------- */

static int64_t oldest_ms(void)
{
    struct snapshot s;

    status_copy(&s, NULL);
    return snapshot_oldest_ms(&s, now_us);
}

static void waits(int32_t partition, int64_t since_us)
{
    const struct waiting_since waiting = {partition, since_us};

    status_in_flight(1, &waiting, 1);
}

START_TEST(the_oldest_command_waits_since_its_timestamp_once_it_was_read)
{
    now_us = NOW_US;
    status_begin(now_us, false, 0);
    given();
    ck_assert_int_eq(oldest_ms(), 0);
    status_measured(1, 12, 12, LAG_OK, now_us);
    now_us += 3 * S_US;
    ck_assert_int_eq(oldest_ms(), 3000); /* not read yet: since it was seen to wait */
    waits(1, now_us - 60 * S_US);
    ck_assert_int_eq(oldest_ms(), 60000);
    waits(4, now_us - 90 * S_US);
    ck_assert_int_eq(oldest_ms(), 90000);
    status_in_flight(0, NULL, 0);
    ck_assert_int_eq(oldest_ms(), 0);
}
END_TEST

START_TEST(an_age_is_never_negative_and_that_of_records_read_again_is_no_lateness)
{
    now_us = NOW_US;
    status_begin(now_us, false, 0);
    given();
    waits(1, now_us + 5 * S_US); /* a producer whose clock is ahead */
    ck_assert_int_eq(oldest_ms(), 0);
    status_reread(1, true);
    waits(1, now_us - 1000 * 86400 * S_US);
    ck_assert_int_eq(oldest_ms(), 0);
    status_measured(1, 12, 12, LAG_BEHIND, now_us);
    now_us += S_US;
    ck_assert_int_eq(oldest_ms(), 0);
}
END_TEST

START_TEST(what_was_known_of_a_partition_goes_with_it)
{
    struct snapshot s;

    now_us = NOW_US;
    status_begin(now_us, false, 0);
    given();
    status_measured(1, 12, 12, LAG_STALLED, now_us);
    status_measured(2, 99, 99, LAG_STALLED, now_us); /* not ours */
    status_copy(&s, NULL);
    ck_assert_int_eq(s.behind, 2);
    status_assigned(0);
    status_copy(&s, NULL);
    ck_assert_uint_eq(s.partition_count, 0);
    ck_assert_int_eq(s.behind, 0);
    given();
    status_copy(&s, NULL);
    ck_assert_uint_eq(s.partition_count, 2);
    ck_assert_int_eq(s.partitions[0].end, -1);
    ck_assert_int_eq(s.partitions[0].verdict, LAG_UNKNOWN);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("state");
    TCase *tcase = tcase_create("state");

    tcase_add_test(tcase, each_state_has_its_word_and_its_sentence);
    tcase_add_test(tcase, what_happens_leads_from_state_to_state);
    tcase_add_test(tcase, each_word_is_promised_and_only_four_are_ready);
    tcase_add_test(tcase, the_oldest_command_waits_since_its_timestamp_once_it_was_read);
    tcase_add_test(tcase, an_age_is_never_negative_and_that_of_records_read_again_is_no_lateness);
    tcase_add_test(tcase, what_was_known_of_a_partition_goes_with_it);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

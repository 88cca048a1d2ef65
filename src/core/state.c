#include "core/state.h"

#include "core/err.h"

#include <inttypes.h>
#include <stdio.h>

#define SECOND_US INT64_C(1000000)
#define DAY_US    (86400 * SECOND_US)

static const struct {
    const char *word;
    bool ready;
} rows[STATE_COUNT] = {
    [STATE_STARTING] = {"starting",           false},
    [STATE_WORKING] = {"working",            true },
    [STATE_IDLE] = {"idle",               true },
    [STATE_IDLE_NO_PARTITIONS] = {"idle_no_partitions", true },
    [STATE_CATCHING_UP] = {"catching_up",        true },
    [STATE_WAITING_POSTGRESQL] = {"waiting_postgresql", false},
    [STATE_WAITING_KAFKA] = {"waiting_kafka",      false},
    [STATE_WAITING_REGISTRY] = {"waiting_registry",   false},
    [STATE_BLOCKED] = {"blocked",            false},
    [STATE_STOPPED_READING] = {"stopped_reading",    false},
    [STATE_STOPPING] = {"stopping",           false},
};

const char *state_word(enum state state)
{
    return rows[state].word;
}

bool state_ready(enum state state)
{
    return rows[state].ready;
}

/* ---- Texts ------------------------------------------------------------------------------------------------------- */

void state_span(int64_t us, char text[static STATE_SPAN])
{
    static const struct {
        int64_t seconds; /* the unit is used from twice this time on */
        const char *name;
    } units[] = {
        {86400, "d"  },
        {3600,  "h"  },
        {60,    "min"},
        {1,     "s"  },
    };
    int64_t seconds = us <= 0 ? 0 : (us + SECOND_US / 2) / SECOND_US;
    size_t i = 0;

    while (i < 3 && seconds < 2 * units[i].seconds)
        i++;
    snprintf(text, STATE_SPAN, "%" PRId64 " %s", (seconds + units[i].seconds / 2) / units[i].seconds, units[i].name);
}

void state_since(int64_t since_us, int64_t now_us, char text[static STATE_SINCE])
{
    char span[STATE_SPAN];
    int64_t second = since_us / SECOND_US % 86400;

    if (now_us - since_us < DAY_US) {
        snprintf(text, STATE_SINCE, "since %02d:%02d:%02dZ", (int)(second / 3600), (int)(second / 60 % 60),
                 (int)(second % 60));
        return;
    }
    state_span(now_us - since_us, span);
    snprintf(text, STATE_SINCE, "for %s", span);
}

const char *state_number(int64_t number, char text[static STATE_NUMBER])
{
    char digits[STATE_NUMBER];
    int count = snprintf(digits, sizeof digits, "%" PRId64, number < 0 ? 0 : number);
    char *at = text;

    for (int i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            *at++ = ',';
        *at++ = digits[i];
    }
    *at = 0;
    return text;
}

/* ---- Rules, each: does it apply, and then what is said ----------------------------------------------------------- */

static bool stopping(const struct snapshot *s, int64_t now_us, enum state *state, char sentence[static STATE_SENTENCE])
{
    char count[STATE_NUMBER];

    (void)now_us;
    if (s->life != LIFE_STOPPING)
        return false;
    *state = STATE_STOPPING;
    snprintf(sentence, STATE_SENTENCE, "stopping, %s commands in flight", state_number((int64_t)s->in_flight, count));
    return true;
}

static bool stopped_reading(const struct snapshot *s, int64_t now_us, enum state *state,
                            char sentence[static STATE_SENTENCE])
{
    char count[STATE_NUMBER];

    (void)now_us;
    if (!s->breaker_open)
        return false;
    *state = STATE_STOPPED_READING;
    snprintf(sentence, STATE_SENTENCE,
             "stopped reading: %s records in a row could not be %s (%s); see the newest dead letters, mend the cause, "
             "and restart",
             state_number(s->breaker_run, count), s->breaker_code == ERRCODE_STORE_REFUSED ? "stored" : "read",
             errcode_name(s->breaker_code));
    return true;
}

/* A PostgreSQL error is well enough known by its SQLSTATE alone. */
static const char *short_code(const char *code)
{
    return strncmp(code, E_PG, strlen(E_PG)) == 0 ? code + strlen(E_PG) : code;
}

static void say_waiting(const struct dependency *d, enum dependency_name name, int64_t now_us,
                        char sentence[static STATE_SENTENCE])
{
    char since[STATE_SINCE], next[STATE_SPAN + 16] = "";

    state_since(d->since_us, now_us, since);
    if (d->tries > 0 && d->next_us > now_us)
        snprintf(next, sizeof next, ", next in %" PRId64 " s", (d->next_us - now_us + SECOND_US - 1) / SECOND_US);
    if (d->tries > 0)
        snprintf(sentence, STATE_SENTENCE, "waiting for %s %s (%s, try %d%s)", dependency_title(name), since,
                 short_code(d->code), d->tries, next);
    else
        snprintf(sentence, STATE_SENTENCE, "waiting for %s %s (%s)", dependency_title(name), since,
                 short_code(d->code));
}

static void say_slow(const struct dependency *d, enum dependency_name name, int64_t now_us,
                     char sentence[static STATE_SENTENCE])
{
    static const char *const next[DEPENDENCY_COUNT] = {
        [DEPENDENCY_POSTGRESQL] = ": look for locks in pg_stat_activity, or for a synchronous standby that is away",
        [DEPENDENCY_KAFKA] = ": look at the brokers' log and at quotas",
        [DEPENDENCY_REGISTRY] = "",
    };
    char since[STATE_SINCE];

    state_since(d->waiting_us, now_us, since);
    snprintf(sentence, STATE_SENTENCE, "waiting for an answer of %s %s%s", dependency_title(name), since, next[name]);
}

static bool waiting(const struct snapshot *s, int64_t now_us, enum state *state, char sentence[static STATE_SENTENCE])
{
    for (enum dependency_name name = 0; name < DEPENDENCY_COUNT; name++) {
        const struct dependency *d = &s->dependencies[name];
        bool slow = d->waiting_us != 0 && now_us - d->waiting_us >= STATE_SLOW_US;
        bool down = d->down && now_us - d->since_us >= STATE_GRACE_US;
        if (!d->used || (!down && !slow))
            continue;
        *state = STATE_WAITING_POSTGRESQL + (enum state)name;
        if (down)
            say_waiting(d, name, now_us, sentence);
        else
            say_slow(d, name, now_us, sentence);
        return true;
    }
    return false;
}

static bool starting(const struct snapshot *s, int64_t now_us, enum state *state, char sentence[static STATE_SENTENCE])
{
    (void)now_us;
    if (s->life == LIFE_RUNNING && s->joined)
        return false;
    *state = STATE_STARTING;
    snprintf(sentence, STATE_SENTENCE, "%s",
             s->life == LIFE_RUNNING ? "starting: joining the group" : "starting: connecting");
    return true;
}

static bool without_partitions(const struct snapshot *s, int64_t now_us, enum state *state,
                               char sentence[static STATE_SENTENCE])
{
    (void)now_us;
    if (s->partition_count > 0)
        return false;
    *state = STATE_IDLE_NO_PARTITIONS;
    snprintf(sentence, STATE_SENTENCE, "%s",
             s->rebalancing ? "idle, no partitions: the group is being rebalanced"
                            : "idle, no partitions: a spare member of the group");
    return true;
}

static bool blocked(const struct snapshot *s, int64_t now_us, enum state *state, char sentence[static STATE_SENTENCE])
{
    const struct partition_status *worst = snapshot_worst(s);
    char since[STATE_SINCE], count[STATE_NUMBER];

    if (worst == NULL || worst->verdict != LAG_BLOCKED)
        return false;
    *state = STATE_BLOCKED;
    state_since(worst->since_us, now_us, since);
    snprintf(sentence, STATE_SENTENCE,
             "blocked by an open transaction %s: %s records of partition %" PRId32 " wait behind offset %" PRId64
             "; find it with kafka-transactions.sh find-hanging, and end its producer",
             since, state_number(partition_held_back(worst), count), worst->partition, worst->stable);
    return true;
}

static bool behind(const struct snapshot *s, int64_t now_us, enum state *state, char sentence[static STATE_SENTENCE])
{
    const struct partition_status *worst = snapshot_worst(s);
    char span[STATE_SPAN], since[STATE_SINCE], count[STATE_NUMBER], in[STATE_NUMBER], out[STATE_NUMBER];
    double drain = lag_drain_seconds(s->behind, s->out, s->in);

    if (worst == NULL || worst->verdict < LAG_BEHIND)
        return false;
    *state = STATE_CATCHING_UP;
    state_number(s->behind, count);
    state_span((int64_t)(drain * 1e6), span);
    state_since(worst->since_us, now_us, since);
    if (worst->verdict == LAG_STALLED && s->out <= 0) /* else it only waits for its turn */
        snprintf(sentence, STATE_SENTENCE, "catching up, %s behind: partition %" PRId32 " has not moved %s", count,
                 worst->partition, since);
    else if (drain < 0)
        snprintf(sentence, STATE_SENTENCE,
                 "catching up, %s behind and not fewer: %s a second come, %s are answered; more processes in the "
                 "group help, up to one a partition",
                 count, state_number((int64_t)(s->in + 0.5), in), state_number((int64_t)(s->out + 0.5), out));
    else
        snprintf(sentence, STATE_SENTENCE, "catching up, about %s: %s behind", span, count);
    return true;
}

static bool working(const struct snapshot *s, int64_t now_us, enum state *state, char sentence[static STATE_SENTENCE])
{
    char since[STATE_SINCE];

    if (s->in_flight > 0 || (s->moved_us != 0 && now_us - s->moved_us < STATE_IDLE_US)) {
        *state = STATE_WORKING;
        snprintf(sentence, STATE_SENTENCE, "working");
        return true;
    }
    *state = STATE_IDLE;
    state_since(s->moved_us, now_us, since);
    snprintf(sentence, STATE_SENTENCE, "idle: no command has come %s", s->moved_us == 0 ? "since the start" : since);
    return true;
}

enum state state_of(const struct snapshot *snapshot, int64_t now_us, char sentence[static STATE_SENTENCE])
{
    static bool (*const rules[])(const struct snapshot *, int64_t, enum state *, char *) = {
        stopping, stopped_reading, waiting, starting, without_partitions, blocked, behind, working,
    };
    enum state state = STATE_STARTING;
    size_t i = 0;

    while (!rules[i](snapshot, now_us, &state, sentence))
        i++;
    return state;
}

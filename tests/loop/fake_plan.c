/*
 * Which fault comes with which call: planned by a test in words, or by chance in a simulation.
 */
#include "fakes.h"

#include <check.h>
#include <stdio.h>

#define PLANNED_MAX 32

static struct planned {
    enum call call;
    uint64_t from, to; /* in the count of that call */
    enum fault fault;
} planned[PLANNED_MAX];
static size_t planned_count;

static const char *const call_names[CALL_COUNT] = {
    [CALL_ANY] = "any",         [CALL_CONNECT] = "connect",   [CALL_SEND] = "send",       [CALL_ADVANCE] = "advance",
    [CALL_RECEIVE] = "receive", [CALL_REGISTRY] = "registry", [CALL_TOPICS] = "topics",   [CALL_FILL] = "fill",
    [CALL_SERVE] = "serve",     [CALL_SETTLED] = "settled",   [CALL_INIT] = "init",       [CALL_BEGIN] = "begin",
    [CALL_PRODUCE] = "produce", [CALL_FLUSH] = "flush",       [CALL_OFFSETS] = "offsets", [CALL_COMMIT] = "commit",
    [CALL_ABORT] = "abort",
};

static const char *const fault_names[FAULT_COUNT] = {
    [FAULT_NONE] = "none",
    [FAULT_PENDING] = "pending",
    [FAULT_PENDING_DONE] = "pending-done",
    [FAULT_RETRY] = "retry",
    [FAULT_RETRY_DONE] = "retry-done",
    [FAULT_ABORT] = "abort",
    [FAULT_ABORT_DONE] = "abort-done",
    [FAULT_FORGOTTEN] = "forgotten",
    [FAULT_RENEW] = "renew",
    [FAULT_RENEW_DONE] = "renew-done",
    [FAULT_RENEW_LATE] = "renew-late",
    [FAULT_STOP] = "stop",
    [FAULT_TAINT] = "taint",
    [FAULT_REBALANCE] = "rebalance",
    [FAULT_REVOKE] = "revoke",
    [FAULT_SIGNAL] = "signal",
    [FAULT_CRASH] = "crash",
};

/* What the headers of source, sink and store allow each call to answer. */
#define BIT(fault)  (1u << FAULT_##fault)
#define EVERYWHERE  (BIT(SIGNAL) | BIT(CRASH))
#define STOPPABLE   (EVERYWHERE | BIT(STOP))
#define TRANSACTION (STOPPABLE | BIT(RENEW))
#define ANSWERED    (TRANSACTION | BIT(ABORT) | BIT(TAINT))
static const unsigned possible[CALL_COUNT] = {
    [CALL_ANY] = ~0u,
    [CALL_CONNECT] = TRANSACTION | BIT(PENDING),
    [CALL_SEND] = TRANSACTION | BIT(RETRY) | BIT(RENEW_DONE),
    [CALL_ADVANCE] = TRANSACTION | BIT(PENDING) | BIT(RETRY) | BIT(RETRY_DONE) | BIT(RENEW_DONE),
    [CALL_RECEIVE] = TRANSACTION | BIT(PENDING) | BIT(RETRY) | BIT(RETRY_DONE) | BIT(RENEW_DONE),
    [CALL_TOPICS] = STOPPABLE | BIT(PENDING),
    [CALL_FILL] = TRANSACTION | BIT(REBALANCE) | BIT(REVOKE),
    [CALL_SERVE] = TRANSACTION | BIT(REBALANCE) | BIT(REVOKE),
    [CALL_SETTLED] = STOPPABLE | BIT(PENDING),
    [CALL_REGISTRY] = EVERYWHERE | BIT(PENDING),
    [CALL_INIT] = TRANSACTION | BIT(PENDING),
    [CALL_BEGIN] = TRANSACTION,
    [CALL_PRODUCE] = ANSWERED,
    [CALL_FLUSH] = ANSWERED | BIT(PENDING),
    [CALL_OFFSETS] = ANSWERED | BIT(PENDING) | BIT(PENDING_DONE),
    [CALL_COMMIT] = ANSWERED | BIT(PENDING) | BIT(PENDING_DONE) | BIT(RENEW_DONE) | BIT(RENEW_LATE) | BIT(ABORT_DONE),
    [CALL_ABORT] = (ANSWERED & ~BIT(ABORT)) | BIT(PENDING) | BIT(FORGOTTEN),
};

const char *call_name(enum call call)
{
    return call_names[call];
}

const char *fault_name(enum fault fault)
{
    return fault_names[fault];
}

bool fault_possible(enum call call, enum fault fault)
{
    return (possible[call] >> fault & 1u) != 0;
}

static int find(const char *name, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    ck_abort_msg("no such word in a plan: %s", name);
    return -1;
}

static uint64_t calls_so_far(enum call call)
{
    uint64_t sum = 0;

    if (call != CALL_ANY)
        return world.calls[call];
    for (int i = 0; i < CALL_COUNT; i++)
        sum += world.calls[i];
    return sum;
}

static void plan_one(const char *text)
{
    char call[16], fault[16];
    unsigned long from, to;

    ck_assert_msg(planned_count < PLANNED_MAX, "too many faults in one plan");
    if (sscanf(text, "%15s %lu-%lu %15s", call, &from, &to, fault) != 4) {
        ck_assert_msg(sscanf(text, "%15s %lu %15s", call, &from, fault) == 3, "not a fault: %s", text);
        to = from;
    }
    struct planned *one = &planned[planned_count++];
    one->call = (enum call)find(call, call_names, CALL_COUNT);
    one->fault = (enum fault)find(fault, fault_names, FAULT_COUNT);
    ck_assert_msg(fault_possible(one->call, one->fault), "%s cannot answer %s", call, fault);
    one->from = calls_so_far(one->call) + from;
    one->to = calls_so_far(one->call) + to;
}

void plan(const char *text)
{
    char copy[512];
    char *rest = copy;

    snprintf(copy, sizeof copy, "%s", text);
    while (rest != NULL) {
        char *comma = strstr(rest, ", ");
        if (comma != NULL)
            *comma = 0;
        plan_one(rest);
        rest = comma == NULL ? NULL : comma + 2;
    }
}

void plan_clear(void)
{
    planned_count = 0;
}

static enum fault by_chance(enum call call)
{
    if (world_random(1000) >= (uint64_t)world.chance(call))
        return FAULT_NONE;
    enum fault fault = (enum fault)(1 + world_random(FAULT_COUNT - 1));
    return fault_possible(call, fault) ? fault : FAULT_NONE;
}

enum fault plan_next(enum call call)
{
    uint64_t any = calls_so_far(CALL_ANY);

    for (size_t i = 0; i < planned_count; i++) {
        const struct planned *one = &planned[i];
        uint64_t count = one->call == CALL_ANY ? any : world.calls[call];
        if ((one->call == CALL_ANY || one->call == call) && count >= one->from && count <= one->to)
            return fault_possible(call, one->fault) ? one->fault : FAULT_NONE;
    }
    return world.chance == NULL ? FAULT_NONE : by_chance(call);
}

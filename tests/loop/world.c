/*
 * The world and the processes in it: how they start, take their turns, are killed and end.
 */
#include "fakes.h"

#include "runtime/log.h"
#include "runtime/stop.h"

#include <check.h>
#include <inttypes.h>
#include <stdlib.h>

/* Calls without end mean that the loop is stuck: no story of a test needs so many. */
#define CALLS_MAX 400000

#define ROUNDS_MAX 20000

struct world world;

static struct schemas *schemas; /* opened once, kept to the end of the program */
static const char *const no_names[] = {NULL};
static const char *const echo_headers[] = {"correlation-id", NULL};

static char *text(const char *constant)
{
    return (char *)(uintptr_t)constant;
}

/* As `configure` has them: JSON, the topics and the echoed header. */
static const struct event_settings event_settings = {
    .format = EVENTS_JSON,
    .created_topic = "created",
    .rejected_topic = "rejected",
    .source = "/sessiond/commands",
    .echo_headers = (char *const *)(uintptr_t)echo_headers,
    .envelope_max_bytes = 65536,
};

static void configure(struct config *config)
{
    *config = (struct config){
        .commands_topic = text("commands"),
        .events_created_topic = text("created"),
        .events_rejected_topic = text("rejected"),
        .dlq_topic = text("dlq"),
        .commands_max_bytes = 65536,
        .events_reply_topics = (char **)(uintptr_t)no_names,
        .group_id = text("sessiond"),
        .instance_id = text("one"),
        .transactional_id = text("sessiond/one"),
        .batch_max_messages = 1000,
        .batch_max_bytes = 4 << 20,
        .startup_timeout_ms = 60000,
        .shutdown_timeout_ms = 10000,
    };
}

void world_begin(uint64_t seed)
{
    struct err err;

    world =
        (struct world){.random = seed, .seed = seed, .now_ms = 1000000, .process_count = 1, .calls_left = CALLS_MAX};
    configure(&world.config);
    for (int p = 0; p < PARTITIONS; p++) {
        world.broker.committed[p] = -1;
        world.broker.owner[p] = NOBODY;
    }
    for (int i = 0; i < PROCESSES; i++)
        world.processes[i].index = i;
    if (schemas == NULL)
        schemas = schemas_open("", &err);
    ck_assert(schemas != NULL);
    log_setup(LOG_TEXT, getenv("LOOP_LOG") == NULL ? LOG_ERROR : LOG_DEBUG);
    srandom((unsigned)seed);
    plan_clear();
}

void world_end(void)
{
    for (int i = 0; i < PROCESSES; i++)
        process_kill(&world.processes[i]);
    broker_free();
    database_free();
}

/* SplitMix64. */
uint64_t world_random(uint64_t below)
{
    uint64_t z = world.random += 0x9e3779b97f4a7c15u;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) % below;
}

void world_violation(const char *what)
{
    if (world.violation == NULL)
        world.violation = what;
}

int trace_of(enum call call, int nth)
{
    for (size_t i = 0; i < world.traced; i++)
        if (world.trace[i] == call && --nth == 0)
            return (int)i;
    return -1;
}

/* ---- Processes --------------------------------------------------------------------------------------------------- */

static void process_start(struct process *p)
{
    if (p->end.class != ERR_RESTART) /* else it is the same process, which opens everything anew */
        p->answered = (struct answered){0};
    p->source = (struct source){.process = p->index};
    p->sink = (struct sink){.process = p->index};
    p->store = (struct store){.process = p->index};
    p->registry = (struct registry){.process = p->index};
    p->schema_cache = schema_cache_new();
    p->decode = (struct decode_options){
        .format = COMMANDS_AUTO, .max_bytes = 65536, .schemas = schemas, .schema_cache = p->schema_cache};
    p->encoder = event_encoder_new(&event_settings, schemas, NULL);
    p->worker = worker_new(&(struct worker_parts){
        .config = &world.config,
        .source = &p->source,
        .sink = &p->sink,
        .store = &p->store,
        .decode = &p->decode,
        .registry = &p->registry,
        .encoder = p->encoder,
        .answered = &p->answered,
    });
    p->up = true;
    p->started = false;
    world.stop = false;
}

/* Its memory is gone, what it had asked for is not. The group takes a static member for alive until it joins again. */
void process_kill(struct process *p)
{
    if (!p->up)
        return;
    store_disconnect(&p->store);
    worker_free(p->worker);
    if (p->source.borrowed != 0)
        world_violation("messages were not given back");
    event_encoder_free(p->encoder);
    schema_cache_free(p->schema_cache);
    free(p->registry.asked);
    p->registry.asked = NULL;
    free(p->sink.refused);
    p->sink.refused = NULL;
    p->up = false;
    p->running = false;
    world.broker.rejoined[p->index] = false;
    world.broker.member[p->index] = false;
}

/* As `sessiond run` does it. */
static bool turn(struct process *p)
{
    if (!p->started) {
        p->started = worker_start(p->worker, &p->end);
        return p->started;
    }
    if (!stop_requested())
        return worker_step(p->worker, &p->end);
    if (worker_drain(p->worker, &p->end))
        err_clear(&p->end);
    return false;
}

bool process_step(struct process *p)
{
    if (!p->up)
        process_start(p);
    if (setjmp(p->killed) != 0) {
        process_kill(p);
        return false;
    }
    p->running = true;
    bool good = turn(p);
    p->running = false;
    if (good)
        return true;
    p->ends++;
    process_kill(p);
    return false;
}

/*
 * Whoever was told that the consumer is over may ask it again and abort; all else would be taken for another one's
 * failure.
 */
static void forbid_going_on(const struct source *source, enum call call)
{
    if (source->over && call != CALL_FILL && call != CALL_SERVE && call != CALL_ABORT)
        world_violation("the loop went on although its consumer was over");
}

enum fault call_enter(int process, enum call call)
{
    forbid_going_on(&world.processes[process].source, call);
    ck_assert_msg(world.calls_left-- > 0, "seed %" PRIu64 ": the loop is stuck at %s", world.seed, call_name(call));
    if (world.meanwhile != NULL)
        world.meanwhile(process);
    world.now_ms++;
    broker_tick();
    world.calls[call]++;
    if (world.traced < sizeof world.trace)
        world.trace[world.traced++] = (uint8_t)call;

    enum fault fault = plan_next(call);
    if (fault == FAULT_CRASH)
        longjmp(world.processes[process].killed, 1);
    if (fault == FAULT_SIGNAL) {
        world.stop = true;
        world.stop_ms = world.now_ms;
    }
    return fault;
}

/* ---- Runs -------------------------------------------------------------------------------------------------------- */

bool all_answered(void)
{
    for (int p = 0; p < PARTITIONS; p++)
        if (world.broker.ends[p] > 0 && world.broker.committed[p] != (int64_t)world.broker.ends[p])
            return false;
    return true;
}

void run_steps(int count)
{
    while (count-- > 0)
        (void)process_step(&world.processes[0]);
}

static void run_round(void)
{
    for (int i = 0; i < world.process_count; i++)
        (void)process_step(&world.processes[i]);
}

/* What was read a second time shows after the end only. */
void run_to_the_end(void)
{
    for (int rounds = 0; rounds < ROUNDS_MAX; rounds++) {
        run_round();
        if (!all_answered())
            continue;
        for (int more = 0; more < 5; more++)
            run_round();
        if (all_answered())
            return;
    }
    ck_abort_msg("seed %" PRIu64 ": not all commands are answered; %s", world.seed,
                 world.violation == NULL ? "nothing else was seen" : world.violation);
}

/*
 * What it costs to decode one command, beside avro-c and jansson on the same bytes: nanoseconds and allocations.
 *
 *   bench_codec [ROUNDS]    the best of ROUNDS (default 7), each a million commands
 *
 * The bytes are those of the README's first command with an id, as JSON and in the Avro single-object encoding. Ours
 * does all that the worker does with a record: size, framing, schema, values and the UUID; avro-c and jansson read the
 * values only.
 */
#include "codec/decode.h"

#include "allocations.h"

#include <avro.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define COMMANDS 1000000

static const char json_text[] =
    "{\"command_id\": \"0b9f1c0e-6a52-4f0e-9d7a-1f2b3c4d5e6f\", \"group_id\": 1, \"study_activity_id\": 1}";

static const char avro_text[] =
    "\xC3\x01\x7b\xce\x6b\x9b\x83\x2a\xba\x4a" /* the fingerprint of create-study-session.v1 */
    "\x02\x48"
    "0b9f1c0e-6a52-4f0e-9d7a-1f2b3c4d5e6f"
    "\x02\x02";

static struct schemas *schemas;
static struct decode_options options = {.format = COMMANDS_AUTO, .max_bytes = 65536};
static struct arena arena;
static const struct record in_json = {
    .topic = "commands", .value = {(const uint8_t *)json_text, sizeof json_text - 1}
};
static const struct record in_avro = {
    .topic = "commands", .value = {(const uint8_t *)avro_text, sizeof avro_text - 1}
};
static avro_value_iface_t *class;
static avro_value_t generic;
static avro_reader_t reader;
static int64_t read_values; /* so that no reading is left out */

_Noreturn static void fail(const char *what)
{
    fprintf(stderr, "bench_codec: %s\n", what);
    exit(EXIT_FAILURE);
}

/* ---- The four ---- */

static void decode_one(const struct record *record)
{
    struct command command;
    const char *reason;

    if (decode(&options, record, &arena, &command, &reason) != ERRCODE_NONE)
        fail(reason);
    read_values += command.group_id.value;
}

static void ours_json(void)
{
    decode_one(&in_json);
}

static void ours_avro(void)
{
    decode_one(&in_avro);
}

static void by_jansson(void)
{
    json_t *json = json_loadb(json_text, sizeof json_text - 1, JSON_REJECT_DUPLICATES, NULL);

    read_values += json_integer_value(json_object_get(json, "group_id"));
    if (json_string_value(json_object_get(json, "command_id")) == NULL)
        fail("jansson reads no command");
    json_decref(json);
}

static void by_avro(void)
{
    avro_value_t field;
    int64_t number = 0;

    avro_reader_memory_set_source(reader, (const char *)in_avro.value.data + 10, (int64_t)in_avro.value.len - 10);
    if (avro_value_read(reader, &generic) != 0 || avro_value_get_by_name(&generic, "group_id", &field, NULL) != 0 ||
        avro_value_get_long(&field, &number) != 0)
        fail("avro-c reads no command");
    read_values += number;
}

/* ---- Measuring ---- */

struct figure {
    double ns;
    double allocations;
};

static double now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static struct figure measure(void (*one)(void), int rounds)
{
    struct figure best = {0, 0};

    one();
    for (int round = 0; round < rounds; round++) {
        size_t before = allocations;
        double start = now_ns();
        for (int i = 0; i < COMMANDS; i++)
            one();
        double ns = (now_ns() - start) / COMMANDS;
        best.allocations = (double)(allocations - before) / COMMANDS;
        best.ns = round == 0 || ns < best.ns ? ns : best.ns;
    }
    return best;
}

static void print(const char *what, struct figure figure, struct figure ours)
{
    printf("%-26s %7.1f ns %6.1f allocations %6.1f x\n", what, figure.ns, figure.allocations, figure.ns / ours.ns);
}

static void prepare(void)
{
    struct err err;

    schemas = schemas_open("", &err);
    if (schemas == NULL)
        fail(err.message);
    options.schemas = schemas;
    class = avro_generic_class_from_schema(schema_avro(schemas_builtin(schemas, "CreateStudySession")));
    reader = avro_reader_memory(NULL, 0);
    if (class == NULL || reader == NULL || avro_generic_value_new(class, &generic) != 0)
        fail("avro-c has no memory");
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 7;

    prepare();
    struct figure json = measure(ours_json, rounds), avro = measure(ours_avro, rounds);
    printf("one command of %zu bytes of JSON, %zu bytes of Avro; the best of %d times %d\n", in_json.value.len,
           in_avro.value.len, rounds, COMMANDS);
    print("JSON, sessiond", json, json);
    print("JSON, jansson", measure(by_jansson, rounds), json);
    print("Avro, sessiond", avro, avro);
    print("Avro, avro-c", measure(by_avro, rounds), avro);
    avro_value_decref(&generic);
    avro_value_iface_decref(class);
    avro_reader_free(reader);
    schemas_close(schemas);
    arena_free(&arena);
    return read_values > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

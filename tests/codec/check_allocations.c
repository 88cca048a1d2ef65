/*
 * Decoding a command asks for no memory, once the arena has had what the first one needed: tables of the other
 * programs.
 */
#include "codec/decode.h"

#include "allocations.h"
#include "command_case.h"

static struct schemas *schemas;
static struct arena arena;

static void setup(void)
{
    struct err err;

    schemas = schemas_open("tests/data/writers", &err);
    ck_assert_msg(schemas != NULL, "%s", err.message);
}

static void teardown(void)
{
    schemas_close(schemas);
    arena_free(&arena);
}

/* Twice: what the second time takes is what each command of a long run takes. */
static size_t allocations_of(struct bytes value, enum errcode *code)
{
    struct decode_options options = {.format = COMMANDS_AUTO, .max_bytes = 65536, .schemas = schemas};
    struct record record = {.topic = "commands", .value = value};
    struct command command;
    const char *reason;
    size_t before = 0;

    for (int round = 0; round < 2; round++) {
        before = allocations;
        *code = decode(&options, &record, &arena, &command, &reason);
        arena_reset(&arena);
    }
    return allocations - before;
}

static void check_decoded(const struct table_row *row, struct bytes value)
{
    enum errcode code;
    size_t count = allocations_of(value, &code);

    ck_assert_msg(code == ERRCODE_NONE, "%s:%d: not decoded", row->path, row->line);
    ck_assert_msg(count == 0, "%s:%d: %zu allocations", row->path, row->line, count);
    free((void *)value.data);
}

static void check_json(const struct table_row *row)
{
    check_decoded(row, case_bytes(row->cell[0]));
}

static void check_avro(const struct table_row *row)
{
    check_decoded(row, case_hex(row->cell[1]));
}

START_TEST(what_is_counted_is_seen)
{
    size_t before = allocations;
    void *volatile block = malloc(1);

    free(block);
    ck_assert_uint_eq(allocations, before + 1);
}
END_TEST

START_TEST(no_json_command_allocates)
{
    table_each("tests/codec/json_command.table", check_json);
}
END_TEST

START_TEST(no_avro_command_allocates)
{
    table_each("tests/data/avro_golden.table", check_avro);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("allocations");
    TCase *tcase = tcase_create("allocations");

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, what_is_counted_is_seen);
    tcase_add_test(tcase, no_json_command_allocates);
    tcase_add_test(tcase, no_avro_command_allocates);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

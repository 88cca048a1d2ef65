/* Trace context: tests/codec/trace_parent.table and trace_state.table. */
#include "codec/trace.h"

#include "command_case.h"

static const uint8_t span[TRACE_SPAN] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};

static void check_parent(const struct table_row *row)
{
    struct bytes parent = case_bytes(row->cell[0]);
    char text[TRACE_PARENT_TEXT + 1] = "-";

    if (trace_continue(parent, span, text))
        text[TRACE_PARENT_TEXT] = 0;
    ck_assert_msg(strcmp(text, row->cell[1]) == 0, "%s:%d: %s", row->path, row->line, text);
    free((void *)parent.data);
}

START_TEST(a_trace_goes_on_or_ends_as_the_table_says)
{
    table_each("tests/codec/trace_parent.table", check_parent);
}
END_TEST

static void check_state(const struct table_row *row)
{
    struct bytes state = case_bytes(row->cell[0]);

    ck_assert_msg(trace_state_valid(state) == (strcmp(row->cell[1], "yes") == 0), "%s:%d", row->path, row->line);
    free((void *)state.data);
}

START_TEST(the_state_of_a_trace_goes_on_as_the_table_says)
{
    table_each("tests/codec/trace_state.table", check_state);
}
END_TEST

START_TEST(keys_and_values_have_256_characters_at_most)
{
    char state[600] = "";

    memset(state, 'k', 256);
    state[256] = '=';
    memset(state + 257, 'v', 256);
    ck_assert(trace_state_valid(bytes_of(state)));
    state[513] = 'v';
    ck_assert(!trace_state_valid(bytes_of(state)));
    memset(state, 'k', 257);
    snprintf(state + 257, sizeof state - 257, "=v");
    ck_assert(!trace_state_valid(bytes_of(state)));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("trace");
    TCase *tcase = tcase_create("trace");

    tcase_add_test(tcase, a_trace_goes_on_or_ends_as_the_table_says);
    tcase_add_test(tcase, the_state_of_a_trace_goes_on_as_the_table_says);
    tcase_add_test(tcase, keys_and_values_have_256_characters_at_most);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

/* Dead-letter copies: what they say, and how they are cut (tests/data/dlq_cuts.table). */
#include "codec/dlq.h"

#include "item_case.h"
#include "table.h"

enum { CUT_KEY, CUT_VALUE, CUT_HEADERS, CUT_ROOM, CUT_KEY_LEFT, CUT_VALUE_LEFT, CUT_HEADERS_LEFT, CUT_TRUNCATED };

#define OWN_HEADERS     9
#define HEADER_OVERHEAD 10u

static const struct dlq_settings settings = {
    .topic = "study-sessions.commands.dlq",
    .commands_topic = "study-sessions.commands",
    .group_id = "sessiond",
};
static struct arena arena;

static void teardown(void)
{
    arena_free(&arena);
}

static struct batch_item refused_item(void)
{
    struct batch_item item = {
        .record = {.topic = "study-sessions.commands", .partition = 3, .offset = 1234, .timestamp_ms = 1795313585000},
        .outcome = {.kind = OUTCOME_REJECTED,
                   .code = ERRCODE_STORE_REFUSED,
                   .sqlstate = "23514",
                   .violations = {1, {{COMMAND_FIELD_NONE, ERRCODE_STORE_REFUSED}}}                                 },
    };

    ck_assert(uuid_parse(bytes_of("0b9f1c0e-6a52-4f0e-9d7a-1f2b3c4d5e6f"), &item.command_id));
    return item;
}

static struct outbound encode(const struct batch_item *item)
{
    struct outbound out = {0};

    dlq_encode(&settings, item, &arena, &out);
    ck_assert_int_eq(out.partition, -1);
    ck_assert_str_eq(out.topic, "study-sessions.commands.dlq");
    return out;
}

static void assert_bytes(struct bytes got, struct bytes wanted, const char *what)
{
    ck_assert_msg((got.data == NULL) == (wanted.data == NULL) && bytes_equal(got, wanted), "%s: %.*s, not %.*s", what,
                  (int)got.len, (const char *)got.data, (int)wanted.len, (const char *)wanted.data);
}

static void assert_header(const struct header *header, const char *name, struct bytes value)
{
    assert_bytes(header->name, bytes_of(name), name);
    assert_bytes(header->value, value, name);
}

#define COMMAND_ID "0b9f1c0e-6a52-4f0e-9d7a-1f2b3c4d5e6f"

/*
 * The copy's own headers, from `own` on: those of a first copy, but for where it stood and how often it was delivered.
 */
static void assert_errors_of(const struct header *own, const char *partition, const char *offset, const char *timestamp,
                             const char *count)
{
    assert_header(&own[0], "__dlq.errors.topic", bytes_of("study-sessions.commands"));
    assert_header(&own[1], "__dlq.errors.partition", bytes_of(partition));
    assert_header(&own[2], "__dlq.errors.offset", bytes_of(offset));
    assert_header(&own[3], "__dlq.errors.timestamp", bytes_of(timestamp));
    assert_header(&own[4], "__dlq.errors.group", bytes_of("sessiond"));
    assert_header(&own[5], "__dlq.errors.code", bytes_of("STORE_REFUSED"));
    assert_header(&own[6], "__dlq.errors.message", bytes_of("the database refuses this row (SQLSTATE 23514)"));
    assert_header(&own[7], "__dlq.errors.command.id", bytes_of(COMMAND_ID));
    assert_header(&own[8], "__dlq.errors.delivery.count", bytes_of(count));
}

static void assert_errors(const struct header *own)
{
    assert_errors_of(own, "3", "1234", "1795313585000", "1");
}

static size_t headers_size(const struct header *headers, size_t count)
{
    size_t size = 0;

    for (size_t i = 0; i < count; i++)
        size += headers[i].name.len + headers[i].value.len + HEADER_OVERHEAD;
    return size;
}

START_TEST(a_copy_is_the_raw_record_and_says_why_it_is_there)
{
    struct batch_item item = refused_item();

    case_headers(&item.record, "a=\\x00\\xff; a; b=; __dlq.errors.other=not ours", &arena);
    item.record.key = case_bytes("\\x00key", &arena);
    item.record.value = case_bytes("\\x00\\x01value", &arena);
    struct outbound out = encode(&item);
    assert_bytes(out.key, item.record.key, "key");
    assert_bytes(out.value, item.record.value, "value");
    ck_assert_uint_eq(out.header_count, 4 + OWN_HEADERS);
    for (size_t i = 0; i < 4; i++)
        assert_header(&out.headers[i], (const char *)item.record.headers[i].name.data, item.record.headers[i].value);
    assert_errors(out.headers + 4);
}
END_TEST

#define COORDINATES                                                                                                    \
    "__dlq.errors.topic=study-sessions.commands; __dlq.errors.partition=2; __dlq.errors.offset=77; "                   \
    "__dlq.errors.timestamp=-1; "
#define REDRIVEN                                                                                                       \
    "a=1; __dlq.errors.command.id=" COMMAND_ID "; " COORDINATES "__dlq.errors.group=another; b=2; "                    \
    "__dlq.errors.code=UNDECODABLE; __dlq.errors.message=why; __dlq.errors.delivery.count=2; "                         \
    "__dlq.errors.exception=not ours"

START_TEST(a_copy_of_what_was_sent_back_says_each_thing_once_and_where_it_stood_at_first)
{
    struct batch_item item = refused_item();

    case_headers(&item.record, REDRIVEN, &arena);
    struct outbound out = encode(&item);
    ck_assert_uint_eq(out.header_count, 3 + OWN_HEADERS);
    assert_header(&out.headers[0], "a", bytes_of("1"));
    assert_header(&out.headers[1], "b", bytes_of("2"));
    assert_header(&out.headers[2], "__dlq.errors.exception", bytes_of("not ours"));
    assert_errors_of(out.headers + 3, "2", "77", "-1", "2");
}
END_TEST

/* Whoever sent it: what does not lead to its first position is written anew, but never twice. */
START_TEST(coordinates_that_are_not_all_there_or_of_another_topic_are_written_anew)
{
    static const char id[] = "; __dlq.errors.command.id=" COMMAND_ID;
    static const char *const headers[] = {
        COORDINATES "x=1",
        COORDINATES "__dlq.errors.command.id=order-7",
        COORDINATES "__dlq.errors.command.id=00000000-0000-0000-0000-000000000000",
        COORDINATES "__dlq.errors.topic=others",
        COORDINATES "__dlq.errors.topic",
        COORDINATES "__dlq.errors.partition=-1",
        COORDINATES "__dlq.errors.partition=2147483648",
        COORDINATES "__dlq.errors.partition=two",
        COORDINATES "__dlq.errors.offset=",
        COORDINATES "__dlq.errors.offset=-1",
        COORDINATES "__dlq.errors.offset=9223372036854775808",
        COORDINATES "__dlq.errors.offset=+7",
        COORDINATES "__dlq.errors.timestamp=-2",
        COORDINATES "__dlq.errors.timestamp= 1",
        "__dlq.errors.topic=study-sessions.commands; __dlq.errors.partition=2; __dlq.errors.offset=77",
    };

    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct batch_item item = refused_item();
        char text[512];
        snprintf(text, sizeof text, "%s%s", headers[i], i < 3 ? "" : id);
        case_headers(&item.record, text, &arena);
        struct outbound out = encode(&item);
        ck_assert_msg(out.header_count == (i == 0) + OWN_HEADERS, "%s: %zu headers", text, out.header_count);
        assert_errors(out.headers + (i == 0));
    }
}
END_TEST

static void assert_count(const char *brought, const char *wanted)
{
    struct batch_item item = refused_item();
    char text[128];

    snprintf(text, sizeof text, "__dlq.errors.delivery.count%s", brought);
    case_headers(&item.record, text, &arena);
    struct outbound out = encode(&item);
    assert_errors_of(out.headers, "3", "1234", "1795313585000", wanted);
}

START_TEST(how_often_it_was_delivered_stays_as_it_comes)
{
    assert_count("=2", "2");
    assert_count("=2147483647", "2147483647");
    assert_count("=2147483648", "1");
    assert_count("=0", "1");
    assert_count("=-3", "1");
    assert_count("=03", "1");
    assert_count("=many", "1");
    assert_count("=", "1");
    assert_count("", "1");
}
END_TEST

START_TEST(what_was_cut_before_is_cut_still)
{
    struct batch_item item = refused_item();

    item.record.value = bytes_of("a value of twenty-six byte");
    case_headers(&item.record, REDRIVEN "; __dlq.errors.truncated=headers", &arena);
    struct outbound out = encode(&item);
    ck_assert_uint_eq(out.header_count, 3 + OWN_HEADERS + 1);
    assert_header(&out.headers[out.header_count - 1], "__dlq.errors.truncated", bytes_of("headers"));

    item.dlq_limit = headers_size(out.headers, out.header_count) + 20;
    out = encode(&item);
    assert_header(&out.headers[out.header_count - 1], "__dlq.errors.truncated", bytes_of("value,headers"));

    /* At a position of its own nothing was cut before. */
    item.dlq_limit = 0;
    case_headers(&item.record, "__dlq.errors.truncated=headers", &arena);
    out = encode(&item);
    ck_assert_uint_eq(out.header_count, OWN_HEADERS);
}
END_TEST

START_TEST(a_tombstone_without_key_and_headers_stays_one)
{
    struct batch_item item = refused_item();
    struct outbound out = encode(&item);

    ck_assert(out.key.data == NULL && out.value.data == NULL);
    ck_assert_uint_eq(out.header_count, OWN_HEADERS);
    assert_errors(out.headers);
}
END_TEST

START_TEST(headers_that_nobody_could_read_are_said_to_be_missing)
{
    struct batch_item item = refused_item();

    item.record.headers_unreadable = true;
    item.record.value = bytes_of("value");
    struct outbound out = encode(&item);
    assert_bytes(out.value, item.record.value, "value");
    ck_assert_uint_eq(out.header_count, OWN_HEADERS + 1);
    assert_header(&out.headers[OWN_HEADERS], "__dlq.errors.truncated", bytes_of("headers"));
}
END_TEST

/* What the headers of an uncut copy take in a record, with room for the one that says what was cut. */
static size_t own_size(void)
{
    struct batch_item item = refused_item();
    struct outbound out = encode(&item);

    return headers_size(out.headers, out.header_count) + strlen("__dlq.errors.truncated") +
           strlen("value,headers,key") + HEADER_OVERHEAD;
}

static size_t copy_size(const struct outbound *out)
{
    return out->key.len + out->value.len + headers_size(out->headers, out->header_count);
}

/* The cell up to a remark behind it. */
static char *first_word(char *text)
{
    text[strcspn(text, " ")] = 0;
    return text;
}

static void check_cut(const struct table_row *row)
{
    struct batch_item item = refused_item();
    struct record left = {0};

    case_headers(&item.record, row->cell[CUT_HEADERS], &arena);
    item.record.key = case_key(row->cell[CUT_KEY], &arena);
    item.record.value = case_key(row->cell[CUT_VALUE], &arena);
    item.dlq_limit = own_size() + strtoul(row->cell[CUT_ROOM], NULL, 10);
    case_headers(&left, row->cell[CUT_HEADERS_LEFT], &arena);

    struct outbound out = encode(&item);
    const char *truncated = first_word(row->cell[CUT_TRUNCATED]);
    bool cut = strcmp(truncated, "-") != 0;
    char where[64];
    snprintf(where, sizeof where, "line %d", row->line);
    assert_bytes(out.key, case_key(row->cell[CUT_KEY_LEFT], &arena), where);
    assert_bytes(out.value, case_key(row->cell[CUT_VALUE_LEFT], &arena), where);
    ck_assert_msg(out.header_count == left.header_count + OWN_HEADERS + cut, "%s: %zu headers", where,
                  out.header_count);
    for (size_t i = 0; i < left.header_count; i++)
        assert_header(&out.headers[i], (const char *)left.headers[i].name.data, left.headers[i].value);
    assert_errors(out.headers + left.header_count);
    if (cut)
        assert_header(&out.headers[out.header_count - 1], "__dlq.errors.truncated", bytes_of(truncated));
    ck_assert_msg(copy_size(&out) <= item.dlq_limit, "%s: %zu bytes", where, copy_size(&out));
}

START_TEST(a_copy_is_cut_as_the_table_says)
{
    table_each("tests/data/dlq_cuts.table", check_cut);
}
END_TEST

/* However small the limit: what the copy is there to say is said. */
START_TEST(the_reason_is_never_cut)
{
    struct batch_item item = refused_item();

    case_headers(&item.record, "a=1", &arena);
    item.record.value = bytes_of("value");
    item.dlq_limit = 1;
    struct outbound out = encode(&item);
    ck_assert_uint_eq(out.value.len, 0);
    ck_assert_uint_eq(out.header_count, OWN_HEADERS + 1);
    assert_errors(out.headers);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("dlq");
    TCase *tcase = tcase_create("dlq");

    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_test(tcase, a_copy_is_the_raw_record_and_says_why_it_is_there);
    tcase_add_test(tcase, a_copy_of_what_was_sent_back_says_each_thing_once_and_where_it_stood_at_first);
    tcase_add_test(tcase, coordinates_that_are_not_all_there_or_of_another_topic_are_written_anew);
    tcase_add_test(tcase, how_often_it_was_delivered_stays_as_it_comes);
    tcase_add_test(tcase, what_was_cut_before_is_cut_still);
    tcase_add_test(tcase, a_tombstone_without_key_and_headers_stays_one);
    tcase_add_test(tcase, headers_that_nobody_could_read_are_said_to_be_missing);
    tcase_add_test(tcase, a_copy_is_cut_as_the_table_says);
    tcase_add_test(tcase, the_reason_is_never_cut);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

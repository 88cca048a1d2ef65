/*
 * UUIDs and the SHA-1 that names them: uuid_text.table, uuid_v5.table, sha1.table.
 */
#include "core/uuid.h"

#include "core/sha1.h"

#include "table.h"

/* A cell; "-" is the empty text. */
static struct bytes cell(const char *text)
{
    return strcmp(text, "-") == 0 ? (struct bytes){(const uint8_t *)"", 0} : bytes_of(text);
}

static struct uuid uuid_of(const char *text)
{
    struct uuid uuid;

    ck_assert_msg(uuid_parse(bytes_of(text), &uuid), "not a UUID: %s", text);
    return uuid;
}

static void check_text(const struct table_row *row)
{
    struct uuid uuid;
    char text[UUID_TEXT + 1] = "no";

    if (uuid_parse(cell(row->cell[0]), &uuid))
        uuid_format(&uuid, text);
    ck_assert_msg(strcmp(text, row->cell[1]) == 0, "%s:%d: got %s", row->path, row->line, text);
}

START_TEST(only_the_text_form_of_the_rfc_is_a_uuid)
{
    table_each("tests/core/uuid_text.table", check_text);
}
END_TEST

START_TEST(a_uuid_is_read_only_within_its_36_bytes)
{
    struct uuid uuid;
    struct bytes longer = bytes_of("2ed6657d-e942-568b-95e1-2665acc8a685 and more");

    ck_assert(!uuid_parse(longer, &uuid));
    longer.len = UUID_TEXT;
    ck_assert(uuid_parse(longer, &uuid));
    ck_assert(!uuid_parse((struct bytes){0}, &uuid));
}
END_TEST

static void check_v5(const struct table_row *row)
{
    struct uuid space = uuid_of(row->cell[0]);
    struct uuid uuid = uuid_v5(&space, cell(row->cell[1]));
    char text[UUID_TEXT + 1];

    uuid_format(&uuid, text);
    ck_assert_msg(strcmp(text, row->cell[2]) == 0, "%s:%d: got %s", row->path, row->line, text);
}

START_TEST(names_give_the_ids_that_other_programs_compute)
{
    table_each("tests/core/uuid_v5.table", check_v5);
}
END_TEST

START_TEST(the_namespace_is_the_published_one)
{
    char text[UUID_TEXT + 1];

    uuid_format(&uuid_namespace, text);
    ck_assert_str_eq(text, "9d3b0b7e-2f5e-5c53-8f0a-6b1c3d0f7a11");
}
END_TEST

START_TEST(uuids_are_ordered_by_their_bytes)
{
    struct uuid low = uuid_of("00000000-0000-0000-0000-0000000000ff");
    struct uuid high = uuid_of("01000000-0000-0000-0000-000000000000");

    ck_assert_int_lt(uuid_compare(&low, &high), 0);
    ck_assert_int_gt(uuid_compare(&high, &low), 0);
    ck_assert_int_eq(uuid_compare(&high, &high), 0);
}
END_TEST

START_TEST(all_but_the_nil_and_the_max_uuid_identify)
{
    struct uuid nil = uuid_of("00000000-0000-0000-0000-000000000000");
    struct uuid max = uuid_of("ffffffff-ffff-ffff-ffff-ffffffffffff");

    ck_assert(!uuid_identifies(&nil));
    ck_assert(!uuid_identifies(&max));
    for (unsigned bit = 0; bit < 128; bit++) {
        struct uuid low = nil, high = max;
        low.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        high.b[bit / 8] ^= (uint8_t)(1u << bit % 8);
        ck_assert(uuid_identifies(&low));
        ck_assert(uuid_identifies(&high));
    }
}
END_TEST

static void digest_text(struct bytes first, struct bytes second, char text[static 41])
{
    uint8_t digest[20];

    sha1(first, second, digest);
    for (int i = 0; i < 20; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

/* Every way to cut a short message in two, and a few of a long one. */
static void check_digest(const struct table_row *row)
{
    struct bytes unit = cell(row->cell[0]);
    size_t len = unit.len * strtoul(row->cell[1], NULL, 10);
    uint8_t *message = malloc(len + 1);
    size_t stride = len < 1000 ? 1 : len / 3;
    char text[41];

    for (size_t i = 0; i < len; i++)
        message[i] = unit.data[i % unit.len];
    for (size_t cut = 0; cut <= len; cut += stride) {
        digest_text((struct bytes){message, cut}, (struct bytes){message + cut, len - cut}, text);
        ck_assert_msg(strcmp(text, row->cell[2]) == 0, "%s:%d, cut at %zu: got %s", row->path, row->line, cut, text);
    }
    free(message);
}

START_TEST(digests_are_those_of_the_rfc_however_the_message_is_cut)
{
    table_each("tests/core/sha1.table", check_digest);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("uuid");
    TCase *tcase = tcase_create("uuid");

    tcase_add_test(tcase, only_the_text_form_of_the_rfc_is_a_uuid);
    tcase_add_test(tcase, a_uuid_is_read_only_within_its_36_bytes);
    tcase_add_test(tcase, names_give_the_ids_that_other_programs_compute);
    tcase_add_test(tcase, the_namespace_is_the_published_one);
    tcase_add_test(tcase, uuids_are_ordered_by_their_bytes);
    tcase_add_test(tcase, all_but_the_nil_and_the_max_uuid_identify);
    tcase_add_test(tcase, digests_are_those_of_the_rfc_however_the_message_is_cut);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

/* SHA-256 at the lengths where its padding changes. */
#include "core/sha256.h"

#include "table.h"

static void check_digest(const struct table_row *row)
{
    size_t len = strlen(row->cell[0]), times = strtoul(row->cell[1], NULL, 10);
    uint8_t *message = malloc(len * times + 1), digest[32];
    char text[65];

    for (size_t i = 0; i < times; i++)
        memcpy(message + i * len, row->cell[0], len);
    sha256((struct bytes){message, len * times}, digest);
    free(message);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    ck_assert_msg(strcmp(text, row->cell[2]) == 0, "%s:%d: %s", row->path, row->line, text);
}

START_TEST(digests_are_the_standards)
{
    table_each("tests/core/sha256.table", check_digest);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sha256");
    TCase *tcase = tcase_create("sha256");

    tcase_add_test(tcase, digests_are_the_standards);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

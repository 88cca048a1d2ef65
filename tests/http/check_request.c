/*
 * Which requests are answered (request.table), and what an address means (addresses.table).
 */
#include "http/request.h"

#include "table.h"

static const char *or_none(const char *text)
{
    return strcmp(text, "-") == 0 ? NULL : text;
}

static void check_row(const struct table_row *row)
{
    struct request request = {.method = row->cell[0],
                              .path = row->cell[1],
                              .host = or_none(row->cell[2]),
                              .has_body = strcmp(row->cell[3], "yes") == 0};
    enum resource resource;
    char text[32];

    int status = request_judge(&request, strcmp(row->cell[4], "yes") == 0, &resource);
    snprintf(text, sizeof text, "%d %d", status, (int)resource);
    ck_assert_msg(strncmp(row->cell[5], text, strlen(text)) == 0, "%s:%d: %s", row->path, row->line, text);
}

START_TEST(only_what_is_asked_for_as_promised_is_answered)
{
    table_each("tests/http/request.table", check_row);
}
END_TEST

static bool is(struct bytes text, const char *expected)
{
    return strcmp(expected, "-") == 0 ? text.len == 0 : bytes_equal(text, bytes_of(expected));
}

static void check_address(const struct table_row *row)
{
    struct bytes host, port;

    request_split(row->cell[0], &host, &port);
    ck_assert_msg(is(host, row->cell[1]) && is(port, row->cell[2]), "%s:%d: %.*s %.*s", row->path, row->line,
                  (int)host.len, (const char *)host.data, (int)port.len, (const char *)port.data);
    ck_assert_msg(request_is_loopback(host) == (strcmp(row->cell[3], "yes") == 0), "%s:%d", row->path, row->line);
}

START_TEST(an_address_is_split_and_known_for_this_machines_alone)
{
    table_each("tests/http/addresses.table", check_address);
}
END_TEST

START_TEST(a_browser_gets_the_page_and_curl_the_table)
{
    ck_assert(request_wants_html("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"));
    ck_assert(!request_wants_html("*/*"));
    ck_assert(!request_wants_html("text/plain"));
    ck_assert(!request_wants_html(NULL));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("request");
    TCase *tcase = tcase_create("request");

    tcase_add_test(tcase, only_what_is_asked_for_as_promised_is_answered);
    tcase_add_test(tcase, an_address_is_split_and_known_for_this_machines_alone);
    tcase_add_test(tcase, a_browser_gets_the_page_and_curl_the_table);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

/* Finding things in JSON that others wrote, without cutting it as text. */
#include "table.h"

#include "json/scan.h"

static struct scanner found(const char *json, const char *name)
{
    struct scanner scan = scan_start(bytes_of(json));

    ck_assert_msg(scan_find(&scan, name), "%s in %s", name, json);
    return scan;
}

static bool has(const char *json, const char *name)
{
    struct scanner scan = scan_start(bytes_of(json));

    return scan_find(&scan, name);
}

START_TEST(a_member_is_found_only_where_it_is_a_member_of_the_outermost_object)
{
    static const char json[] =
        "{\"sentence\": \"says \\\"lag\\\": 5\", \"totals\": {\"lag\": 6}, \"lag\" : 7, \"lag\": 8}";
    struct scanner scan = found(json, "lag");
    int64_t value;
    bool integer;

    ck_assert(scan_number(&scan, &integer, &value) && integer);
    ck_assert_int_eq(value, 7);
    ck_assert(!has(json, "la") && !has(json, "lags") && !has(json, "says"));
    ck_assert(!has("{}", "lag") && !has("[\"lag\", 7]", "lag") && !has("", "lag") &&
              !has("{\"a\": !, \"lag\": 7}", "lag"));
}
END_TEST

/* Joined with `|`; "!" at the end: the array is broken. */
static const char *elements(const char *json)
{
    static char joined[256];
    struct scanner scan = found(json, "list");
    enum scan_step step;

    *joined = 0;
    ck_assert(scan_open_array(&scan));
    while ((step = scan_element(&scan)) == JSON_MEMBER) {
        const uint8_t *begin = scan.at;
        if (!scan_value(&scan))
            break;
        snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%.*s|", (int)(scan.at - begin),
                 (const char *)begin);
    }
    if (step != JSON_CLOSED)
        snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "!");
    return joined;
}

START_TEST(elements_come_one_by_one_whatever_they_hold)
{
    ck_assert_str_eq(elements("{\"list\": []}"), "");
    ck_assert_str_eq(elements("{\"list\": [1,[2,3],{\"a\":\"}, {\"},\"]\"], \"after\": [4]}"),
                     "1|[2,3]|{\"a\":\"}, {\"}|\"]\"|");
    ck_assert_str_eq(elements("{\"list\": [1,]}"), "1|!");
    ck_assert_str_eq(elements("{\"list\": [1 2]}"), "1 |!");
    ck_assert_str_eq(elements("{\"list\": [1"), "1|!");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("scan");
    TCase *tcase = tcase_create("scan");

    tcase_add_test(tcase, a_member_is_found_only_where_it_is_a_member_of_the_outermost_object);
    tcase_add_test(tcase, elements_come_one_by_one_whatever_they_hold);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

/* Looking up ids on the registry's own thread, against an HTTP server that answers by a script. */
#include "server.h"
#include "table.h"

#include "runtime/clock.h"
#include "core/text.h"
#include "registry/registry.h"

#include <unistd.h>

#define SCHEMA "{\"schema\": \"\\\"string\\\"\"}"
#define NONE   "{\"error_code\": 40403, \"message\": \"Schema not found\"}"
#define LOGIN  "{\"error_code\": 401, \"message\": \"Unauthorized\"}"

/* Longer than any test may take: what waits for it fails by Check's own limit. */
#define PATIENT "schema.registry.request.timeout.ms=86400000"

/* ---- One registry and its server ---- */

static struct server *server;
static struct registry *registry;
static struct config config;

static void open_registry(const struct server *at, const char *path, const char *const *settings)
{
    struct err err;

    config_with(&config, at, path, settings);
    registry = registry_open(&config, &err);
    ck_assert_msg(registry != NULL, "%s", err.message);
}

static void start(const struct script *script, const char *const *settings)
{
    server = server_start(script, 0);
    open_registry(server, "", settings);
}

static void finish(void)
{
    registry_close(registry);
    if (server != NULL)
        server_stop(server);
    server = NULL;
    config_free(&config);
}

static void ask(int32_t number)
{
    registry_ask(registry, &(struct schema_id){.number = number});
}

/* However long it takes. */
static struct registry_answer next(void)
{
    struct registry_answer answer = {0};
    struct err err;

    while (registry_next(registry, 100, &answer, &err) != DONE)
        ck_assert(err.class == ERR_NONE || err.class == ERR_RETRY);
    return answer;
}

/* The text, "none", "JSON: text" or "other"; of id 17. The caller frees. */
static char *looked_up(void)
{
    ask(17);
    struct registry_answer answer = next();
    ck_assert_int_eq(answer.id.number, 17);
    char *text = !answer.found                 ? text_copy("none")
                 : answer.type == SCHEMA_OTHER ? text_copy("other")
                 : answer.type == SCHEMA_JSON  ? text_printf("JSON: %s", answer.text)
                                               : text_copy(answer.text);
    free(answer.text);
    return text;
}

static void expect(const char *text)
{
    char *got = looked_up();

    ck_assert_str_eq(got, text);
    free(got);
}

/* The last failure that is reported while there is no answer; the caller sees to it that there is one. */
static struct err next_failure(void)
{
    struct registry_answer answer;
    struct err err = {0};

    while (err.class == ERR_NONE)
        ck_assert_int_eq(registry_next(registry, 10, &answer, &err), PENDING);
    ck_assert_int_eq(err.class, ERR_RETRY);
    ck_assert_ptr_null(strstr(err.message, "hunter2"));
    return err;
}

/* ---- Answers ---- */

START_TEST(a_schema_is_looked_up_by_its_number)
{
    start(
        (struct script[]){
            {"GET /schemas/ids/17", 200, SCHEMA, WHOLE, 0},
            {0              }
    },
        NULL);
    expect("\"string\"");
    ck_assert_int_eq(server_count(server, ""), 1);
    finish();
}
END_TEST

START_TEST(a_schema_is_looked_up_by_its_guid)
{
    static const struct script script[] = {
        {"GET /schemas/guids/89791762-2336-4186-9674-299b90a802e2", 200, SCHEMA, WHOLE, 0},
        {0                                                  }
    };
    struct schema_id id = {.is_guid = true};

    ck_assert(uuid_parse(bytes_of("89791762-2336-4186-9674-299B90A802E2"), &id.guid));
    start(script, NULL);
    registry_ask(registry, &id);
    struct registry_answer answer = next();
    ck_assert(answer.found && schema_id_equal(&answer.id, &id));
    ck_assert_str_eq(answer.text, "\"string\"");
    free(answer.text);
    finish();
}
END_TEST

START_TEST(a_json_schema_is_one)
{
    start(
        (struct script[]){
            {"GET /schemas/ids/17",                             200, "{\"schema\": \"{}\", \"schemaType\": \"JSON\"}", WHOLE, 0},
            {0}
    },
        NULL);
    expect("JSON: {}");
    finish();
}
END_TEST

START_TEST(a_schema_that_comes_late_is_found)
{
    start(
        (struct script[]){
            {"GET /schemas/ids/17", 404, NONE, WHOLE, 2},
            {"GET /schemas/ids/17",                 200, SCHEMA, WHOLE, 0},
            {0                   }
    },
        NULL);
    expect("\"string\"");
    ck_assert_int_eq(server_count(server, ""), 3);
    finish();
}
END_TEST

START_TEST(an_unknown_id_is_asked_as_often_as_configured)
{
    start(
        (struct script[]){
            {"GET /schemas/ids/17", 404, NONE, WHOLE, 0},
            {0                }
    },
        NULL);
    expect("none");
    ck_assert_int_eq(server_count(server, ""), 4);
    finish();
    start(
        (struct script[]){
            {"GET /schemas/ids/17", 404, NONE, WHOLE, 0},
            {0                }
    },
        (const char *const[]){"schema.registry.retries=0", NULL});
    expect("none");
    ck_assert_int_eq(server_count(server, ""), 1);
    expect("none"); /* nothing is remembered here */
    ck_assert_int_eq(server_count(server, ""), 2);
    finish();
}
END_TEST

START_TEST(a_number_that_no_registry_gives_is_not_asked)
{
    static const int32_t numbers[] = {0, -1, INT32_MIN};

    start((struct script[]){{0}}, NULL);
    for (int i = 0; i < 3; i++) {
        ask(numbers[i]);
        ck_assert(!next().found);
    }
    ck_assert_int_eq(server_count(server, ""), 0);
    finish();
}
END_TEST

/* ---- Failures: never "there is none" ---- */

static const struct script failures[] = {
    {"GET /schemas/ids/17", 500, "{\"error_code\": 50001, \"message\": \"Store\"}", WHOLE,     2},
    {"GET /schemas/ids/17", 503, "<html>",                                          WHOLE,     2},
    {"GET /schemas/ids/17", 429, "",                                                WHOLE,     2},
    {"GET /schemas/ids/17", 401, LOGIN,                                             WHOLE,     2},
    {"GET /schemas/ids/17", 422, "{\"error_code\": 42201, \"message\": \"?\"}",     WHOLE,     2},
    {"GET /schemas/ids/17", 302, "",                                                WHOLE,     2},
    {"GET /schemas/ids/17", 404, "<html>",                                          WHOLE,     2},
    {"GET /schemas/ids/17", 404, "{\"error_code\": 404}",                           WHOLE,     2},
    {"GET /schemas/ids/17", 200, "<html>",                                          WHOLE,     2},
    {"GET /schemas/ids/17", 200, "{}",                                              WHOLE,     2},
    {"GET /schemas/ids/17", 200, "{\"schema\": 1}",                                 WHOLE,     2},
    {"GET /schemas/ids/17", 200, "{\"schema\": \"\", \"references\": 1}",           WHOLE,     2},
    {"GET /schemas/ids/17", 200, SCHEMA,                                            TRUNCATED, 2},
    {"GET /schemas/ids/17", 200, "{\"schema\": \"long\"}",                          LONG,      2},
    {"GET /schemas/ids/17", 200, "",                                                SILENT,    1},
};

START_TEST(what_says_nothing_is_asked_again)
{
    const struct script *failure = &failures[_i];
    struct script script[] = {
        *failure, {"GET /schemas/ids/17", 200, SCHEMA, WHOLE, 0},
         {0              }
    };

    start(script, (const char *const[]){"schema.registry.request.timeout.ms=500", "schema.registry.retries=0", NULL});
    expect("\"string\"");
    ck_assert_int_eq(server_count(server, ""), failure->times + 1);
    finish();
}
END_TEST

START_TEST(a_failure_names_the_registry_and_no_password)
{
    static const struct script script[] = {
        {"GET /sr/schemas/ids/17", 401, LOGIN, WHOLE, 0},
        {0                  }
    };
    char expected[128];

    server = server_start(script, 0);
    char *url = text_printf("schema.registry.url=http://me:hunter2@127.0.0.1:%d/sr/", server_port(server));
    open_registry(NULL, "", (const char *const[]){url, NULL});
    ask(17);
    struct err err = next_failure();
    snprintf(expected, sizeof expected, "schema registry http://127.0.0.1:%d/sr: HTTP 401: Unauthorized",
             server_port(server));
    ck_assert_str_eq(err.message, expected);
    ck_assert_str_eq(err.code, "E-REGISTRY-LOGIN");
    ck_assert_int_eq(err.exit_code, EXIT_PERMISSION);
    free(url);
    finish();
}
END_TEST

START_TEST(a_registry_that_comes_up_is_asked)
{
    static const struct script script[] = {
        {"GET /schemas/ids/17", 200, SCHEMA, WHOLE, 0},
        {0              }
    };
    struct registry_answer answer;
    struct err err;

    server = server_start(script, 0);
    int port = server_port(server);
    open_registry(server, "", NULL);
    server_stop(server);
    ask(17);
    err = next_failure();
    ck_assert_str_eq(err.code, "E-REGISTRY-REACH");
    ck_assert_int_eq(err.exit_code, EXIT_UNREACHABLE);
    ck_assert_ptr_nonnull(strstr(err.message, "onnect"));
    server = server_start(script, port);
    answer = next();
    ck_assert(answer.found);
    free(answer.text);
    ck_assert_int_eq(registry_next(registry, 0, &answer, &err), PENDING);
    ck_assert_int_eq(err.class, ERR_NONE);
    finish();
}
END_TEST

START_TEST(one_id_that_fails_does_not_hold_up_the_others)
{
    static const struct script script[] = {
        {"GET /schemas/ids/13", 500, "", WHOLE, 0},
        {"GET /schemas/ids/*",                   200, SCHEMA, WHOLE, 0},
        {0                   }
    };

    start(script, NULL);
    ask(13);
    for (int32_t i = 100; i < 150; i++)
        ask(i);
    for (int i = 0; i < 50; i++) {
        struct registry_answer answer = next();
        ck_assert_int_ge(answer.id.number, 100);
        free(answer.text);
    }
    finish();
}
END_TEST

/* ---- Several URLs ---- */

static const struct script here[] = {
    {"GET /schemas/ids/*", 200, SCHEMA, WHOLE, 0},
    {0             }
};
static const struct script unwell[] = {
    {"GET /schemas/ids/*", 500, "", WHOLE, 0},
    {0                 }
};

static void two_urls(const struct server *first, const struct server *second)
{
    char *url = text_printf("schema.registry.url=http://127.0.0.1:%d,http://127.0.0.1:%d", server_port(first),
                            server_port(second));

    open_registry(NULL, "", (const char *const[]){url, NULL});
    free(url);
}

START_TEST(a_dead_url_is_left_for_the_next_one)
{
    struct server *dead = server_start(here, 0);
    struct server *living = server_start(here, 0);

    two_urls(dead, living);
    server_stop(dead);
    expect("\"string\"");
    ck_assert_int_eq(server_count(living, ""), 1);
    finish();
    server_stop(living);
}
END_TEST

START_TEST(the_url_that_answered_is_kept)
{
    struct server *first = server_start(unwell, 0);
    struct server *second = server_start(here, 0);

    two_urls(first, second);
    for (int i = 0; i < 5; i++)
        expect("\"string\"");
    ck_assert_int_eq(server_count(first, ""), 1);
    ck_assert_int_eq(server_count(second, ""), 5);
    finish();
    server_stop(first);
    server_stop(second);
}
END_TEST

START_TEST(an_answer_of_none_is_not_asked_of_the_next_url)
{
    static const struct script none[] = {
        {"GET /schemas/ids/*", 404, NONE, WHOLE, 0},
        {0               }
    };
    struct server *first = server_start(none, 0);
    struct server *second = server_start(here, 0);

    two_urls(first, second);
    expect("none");
    ck_assert_int_eq(server_count(second, ""), 0);
    finish();
    server_stop(first);
    server_stop(second);
}
END_TEST

/* ---- Requests, byte for byte ---- */

/* The line of the first request that begins with `name`, "" when there is none. The caller frees. */
static char *header(const char *name)
{
    const char *head = server_seen(server, 0);
    char *start_of = text_printf("\r\n%s: ", name);
    const char *found = strcasestr(head, start_of);

    free(start_of);
    return found == NULL ? text_copy("") : text_copy_n(found + 2, strcspn(found + 2, "\r"));
}

static void expect_header(const char *name, const char *line)
{
    char *got = header(name);

    ck_assert_str_eq(got, line);
    free(got);
}

static void look_up_with(const char *path, const char *setting)
{
    static const struct script script[] = {
        {"GET *", 200, SCHEMA, WHOLE, 0},
        {0}
    };

    server = server_start(script, 0);
    open_registry(server, path, (const char *const[]){setting, NULL});
    expect("\"string\"");
}

START_TEST(the_path_of_the_url_is_kept)
{
    look_up_with("/apis/ccompat/v7/", NULL);
    ck_assert(text_begins(server_seen(server, 0), "GET /apis/ccompat/v7/schemas/ids/17 HTTP/1.1\r\n"));
    finish();
}
END_TEST

START_TEST(a_request_is_what_registries_expect)
{
    look_up_with("", NULL);
    expect_header(
        "Accept",
        "Accept: application/vnd.schemaregistry.v1+json, application/vnd.schemaregistry+json, application/json");
    expect_header("Content-Type", "Content-Type: application/vnd.schemaregistry.v1+json");
    expect_header("User-Agent", "User-Agent: sessiond/" VERSION);
    expect_header("Authorization", "");
    finish();
}
END_TEST

START_TEST(a_user_is_sent_with_the_first_request)
{
    look_up_with("", "basic.auth.user.info=me:hun:ter2");
    expect_header("Authorization", "Authorization: Basic bWU6aHVuOnRlcjI=");
    ck_assert_int_eq(server_count(server, ""), 1);
    finish();
}
END_TEST

START_TEST(a_user_in_the_url_is_sent_and_not_shown)
{
    server = server_start(here, 0);
    char *url = text_printf("schema.registry.url=http://me:hun%%40ter2@127.0.0.1:%d", server_port(server));
    open_registry(NULL, "", (const char *const[]){url, NULL});
    expect("\"string\"");
    expect_header("Authorization", "Authorization: Basic bWU6aHVuQHRlcjI=");
    free(url);
    finish();
}
END_TEST

START_TEST(a_token_is_sent)
{
    look_up_with("", "bearer.auth.token=a.b-c");
    expect_header("Authorization", "Authorization: Bearer a.b-c");
    finish();
}
END_TEST

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    ck_assert(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

START_TEST(a_password_that_was_changed_is_read_again)
{
    static const struct script script[] = {
        {"GET /schemas/ids/17", 401, LOGIN, WHOLE, 1},
        {"GET /schemas/ids/17",                200, SCHEMA, WHOLE, 0},
        {0                   }
    };
    char path[] = "/tmp/check_registry.XXXXXX";
    int fd = mkstemp(path);
    char *setting = text_printf("basic.auth.user.info.file=%s", path);

    ck_assert_int_ge(fd, 0);
    write_file(path, "me:old\n");
    start(script, (const char *const[]){setting, NULL});
    write_file(path, "me:new\n");
    expect("\"string\"");
    ck_assert_ptr_nonnull(strstr(server_seen(server, 0), "Authorization: Basic bWU6b2xk\r\n"));
    ck_assert_ptr_nonnull(strstr(server_seen(server, 1), "Authorization: Basic bWU6bmV3\r\n"));
    finish();
    unlink(path);
    close(fd);
    free(setting);
}
END_TEST

START_TEST(the_proxy_of_the_environment_is_not_used)
{
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    look_up_with("", NULL);
    finish();
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
}
END_TEST

START_TEST(a_redirect_is_not_followed)
{
    static const struct script script[] = {
        {"GET /schemas/ids/17", 302, "", WHOLE, 0},
        {0                  }
    };

    start(script, NULL);
    ask(17);
    struct err err = next_failure();
    ck_assert_ptr_nonnull(strstr(err.message, "a redirect, which is not followed"));
    finish();
}
END_TEST

/* ---- References ---- */

#define NEEDS(text, reference) "{\"schema\": \"" text "\", \"references\": [" reference "]}"

START_TEST(references_are_fetched_and_come_first)
{
    static const struct script script[] = {
        {"GET /schemas/ids/17", 200,
         NEEDS("M", "{\"name\": \"a.A\", \"subject\": \"a/A\", \"version\": 2}, {\"name\": \"B\", \"subject\": \"B\", "
                    "\"version\": 1}"),
         WHOLE, 0},
        {"GET /subjects/a%2FA/versions/2?deleted=true",             200,
         NEEDS("A", "{\"name\": \"B\", \"subject\": \"B\", \"version\": 1}"), WHOLE, 0},
        {"GET /subjects/B/versions/1?deleted=true",                 404, NONE, WHOLE, 2},
        {"GET /subjects/B/versions/1?deleted=true",                     200, "{\"schema\": \"B\"}", WHOLE, 0},
        {0     }
    };

    start(script, NULL);
    expect("[B,A,M]");
    ck_assert_int_eq(server_count(server, ""), 5);
    finish();
}
END_TEST

START_TEST(a_reference_that_is_not_there_makes_the_schema_unknown)
{
    static const struct script script[] = {
        {"GET /schemas/ids/17", 200, NEEDS("M", "{\"name\": \"a\", \"subject\": \"a\", \"version\": 1}"), WHOLE, 0},
        {"GET /subjects/*",            404, NONE, WHOLE, 0},
        {0               }
    };

    start(script, NULL);
    expect("none");
    ck_assert_int_eq(server_count(server, "GET /subjects/a/versions/1"), 4);
    finish();
}
END_TEST

START_TEST(references_in_a_circle_are_no_schema_of_ours)
{
    static const struct script script[] = {
        {"GET /schemas/ids/17", 200, NEEDS("M", "{\"name\": \"a\", \"subject\": \"a\", \"version\": 1}"), WHOLE, 0},
        {"GET /subjects/*",            200, NEEDS("A", "{\"name\": \"a\", \"subject\": \"a\", \"version\": 1}"), WHOLE, 0},
        {0               }
    };

    start(script, NULL);
    expect("other");
    ck_assert_int_eq(server_count(server, ""), 2);
    finish();
}
END_TEST

/* ---- Many ---- */

#define MANY 1000

START_TEST(many_ids_are_looked_up_each_once)
{
    static const struct script script[] = {
        {"GET /schemas/ids/1*", 404, NONE, WHOLE, 0},
        {"GET /schemas/ids/*",                 200, "{\"schema\": \"$\"}", WHOLE, 0},
        {0                   }
    };
    static bool seen[MANY + 1];
    char number[12];

    start(script, NULL);
    for (int32_t i = 1; i <= MANY; i++)
        ask(i);
    for (int32_t i = 1; i <= MANY; i++)
        ask(i); /* under way: asked once all the same */
    for (int i = 1; i <= MANY; i++) {
        struct registry_answer answer = next();
        snprintf(number, sizeof number, "%d", answer.id.number);
        ck_assert(!seen[answer.id.number]);
        seen[answer.id.number] = true;
        ck_assert_int_eq(answer.found, *number != '1');
        if (answer.found)
            ck_assert_str_eq(answer.text, number);
        free(answer.text);
    }
    ck_assert_int_eq(server_count(server, ""), MANY + 3 * 112); /* 1, 10…19, 100…199 and 1000, three times more */
    finish();
}
END_TEST

START_TEST(one_request_is_made_at_a_time)
{
    static const struct script script[] = {
        {"GET /schemas/ids/*", 200, "", SILENT, 0},
        {0                 }
    };

    start(script, (const char *const[]){PATIENT, NULL});
    for (int32_t i = 1; i <= 100; i++)
        ask(i);
    server_wait(server, "GET", 1);
    usleep(100000); /* time for a second one */
    ck_assert_int_eq(server_count(server, "GET"), 1);
    finish();
}
END_TEST

START_TEST(answers_that_nobody_takes_are_not_piled_up)
{
    struct registry_answer answer;
    struct err err;
    int before = -1, now = 0;

    start(here, NULL);
    for (int32_t i = 1; i <= 500; i++)
        ask(i);
    server_wait(server, "GET", 64);
    while (now != before) { /* until no more come */
        before = now;
        usleep(100000);
        now = server_count(server, "GET");
    }
    ck_assert_int_le(now, 64);
    for (int i = 0; i < 500; i++)
        free(next().text);
    ck_assert_int_eq(registry_next(registry, 0, &answer, &err), PENDING);
    finish();
}
END_TEST

/* Pauses of 100 ms at least between one request and the next. */
START_TEST(a_registry_that_is_away_is_not_stormed)
{
    int64_t began_ms = clock_ms();

    start(unwell, NULL);
    for (int32_t i = 1; i <= 500; i++)
        ask(i);
    server_wait(server, "GET", 4);
    int seen = server_count(server, "GET");
    ck_assert_int_le(seen, 1 + (clock_ms() - began_ms) / 100);
    finish();
}
END_TEST

/* ---- The end ---- */

START_TEST(a_close_does_not_wait_for_an_answer)
{
    static const struct script script[] = {
        {"GET /schemas/ids/17", 200, "", SILENT, 0},
        {0                  }
    };

    start(script, (const char *const[]){PATIENT, NULL});
    ask(17);
    server_wait(server, "GET", 1);
    registry_close(registry);
    server_wait_hangup(server);
    server_stop(server);
    config_free(&config);
}
END_TEST

START_TEST(a_close_leaves_what_was_asked_and_what_was_answered)
{
    start(here, NULL);
    for (int32_t i = 1; i <= 300; i++)
        ask(i);
    server_wait(server, "GET", 10);
    finish();
    registry_close(NULL);
}
END_TEST

START_TEST(a_missing_ca_file_is_said_at_the_start)
{
    struct err err;

    config_with(&config, NULL, "",
                (const char *const[]){"schema.registry.url=https://a", "schema.registry.ssl.ca.location=/no/ca", NULL});
    ck_assert_ptr_null(registry_open(&config, &err));
    ck_assert(err.class == ERR_STOP && err.exit_code == EXIT_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "schema.registry.ssl.ca.location: cannot read /no/ca"));
    config_free(&config);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("registry");
    TCase *tcase = tcase_create("registry");

    tcase_set_timeout(tcase, 40); /* under the minute after which an idle thread looks round by itself */
    tcase_add_test(tcase, a_schema_is_looked_up_by_its_number);
    tcase_add_test(tcase, a_schema_is_looked_up_by_its_guid);
    tcase_add_test(tcase, a_json_schema_is_one);
    tcase_add_test(tcase, a_schema_that_comes_late_is_found);
    tcase_add_test(tcase, an_unknown_id_is_asked_as_often_as_configured);
    tcase_add_test(tcase, a_number_that_no_registry_gives_is_not_asked);
    tcase_add_loop_test(tcase, what_says_nothing_is_asked_again, 0, sizeof failures / sizeof *failures);
    tcase_add_test(tcase, a_failure_names_the_registry_and_no_password);
    tcase_add_test(tcase, a_registry_that_comes_up_is_asked);
    tcase_add_test(tcase, one_id_that_fails_does_not_hold_up_the_others);
    tcase_add_test(tcase, a_dead_url_is_left_for_the_next_one);
    tcase_add_test(tcase, the_url_that_answered_is_kept);
    tcase_add_test(tcase, an_answer_of_none_is_not_asked_of_the_next_url);
    tcase_add_test(tcase, the_path_of_the_url_is_kept);
    tcase_add_test(tcase, a_request_is_what_registries_expect);
    tcase_add_test(tcase, a_user_is_sent_with_the_first_request);
    tcase_add_test(tcase, a_user_in_the_url_is_sent_and_not_shown);
    tcase_add_test(tcase, a_token_is_sent);
    tcase_add_test(tcase, a_password_that_was_changed_is_read_again);
    tcase_add_test(tcase, the_proxy_of_the_environment_is_not_used);
    tcase_add_test(tcase, a_redirect_is_not_followed);
    tcase_add_test(tcase, references_are_fetched_and_come_first);
    tcase_add_test(tcase, a_reference_that_is_not_there_makes_the_schema_unknown);
    tcase_add_test(tcase, references_in_a_circle_are_no_schema_of_ours);
    tcase_add_test(tcase, many_ids_are_looked_up_each_once);
    tcase_add_test(tcase, one_request_is_made_at_a_time);
    tcase_add_test(tcase, answers_that_nobody_takes_are_not_piled_up);
    tcase_add_test(tcase, a_registry_that_is_away_is_not_stormed);
    tcase_add_test(tcase, a_close_does_not_wait_for_an_answer);
    tcase_add_test(tcase, a_close_leaves_what_was_asked_and_what_was_answered);
    tcase_add_test(tcase, a_missing_ca_file_is_said_at_the_start);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

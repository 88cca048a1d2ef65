/* The registry's subjects, against an HTTP server that answers by a script. */
#include "server.h"
#include "table.h"

#include "runtime/stop.h"
#include "registry/subjects.h"

#include <pthread.h>
#include <signal.h>

#define NO_SUBJECT "{\"error_code\": 40401, \"message\": \"Subject not found\"}"
#define NO_SCHEMA  "{\"error_code\": 40403, \"message\": \"Schema not found\"}"
#define REFUSED    "{\"error_code\": 409, \"message\": \"Schema being registered is incompatible\"}"
#define TEXT       "{\"type\": \"string\"}"
#define BODY       "{\"schema\":\"{\\\"type\\\": \\\"string\\\"}\"}"

static struct server *server;
static struct subjects *subjects;
static struct config config;
static struct err err;

static void start(const struct script *script, const char *const *settings)
{
    server = server_start(script, 0);
    config_with(&config, server, "", settings);
    subjects = subjects_open(&config, &err);
    ck_assert_msg(subjects != NULL, "%s", err.message);
    err = (struct err){0};
}

static void finish(void)
{
    subjects_close(subjects);
    server_stop(server);
    config_free(&config);
}

static bool has_body(int number, const char *body)
{
    return strcmp(strstr(server_seen(server, number), "\r\n\r\n") + 4, body) == 0;
}

START_TEST(a_schema_is_found_under_its_subject)
{
    struct subjects_version found;

    start(
        (struct script[]){
            {"POST /subjects/a%2Fb-value",                                                 200,
             "{\"subject\": \"a/b-value\", \"id\": 7, \"version\": 2, \"schema\": \"x\"}", WHOLE, 0},
            {0}
    },
        NULL);
    ck_assert_int_eq(subjects_find(subjects, "a/b-value", TEXT, &found, &err), SUBJECTS_YES);
    ck_assert_int_eq(found.id, 7);
    ck_assert_int_eq(found.version, 2);
    ck_assert_ptr_null(found.text);
    ck_assert(has_body(0, BODY));
    finish();
}
END_TEST

START_TEST(a_schema_is_found_as_it_is_or_normalized)
{
    struct subjects_version found;

    start(
        (struct script[]){
            {"POST /subjects/s", 404, NO_SCHEMA, WHOLE, 0},
            {"POST /subjects/s?normalize=true",         200, "{\"id\": 7, \"version\": 1}", WHOLE, 0},
            {0                }
    },
        NULL);
    ck_assert_int_eq(subjects_find(subjects, "s", TEXT, &found, &err), SUBJECTS_YES);
    ck_assert_int_eq(found.id, 7);
    ck_assert(has_body(1, BODY));
    finish();
}
END_TEST

START_TEST(a_schema_that_is_not_there_is_no_failure)
{
    struct subjects_version found;

    start(
        (struct script[]){
            {"POST /subjects/*", 404, NO_SUBJECT, WHOLE, 0},
            {0       }
    },
        NULL);
    ck_assert_int_eq(subjects_find(subjects, "s", TEXT, &found, &err), SUBJECTS_NO);
    ck_assert_int_eq(err.class, ERR_NONE);
    finish();
}
END_TEST

START_TEST(a_schema_is_registered)
{
    int32_t id = 0;

    start(
        (struct script[]){
            {"POST /subjects/s/versions", 200, "{\"id\": 9}", WHOLE, 0},
            {0             }
    },
        NULL);
    ck_assert_int_eq(subjects_register(subjects, "s", TEXT, &id, &err), SUBJECTS_YES);
    ck_assert_int_eq(id, 9);
    ck_assert(has_body(0, BODY));
    finish();
}
END_TEST

START_TEST(a_refusal_says_why_in_the_registrys_words)
{
    int32_t id;

    start(
        (struct script[]){
            {"POST /subjects/s/versions", 409, REFUSED, WHOLE, 0},
            {0                   }
    },
        NULL);
    ck_assert_int_eq(subjects_register(subjects, "s", TEXT, &id, &err), SUBJECTS_NO);
    ck_assert(err.class == ERR_STOP && err.exit_code == EXIT_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "Schema being registered is incompatible"));
    finish();
}
END_TEST

/* Never "there is none", never a number that is not there. */
START_TEST(what_says_nothing_is_a_failure)
{
    static const struct script answers[] = {
        {"POST *", 500, "",                                     WHOLE,     0},
        {"POST *", 404, "<html>",                               WHOLE,     0},
        {"POST *", 200, "{}",                                   WHOLE,     0},
        {"POST *", 200, "{\"id\": \"7\", \"version\": 1}",      WHOLE,     0},
        {"POST *", 200, "{\"id\": 4294967303, \"version\": 1}", WHOLE,     0},
        {"POST *", 200, "{\"id\": -1, \"version\": 1}",         WHOLE,     0},
        {"POST *", 200, "{\"id\": 7, \"version\": 1}",          TRUNCATED, 0},
        {"POST *", 200, "",                                     SILENT,    0},
    };
    struct subjects_version found;
    int32_t id;

    start((struct script[]){answers[_i], {0}}, (const char *const[]){"schema.registry.request.timeout.ms=200", NULL});
    ck_assert_int_eq(subjects_find(subjects, "s", TEXT, &found, &err), SUBJECTS_FAILED);
    ck_assert(err.class == ERR_RETRY && err.exit_code == EXIT_UNREACHABLE);
    err = (struct err){0};
    ck_assert_int_eq(subjects_register(subjects, "s", TEXT, &id, &err), SUBJECTS_FAILED);
    ck_assert(err.class == ERR_RETRY && err.exit_code == EXIT_UNREACHABLE);
    finish();
}
END_TEST

START_TEST(who_is_not_let_in_is_told)
{
    int32_t *versions;
    size_t count;

    start(
        (struct script[]){
            {"GET /subjects/s/versions", 403, "", WHOLE, 0},
            {0                       }
    },
        NULL);
    ck_assert_int_eq(subjects_versions(subjects, "s", &versions, &count, &err), SUBJECTS_FAILED);
    ck_assert(err.class == ERR_RETRY && err.exit_code == EXIT_PERMISSION);
    ck_assert_ptr_null(versions);
    finish();
}
END_TEST

START_TEST(versions_are_listed_in_order)
{
    int32_t *versions;
    size_t count;

    start(
        (struct script[]){
            {"GET /subjects/s/versions", 200, "[2, 10, 1]", WHOLE, 0},
            {"GET /subjects/none/versions",              404, NO_SUBJECT, WHOLE, 0},
            {0                        }
    },
        NULL);
    ck_assert_int_eq(subjects_versions(subjects, "s", &versions, &count, &err), SUBJECTS_YES);
    ck_assert_uint_eq(count, 3);
    ck_assert(versions[0] == 1 && versions[1] == 2 && versions[2] == 10);
    free(versions);
    ck_assert_int_eq(subjects_versions(subjects, "none", &versions, &count, &err), SUBJECTS_NO);
    ck_assert_ptr_null(versions);
    finish();
}
END_TEST

START_TEST(a_version_has_its_text)
{
    struct subjects_version found;

    start(
        (struct script[]){
            {"GET /subjects/s/versions/3",                                                                    200,
             "{\"subject\": \"s\", \"id\": 7, \"version\": 3, \"schemaType\": \"JSON\", \"schema\": \"{}\"}", WHOLE, 0},
            {"GET /subjects/s/versions/latest", 200, "{\"id\": 8, \"version\": 4, \"schema\": \"x\"}", WHOLE, 0},
            {"GET /subjects/s/versions/9",                                                                                              404, NO_SUBJECT, WHOLE, 0},
            {0                                                              }
    },
        NULL);
    ck_assert_int_eq(subjects_version(subjects, "s", 3, &found, &err), SUBJECTS_YES);
    ck_assert(found.id == 7 && found.version == 3 && found.type == SCHEMA_JSON && strcmp(found.text, "{}") == 0);
    free(found.text);
    ck_assert_int_eq(subjects_version(subjects, "s", SUBJECTS_LATEST, &found, &err), SUBJECTS_YES);
    ck_assert(found.id == 8 && found.version == 4 && found.type == SCHEMA_AVRO && strcmp(found.text, "x") == 0);
    free(found.text);
    ck_assert_int_eq(subjects_version(subjects, "s", 9, &found, &err), SUBJECTS_NO);
    ck_assert_ptr_null(found.text);
    finish();
}
END_TEST

START_TEST(the_level_in_effect_is_read)
{
    char level[SUBJECTS_LEVEL_SIZE];

    start(
        (struct script[]){
            {"GET /config/s?defaultToGlobal=true",  200, "{\"compatibilityLevel\": \"FULL\"}", WHOLE, 1},
            {"GET /config/s?defaultToGlobal=true", 404, "{\"error_code\": 40408}", WHOLE, 1},
            {"GET /config/s?defaultToGlobal=true",                                    200, "{\"compatibilityLevel\": 1}", WHOLE, 0},
            {0 }
    },
        NULL);
    ck_assert_int_eq(subjects_level(subjects, "s", level, &err), SUBJECTS_YES);
    ck_assert_str_eq(level, "FULL");
    ck_assert_int_eq(subjects_level(subjects, "s", level, &err), SUBJECTS_NO);
    ck_assert_str_eq(level, "");
    ck_assert_int_eq(subjects_level(subjects, "s", level, &err), SUBJECTS_FAILED);
    finish();
}
END_TEST

START_TEST(the_registry_says_whether_a_schema_may_follow_and_why_not)
{
    static const char path[] = "POST /compatibility/subjects/a%2Fb/versions/3?verbose=true";
    static const char yes[] = "{\"is_compatible\": true, \"messages\": []}";
    static const char some[] = "{\"is_compatible\": false, \"messages\": [\"a\\nb\", \"\", 7, \"c\"]}";
    static const char one[] = "{\"is_compatible\": false, \"reason\": \"d\"}";
    struct subjects_reasons reasons;
    bool is_compatible;

    start(
        (struct script[]){
            {path,  200, yes, WHOLE, 1},
            {path,  200, some, WHOLE, 1},
            {path,    200, one, WHOLE, 1},
            {path,  404, "{\"error_code\": 40402}", WHOLE, 1},
            {path, 200, "{\"is_compatible\": \"yes\"}", WHOLE, 1},
            {path,    422, "{\"error_code\": 42201}", WHOLE, 0},
            {0 }
    },
        NULL);
    ck_assert_int_eq(subjects_compatible(subjects, "a/b", 3, TEXT, &is_compatible, &reasons, &err), SUBJECTS_YES);
    ck_assert(is_compatible && reasons.count == 0 && has_body(0, BODY));
    ck_assert_int_eq(subjects_compatible(subjects, "a/b", 3, TEXT, &is_compatible, &reasons, &err), SUBJECTS_YES);
    ck_assert(!is_compatible && reasons.count == 2);
    ck_assert(strcmp(reasons.list[0], "a b") == 0 && strcmp(reasons.list[1], "c") == 0);
    subjects_reasons_free(&reasons);
    ck_assert_int_eq(subjects_compatible(subjects, "a/b", 3, TEXT, &is_compatible, &reasons, &err), SUBJECTS_YES);
    ck_assert(!is_compatible && reasons.count == 1 && strcmp(reasons.list[0], "d") == 0);
    subjects_reasons_free(&reasons);
    ck_assert_int_eq(subjects_compatible(subjects, "a/b", 3, TEXT, &is_compatible, &reasons, &err), SUBJECTS_NO);
    ck_assert_int_eq(subjects_compatible(subjects, "a/b", 3, TEXT, &is_compatible, &reasons, &err), SUBJECTS_FAILED);
    ck_assert_int_eq(subjects_compatible(subjects, "a/b", 3, TEXT, &is_compatible, &reasons, &err), SUBJECTS_FAILED);
    ck_assert(!is_compatible && reasons.count == 0);
    finish();
}
END_TEST

START_TEST(a_dead_url_is_passed_over)
{
    static const struct script script[] = {
        {"GET /subjects/s/versions", 200, "[]", WHOLE, 0},
        {0                     }
    };
    struct server *dead = server_start(script, 0);
    char url[128];
    int32_t *versions;
    size_t count;

    server = server_start(script, 0);
    snprintf(url, sizeof url, "schema.registry.url=http://127.0.0.1:%d,http://127.0.0.1:%d", server_port(dead),
             server_port(server));
    server_stop(dead);
    config_with(&config, NULL, "", (const char *const[]){url, NULL});
    subjects = subjects_open(&config, &err);
    ck_assert_int_eq(subjects_versions(subjects, "s", &versions, &count, &err), SUBJECTS_YES);
    free(versions);
    finish();
}
END_TEST

static void *stop_once_asked(void *unused)
{
    (void)unused;
    server_wait(server, "GET", 1);
    raise(SIGTERM);
    return NULL;
}

START_TEST(a_stop_ends_the_waiting)
{
    pthread_t thread;
    int32_t *versions;
    size_t count;

    stop_setup();
    start(
        (struct script[]){
            {"GET /subjects/s/versions", 200, "", SILENT, 0},
            {0                       }
    },
        (const char *const[]){"schema.registry.request.timeout.ms=86400000", NULL});
    ck_assert_int_eq(pthread_create(&thread, NULL, stop_once_asked, NULL), 0);
    ck_assert_int_eq(subjects_versions(subjects, "s", &versions, &count, &err), SUBJECTS_FAILED);
    ck_assert_int_eq(err.class, ERR_INTERRUPTED);
    pthread_join(thread, NULL);
    finish();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("subjects");
    TCase *tcase = tcase_create("subjects");

    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_schema_is_found_under_its_subject);
    tcase_add_test(tcase, a_schema_is_found_as_it_is_or_normalized);
    tcase_add_test(tcase, a_schema_that_is_not_there_is_no_failure);
    tcase_add_test(tcase, a_schema_is_registered);
    tcase_add_test(tcase, a_refusal_says_why_in_the_registrys_words);
    tcase_add_loop_test(tcase, what_says_nothing_is_a_failure, 0, 8);
    tcase_add_test(tcase, who_is_not_let_in_is_told);
    tcase_add_test(tcase, versions_are_listed_in_order);
    tcase_add_test(tcase, a_version_has_its_text);
    tcase_add_test(tcase, the_level_in_effect_is_read);
    tcase_add_test(tcase, the_registry_says_whether_a_schema_may_follow_and_why_not);
    tcase_add_test(tcase, a_dead_url_is_passed_over);
    tcase_add_test(tcase, a_stop_ends_the_waiting);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

/* What answers mean: answer.table; what schemas with references become: resolve.table. */
#include "table.h"

#include "core/text.h"
#include "registry/endpoint.h"
#include "registry/exchange.h"
#include "registry/resolve.h"

#include <jansson.h>

/* ---- Answers ---- */

static char *described_schema(const json_t *json)
{
    static const char *const types[] = {[SCHEMA_AVRO] = "AVRO", [SCHEMA_JSON] = "JSON", [SCHEMA_OTHER] = "OTHER"};
    struct schema_answer schema;
    struct err err;

    if (!answer_schema(json, &schema, &err))
        return text_printf("wait %s", err.code);
    char *text = text_printf("%s %s %zu", types[schema.type], schema.text, schema.reference_count);
    schema_answer_free(&schema);
    return text;
}

static char *described(const struct table_row *row, const struct expected *expected)
{
    struct bytes body = bytes_of(strcmp(row->cell[1], "-") == 0 ? "" : row->cell[1]);
    struct json_t *json;
    struct err err = {0};
    char *text = NULL;

    switch (answer_read(strtol(row->cell[0], NULL, 10), body, expected, &json, &err)) {
    case ANSWER_YES: text = described_schema(json); break;
    case ANSWER_NONE: text = text_copy("none"); break;
    case ANSWER_REFUSED:
        ck_assert(err.class == ERR_STOP && err.exit_code == EXIT_CONFIG);
        text = text_printf("refused %s", err.message);
        break;
    case ANSWER_UNKNOWN:
        ck_assert_int_eq(err.class, ERR_RETRY);
        ck_assert_int_eq(err.exit_code, strcmp(err.code, "E-REGISTRY-LOGIN") == 0 ? EXIT_PERMISSION : EXIT_UNREACHABLE);
        text = text_printf("wait %s %s", err.code, err.message);
    }
    json_decref(json);
    return text;
}

/* The first words of what is expected, and the rest somewhere after them. */
static bool agrees(const char *got, const char *expected)
{
    bool has_words = text_begins(expected, "wait ") || text_begins(expected, "refused ");
    size_t word = strcspn(expected, " ");
    size_t words = word + (text_begins(expected, "wait ") ? 1 + strcspn(expected + word + 1, " ") : 0);

    if (!has_words)
        return strcmp(got, expected) == 0;
    return strncmp(got, expected, words) == 0 && (expected[words] == 0 || strstr(got, expected + words + 1) != NULL);
}

static void check_answer(const struct table_row *row)
{
    char *got = described(row, &(struct expected){.member = "schema"});

    ck_assert_msg(agrees(got, row->cell[2]), "%s:%d: %s", row->path, row->line, got);
    free(got);
}

START_TEST(only_what_a_registry_says_is_believed)
{
    table_each("tests/registry/answer.table", check_answer);
}
END_TEST

START_TEST(a_registry_that_has_no_guids_has_none)
{
    static char *const answers[][2] = {
        {"{\"error_code\": 404, \"message\": \"HTTP 404 Not Found\"}",    "none"                  },
        {"{\"error_code\": 0, \"message\": \"Could not find resource\"}", "none"                  },
        {"{\"message\": \"no route\"}",                                   "wait E-REGISTRY-ANSWER"},
        {"<html>",                                                        "wait E-REGISTRY-ANSWER"},
    };

    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct table_row row = {
            .cell = {"404", answers[i][0]}
        };
        char *got = described(&row, &(struct expected){.member = "schema", .bare_404 = true});
        ck_assert_msg(agrees(got, answers[i][1]), "%s", got);
        free(got);
    }
}
END_TEST

START_TEST(a_list_is_a_list)
{
    struct bytes list = bytes_of("[\"a\"]"), object = bytes_of("{\"a\": 1}");
    struct json_t *json;
    struct err err;

    ck_assert_int_eq(answer_read(200, list, &(struct expected){0}, &json, &err), ANSWER_YES);
    json_decref(json);
    ck_assert_int_eq(answer_read(200, object, &(struct expected){0}, &json, &err), ANSWER_UNKNOWN);
    ck_assert_ptr_null(json);
}
END_TEST

/* ---- References ---- */

/* "a b" → references to the subjects a and b, version 1. */
static struct schema_answer schema_of(const char *name, const char *needs)
{
    struct schema_answer schema = {.text = text_copy(name), .references = calloc(64, sizeof *schema.references)};

    while (*needs != 0) {
        size_t len = strcspn(needs, " ");
        schema.references[schema.reference_count++] = (struct reference){text_copy_n(needs, len), 1};
        needs += len + strspn(needs + len, " ");
    }
    return schema;
}

/* What follows "name:" in "m: a b; a: c"; "" when it is not there. The caller frees. */
static char *needs_of(const char *graph, const char *name)
{
    for (const char *entry = graph; entry != NULL; entry = strchr(entry, ';')) {
        entry += strspn(entry, "; ");
        size_t len = strcspn(entry, ":");
        if (strlen(name) == len && strncmp(entry, name, len) == 0) {
            char *needs = text_copy_n(entry + len + 1, strcspn(entry + len + 1, ";"));
            char *trimmed = text_copy(text_trim(needs));
            free(needs);
            return trimmed;
        }
    }
    return text_copy("");
}

static void add(struct resolve *resolve, const char *graph, const char *name, bool first)
{
    char *needs = needs_of(graph, name);
    struct schema_answer schema = schema_of(name, needs);

    if (first)
        resolve_begin(resolve, &schema);
    else
        resolve_add(resolve, &schema);
    free(needs);
}

/* The whole conversation; the caller frees. */
static char *resolved(const char *graph, int *asked)
{
    struct resolve resolve;
    const struct reference *wanted;
    enum resolve_step step;

    *asked = 0;
    add(&resolve, graph, "m", true);
    while ((step = resolve_next(&resolve, &wanted)) == RESOLVE_WANTED) {
        ++*asked;
        add(&resolve, graph, wanted->subject, false);
    }
    char *text = step == RESOLVE_COMPLETE ? resolve_text(&resolve) : text_copy("impossible");
    resolve_free(&resolve);
    return text;
}

static void check_resolve(const struct table_row *row)
{
    int asked;
    char *text = resolved(row->cell[0], &asked);

    ck_assert_msg(strcmp(text, row->cell[1]) == 0, "%s:%d: %s", row->path, row->line, text);
    ck_assert_msg(asked == strtol(row->cell[2], NULL, 10), "%s:%d: asked %d times", row->path, row->line, asked);
    free(text);
}

START_TEST(a_schema_comes_after_those_that_it_needs)
{
    table_each("tests/registry/resolve.table", check_resolve);
}
END_TEST

/* `links` schemas, each of which needs the next; or one that needs them all. */
static char *graph_of(int links, bool chain)
{
    char *graph = text_copy(chain ? "m: r1" : "m:");

    for (int i = 1; i <= links; i++) {
        char *longer = chain && i < links ? text_printf("%s; r%d: r%d", graph, i, i + 1)
                       : chain            ? text_copy(graph)
                                          : text_printf("%s r%d", graph, i);
        free(graph);
        graph = longer;
    }
    return graph;
}

static bool is_possible(int links, bool chain)
{
    int asked;
    char *graph = graph_of(links, chain);
    char *text = resolved(graph, &asked);
    bool possible = strcmp(text, "impossible") != 0;

    ck_assert_int_le(asked, RESOLVE_MAX);
    free(text);
    free(graph);
    return possible;
}

START_TEST(references_have_an_end)
{
    ck_assert(is_possible(RESOLVE_DEPTH, true));
    ck_assert(!is_possible(RESOLVE_DEPTH + 1, true));
    ck_assert(is_possible(RESOLVE_MAX, false));
    ck_assert(!is_possible(RESOLVE_MAX + 1, false));
}
END_TEST

START_TEST(two_versions_of_a_subject_are_two_schemas)
{
    struct resolve resolve;
    const struct reference *wanted;
    struct schema_answer main_schema = schema_of("m", "a a"), first = schema_of("a1", ""), second = schema_of("a2", "");

    main_schema.references[1].version = 2;
    resolve_begin(&resolve, &main_schema);
    ck_assert_int_eq(resolve_next(&resolve, &wanted), RESOLVE_WANTED);
    ck_assert_int_eq(wanted->version, 1);
    resolve_add(&resolve, &first);
    ck_assert_int_eq(resolve_next(&resolve, &wanted), RESOLVE_WANTED);
    ck_assert_int_eq(wanted->version, 2);
    resolve_add(&resolve, &second);
    ck_assert_int_eq(resolve_next(&resolve, &wanted), RESOLVE_COMPLETE);
    resolve_free(&resolve);
}
END_TEST

/* Else its last branch would be taken for the schema, and the others for what it refers to. */
START_TEST(a_schema_that_is_a_union_is_the_last_branch_of_another)
{
    struct resolve resolve;
    const struct reference *wanted;
    struct schema_answer schema = schema_of(" [\"null\"]", "");

    resolve_begin(&resolve, &schema);
    ck_assert_int_eq(resolve_next(&resolve, &wanted), RESOLVE_COMPLETE);
    char *text = resolve_text(&resolve);
    ck_assert_str_eq(text, "[ [\"null\"]]");
    free(text);
    resolve_free(&resolve);
}
END_TEST

START_TEST(only_avro_has_references_that_we_follow)
{
    struct resolve resolve;
    const struct reference *wanted;
    struct schema_answer schema = schema_of("m", "a");

    schema.type = SCHEMA_JSON;
    resolve_begin(&resolve, &schema);
    ck_assert_int_eq(resolve_next(&resolve, &wanted), RESOLVE_COMPLETE);
    resolve_free(&resolve);
}
END_TEST

/* ---- URLs ---- */

static void check_endpoint(const struct table_row *row)
{
    struct endpoint endpoint;
    struct err err;
    char *got;

    if (endpoint_read(row->cell[0], &endpoint, &err)) {
        got = endpoint.user == NULL ? text_printf("%s", endpoint.url)
                                    : text_printf("%s as %s:%s", endpoint.url, endpoint.user, endpoint.password);
        endpoint_free(&endpoint);
    } else {
        ck_assert(err.class == ERR_STOP && err.exit_code == EXIT_CONFIG);
        ck_assert_ptr_null(strstr(err.message, "hunter2"));
        got = text_copy("no");
    }
    ck_assert_msg(strcmp(got, row->cell[1]) == 0, "%s:%d: %s", row->path, row->line, got);
    free(got);
}

START_TEST(credentials_are_taken_out_of_urls)
{
    table_each("tests/registry/endpoint.table", check_endpoint);
}
END_TEST

START_TEST(a_subject_is_one_segment_of_a_path)
{
    char *segment = path_segment("a/b c?#%.-_~Ä:");

    ck_assert_str_eq(segment, "a%2Fb%20c%3F%23%25.-_~%C3%84%3A");
    free(segment);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("answer");
    TCase *tcase = tcase_create("answer");

    tcase_add_test(tcase, only_what_a_registry_says_is_believed);
    tcase_add_test(tcase, a_registry_that_has_no_guids_has_none);
    tcase_add_test(tcase, a_list_is_a_list);
    tcase_add_test(tcase, a_schema_comes_after_those_that_it_needs);
    tcase_add_test(tcase, references_have_an_end);
    tcase_add_test(tcase, two_versions_of_a_subject_are_two_schemas);
    tcase_add_test(tcase, a_schema_that_is_a_union_is_the_last_branch_of_another);
    tcase_add_test(tcase, only_avro_has_references_that_we_follow);
    tcase_add_test(tcase, credentials_are_taken_out_of_urls);
    tcase_add_test(tcase, a_subject_is_one_segment_of_a_path);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

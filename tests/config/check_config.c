/*
 * Configuration: the rules are in the tables beside this file; here is how a case becomes a call, and what holds for
 * all keys.
 */
#include "table.h"

#include "config/config_table.h"
#include "runtime/log.h"
#include "core/nearest.h"
#include "config/owned_keys.h"
#include "config/secret.h"
#include "config/secrets.h"
#include "core/text.h"

#include <fcntl.h>
#include <unistd.h>

#define LIST_MAX 16
#define ABSENT   "without "

/* ---- From a case to a call ---- */

/* Splits "a; b; c" in place; NULL-terminated. "-" is the empty list. */
static void split(char *text, const char *list[static LIST_MAX])
{
    size_t count = 0;

    for (char *rest = strcmp(text, "-") == 0 ? NULL : text; rest != NULL && count < LIST_MAX - 1;) {
        char *end = strstr(rest, "; ");
        if (end != NULL)
            *end = 0;
        list[count++] = table_trim(rest);
        rest = end == NULL ? NULL : end + 2;
    }
    list[count] = NULL;
}

/* "\n" and "\r" as written in a table → the characters, in place. */
static void unescape(char *text)
{
    char *out = text;

    for (const char *in = text; *in != 0; in++) {
        if (in[0] == '\\' && (in[1] == 'n' || in[1] == 'r'))
            *out++ = *++in == 'n' ? '\n' : '\r';
        else
            *out++ = *in;
    }
    *out = 0;
}

static char *printed(const struct config *config, bool json)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    config_print(config, out, json);
    fclose(out);
    return text;
}

/* Several blanks → one, in place: the columns are not the claim. */
static void squeeze(char *text)
{
    char *out = text;

    for (const char *in = text; *in != 0; in++)
        if (*in != ' ' || out == text || out[-1] != ' ')
            *out++ = *in;
    *out = 0;
}

/* `line` begins a line of `text` and is whole words of it. */
static bool has_line(const char *text, const char *line)
{
    for (const char *found = strstr(text, line); found != NULL; found = strstr(found + 1, line)) {
        char after = found[strlen(line)];
        if ((found == text || found[-1] == '\n') && (after == ' ' || after == '\n'))
            return true;
    }
    return false;
}

static void expect_refused(const struct table_row *row, bool loaded, const struct err *err, const char *expected)
{
    char words[512];
    const char *list[LIST_MAX];

    ck_assert_msg(!loaded, "%s:%d: accepted", row->path, row->line);
    snprintf(words, sizeof words, "%s", expected);
    size_t code = strcspn(words, " ");
    ck_assert_msg(strncmp(err->code, words, code) == 0, "%s:%d: %s: %s", row->path, row->line, err->code, err->message);
    split(words + code, list);
    for (size_t i = 0; list[i] != NULL; i++)
        ck_assert_msg(strstr(err->message, list[i]) != NULL, "%s:%d: no \"%s\" in: %s", row->path, row->line, list[i],
                      err->message);
    ck_assert_msg(strstr(err->message, "hunter2") == NULL, "%s:%d: a secret in: %s", row->path, row->line,
                  err->message);
    ck_assert_int_eq(err->class, ERR_STOP);
    ck_assert_int_eq(err->exit_code, EXIT_CONFIG);
}

static void expect(const struct table_row *row, const struct config_request *request, const char *expected)
{
    struct config config;
    struct err err = {0};
    bool loaded = config_load(&config, request, &err);
    const char *list[LIST_MAX];
    char words[512];

    if (*expected == '!') {
        expect_refused(row, loaded, &err, expected + 2);
        return;
    }
    ck_assert_msg(loaded, "%s:%d: %s", row->path, row->line, err.message);
    char *text = printed(&config, false);
    squeeze(text);
    snprintf(words, sizeof words, "%s", expected);
    unescape(words);
    split(words, list);
    for (size_t i = 0; list[i] != NULL; i++) {
        bool expected_absent = text_begins(list[i], ABSENT);
        bool found = expected_absent ? strstr(text, list[i] + strlen(ABSENT)) != NULL : has_line(text, list[i]);
        ck_assert_msg(found != expected_absent, "%s:%d: not \"%s\":\n%s", row->path, row->line, list[i], text);
    }
    ck_assert_msg(strstr(text, "hunter2") == NULL, "%s:%d: a secret in:\n%s", row->path, row->line, text);
    free(text);
    config_free(&config);
}

/* ---- Files of a case, in a folder of their own that is the working folder meanwhile ---- */

struct folder {
    char path[32];
    int before;
};

static void folder_enter(struct folder *folder)
{
    snprintf(folder->path, sizeof folder->path, "/tmp/check_config.XXXXXX");
    folder->before = open(".", O_RDONLY | O_DIRECTORY);
    ck_assert(folder->before >= 0 && mkdtemp(folder->path) != NULL && chdir(folder->path) == 0);
}

static void folder_leave(struct folder *folder, const char *const *names)
{
    for (; *names != NULL; names++)
        unlink(*names);
    ck_assert(fchdir(folder->before) == 0 && rmdir(folder->path) == 0);
    close(folder->before);
}

static void write_file(const char *name, char *text)
{
    FILE *file = fopen(name, "w");

    ck_assert(file != NULL);
    unescape(text);
    fputs(text, file);
    fclose(file);
}

/* ---- Tables ---- */

static void check_values(const struct table_row *row)
{
    const char *overrides[LIST_MAX];
    struct config_request request = {.overrides = overrides};

    ck_assert_int_eq(row->count, 2);
    split(row->cell[0], overrides);
    while (overrides[request.override_count] != NULL)
        request.override_count++;
    expect(row, &request, row->cell[1]);
}

static void check_sources(const struct table_row *row)
{
    static const char *const names[] = {"main.conf", NULL};
    const char *environment[LIST_MAX];
    const char *overrides[LIST_MAX];
    struct folder folder;
    struct config_request request = {.overrides = overrides, .file = "main.conf"};

    ck_assert_int_eq(row->count, 4);
    split(row->cell[1], environment);
    split(row->cell[2], overrides);
    while (overrides[request.override_count] != NULL)
        request.override_count++;
    request.environ = (char *const *)environment;
    folder_enter(&folder);
    write_file("main.conf", strcmp(row->cell[0], "-") == 0 ? row->cell[0] + 1 : row->cell[0]);
    expect(row, &request, row->cell[3]);
    folder_leave(&folder, names);
}

static void check_files_in(const struct table_row *row, char *const *environment)
{
    const char *names[TABLE_CELLS + 1] = {NULL};
    struct folder folder;
    struct config_request request = {.file = "main.conf", .environ = environment};

    folder_enter(&folder);
    for (int i = 0; i < row->count - 1; i++) {
        char *colon = strchr(row->cell[i], ':');
        ck_assert_msg(colon != NULL, "%s:%d: NAME: text", row->path, row->line);
        *colon = 0;
        write_file(row->cell[i], table_trim(colon + 1));
        names[i] = row->cell[i];
    }
    expect(row, &request, row->cell[row->count - 1]);
    folder_leave(&folder, names);
}

static void check_files(const struct table_row *row)
{
    check_files_in(row, NULL);
}

/* The folder of the configuration is that of the secrets, too. */
static void check_credentials(const struct table_row *row)
{
    static char folder[] = "CREDENTIALS_DIRECTORY=.", variable[] = "SESSIOND_KAFKA_CLIENT_ID=variable";

    check_files_in(row, (char *[]){folder, variable, NULL});
}

static void check_owned(const struct table_row *row)
{
    const char *overrides[] = {row->cell[0]};
    struct config_request request = {.overrides = overrides, .override_count = 1};
    char expected[256];

    snprintf(expected, sizeof expected, "! E-CONFIG-03 cannot be set; %s", row->cell[1]);
    expect(row, &request, expected);
}

static void check_secret(const struct table_row *row)
{
    char *masked = secret_mask_conninfo(row->cell[0]);

    ck_assert_msg(strcmp(masked, row->cell[1]) == 0, "%s:%d: %s", row->path, row->line, masked);
    free(masked);
}

static void check_secrets(const struct table_row *row)
{
    const char *overrides[] = {row->cell[0]};
    char *environment[] = {"PATH=/bin", "PGPASSWORD=planted here", NULL};
    struct config_request request = {.overrides = overrides, .override_count = 1, .environ = environment};
    struct config config;
    struct secrets secrets;
    struct err err;

    ck_assert_msg(config_load(&config, &request, &err), "%s:%d: %s", row->path, row->line, err.message);
    secrets_collect(&secrets, &config, environment);
    char *masked = secrets_mask(&secrets, row->cell[1]);
    ck_assert_msg(strcmp(masked, row->cell[2]) == 0, "%s:%d: %s", row->path, row->line, masked);
    free(masked);
    masked = secrets_mask(&secrets, "planted here");
    ck_assert_str_eq(masked, "********");
    free(masked);
    secrets_free(&secrets);
    config_free(&config);
}

static void check_nearest(const struct table_row *row)
{
    size_t distance = nearest_distance(row->cell[0], row->cell[1]);

    ck_assert_msg(distance == (size_t)strtol(row->cell[2], NULL, 10), "%s:%d: %zu", row->path, row->line, distance);
    ck_assert_uint_eq(nearest_distance(row->cell[1], row->cell[0]), distance);
}

START_TEST(values_are_accepted_and_refused_as_the_table_says)
{
    table_each("tests/config/config-values.table", check_values);
}
END_TEST

START_TEST(later_sources_win_and_origins_are_named)
{
    table_each("tests/config/config-sources.table", check_sources);
}
END_TEST

START_TEST(files_include_files_and_secrets)
{
    table_each("tests/config/config-files.table", check_files);
}
END_TEST

START_TEST(a_folder_of_secrets_has_a_file_for_each_key)
{
    table_each("tests/config/config-credentials.table", check_credentials);
}
END_TEST

START_TEST(a_folder_of_secrets_that_cannot_be_read_is_refused)
{
    static char folder[] = "CREDENTIALS_DIRECTORY=/no/such/folder";
    struct config config;
    struct err err = {0};

    ck_assert(!config_load(&config,
                           &(struct config_request){
                               .environ = (char *[]){folder, NULL}
    },
                           &err));
    ck_assert_str_eq(err.code, "E-CONFIG-08");
    ck_assert_ptr_nonnull(strstr(err.message, "/no/such/folder"));
}
END_TEST

START_TEST(keys_that_the_guarantees_rest_on_are_refused_with_the_reason)
{
    table_each("tests/config/owned-keys.table", check_owned);
}
END_TEST

START_TEST(passwords_in_connection_strings_are_masked)
{
    table_each("tests/config/secret.table", check_secret);
}
END_TEST

START_TEST(no_text_of_others_shows_a_secret)
{
    table_each("tests/config/secrets.table", check_secrets);
}
END_TEST

START_TEST(distance_is_levenshtein_and_symmetric)
{
    table_each("tests/config/nearest.table", check_nearest);
}
END_TEST

/* ---- What holds for every key ---- */

/* The default of each key, given explicitly, is accepted and printed as before. */
START_TEST(every_default_round_trips)
{
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        struct table_row row = {.path = key->name};
        if (key->initial == NULL)
            continue;
        char *override = text_printf("%s=%s", key->name, key->initial);
        char *line = text_printf("%s # -X", override);
        const char *overrides[] = {override};
        expect(&row, &(struct config_request){.overrides = overrides, .override_count = 1}, override);
        squeeze(line);
        expect(&row, &(struct config_request){.overrides = overrides, .override_count = 1}, line);
        free(line);
        free(override);
    }
}
END_TEST

START_TEST(every_key_can_be_set_by_its_variable)
{
    for (size_t i = 0; i < config_key_count; i++) {
        const struct config_key *key = &config_keys[i];
        struct table_row row = {.path = key->name};
        if (key->initial == NULL)
            continue;
        char name[128] = "SESSIOND_";
        size_t len = strlen(name);
        for (const char *c = key->name; *c != 0; c++)
            name[len++] = *c == '.' ? '_' : (char)toupper((unsigned char)*c);
        name[len] = 0;
        char *variable = text_printf("%s=%s", name, key->initial);
        char *line = text_printf("%s=%s # %s", key->name, key->initial, name);
        char *environment[] = {variable, NULL};
        squeeze(line);
        expect(&row, &(struct config_request){.environ = environment}, line);
        free(line);
        free(variable);
    }
}
END_TEST

static char *listing(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    config_list(out, false);
    fclose(out);
    return text;
}

START_TEST(every_key_is_listed_and_has_a_meaning)
{
    char *text = listing();

    for (size_t i = 0; i < config_key_count; i++) {
        ck_assert_msg(has_line(text, config_keys[i].name), "%s is not listed", config_keys[i].name);
        ck_assert_msg(*config_keys[i].meaning != 0, "%s has no meaning", config_keys[i].name);
    }
    free(text);
}
END_TEST

START_TEST(every_key_that_a_file_may_hold_is_listed_so)
{
    char *text = listing();

    for (size_t i = 0; i < config_key_count; i++) {
        char *line = text_printf("\n  %s.file\n", config_keys[i].name);
        bool listed = strstr(text, line) != NULL;
        line[strlen(line) - 1] = 0;
        bool settable = config_keys[i].type != CONFIG_KAFKA && config_settable(line + strlen("\n  "));
        ck_assert_msg(listed == settable, "%s", line);
        free(line);
    }
    ck_assert_ptr_nonnull(strstr(text, "Any kafka.* key"));
    free(text);
}
END_TEST

START_TEST(no_key_of_ours_is_an_owned_one_except_group_id)
{
    for (size_t i = 0; i < config_key_count; i++)
        if (strcmp(config_keys[i].name, "group.id") != 0)
            ck_assert_ptr_null(owned_key_reason(config_keys[i].name));
}
END_TEST

START_TEST(json_has_numbers_booleans_and_masks)
{
    static const char *const overrides[] = {"kafka.sasl.password=hunter2", "group.id=\"\\", "batch.max.bytes=1KiB"};
    struct config config;
    struct err err;

    ck_assert(config_load(&config, &(struct config_request){.overrides = overrides, .override_count = 3}, &err));
    char *text = printed(&config, true);
    ck_assert_ptr_nonnull(strstr(text, "\"kafka.sasl.password\": {\"value\": \"********\", \"origin\": \"-X\"}"));
    ck_assert_ptr_nonnull(strstr(text, "\"group.id\": {\"value\": \"\\\"\\\\\", \"origin\": \"-X\"}"));
    ck_assert_ptr_nonnull(strstr(text, "\"batch.max.bytes\": {\"value\": 1024, \"origin\": \"-X\"}"));
    ck_assert_ptr_nonnull(strstr(text, "\"commands.id.required\": {\"value\": false, \"origin\": \"default\"}"));
    ck_assert_ptr_null(strstr(text, "hunter2"));
    free(text);
    config_free(&config);
}
END_TEST

/* ---- The struct ---- */

START_TEST(values_reach_the_struct)
{
    static const char *const overrides[] = {"events.format=avro",   "events.delivery=at-least-once",
                                            "log.format=json",      "commands.id.required=true",
                                            "batch.max.bytes=1MiB", "events.echo.headers=a, b,"};
    struct config config;
    struct err err;

    ck_assert(config_load(&config, &(struct config_request){.overrides = overrides, .override_count = 6}, &err));
    ck_assert_int_eq(config.events_format, EVENTS_AVRO);
    ck_assert_int_eq(config.events_delivery, DELIVERY_AT_LEAST_ONCE);
    ck_assert_int_eq(config.log_format, LOG_JSON);
    ck_assert_int_eq(config.log_level, LOG_INFO);
    ck_assert_int_eq(config.duplicates, DUPLICATES_REPUBLISH);
    ck_assert_int_eq(config.commands_format, COMMANDS_AUTO);
    ck_assert(config.commands_id_required);
    ck_assert_int_eq(config.batch_max_bytes, 1 << 20);
    ck_assert_int_eq(config.batch_max_messages, 5000);
    ck_assert_str_eq(config.events_echo_headers[0], "a");
    ck_assert_str_eq(config.events_echo_headers[1], "b");
    ck_assert_ptr_null(config.events_echo_headers[2]);
    ck_assert_uint_eq(config.kafka_count, 1);
    ck_assert_str_eq(config.kafka[0].name, "bootstrap.servers");
    ck_assert_str_eq(config.kafka[0].value, "127.0.0.1:9092");
    ck_assert_str_eq(config.kafka[0].origin, "default");
    config_free(&config);
}
END_TEST

START_TEST(the_instance_is_the_host_unless_named)
{
    static const char *const named[] = {"group.id=g", "instance.id=i"};
    char host[256] = "";
    struct config config;
    struct err err;

    gethostname(host, sizeof host - 1);
    ck_assert(config_load(&config, &(struct config_request){0}, &err));
    ck_assert_str_eq(config.instance_id, host);
    ck_assert(!config.instance_auto);
    config_free(&config);

    ck_assert(config_load(&config, &(struct config_request){.overrides = named, .override_count = 2}, &err));
    ck_assert_str_eq(config.transactional_id, "g/i");
    config_free(&config);
}
END_TEST

START_TEST(an_automatic_instance_is_another_one_each_time)
{
    static const char *const overrides[] = {"instance.id=auto"};
    struct config_request request = {.overrides = overrides, .override_count = 1};
    struct config first, second;
    struct err err;

    ck_assert(config_load(&first, &request, &err) && config_load(&second, &request, &err));
    ck_assert(first.instance_auto);
    ck_assert_str_eq(first.instance_id, "");
    ck_assert_uint_eq(strlen(first.transactional_id), strlen("sessiond/") + 36);
    ck_assert_int_eq(first.transactional_id[strlen("sessiond/") + 14], '4');
    ck_assert_str_ne(first.transactional_id, second.transactional_id);
    config_free(&first);
    config_free(&second);
}
END_TEST

START_TEST(a_scope_keeps_its_own_value_in_the_order_of_the_sources)
{
    static const char *const overrides[] = {"kafka.consumer.client.id=c", "kafka.client.id=a",
                                            "kafka.consumer.client.id=d"};
    struct config config;
    struct err err;

    ck_assert(config_load(&config, &(struct config_request){.overrides = overrides, .override_count = 3}, &err));
    ck_assert_uint_eq(config.kafka_count, 3);
    ck_assert_str_eq(config.kafka[1].value, "a");
    ck_assert_int_eq(config.kafka[1].scope, KAFKA_ALL);
    ck_assert_str_eq(config.kafka[2].value, "d");
    ck_assert_int_eq(config.kafka[2].scope, KAFKA_CONSUMER);
    config_free(&config);
}
END_TEST

START_TEST(a_property_from_a_variable_is_marked_and_can_be_left_out)
{
    static const char *const overrides[] = {"kafka.both=x"};
    char *environment[] = {"SESSIOND_KAFKA_ONE=1", "SESSIOND_KAFKA_BOTH=2", "SESSIOND_KAFKA_LAST=3", NULL};
    struct config_request request = {.environ = environment, .overrides = overrides, .override_count = 1};
    struct config config;
    struct err err;

    ck_assert(config_load(&config, &request, &err));
    ck_assert_uint_eq(config.kafka_count, 4);
    ck_assert(!config.kafka[0].from_environment);
    ck_assert(config.kafka[1].from_environment);
    ck_assert_str_eq(config.kafka[2].name, "last");
    ck_assert(config.kafka[2].from_environment);
    ck_assert_str_eq(config.kafka[3].name, "both");
    ck_assert_msg(!config.kafka[3].from_environment, "-X came later");

    log_setup(LOG_TEXT, LOG_ERROR);
    config_ignore_variable(&config, 1);
    ck_assert_uint_eq(config.kafka_count, 3);
    ck_assert_str_eq(config.kafka[0].name, "bootstrap.servers");
    ck_assert_str_eq(config.kafka[1].name, "last");
    ck_assert_str_eq(config.kafka[2].name, "both");
    config_free(&config);
}
END_TEST

START_TEST(a_file_named_by_the_user_must_exist)
{
    struct config config;
    struct err err;

    ck_assert(!config_load(&config, &(struct config_request){.file = "/nowhere/x.conf"}, &err));
    ck_assert_int_eq(err.exit_code, EXIT_NOINPUT);
    ck_assert_str_eq(err.code, "E-CONFIG-05");
    ck_assert_ptr_nonnull(strstr(err.message, "/nowhere/x.conf"));
}
END_TEST

START_TEST(a_file_with_a_nul_byte_is_refused)
{
    static const char *const names[] = {"main.conf", NULL};
    struct folder folder;
    struct config config;
    struct err err;

    folder_enter(&folder);
    FILE *file = fopen("main.conf", "w");
    fwrite("group.id=a\0b\n", 1, 13, file);
    fclose(file);
    ck_assert(!config_load(&config, &(struct config_request){.file = "main.conf"}, &err));
    ck_assert_str_eq(err.code, "E-CONFIG-06");
    folder_leave(&folder, names);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("config");
    TCase *rules = tcase_create("rules");
    TCase *keys = tcase_create("keys");
    TCase *results = tcase_create("results");

    tcase_add_test(rules, values_are_accepted_and_refused_as_the_table_says);
    tcase_add_test(rules, later_sources_win_and_origins_are_named);
    tcase_add_test(rules, files_include_files_and_secrets);
    tcase_add_test(rules, a_folder_of_secrets_has_a_file_for_each_key);
    tcase_add_test(rules, a_folder_of_secrets_that_cannot_be_read_is_refused);
    tcase_add_test(rules, keys_that_the_guarantees_rest_on_are_refused_with_the_reason);
    tcase_add_test(rules, passwords_in_connection_strings_are_masked);
    tcase_add_test(rules, no_text_of_others_shows_a_secret);
    tcase_add_test(rules, distance_is_levenshtein_and_symmetric);
    tcase_add_test(keys, every_default_round_trips);
    tcase_add_test(keys, every_key_can_be_set_by_its_variable);
    tcase_add_test(keys, every_key_is_listed_and_has_a_meaning);
    tcase_add_test(keys, every_key_that_a_file_may_hold_is_listed_so);
    tcase_add_test(keys, no_key_of_ours_is_an_owned_one_except_group_id);
    tcase_add_test(keys, json_has_numbers_booleans_and_masks);
    tcase_add_test(results, values_reach_the_struct);
    tcase_add_test(results, the_instance_is_the_host_unless_named);
    tcase_add_test(results, an_automatic_instance_is_another_one_each_time);
    tcase_add_test(results, a_scope_keeps_its_own_value_in_the_order_of_the_sources);
    tcase_add_test(results, a_property_from_a_variable_is_marked_and_can_be_left_out);
    tcase_add_test(results, a_file_named_by_the_user_must_exist);
    tcase_add_test(results, a_file_with_a_nul_byte_is_refused);
    suite_add_tcase(suite, rules);
    suite_add_tcase(suite, keys);
    suite_add_tcase(suite, results);
    return table_run(suite);
}

/* Writer schemas: canonical forms, fingerprints as fastavro has them, and what schemas.dir may hold. */
#include "avro/canonical.h"
#include "codec/schemas.h"

#include "command_case.h"

#include <sys/stat.h>
#include <unistd.h>

static struct bytes file_read(const char *path)
{
    static char text[1 << 16];
    FILE *file = fopen(path, "r");

    ck_assert_msg(file != NULL, "cannot open %s", path);
    size_t len = fread(text, 1, sizeof text, file);
    fclose(file);
    return (struct bytes){(const uint8_t *)text, len};
}

static void check_form(const struct table_row *row)
{
    char *form = canonical_form(bytes_of(row->cell[0]));

    ck_assert_msg(form != NULL, "%s:%d: not a schema", row->path, row->line);
    ck_assert_msg(strcmp(form, row->cell[1]) == 0, "%s:%d: becomes %s", row->path, row->line, form);
    if (strcmp(row->cell[2], "-") != 0)
        ck_assert_uint_eq(canonical_fingerprint(form), strtoull(row->cell[2], NULL, 16));
    free(form);
}

START_TEST(canonical_forms_are_the_specifications)
{
    table_each("tests/codec/canonical.table", check_form);
}
END_TEST

static void check_fingerprint(const struct table_row *row)
{
    char *form = canonical_form(file_read(row->cell[0]));

    ck_assert_msg(form != NULL, "%s is not a schema", row->cell[0]);
    ck_assert_msg(canonical_fingerprint(form) == strtoull(row->cell[1], NULL, 16),
                  "%s:%d: %016" PRIx64 " is ours for %s", row->path, row->line, canonical_fingerprint(form), form);
    free(form);
}

START_TEST(fingerprints_are_those_of_fastavro)
{
    table_each("tests/data/avro_fingerprints.table", check_fingerprint);
}
END_TEST

START_TEST(what_is_not_a_schema_has_no_canonical_form)
{
    static const char *const texts[] = {"",
                                        "{",
                                        "1",
                                        "{}",
                                        "{\"type\":1}",
                                        "{\"type\":\"record\",\"fields\":[]}",
                                        "{\"type\":\"record\",\"name\":\"R\"}",
                                        "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"type\":\"int\"}]}",
                                        "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[1]}",
                                        "{\"type\":\"fixed\",\"name\":\"F\",\"size\":\"x\"}",
                                        "{\"type\":\"array\"}"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        ck_assert_msg(canonical_form(bytes_of(texts[i])) == NULL, "%s", texts[i]);
}
END_TEST

START_TEST(the_three_schemas_of_ours_are_built_in)
{
    static const char *const names[] = {"CreateStudySession", "StudySessionCreated", "StudySessionRejected"};
    struct err err;
    struct schemas *schemas = schemas_open("", &err);

    ck_assert_ptr_nonnull(schemas);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct schema *schema = schemas_builtin(schemas, names[i]);
        ck_assert_msg(schema != NULL, "%s", names[i]);
        ck_assert_ptr_nonnull(schema_avro(schema));
        ck_assert_ptr_eq(schemas_find(schemas, schema_fingerprint(schema)), schema);
    }
    ck_assert_ptr_null(schemas_builtin(schemas, "Nothing"));
    ck_assert_ptr_null(schemas_find(schemas, 0));
    schemas_close(schemas);
}
END_TEST

/* A folder for schemas.dir; emptied by folder_remove. */
static char folder[32];

static const char *folder_file(const char *name, const char *text)
{
    static char path[96];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
    return path;
}

static void folder_make(void)
{
    snprintf(folder, sizeof folder, "/tmp/schemas-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void folder_remove(void)
{
    static const char *const names[] = {"good.avsc", "bad.avsc", "notes.txt", "copy.avsc", "large.avsc", "other.avsc"};
    char path[96];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        remove(path);
    }
    rmdir(folder);
}

START_TEST(every_avsc_of_the_folder_is_known)
{
    struct err err;

    folder_file("good.avsc", "\"long\"");
    folder_file("notes.txt", "not a schema, and not asked");
    struct schemas *schemas = schemas_open(folder, &err);
    ck_assert_ptr_nonnull(schemas);
    const struct schema *schema = schemas_find(schemas, 0xd054e14493f41db7);
    ck_assert_ptr_nonnull(schema);
    ck_assert_str_eq(schema_file(schema), "good.avsc");
    ck_assert(!schema_is_builtin(schema));
    ck_assert_ptr_null(schema_record(schema));
    schemas_close(schemas);
}
END_TEST

START_TEST(a_copy_of_a_built_in_schema_hides_nothing)
{
    struct err err;
    struct bytes text = file_read("schemas/create-study-session.v1.avsc");
    char copy[4096];

    snprintf(copy, sizeof copy, "%.*s", (int)text.len, (const char *)text.data);
    folder_file("copy.avsc", copy);
    struct schemas *schemas = schemas_open(folder, &err);
    ck_assert_ptr_nonnull(schemas);
    const struct schema *builtin = schemas_builtin(schemas, "CreateStudySession");
    ck_assert_ptr_eq(schemas_find(schemas, schema_fingerprint(builtin)), builtin);
    ck_assert(schema_is_builtin(builtin));
    ck_assert_str_eq(schema_record(builtin), "study_sessions.v1.CreateStudySession");
    schemas_close(schemas);
}
END_TEST

static void check_stop(const char *dir, const char *code, const char *names, const char *says)
{
    struct err err = {0};

    ck_assert_ptr_null(schemas_open(dir, &err));
    ck_assert_int_eq(err.class, ERR_STOP);
    ck_assert_int_eq(err.exit_code, EXIT_CONFIG);
    ck_assert_str_eq(err.code, code);
    ck_assert_msg(strstr(err.message, names) != NULL && strstr(err.message, says) != NULL, "%s", err.message);
}

START_TEST(a_file_that_is_not_a_schema_stops_the_program_and_is_named)
{
    const char *path = folder_file("bad.avsc", "{\"type\":\"record\",\"name\":\"R\"}");

    check_stop(folder, "E-SCHEMA-01", path, "Record type must have \"fields\"");
    /* The second time as the first: nothing is left of the text before. */
    check_stop(folder, "E-SCHEMA-01", path, "schema: Record type must have \"fields\"\n  fix:");
    folder_file("bad.avsc", "{");
    check_stop(folder, "E-SCHEMA-01", path, "is not a usable Avro schema");
    folder_file("bad.avsc", "");
    check_stop(folder, "E-SCHEMA-01", path, "is not a usable Avro schema");
    folder_file("bad.avsc", "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"group_id\",\"type\":\"int\"},"
                            "{\"name\":\"group_id\",\"type\":\"int\"}]}");
    check_stop(folder, "E-SCHEMA-01", path, "a field is named twice");
}
END_TEST

START_TEST(a_file_of_1_mib_stops_the_program)
{
    char *text = malloc((1u << 20) + 1);

    memset(text, ' ', 1u << 20);
    text[1u << 20] = 0;
    const char *path = folder_file("large.avsc", text);
    check_stop(folder, "E-SCHEMA-01", path, "it is larger than 1 MiB");
    free(text);
}
END_TEST

/* Readable as a file, but not its content; and not even that. */
START_TEST(a_schema_that_cannot_be_read_stops_the_program)
{
    char path[512];

    snprintf(path, sizeof path, "%s/other.avsc", folder);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    check_stop(folder, "E-SCHEMA-02", path, "Is a directory");
    ck_assert_int_eq(rmdir(path), 0);
    ck_assert_int_eq(symlink("nowhere", path), 0);
    check_stop(folder, "E-SCHEMA-02", path, "No such file or directory");
}
END_TEST

START_TEST(a_folder_that_is_not_there_stops_the_program)
{
    check_stop("/nonexistent/schemas", "E-SCHEMA-02", "/nonexistent/schemas", "No such file or directory");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("schemas");
    TCase *tcase = tcase_create("schemas");

    tcase_add_checked_fixture(tcase, folder_make, folder_remove);
    tcase_add_test(tcase, canonical_forms_are_the_specifications);
    tcase_add_test(tcase, fingerprints_are_those_of_fastavro);
    tcase_add_test(tcase, what_is_not_a_schema_has_no_canonical_form);
    tcase_add_test(tcase, the_three_schemas_of_ours_are_built_in);
    tcase_add_test(tcase, every_avsc_of_the_folder_is_known);
    tcase_add_test(tcase, a_copy_of_a_built_in_schema_hides_nothing);
    tcase_add_test(tcase, a_file_that_is_not_a_schema_stops_the_program_and_is_named);
    tcase_add_test(tcase, a_file_of_1_mib_stops_the_program);
    tcase_add_test(tcase, a_schema_that_cannot_be_read_stops_the_program);
    tcase_add_test(tcase, a_folder_that_is_not_there_stops_the_program);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

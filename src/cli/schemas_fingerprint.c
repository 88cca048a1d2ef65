#include "cli/schemas.h"
#include "avro/canonical.h"
#include "json/writer.h"
#include "core/hex.h"
#include "core/sha256.h"
#include "runtime/stop.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* Nobody writes a larger schema. */
#define FILE_MAX (1u << 20)

/* In hexadecimal digits. */
struct fingerprints {
    char crc[17];
    char single_object[21]; /* the bytes with which the encoding begins */
    char sha_256[65];
};

static void hex(const uint8_t *bytes, size_t count, char *text)
{
    for (size_t i = 0; i < count; i++)
        memcpy(text + 2 * i, (char[]){hex_digit(bytes[i] >> 4U), hex_digit(bytes[i]), 0}, 3);
}

static void print_text(const char *file, const char *form, const struct fingerprints *fingerprints)
{
    printf("%s\n  CRC-64-AVRO    %s\n  single object  %s\n  SHA-256        %s\n  canonical      %s\n", file,
           fingerprints->crc, fingerprints->single_object, fingerprints->sha_256, form);
}

static void write_form(struct json_writer *json, const char *file, const char *form,
                       const struct fingerprints *fingerprints)
{
    write_object(json);
    write_member_text(json, "file", file);
    write_member_text(json, "crc_64_avro", fingerprints->crc);
    write_member_text(json, "single_object", fingerprints->single_object);
    write_member_text(json, "sha_256", fingerprints->sha_256);
    write_member_text(json, "canonical", form);
    write_object_end(json);
}

/* All fingerprints of a canonical form, as text. */
static struct fingerprints fingerprints_of(const char *form)
{
    struct fingerprints fingerprints;
    uint64_t crc = canonical_fingerprint(form);
    uint8_t digest[32], head[10] = {0xc3, 0x01};

    for (unsigned i = 0; i < 8; i++)
        head[2 + i] = (uint8_t)(crc >> 8 * i);
    sha256(bytes_of(form), digest);
    snprintf(fingerprints.crc, sizeof fingerprints.crc, "%016" PRIx64, crc);
    hex(head, sizeof head, fingerprints.single_object);
    hex(digest, sizeof digest, fingerprints.sha_256);
    return fingerprints;
}

static int print_schema(struct json_writer *json, const char *file, struct bytes text)
{
    char *form = canonical_form(text);

    if (form == NULL) {
        struct err err;
        err_set(&err, ERR_STOP, EXIT_DATA, E_SCHEMA_03, "%s is not an Avro schema", file);
        return cli_fail(&err);
    }
    struct fingerprints fingerprints = fingerprints_of(form);
    if (json != NULL)
        write_form(json, file, form, &fingerprints);
    else
        print_text(file, form, &fingerprints);
    free(form);
    return EXIT_DONE;
}

static int print_builtin(struct json_writer *json)
{
    struct err err;
    struct schemas *schemas = schemas_open("", &err);
    int status = schemas == NULL ? cli_fail(&err) : EXIT_DONE;

    for (size_t i = 0; status == EXIT_DONE && i < schemas_count(schemas); i++) {
        const struct schema *schema = schemas_at(schemas, i);
        status = print_schema(json, schema_file(schema), bytes_of(schema_text(schema)));
    }
    schemas_close(schemas);
    return status;
}

static int fail_to_read(const char *name)
{
    struct err err;

    if (stop_requested())
        err_set(&err, ERR_INTERRUPTED, EXIT_TIMEOUT, E_INTERRUPTED, "interrupted while reading %s", name);
    else
        err_set(&err, ERR_STOP, EXIT_NOINPUT, E_SCHEMA_04, "cannot read %s: %s", name, strerror(errno));
    return cli_fail(&err);
}

static int print_file(struct json_writer *json, const char *name)
{
    static char text[FILE_MAX];
    bool is_stdin = strcmp(name, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(name, "re");

    if (file == NULL)
        return fail_to_read(name);
    size_t len = fread(text, 1, sizeof text, file);
    /* A signal may have ended the writer too; then the file is incomplete without an error. */
    bool whole = !ferror(file) && !stop_requested();
    int status = whole ? print_schema(json, name, (struct bytes){(const uint8_t *)text, len}) : fail_to_read(name);
    if (!is_stdin)
        fclose(file);
    return status;
}

static int print_all(struct json_writer *json, const char *const *files)
{
    int status = EXIT_DONE;

    if (*files == NULL)
        status = print_builtin(json);
    for (; status == EXIT_DONE && *files != NULL; files++)
        status = print_file(json, *files);
    return status;
}

int schemas_fingerprint(const struct cli *cli, const char *const *files)
{
    struct json_writer json = json_to_stream(stdout);

    stop_setup();
    if (!cli->json)
        return print_all(NULL, files);
    write_object(&json);
    write_key(&json, "schemas");
    write_array(&json);
    int status = print_all(&json, files);
    write_array_end(&json);
    write_object_end(&json);
    write_line_end(&json);
    return status;
}

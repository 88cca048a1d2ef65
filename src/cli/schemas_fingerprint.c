#include "cli/schemas.h"
#include "avro/canonical.h"
#include "json/json_write.h"
#include "core/sha256.h"
#include "runtime/stop.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

/* No schema that people write is larger. */
#define FILE_MAX (1u << 20)

static void print_hex(const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        printf("%02x", bytes[i]);
}

static void print_single_object(uint64_t fingerprint)
{
    printf("c301");
    for (unsigned i = 0; i < 64; i += 8)
        printf("%02x", (unsigned)(fingerprint >> i & 0xff));
}

static void print_text(const char *file, const char *form, uint64_t fingerprint, const uint8_t digest[static 32])
{
    printf("%s\n  CRC-64-AVRO    %016" PRIx64 "\n  single object  ", file, fingerprint);
    print_single_object(fingerprint);
    printf("\n  SHA-256        ");
    print_hex(digest, 32);
    printf("\n  canonical      %s\n", form);
}

static void print_json(const char *file, const char *form, uint64_t fingerprint, const uint8_t digest[static 32])
{
    printf("{\"file\": ");
    json_write_string(stdout, bytes_of(file));
    printf(", \"crc_64_avro\": \"%016" PRIx64 "\", \"single_object\": \"", fingerprint);
    print_single_object(fingerprint);
    printf("\", \"sha_256\": \"");
    print_hex(digest, 32);
    printf("\", \"canonical\": ");
    json_write_string(stdout, bytes_of(form));
    putchar('}');
}

/* Where the output is: JSON wants a comma between two. */
struct output {
    bool json;
    size_t printed;
};

static int print_schema(struct output *output, const char *file, struct bytes text)
{
    uint8_t digest[32];
    char *form = canonical_form(text);

    if (form == NULL) {
        struct err err;
        err_set(&err, ERR_STOP, EXIT_DATA, E_SCHEMA_03, "%s is not an Avro schema", file);
        return cli_fail(&err);
    }
    sha256(bytes_of(form), digest);
    if (output->json && output->printed++ > 0)
        printf(", ");
    (output->json ? print_json : print_text)(file, form, canonical_fingerprint(form), digest);
    free(form);
    return EXIT_DONE;
}

static int print_builtin(struct output *output)
{
    struct err err;
    struct schemas *schemas = schemas_open("", &err);
    int status = schemas == NULL ? cli_fail(&err) : EXIT_DONE;

    for (size_t i = 0; status == EXIT_DONE && i < schemas_count(schemas); i++) {
        const struct schema *schema = schemas_at(schemas, i);
        status = print_schema(output, schema_file(schema), bytes_of(schema_text(schema)));
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

static int print_file(struct output *output, const char *name)
{
    static char text[FILE_MAX];
    bool is_stdin = strcmp(name, "-") == 0;
    FILE *file = is_stdin ? stdin : fopen(name, "re");

    if (file == NULL)
        return fail_to_read(name);
    size_t len = fread(text, 1, sizeof text, file);
    /* A signal may have ended the writer too: then what came is cut, without an error. */
    bool whole = !ferror(file) && !stop_requested();
    int status = whole ? print_schema(output, name, (struct bytes){(const uint8_t *)text, len}) : fail_to_read(name);
    if (!is_stdin)
        fclose(file);
    return status;
}

int schemas_fingerprint(const struct cli *cli, const char *const *files)
{
    struct output output = {.json = cli->json};
    int status = EXIT_DONE;

    stop_setup();
    if (cli->json)
        printf("{\"schemas\": [");
    if (*files == NULL)
        status = print_builtin(&output);
    for (; status == EXIT_DONE && *files != NULL; files++)
        status = print_file(&output, *files);
    if (cli->json)
        printf("]}\n");
    return status;
}

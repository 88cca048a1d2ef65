#include "cli/cli.h"

#include "avro/version.h"
#include "http/server.h"
#include "json/writer.h"
#include "kafka/client.h"
#include "postgres/store.h"
#include "registry/registry.h"
#include "runtime/allocator.h"

const char *cli_revision(void)
{
    return REVISION;
}

static void print_json(void)
{
    struct json_writer json = json_to_stream(stdout);

    write_object(&json);
    write_member_text(&json, "name", "sessiond");
    write_member_text(&json, "version", VERSION);
    write_member_text(&json, "revision", REVISION);
    write_member_text(&json, "librdkafka", kafka_version());
    write_member_text(&json, "libpq", postgres_version());
    write_member_text(&json, "avro-c", avro_version_text());
    write_member_text(&json, "registry", registry_version());
    write_member_text(&json, "http", server_version());
    write_member_text(&json, "malloc", allocator_version());
    write_object_end(&json);
    write_line_end(&json);
}

void version_print(FILE *out)
{
    fprintf(out, "sessiond %s (revision %s)\nlibrdkafka %s\nlibpq %s\navro-c %s\nregistry: %s\nhttp: %s\nmalloc: %s\n",
            VERSION, REVISION, kafka_version(), postgres_version(), avro_version_text(), registry_version(),
            server_version(), allocator_version());
}

static int version_main(struct cli *cli, int argc, char **argv)
{
    int failed = subcommand_no_options(&cli_version, argc, argv);

    if (failed != 0)
        return failed;
    if (cli->json)
        print_json();
    else
        version_print(stdout);
    return EXIT_DONE;
}

/* clang-format off */
const struct subcommand cli_version = {
    .name = "version",
    .section = "Learn",
    .summary = "Print the version of this program and of the libraries that it uses",
    .usage = {"[--json]"},
    .description =
        "Prints the version and the revision of sessiond, and the versions of librdkafka, libpq and avro-c that it "
        "runs with. The last three lines say by which library it asks schema registries and answers HTTP, or none, and "
        "whose malloc it uses. The option --version of sessiond does the same.",
    .json = "Prints one object: {\"name\", \"version\", \"revision\", \"librdkafka\", \"libpq\", \"avro-c\", "
            "\"registry\", \"http\", \"malloc\"}.",
    .exits = {
        {EXIT_DONE, "The versions were printed."},
    },
    .examples = {
        "sessiond version",
        "sessiond version --json | jq -r .librdkafka",
    },
    .run = version_main,
};
/* clang-format on */

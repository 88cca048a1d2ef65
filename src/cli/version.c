#include "cli/cli.h"

#include "avro/version.h"
#include "json/writer.h"
#include "kafka/client.h"
#include "postgres/store.h"
#include "registry/registry.h"

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
    write_object_end(&json);
    write_line_end(&json);
}

static int version_main(struct cli *cli, int argc, char **argv)
{
    if (argc > 1)
        return cli_usage(&cli_version, "unexpected argument %s", argv[1]);
    if (cli->json)
        print_json();
    else
        printf("sessiond %s (revision %s)\nlibrdkafka %s\nlibpq %s\navro-c %s\nregistry: %s\n", VERSION, REVISION,
               kafka_version(), postgres_version(), avro_version_text(), registry_version());
    return EXIT_DONE;
}

const struct subcommand cli_version = {
    .name = "version",
    .section = "Learn",
    .summary = "This program, its revision, and the libraries it is linked with",
    .help = "Usage: sessiond version [--json]\n"
            "       sessiond --version [--json]\n"
            "\n"
            "Prints the version and revision of sessiond and the versions of librdkafka, libpq and avro-c that it\n"
            "runs with; registry: what schema registries are asked with, or none.\n",
    .run = version_main,
};

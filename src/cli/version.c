#include "cli/cli.h"

#include "avro/version.h"
#include "http/server.h"
#include "kafka/client.h"
#include "postgres/store.h"
#include "registry/registry.h"

const char *cli_revision(void)
{
    return REVISION;
}

static int version_main(struct cli *cli, int argc, char **argv)
{
    if (argc > 1)
        return cli_usage(&cli_version, "unexpected argument %s", argv[1]);
    if (cli->json)
        printf("{\"name\": \"sessiond\", \"version\": \"%s\", \"revision\": \"%s\", \"librdkafka\": \"%s\", "
               "\"libpq\": \"%s\", \"avro-c\": \"%s\", \"registry\": \"%s\", \"http\": \"%s\"}\n",
               VERSION, REVISION, kafka_version(), postgres_version(), avro_version_text(), registry_version(),
               server_version());
    else
        printf("sessiond %s (revision %s)\nlibrdkafka %s\nlibpq %s\navro-c %s\nregistry: %s\nhttp: %s\n", VERSION,
               REVISION, kafka_version(), postgres_version(), avro_version_text(), registry_version(),
               server_version());
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
            "runs with; registry: what schema registries are asked with, http: what serves http.listen, or none.\n",
    .run = version_main,
};

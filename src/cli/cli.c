#include "cli/cli.h"

#include "kafka/properties.h"
#include "runtime/log.h"

#include <inttypes.h>

bool cli_try_config(struct cli *cli, struct err *err)
{
    if (!config_load(&cli->config, &cli->request, err))
        return false;
    cli->config_loaded = true;
    log_setup(cli->config.log_format, cli->config.log_level);
    config_warn_unknown(&cli->request);
    config_warn_doubts(&cli->config);
    return properties_check(&cli->config, err);
}

int cli_load_config(struct cli *cli)
{
    struct err err;

    return cli_try_config(cli, &err) ? 0 : cli_fail(&err);
}

bool cli_need_dlq(const struct config *config, struct err *err)
{
    return *config->dlq_topic != 0 || err_set(err, ERR_STOP, EXIT_CONFIG, E_TOPIC_09,
                                              "there is no dead-letter topic: dlq.topic is empty\n"
                                              "  fix: set dlq.topic as the workers have it");
}

bool cli_need_partition(const char *topic, int64_t partition, int count, struct err *err)
{
    return partition < count ||
           err_set(err, ERR_STOP, EXIT_USAGE, E_OFFSETS_03,
                   "%s has no partition %" PRId64 "\n  fix: name one from 0 to %d", topic, partition, count - 1);
}

int cli_fail(const struct err *err)
{
    fprintf(stderr, "sessiond: %s%s%s%s\n", err->message, err->code == NULL ? "" : " [",
            err->code == NULL ? "" : err->code, err->code == NULL ? "" : "]");
    /* Every error ends a tool; those that `run` would wait out are, to a tool, something it cannot reach. */
    return err->class == ERR_STOP || err->class == ERR_INTERRUPTED ? (int)err->exit_code : EXIT_UNREACHABLE;
}

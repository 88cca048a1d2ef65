#include "cli/cli.h"

#include "kafka/properties.h"
#include "runtime/log.h"

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

int cli_fail(const struct err *err)
{
    fprintf(stderr, "sessiond: %s%s%s%s\n", err->message, err->code == NULL ? "" : " [",
            err->code == NULL ? "" : err->code, err->code == NULL ? "" : "]");
    /* Every error ends a tool; those that `run` would wait out are, to a tool, something it cannot reach. */
    return err->class == ERR_STOP || err->class == ERR_INTERRUPTED ? (int)err->exit_code : EXIT_UNREACHABLE;
}

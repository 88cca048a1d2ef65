#include "cli/cli.h"
#include "http/client.h"

#include <stdio.h>
#include <stdlib.h>

#define ANSWER_MS 3000

/* 0 or 1 and nothing else once the question is clear: Docker takes other codes for something else. */
static int health_ask(const struct config *config, const char *path)
{
    struct reply reply;
    struct err err;

    if (!client_get(config->http_listen, path, "text/plain", ANSWER_MS, &reply, &err)) {
        (void)cli_fail(&err);
        return EXIT_NO;
    }
    bool yes = reply.status == 200;
    fputs(reply.body, stdout);
    free(reply.body);
    return yes ? EXIT_DONE : EXIT_NO;
}

/* The sentence is part of /readyz anyway; `live` says ok. */
static void print_json(bool yes, const char *what)
{
    printf("{\"%s\": %s}\n", what, yes ? "true" : "false");
}

static int health_json(const struct config *config, const char *path, const char *what)
{
    struct reply reply;
    struct err err;
    bool yes = client_get(config->http_listen, path, "text/plain", ANSWER_MS, &reply, &err);

    if (yes) {
        yes = reply.status == 200;
        free(reply.body);
    } else {
        (void)cli_fail(&err);
    }
    print_json(yes, what);
    return yes ? EXIT_DONE : EXIT_NO;
}

static int health_main(struct cli *cli, int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "live";
    bool ready = strcmp(what, "ready") == 0;

    if (argc > 2)
        return cli_usage(&cli_health, "unexpected argument %s", argv[2]);
    if (!ready && strcmp(what, "live") != 0)
        return cli_usage(&cli_health, "cannot use %s", what);
    int failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    if (*cli->config.http_listen == 0) {
        struct err err;
        err_set(&err, ERR_STOP, EXIT_CONFIG, "E-HTTP-04",
                "http.listen is empty: the worker cannot be asked\n  fix: set it as the worker has it");
        return cli_fail(&err);
    }
    const char *path = ready ? "/readyz?verbose" : "/livez";
    return cli->json ? health_json(&cli->config, path, what) : health_ask(&cli->config, path);
}

const struct subcommand cli_health = {
    .name = "health",
    .section = "Operate",
    .summary = "Whether the worker here is live, or ready; for images without curl",
    .help = "Usage: sessiond health [live|ready] [--json]\n"
            "\n"
            "Asks the worker at http.listen and prints what it says.\n"
            "\n"
            "  live    its loop ticks; a database or broker that is down does not make it dead (the default)\n"
            "  ready   it can do its job now: neither starting nor waiting, blocked, stopped or stopping\n"
            "  --json  {\"live\": true} or {\"ready\": false}\n"
            "\n"
            "Exit codes: 0 yes; 1 no, or nobody answers within 3 s; 64 usage; 78 http.listen is empty.\n"
            "\n"
            "Examples:\n"
            "  HEALTHCHECK CMD [\"sessiond\", \"health\", \"live\"]\n"
            "  sessiond health ready -X http.listen=127.0.0.1:9465\n",
    .run = health_main,
};

#include "cli/cli.h"
#include "http/client.h"

#include <stdio.h>
#include <stdlib.h>

#define ANSWER_MS 3000

/* Returns only 0 or 1 once the arguments are right, because Docker gives other codes another meaning. */
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

/* /readyz contains the sentence in any case; `live` says ok. */
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

struct health {
    const char *what; /* "live", "ready"; NULL: not given yet */
};

static bool set(void *target, int letter, const char *text)
{
    struct health *health = target;
    bool usable = letter == SUBCOMMAND_ARGUMENT && health->what == NULL &&
                  (strcmp(text, "live") == 0 || strcmp(text, "ready") == 0);

    health->what = text;
    return usable;
}

static int health_main(struct cli *cli, int argc, char **argv)
{
    struct health health = {NULL};
    int failed = subcommand_options(&cli_health, argc, argv, set, &health);

    if (failed == 0)
        failed = cli_load_config(cli);
    if (failed != 0)
        return failed;
    const char *what = health.what == NULL ? "live" : health.what;
    bool ready = strcmp(what, "ready") == 0;
    if (*cli->config.http_listen == 0) {
        struct err err;
        err_set(&err, ERR_STOP, EXIT_CONFIG, E_HTTP_04,
                "http.listen is empty: the worker cannot be asked\n  fix: set it as the worker has it");
        return cli_fail(&err);
    }
    const char *path = ready ? "/readyz?verbose" : "/livez";
    return cli->json ? health_json(&cli->config, path, what) : health_ask(&cli->config, path);
}

/* clang-format off */
const struct subcommand cli_health = {
    .name = "health",
    .section = "Operate",
    .summary = "Ask the worker here whether it is live, or ready; for images without curl",
    .usage = {"[live|ready] [--json]"},
    .description =
        "Asks the worker at http.listen and prints what it says.",
    .arguments = {
        {"live", "Its loop runs. A database or a broker that is down does not change that. This is the default."},
        {"ready", "It can do its work now: it is not starting, waiting, stopping or blocked."},
    },
    .json = "Prints {\"live\": true} or {\"ready\": false}.",
    .exits = {
        {EXIT_DONE, "The answer is yes."},
        {EXIT_NO, "The answer is no, or nobody answered within 3 s."},
        {EXIT_CONFIG, "http.listen is empty."},
    },
    .examples = {
        "sessiond health ready",
        "sessiond health live -X http.listen=127.0.0.1:9465",
    },
    .run = health_main,
};
/* clang-format on */

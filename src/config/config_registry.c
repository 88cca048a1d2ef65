/* Checks that the settings of the schema registry fit together, and that there is a registry where one is needed. */
#include "config/config_table.h"

#include "config/secret.h"
#include "core/text.h"

#define URL       "schema.registry.url"
#define USER_INFO "schema.registry.basic.auth.user.info"
#define SOURCE    "schema.registry.basic.auth.credentials.source"
#define TOKEN     "schema.registry.bearer.auth.token"

static const char *origin_of(const struct config *config, const char *name)
{
    return config->origins[config_key_find(name) - config_keys].origin;
}

/* Refuses the setting `name`. */
static bool refuse(const struct config *config, const char *name, const char *what, const char *fix, struct err *err)
{
    return err_set(err, ERR_STOP, EXIT_CONFIG, E_CONFIG_09, "%s: %s\n  in %s\n  fix: %s", name, what,
                   origin_of(config, name), fix);
}

/* ---- URLs ---- */

/* Looks at the URL up to its path. */
static bool has_user(const char *url)
{
    const char *host = strstr(url, "://") + strlen("://");

    return memchr(host, '@', strcspn(host, "/?#")) != NULL;
}

static bool url_has_user(const struct config *config)
{
    for (char **url = config->schema_registry_url; *url != NULL; url++)
        if (has_user(*url))
            return true;
    return false;
}

static bool check_url(const struct config *config, const char *url, struct err *err)
{
    const char *host = text_begins(url, "http://")    ? url + strlen("http://")
                       : text_begins(url, "https://") ? url + strlen("https://")
                                                      : "";
    if (*host != 0 && *host != '/' && strpbrk(host, "?# \t") == NULL)
        return true;
    /* A value with an @ may be one half of a password that contains a comma. */
    return err_set(
        err, ERR_STOP, EXIT_CONFIG, E_CONFIG_02,
        "%s: \"%.200s\" is not a legal value\n  in %s\n  fix: http://HOST:PORT or https://HOST, with the path of the "
        "API if it has one; several by commas",
        URL, strchr(url, '@') == NULL ? url : SECRET_MASK, origin_of(config, URL));
}

/* ---- Who we are ---- */

static bool check_basic(const struct config *config, struct err *err)
{
    bool in_url = url_has_user(config);
    const char *user_info = config->schema_registry_user_info;

    if (*user_info != 0 && strchr(user_info, ':') == NULL)
        return refuse(config, USER_INFO, "this is not USER:PASSWORD", "user and password with a colon between them",
                      err);
    if (*user_info != 0 && in_url)
        return refuse(config, USER_INFO, "there is another user in " URL, "name the user in one place", err);
    if (config->schema_registry_basic_source == REGISTRY_BASIC_USER_INFO && *user_info == 0)
        return refuse(config, SOURCE, "USER_INFO, and " USER_INFO " is empty", "set it, or leave this out", err);
    if (config->schema_registry_basic_source == REGISTRY_BASIC_URL && !in_url)
        return refuse(config, SOURCE, "URL, and there is no user in " URL, "USER_INFO, or https://USER:PASSWORD@HOST",
                      err);
    return true;
}

static bool check_bearer(const struct config *config, struct err *err)
{
    bool has_token = *config->schema_registry_token != 0;

    if (config->schema_registry_bearer_source == REGISTRY_BEARER_STATIC_TOKEN && !has_token)
        return refuse(config, TOKEN, "there is none, and the credentials' source is STATIC_TOKEN", "set it", err);
    if (has_token && (*config->schema_registry_user_info != 0 || url_has_user(config)))
        return refuse(config, TOKEN, "there is a user for the schema registry too", "either a token or a user", err);
    if (strpbrk(config->schema_registry_token, "\r\n") != NULL)
        return refuse(config, TOKEN, "it has several lines", "one line", err);
    return true;
}

static bool check_certificate(const struct config *config, struct err *err)
{
    if (*config->schema_registry_key == 0 || *config->schema_registry_certificate != 0)
        return true;
    return refuse(config, "schema.registry.ssl.key.location", "a key without a certificate",
                  "set schema.registry.ssl.certificate.location too", err);
}

/* ---- What needs a registry ---- */

static bool check_without(const struct config *config, struct err *err)
{
    static const char *const needed = "confluent needs a schema registry, and there is none";

    if (config->commands_format == COMMANDS_CONFLUENT)
        return refuse(config, "commands.format", needed, "set " URL ", or commands.format=auto", err);
    if (config->events_format == EVENTS_CONFLUENT)
        return refuse(config, "events.format", needed, "set " URL ", or events.format=json or avro", err);
    return true;
}

bool config_registry_check(const struct config *config, struct err *err)
{
    if (*config->schema_registry_url == NULL)
        return check_without(config, err);
    for (char **url = config->schema_registry_url; *url != NULL; url++)
        if (!check_url(config, *url, err))
            return false;
    return check_basic(config, err) && check_bearer(config, err) && check_certificate(config, err);
}

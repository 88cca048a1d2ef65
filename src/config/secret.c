#include "config/secret.h"

#include "core/memory.h"
#include "core/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

bool secret_property(const char *name)
{
    static const char *const words[] = {"password",  "passphrase",  "secret",  "token",
                                        "user.info", "jaas.config", "key.pem", "private.key"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasestr(name, words[i]) != NULL)
            return true;
    return false;
}

/* libpq's own names (PostgreSQL manual, 34.1.2), those of version 18 included. */
static bool is_secret_keyword(const char *name, size_t len)
{
    static const char *const names[] = {"password", "sslpassword", "oauth_client_secret", "scram_client_key",
                                        "scram_server_key"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (len == strlen(names[i]) && strncasecmp(name, names[i], len) == 0)
            return true;
    return false;
}

/* Where a text goes without its secrets, and who is told of each of them. */
struct masking {
    FILE *out;
    secret_found *found; /* NULL: nobody */
    void *target;
};

static void hide(const struct masking *masking, const char *text, size_t len)
{
    fputs(SECRET_MASK, masking->out);
    if (masking->found != NULL && len > 0)
        masking->found(masking->target, (struct bytes){(const uint8_t *)text, len});
}

static void show(const struct masking *masking, const char *text, size_t len)
{
    fprintf(masking->out, "%.*s", (int)len, text);
}

/* user:password@ up to the last `@`, since a password with a slash in it makes a URI that libpq refuses, and that must
 * not be shown either. With a ? before the last `@` nobody can say what belongs to what: all of it is hidden. */
static const char *mask_user(const char *p, const struct masking *masking)
{
    const char *at = strrchr(p, '@');
    const char *colon = strchr(p, ':');
    size_t query = strcspn(p, ":?");

    if (at != NULL && memchr(p, '?', (size_t)(at - p)) != NULL) {
        show(masking, p, query + 1);
        hide(masking, p + query + 1, strlen(p + query + 1));
        return p + strlen(p);
    }
    if (at == NULL || colon == NULL || colon > at)
        return p;
    show(masking, p, (size_t)(colon - p) + 1);
    hide(masking, colon + 1, (size_t)(at - colon) - 1);
    return at;
}

/* ---- Connection strings ------------------------------------------------------------------------------------------ */

static bool is_uri(const char *text)
{
    return text_begins(text, "postgres://") || text_begins(text, "postgresql://");
}

/* libpq takes %70assword for password. */
static bool is_secret_parameter(const char *name, size_t len)
{
    char *decoded = text_copy_n(name, len);

    text_percent_decode(decoded);
    bool secret = is_secret_keyword(decoded, strlen(decoded));
    free(decoded);
    return secret;
}

static void mask_parameters(const char *p, const struct masking *masking)
{
    while (*p != 0) {
        size_t before = strcspn(p, "?&");
        before += p[before] != 0;
        show(masking, p, before);
        p += before;
        size_t name = strcspn(p, "=&");
        if (p[name] == '=' && is_secret_parameter(p, name)) {
            size_t value = strcspn(p + name + 1, "&");
            show(masking, p, name + 1);
            hide(masking, p + name + 1, value);
            p += name + 1 + value;
        }
    }
}

static void mask_uri(const char *uri, const struct masking *masking)
{
    const char *user = strstr(uri, "://") + strlen("://");

    show(masking, uri, (size_t)(user - uri));
    mask_parameters(mask_user(user, masking), masking);
}

/* The end of a value in the keyword form: it is quoted or ends at a blank, with backslash escapes in both cases. */
static const char *value_end(const char *p)
{
    bool quoted = *p == '\'';

    for (p += quoted; *p != 0; p++) {
        if (*p == '\\' && p[1] != 0)
            p++;
        else if (quoted ? *p == '\'' : isspace((unsigned char)*p) != 0)
            return p + quoted;
    }
    return p;
}

/* A URI may stand where the name of a database belongs. */
static void mask_value(const char *value, size_t len, const struct masking *masking)
{
    char *text = text_copy_n(value, len);
    const char *uri = text + (*text == '\'');

    show(masking, text, (size_t)(uri - text));
    if (is_uri(uri))
        mask_uri(uri, masking);
    else
        show(masking, uri, strlen(uri));
    free(text);
}

static void mask_keywords(const char *p, const struct masking *masking)
{
    while (*p != 0) {
        const char *name = p + strspn(p, " \t\r\n\f\v");
        const char *name_end = name + strcspn(name, "= \t\r\n\f\v");
        const char *value = name_end + strspn(name_end, " \t\r\n\f\v");
        /* This is not keyword=value: perhaps somebody has put a bare password where a connection string belongs. */
        if (*value != '=' && *name != 0) {
            show(masking, p, (size_t)(name - p));
            hide(masking, name, strlen(name));
            return;
        }
        if (*value == '=')
            value += 1 + strspn(value + 1, " \t\r\n\f\v");
        const char *end = value_end(value);

        show(masking, p, (size_t)(value - p));
        if (is_secret_keyword(name, (size_t)(name_end - name)))
            hide(masking, value, (size_t)(end - value));
        else
            mask_value(value, (size_t)(end - value), masking);
        p = end;
    }
}

static void mask_conninfo(const char *conninfo, const struct masking *masking)
{
    if (is_uri(conninfo))
        mask_uri(conninfo, masking);
    else
        mask_keywords(conninfo, masking);
}

/* ---- URLs -------------------------------------------------------------------------------------------------------- */

/* Up to the next comma; where what follows has no scheme but an @, the comma is part of a password. */
static size_t url_length(const char *urls)
{
    size_t len = strcspn(urls, ",");

    while (urls[len] == ',') {
        size_t next = strcspn(urls + len + 1, ",");
        const char *scheme = strstr(urls + len + 1, "://");
        bool whole = scheme != NULL && scheme < urls + len + 1 + next;
        if (whole || memchr(urls + len + 1, '@', next) == NULL)
            break;
        len += 1 + next;
    }
    return len;
}

static void mask_urls(const char *urls, const struct masking *masking)
{
    for (const char *p = urls; *p != 0;) {
        char *url = text_copy_n(p, url_length(p));
        const char *host = strstr(url, "://");
        host = host == NULL ? url : host + 3;
        show(masking, url, (size_t)(host - url));
        const char *rest = mask_user(host, masking);
        show(masking, rest, strlen(rest));
        p += strlen(url);
        for (; *p == ','; p++)
            fputc(*p, masking->out);
        free(url);
    }
}

/* ---- For others -------------------------------------------------------------------------------------------------- */

static char *masked(const char *text, void (*mask)(const char *, const struct masking *), secret_found *found,
                    void *target)
{
    char *result = NULL;
    size_t size = 0;
    struct masking masking = {memory_stream(&result, &size), found, target};

    mask(text, &masking);
    if (fclose(masking.out) != 0)
        abort();
    return result;
}

char *secret_mask_conninfo(const char *conninfo)
{
    return masked(conninfo, mask_conninfo, NULL, NULL);
}

char *secret_mask_urls(const char *urls)
{
    return masked(urls, mask_urls, NULL, NULL);
}

void secret_find_conninfo(const char *conninfo, secret_found *found, void *target)
{
    free(masked(conninfo, mask_conninfo, found, target));
}

void secret_find_urls(const char *urls, secret_found *found, void *target)
{
    free(masked(urls, mask_urls, found, target));
}

/* ---- Files ------------------------------------------------------------------------------------------------------- */

/* Notepad and PowerShell write UTF-16 or a UTF-8 byte order mark; neither is part of a password. */
static bool is_utf16(const char *text, ssize_t len)
{
    return len >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0);
}

static void skip_mark(char *text, ssize_t *len)
{
    if (*len < 3 || memcmp(text, "\xEF\xBB\xBF", 3) != 0)
        return;
    *len -= 3;
    memmove(text, text + 3, (size_t)*len + 1);
}

const char *secret_reason(int error)
{
    return error == EILSEQ ? "it is in UTF-16 or has a NUL byte; save it as UTF-8" : strerror(error);
}

char *secret_read(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    size_t size = 0;

    if (file == NULL)
        return NULL;
    ssize_t len = getdelim(&text, &size, 0, file);
    bool failed = ferror(file) != 0;
    bool has_nul = (len > 0 && text[len - 1] == 0) || is_utf16(text, len);
    if (failed || has_nul || len < 0) {
        free(text);
        text = failed || has_nul ? NULL : text_copy(""); /* there was nothing to read: the file is empty */
        len = 0;
    }
    if (has_nul)
        errno = EILSEQ;
    skip_mark(text, &len);
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        text[--len] = 0;
    fclose(file);
    return text;
}

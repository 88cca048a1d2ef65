#include "config/secret.h"

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

static bool is_secret_keyword(const char *name, size_t len)
{
    return (len == 8 && strncasecmp(name, "password", len) == 0) ||
           (len == 11 && strncasecmp(name, "sslpassword", len) == 0) ||
           (len == 19 && strncasecmp(name, "oauth_client_secret", len) == 0);
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

static void mask_keywords(const char *p, FILE *out)
{
    while (*p != 0) {
        const char *name = p + strspn(p, " \t\r\n\f\v");
        const char *name_end = name + strcspn(name, "= \t\r\n\f\v");
        const char *value = name_end + strspn(name_end, " \t\r\n\f\v");
        /* This is not keyword=value: perhaps somebody has put a bare password where a connection string belongs. */
        if (*value != '=' && *name != 0) {
            fprintf(out, "%.*s" SECRET_MASK, (int)(name - p), p);
            return;
        }
        if (*value == '=')
            value += 1 + strspn(value + 1, " \t\r\n\f\v");
        const char *end = value_end(value);

        fprintf(out, "%.*s", (int)(value - p), p);
        if (is_secret_keyword(name, (size_t)(name_end - name)))
            fputs(SECRET_MASK, out);
        else
            fprintf(out, "%.*s", (int)(end - value), value);
        p = end;
    }
}

/*
 * Masks user:password@ up to the last `@`. A password with a slash in it makes a URI that libpq refuses and that must
 * not be shown either.
 */
static const char *mask_user(const char *p, FILE *out)
{
    const char *at = strrchr(p, '@');
    const char *colon = strchr(p, ':');

    if (at == NULL || colon == NULL || colon > at)
        return p;
    fprintf(out, "%.*s:" SECRET_MASK, (int)(colon - p), p);
    return at;
}

static void mask_parameters(const char *p, FILE *out)
{
    while (*p != 0) {
        size_t before = strcspn(p, "?&");
        before += p[before] != 0;
        fprintf(out, "%.*s", (int)before, p);
        p += before;
        size_t name = strcspn(p, "=&");
        if (p[name] == '=' && is_secret_keyword(p, name)) {
            fprintf(out, "%.*s=" SECRET_MASK, (int)name, p);
            p += strcspn(p, "&");
        }
    }
}

char *secret_mask_conninfo(const char *conninfo)
{
    const char *scheme_end = strstr(conninfo, "://");
    char *masked = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&masked, &size);

    if (out == NULL)
        abort();
    if (text_begins(conninfo, "postgres://") || text_begins(conninfo, "postgresql://")) {
        fprintf(out, "%.*s://", (int)(scheme_end - conninfo), conninfo);
        mask_parameters(mask_user(scheme_end + 3, out), out);
    } else {
        mask_keywords(conninfo, out);
    }
    if (fclose(out) != 0)
        abort();
    return masked;
}

char *secret_mask_urls(const char *urls)
{
    char *masked = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&masked, &size);

    if (out == NULL)
        abort();
    for (const char *p = urls; *p != 0;) {
        char *url = text_copy_n(p, strcspn(p, ","));
        const char *host = strstr(url, "://");
        host = host == NULL ? url : host + 3;
        fprintf(out, "%.*s", (int)(host - url), url);
        fputs(mask_user(host, out), out);
        p += strlen(url);
        for (; *p == ','; p++)
            fputc(*p, out);
        free(url);
    }
    if (fclose(out) != 0)
        abort();
    return masked;
}

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

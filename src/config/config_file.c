/*
 * The file: one key=value a line, blanks around both trimmed, `#` or `!` begins a comment line, include=FILE reads
 * another file at that place. There are no sections, no quoting and no continuation lines: a value is exactly the text
 * after the `=`.
 */
#include "config/config_table.h"

#include "config/config_doubt.h"
#include "core/text.h"

#include <errno.h>
#include <libgen.h>
#include <stdlib.h>
#include <sys/stat.h>

#define DEPTH_MAX 8

/* The file that is being read and, through `parent`, the includes that led to it. */
struct config_file {
    const char *path;
    int line;
    int depth;
    dev_t device; /* with inode: they identify the file under any name */
    ino_t inode;
    const struct config_file *parent;
    enum exit_code unreadable; /* the exit code when it cannot be read */
};

static bool file_read(struct config *config, struct config_file *file, struct err *err);

static bool refuse_line(const struct config_file *file, const char *what, struct err *err)
{
    return err_set(err, ERR_STOP, EXIT_CONFIG, E_CONFIG_06, "%s:%d: %s", file->path, file->line, what);
}

/* Says that a file "includes itself", with the chain of includes, the outermost file last. */
static bool refuse_include(const struct config_file *file, const char *what, struct err *err)
{
    err_set(err, ERR_STOP, EXIT_CONFIG, E_CONFIG_07, "%s: %s", file->path, what);
    for (const struct config_file *by = file->parent; by != NULL; by = by->parent) {
        size_t len = strlen(err->message);
        snprintf(err->message + len, sizeof err->message - len, "\n  included by %s:%d", by->path, by->line);
    }
    return false;
}

static bool refuse_unreadable(const struct config_file *file, struct err *err)
{
    refuse_include(file, strerror(errno), err);
    err_prefix(err, "cannot read the configuration");
    size_t len = strlen(err->message);
    snprintf(err->message + len, sizeof err->message - len, "\n  fix: name a file that this user can read");
    err->code = E_CONFIG_05;
    err->exit_code = file->unreadable;
    return false;
}

static bool is_read_already(const struct config_file *file)
{
    for (const struct config_file *by = file->parent; by != NULL; by = by->parent)
        if (by->device == file->device && by->inode == file->inode)
            return true;
    return false;
}

static bool include(struct config *config, const struct config_file *by, const char *path, struct err *err)
{
    char *folder = text_copy(by->path);
    char *full = *path == '/' ? text_copy(path) : text_printf("%s/%s", dirname(folder), path);
    struct config_file file = {.path = full, .depth = by->depth + 1, .parent = by, .unreadable = EXIT_CONFIG};

    bool done = file_read(config, &file, err);
    free(full);
    free(folder);
    return done;
}

static bool set_line(struct config *config, const struct config_file *file, char *text, struct err *err)
{
    char *key = text_trim(text);
    char *equals = strchr(key, '=');

    if (*key == 0 || *key == '#' || *key == '!')
        return true;
    if (equals == NULL || equals == key)
        return refuse_line(file, "expected key=value, a comment (#) or nothing", err);
    *equals = 0;
    key = text_trim(key);
    char *value = text_trim(equals + 1);
    if (strcmp(key, "include") == 0 && *value == 0)
        return refuse_line(file, "include needs a file", err);
    if (strcmp(key, "include") == 0)
        return include(config, file, value, err);

    char *origin = text_printf("%s:%d", file->path, file->line);
    config_doubt(config, key, value, origin, true);
    bool done = config_set(config, key, value, origin, err);
    free(origin);
    return done;
}

/*
 * Recognises UTF-16 by its byte order mark, or without one where its letters are ASCII: then every other byte is NUL.
 */
static bool is_utf16(const struct config_file *file, const char *text, ssize_t len)
{
    bool marked = len >= 2 && (memcmp(text, "\xFF\xFE", 2) == 0 || memcmp(text, "\xFE\xFF", 2) == 0);

    return file->line == 1 && (marked || (len >= 2 && (text[0] == 0) != (text[1] == 0)));
}

static bool read_lines(struct config *config, struct config_file *file, FILE *stream, struct err *err)
{
    char *text = NULL;
    size_t size = 0;
    ssize_t len;
    bool done = true;

    while (done && (len = getline(&text, &size, stream)) >= 0) {
        file->line++;
        if (is_utf16(file, text, len))
            done = refuse_line(file, "the file is in UTF-16\n  fix: save it as UTF-8", err);
        else if (strlen(text) != (size_t)len)
            done = refuse_line(file, "a NUL byte", err);
        else /* Windows editors begin a file with a byte order mark. */
            done = set_line(config, file, text + (file->line == 1 && text_begins(text, "\xEF\xBB\xBF") ? 3 : 0), err);
    }
    if (done && ferror(stream))
        done = refuse_unreadable(file, err);
    free(text);
    return done;
}

static bool file_read(struct config *config, struct config_file *file, struct err *err)
{
    struct stat status;

    if (file->depth > DEPTH_MAX)
        return refuse_include(file, "too many includes inside each other (8 at most)", err);
    FILE *stream = fopen(file->path, "re");
    if (stream == NULL)
        return refuse_unreadable(file, err);
    if (fstat(fileno(stream), &status) != 0) {
        fclose(stream);
        return refuse_unreadable(file, err);
    }
    file->device = status.st_dev;
    file->inode = status.st_ino;

    bool done = is_read_already(file) ? refuse_include(file, "this file includes itself", err)
                                      : read_lines(config, file, stream, err);
    fclose(stream);
    return done;
}

bool config_file_read(struct config *config, const char *path, enum exit_code exit_code, struct err *err)
{
    struct config_file file = {.path = path, .unreadable = exit_code};

    return file_read(config, &file, err);
}

#include "codec/schemas.h"

#include "codec/command_avro.h"
#include "avro/canonical.h"
#include "core/memory.h"
#include "gen/schema.h"

#include <avro.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* Nobody writes a larger schema; a larger file was put there by mistake. */
#define FILE_MAX (1u << 20)

struct schema {
    const char *file;   /* "create-study-session.v1.avsc"; this and the next two are in the arena */
    const char *text;   /* as it is in the file */
    const char *record; /* its full name; NULL: it is not a record */
    bool builtin;
    uint64_t fingerprint;
    avro_schema_t avro; /* owned */
    struct walk_plan plan;
};

struct schemas {
    struct arena arena;
    struct schema *list; /* owned; the built-in ones come first */
    size_t count;
};

static bool refuse(struct err *err, const char *path, const char *why)
{
    return err_set(err, ERR_STOP, EXIT_CONFIG, E_SCHEMA_01,
                   "%s is not a usable Avro schema: %.300s\n  fix: correct the file, or take it out of schemas.dir",
                   path, why);
}

/* avro-c keeps one error text for the process and puts each new one in front of it. So the text is taken out whole. */
static bool refuse_as_avro_says(struct err *err, const char *path)
{
    refuse(err, path, avro_strerror());
    avro_set_error("%s", "");
    return false;
}

static struct schema *add(struct schemas *schemas)
{
    struct schema *list = memory_resized(schemas->list, schemas->count + 1, sizeof *list);

    schemas->list = list;
    list[schemas->count] = (struct schema){0};
    return &list[schemas->count++];
}

static const char *record_name(struct arena *arena, avro_schema_t avro)
{
    if (avro_typeof(avro) != AVRO_RECORD)
        return NULL;
    const char *space = avro_schema_namespace(avro);
    bool none = space == NULL || *space == 0;

    return (const char *)arena_printf(arena, "%s%s%s", none ? "" : space, none ? "" : ".", avro_schema_name(avro)).data;
}

/* `path` names the schema in messages; `file` places it among the versions of its record. */
static bool load(struct schemas *schemas, const char *path, const char *file, struct bytes text, struct err *err)
{
    struct schema *schema = add(schemas);
    const char *reason;

    schema->file = (const char *)arena_copy(&schemas->arena, bytes_of(file)).data;
    if (avro_schema_from_json_length((const char *)text.data, text.len, &schema->avro) != 0) {
        schema->avro = NULL;
        return refuse_as_avro_says(err, path);
    }
    schema->text = (const char *)arena_copy(&schemas->arena, text).data;
    schema->record = record_name(&schemas->arena, schema->avro);
    if (!command_avro_plan(schema->avro, PLAN_TOP_ALL, &schemas->arena, &schema->plan, &reason))
        return refuse(err, path, reason);

    char *form = canonical_form(text);
    if (form == NULL)
        return refuse(err, path, "it has no canonical form");
    schema->fingerprint = canonical_fingerprint(form);
    free(form);
    return true;
}

static bool load_builtin(struct schemas *schemas, struct err *err)
{
    for (const struct embedded_file *file = schema_files; file->name != NULL; file++) {
        if (!load(schemas, file->name, file->name, bytes_of(file->text), err))
            return false;
        schemas->list[schemas->count - 1].builtin = true;
    }
    return true;
}

static bool unreadable(struct err *err, const char *path)
{
    return err_set(err, ERR_STOP, EXIT_CONFIG, E_SCHEMA_02,
                   "cannot read %s: %s\n  fix: correct schemas.dir, or let this user read it", path, strerror(errno));
}

static bool load_file(struct schemas *schemas, const char *path, const char *name, struct err *err)
{
    char *text = malloc(FILE_MAX);
    FILE *file = fopen(path, "re");
    bool loaded = false;

    if (text == NULL)
        abort();
    if (file == NULL) {
        unreadable(err, path);
        goto done;
    }
    size_t length = fread(text, 1, FILE_MAX, file);
    if (ferror(file))
        unreadable(err, path);
    else if (length == FILE_MAX)
        refuse(err, path, "it is larger than 1 MiB");
    else
        loaded = load(schemas, path, name, (struct bytes){(const uint8_t *)text, length}, err);
done:
    if (file != NULL)
        fclose(file);
    free(text);
    return loaded;
}

static int is_schema(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);

    return length > 5 && strcmp(entry->d_name + length - 5, ".avsc") == 0;
}

/* Reads the files in the order of their names, so that every start sees the same. */
static bool load_dir(struct schemas *schemas, const char *dir, struct err *err)
{
    struct dirent **entries;
    int count = scandir(dir, &entries, is_schema, alphasort);
    bool loaded = true;

    if (count < 0)
        return unreadable(err, dir);
    for (int i = 0; i < count; i++) {
        struct bytes path = arena_printf(&schemas->arena, "%s/%s", dir, entries[i]->d_name);
        loaded = loaded && load_file(schemas, (const char *)path.data, entries[i]->d_name, err);
        free(entries[i]);
    }
    free(entries);
    return loaded;
}

struct schemas *schemas_open(const char *dir, struct err *err)
{
    struct schemas *schemas = memory_zeroed(1, sizeof *schemas);

    if (load_builtin(schemas, err) && (*dir == 0 || load_dir(schemas, dir, err)))
        return schemas;
    schemas_close(schemas);
    return NULL;
}

void schemas_close(struct schemas *schemas)
{
    if (schemas == NULL)
        return;
    for (size_t i = 0; i < schemas->count; i++)
        avro_schema_decref(schemas->list[i].avro);
    free(schemas->list);
    arena_free(&schemas->arena);
    free(schemas);
}

const struct schema *schemas_find(const struct schemas *schemas, uint64_t fingerprint)
{
    for (size_t i = 0; i < schemas->count; i++)
        if (schemas->list[i].fingerprint == fingerprint)
            return &schemas->list[i];
    return NULL;
}

static bool is_record(const struct schema *schema, const char *name)
{
    return schema->record != NULL && strcmp(avro_schema_name(schema->avro), name) == 0;
}

/* The version is the number in the file's name: "….v10.avsc" is newer than "….v9.avsc". */
const struct schema *schemas_builtin(const struct schemas *schemas, const char *record_name)
{
    const struct schema *newest = NULL;

    for (size_t i = 0; i < schemas->count; i++) {
        const struct schema *schema = &schemas->list[i];
        if (!schema->builtin || !is_record(schema, record_name))
            continue;
        if (newest == NULL || strverscmp(newest->file, schema->file) < 0)
            newest = schema;
    }
    return newest;
}

size_t schemas_count(const struct schemas *schemas)
{
    return schemas->count;
}

const struct schema *schemas_at(const struct schemas *schemas, size_t index)
{
    return &schemas->list[index];
}

const char *schema_file(const struct schema *schema)
{
    return schema->file;
}

bool schema_is_builtin(const struct schema *schema)
{
    return schema->builtin;
}

const char *schema_text(const struct schema *schema)
{
    return schema->text;
}

const char *schema_record(const struct schema *schema)
{
    return schema->record;
}

uint64_t schema_fingerprint(const struct schema *schema)
{
    return schema->fingerprint;
}

const struct walk_plan *schema_plan(const struct schema *schema)
{
    return &schema->plan;
}

struct avro_obj_t *schema_avro(const struct schema *schema)
{
    return schema->avro;
}

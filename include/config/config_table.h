/**
 * The table of configuration keys, and what the files src/config/config*.c share. Others use config/config.h.
 *
 * To add a key: add a row in config_table.c, a field in `struct config`, a row in README.md, and cases in
 * tests/config/config-values.table. Keys are a promise to every deployment: a key is never renamed.
 */
#ifndef CONFIG_CONFIG_TABLE_H
#define CONFIG_CONFIG_TABLE_H

#include "config/config.h"

enum config_type {
    CONFIG_TEXT,    /* char *; min and max are lengths in bytes */
    CONFIG_TOPIC,   /* char *; a legal topic name; with min 0 it may be empty */
    CONFIG_ADDRESS, /* char *; HOST:PORT or empty */
    CONFIG_LIST,    /* char **; names separated by commas */
    CONFIG_INTEGER, /* int64_t, min … max */
    CONFIG_SIZE,    /* int64_t, bytes; also written as N KiB or N MiB */
    CONFIG_BOOLEAN, /* bool; true or false */
    CONFIG_WORD,    /* an enum whose constants are in the order of `words` */
    CONFIG_KAFKA,   /* passed on to librdkafka, in config->kafka */
};

/** The `offset` of a key that this version checks but does not use. */
#define CONFIG_NOWHERE ((size_t)-1)

struct config_key {
    const char *name;
    const char *other_name; /* another name of the same key; NULL: none */
    enum config_type type;
    size_t offset;       /* of the value in struct config */
    const char *initial; /* the default as text; NULL: derived, see `meaning` */
    int64_t min, max;
    const char *const *words; /* CONFIG_WORD: NULL-terminated */
    const char *later;        /* a word that this version does not accept yet; NULL: none */
    bool secret;              /* masked in output; `<name>.file` reads it from a file */
    const char *meaning;      /* one line for people */
};

extern const struct config_key config_keys[];
extern const size_t config_key_count;

/**
 * True for a key that had a meaning once. For one release it may still be set, with a warning; after that it is
 * unknown.
 */
bool config_key_is_retired(const char *name);

/** The key with that name, or that other name; NULL when there is none. Rows of CONFIG_KAFKA are found too. */
const struct config_key *config_key_find(const char *name);

/**
 * The key that an unknown `name` was probably meant to be, for librdkafka's properties with their prefix; NULL when
 * none is near.
 */
const char *config_key_nearest(const char *name);

/** The value in effect as text, and where it came from, of one key; the list has the order of the table. */
struct config_origin {
    char *value;
    char *origin;
    char *file; /* KEY.file's path when the value came from there, else NULL */
};

/**
 * Parses `value` into the key's field, freeing what was there, and remembers value and origin. False: ERR_STOP with
 * EXIT_CONFIG; the message never quotes a secret.
 */
MUSTUSE bool config_value_set(struct config *config, const struct config_key *key, const char *value,
                              const char *origin, struct err *err);

/** Frees what config_value_set has put into the field. */
void config_value_free(struct config *config, const struct config_key *key);

/** Writes what a legal value looks like, e.g. "integer 1 … 100000"; `text` needs CONFIG_RULE_SIZE bytes. */
#define CONFIG_RULE_SIZE 128
void config_value_rule(const struct config_key *key, char text[static CONFIG_RULE_SIZE]);

/**
 * Applies one setting from any source: a key of the table, `<key>.file`, or `kafka.*`. False: ERR_STOP with
 * EXIT_CONFIG; everything else is refused.
 */
MUSTUSE bool config_set(struct config *config, const char *name, const char *value, const char *origin,
                        struct err *err);

/** Frees what the property holds. */
void config_property_free(struct kafka_property *property);

/** True when config_set knows `name` (it may still refuse the value). */
bool config_settable(const char *name);

/**
 * Reads all settings of a file and of the files that it includes. `exit_code`: the one for a `path` that cannot be
 * read.
 */
MUSTUSE bool config_file_read(struct config *config, const char *path, enum exit_code exit_code, struct err *err);

/**
 * Reads the secrets in the folder that CREDENTIALS_DIRECTORY names, if the environment has it. Defined in
 * config_credentials.c.
 */
MUSTUSE bool config_credentials_read(struct config *config, char *const *environment, struct err *err);

/** Reads all settings of the environment. */
MUSTUSE bool config_environment_read(struct config *config, char *const *environment, struct err *err);

/**
 * Checks that the settings of the schema registry fit together, and that nothing needs a registry when there is none.
 * Defined in config_registry.c.
 */
MUSTUSE bool config_registry_check(const struct config *config, struct err *err);

#endif

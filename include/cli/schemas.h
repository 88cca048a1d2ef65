/**
 * `sessiond schemas`: what its four actions share. Each has a file: schemas_list.c, schemas_check.c,
 * schemas_register.c, schemas_fingerprint.c.
 */
#ifndef CLI_SCHEMAS_H
#define CLI_SCHEMAS_H

#include "cli/cli.h"
#include "codec/schemas.h"
#include "json/writer.h"
#include "registry/subjects.h"

#include <stdio.h>

/** The schema of one kind of message, in its newest version, and where a registry has it. */
struct schemas_own {
    const char *record; /* the record's name without its namespace */
    const char *subject;
    const struct schema *schema;
};

enum schemas_kind { SCHEMAS_COMMAND, SCHEMAS_CREATED, SCHEMAS_REJECTED, SCHEMAS_OWN };

/** Fills the three schemas, in the order of their kinds; what they point to is in `arena` or in `schemas`. */
void schemas_name_own(struct schemas_own own[static SCHEMAS_OWN], const struct schemas *schemas,
                      const struct config *config, struct arena *arena);

/** Borrows everything while the action runs. */
struct schemas_tool {
    const struct cli *cli;
    const struct schemas *schemas;
    struct subjects *subjects; /* NULL: no registry is configured */
    struct schemas_own own[SCHEMAS_OWN];
};

/** Each returns the exit code. */

int schemas_list(const struct schemas_tool *tool);
int schemas_check(const struct schemas_tool *tool);
int schemas_register(const struct schemas_tool *tool);

/**
 * Prints the fingerprints of the files, or without any those of the built-in schemas. It uses neither configuration nor
 * registry.
 */
int schemas_fingerprint(const struct cli *cli, const char *const *files);

/**
 * Prints the schemas that are built in or in schemas.dir, each with its fingerprint: as lines, or, with `json`, as a
 * list.
 */
void schemas_print_known(const struct schemas_tool *tool, struct json_writer *json);

/** A worse verdict has a greater value. */
enum schemas_verdict {
    SCHEMAS_COMPATIBLE,
    SCHEMAS_UNCOMPARED, /* the registry compares nothing */
    SCHEMAS_INCOMPATIBLE,
};

/**
 * Asks the registry whether our newest schemas may follow each version that it has of them, by its own level for each
 * subject. Returns 0 with the worst verdict, or an exit code after printing why. A report goes to `out` (NULL: none),
 * as text or, with `json`, as one object for each.
 */
MUSTUSE int schemas_compare(const struct schemas_tool *tool, enum schemas_verdict *verdict, FILE *out,
                            struct json_writer *json);

/**
 * Compares one of our schemas with the versions of its subject and gives the worst verdict, without printing anything. FAILED with an error:
 * the registry gave no answer that can be used.
 */
MUSTUSE enum subjects_answer schemas_judge(struct subjects *subjects, const struct schemas_own *own,
                                           enum schemas_verdict *verdict, struct err *err);

/** Prints why the registry gave no answer, or that a stop was requested; returns the exit code. */
int schemas_registry_fail(struct err *err);

#endif

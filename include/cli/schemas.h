/**
 * `sessiond schemas`: what its four actions share. One file each: schemas_list.c, schemas_check.c, schemas_register.c,
 * schemas_fingerprint.c.
 */
#ifndef CLI_SCHEMAS_H
#define CLI_SCHEMAS_H

#include "cli/cli.h"
#include "codec/schemas.h"
#include "json/writer.h"
#include "registry/subjects.h"

#include <stdio.h>

/** The schema of one kind of message, newest version, and where a registry has it. */
struct schemas_own {
    const char *record; /* without namespace */
    const char *subject;
    const struct schema *schema;
};

enum schemas_kind { SCHEMAS_COMMAND, SCHEMAS_CREATED, SCHEMAS_REJECTED, SCHEMAS_OWN };

/** Names the three, each in its place; what they point to is in `arena` or in `schemas`. */
void schemas_name_own(struct schemas_own own[static SCHEMAS_OWN], const struct schemas *schemas,
                      const struct config *config, struct arena *arena);

/** Borrows what it points to for the time of the action. */
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

/** The files, or with none of them the built-in schemas. Asks neither configuration nor registry. */
int schemas_fingerprint(const struct cli *cli, const char *const *files);

/**
 * Prints the schemas that are built in or in schemas.dir, each with its fingerprint: lines, or with `json` a list.
 */
void schemas_print_known(const struct schemas_tool *tool, struct json_writer *json);

/** Worse ones are greater. */
enum schemas_verdict {
    SCHEMAS_COMPATIBLE,
    SCHEMAS_UNCOMPARED, /* the registry compares nothing */
    SCHEMAS_INCOMPATIBLE,
};

/**
 * Asks the registry whether our newest schemas may follow each version that it has of them, by its own level for each
 * subject. 0 and the worst verdict, or an exit code after printing why. A report goes to `out` (NULL: none), as text or,
 * with `json`, as one object for each.
 */
MUSTUSE int schemas_compare(const struct schemas_tool *tool, enum schemas_verdict *verdict, FILE *out,
                            struct json_writer *json);

/** The same of one of them, without a report: the worst verdict on its versions. FAILED: as subjects_version. */
MUSTUSE enum subjects_answer schemas_judge(struct subjects *subjects, const struct schemas_own *own,
                                           enum schemas_verdict *verdict, struct err *err);

/** The exit code of a registry that answered nothing, or of a stop, after printing why. */
int schemas_registry_fail(struct err *err);

#endif

/**
 * The subjects of a schema registry: what is registered under which name. For the start of the worker and for tools.
 * Each call makes one or two requests, blocks until they are answered, and does not try again.
 *
 * Source: Confluent Schema Registry API, "Subjects", "Config", "Compatibility".
 */
#ifndef REGISTRY_SUBJECTS_H
#define REGISTRY_SUBJECTS_H

#include "core/err.h"
#include "core/schema_id.h"
#include "config/config.h"

struct subjects;

/** What the registry answers. */
enum subjects_answer {
    SUBJECTS_YES,
    SUBJECTS_NO, /* it does not exist, or the registry refuses; each function says what `err` holds */
    /*
     * There is no answer. `err`: ERR_RETRY, with exit_code EXIT_PERMISSION (401, 403) or EXIT_UNREACHABLE (all else);
     * ERR_STOP when the registry refuses the request itself; ERR_INTERRUPTED when a stop was requested
     */
    SUBJECTS_FAILED,
};

/** One version of a subject. */
struct subjects_version {
    int32_t id; /* the number in records; it is the same for the same schema under any subject */
    int32_t version;
    enum schema_type type;
    char *text; /* the schema as registered, without its references; the caller frees it */
};

/**
 * Connects to nothing yet. Borrows the configuration, whose schema.registry.url must be set. NULL: ERR_STOP, it cannot
 * work (no such CA file; built without libcurl).
 */
MUSTUSE struct subjects *subjects_open(const struct config *config, struct err *err);
void subjects_close(struct subjects *subjects);

/** The time that the registry's last answer carries (HTTP's Date), in seconds since 1970 UTC; -1: it carries none. */
int64_t subjects_date(const struct subjects *subjects);

/**
 * Finds the id and version under which `subject` has the Avro schema `text`, registered as it is or normalized. NO: the
 * subject, or this schema under it, does not exist. `found->text` is NULL.
 */
MUSTUSE enum subjects_answer subjects_find(struct subjects *subjects, const char *subject, const char *text,
                                           struct subjects_version *found, struct err *err);

/**
 * Registers `text` under `subject`, creating the subject if need be. Registering the same again gives the same id. NO:
 * the registry does not accept the schema (incompatible with earlier versions, invalid, read-only); `err` says why in
 * its words (ERR_STOP, EXIT_CONFIG).
 */
MUSTUSE enum subjects_answer subjects_register(struct subjects *subjects, const char *subject, const char *text,
                                               int32_t *id, struct err *err);

/** The versions of a subject, ascending; the caller frees the array. NO: no such subject. */
MUSTUSE enum subjects_answer subjects_versions(struct subjects *subjects, const char *subject, int32_t **versions,
                                               size_t *count, struct err *err);

/** One version, or the newest with SUBJECTS_LATEST. NO: no such subject or version. The caller frees `text`. */
#define SUBJECTS_LATEST 0
MUSTUSE enum subjects_answer subjects_version(struct subjects *subjects, const char *subject, int32_t version,
                                              struct subjects_version *found, struct err *err);

/** Why a registry finds two schemas incompatible, in its own words, a line each. All zero: no reasons. */
struct subjects_reasons {
    char **list; /* owned, like the lines; free with subjects_reasons_free */
    size_t count;
};

/**
 * Asks whether the Avro schema `text` may be registered after this version, by the compatibility level of the subject
 * (with NONE it always may). YES: `*is_compatible` is the answer; if it is false `reasons` has those that the registry
 * gives. NO: no such subject or version.
 */
MUSTUSE enum subjects_answer subjects_compatible(struct subjects *subjects, const char *subject, int32_t version,
                                                 const char *text, bool *is_compatible,
                                                 struct subjects_reasons *reasons, struct err *err);
void subjects_reasons_free(struct subjects_reasons *reasons);

/**
 * The compatibility level of a subject, e.g. "BACKWARD"; the registry's own when the subject has none. NO: there is
 * none.
 */
#define SUBJECTS_LEVEL_SIZE 64
MUSTUSE enum subjects_answer subjects_level(struct subjects *subjects, const char *subject,
                                            char level[static SUBJECTS_LEVEL_SIZE], struct err *err);

#endif

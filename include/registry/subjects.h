/**
 * The subjects of a schema registry: what is registered under which name. For the start of the worker and for tools:
 * each call is one or two requests, blocks until they are answered, and does not try again.
 *
 * Source: Confluent Schema Registry API, "Subjects", "Config", "Compatibility".
 */
#ifndef REGISTRY_SUBJECTS_H
#define REGISTRY_SUBJECTS_H

#include "core/err.h"
#include "core/schema_id.h"
#include "config/config.h"

struct subjects;

/** What the registry says. */
enum subjects_answer {
    SUBJECTS_YES,
    SUBJECTS_NO, /* there is none, or it refuses; see each function for `err` */
    SUBJECTS_FAILED, /* nothing is known. `err`: ERR_RETRY, its exit_code EXIT_PERMISSION (401, 403) or EXIT_UNREACHABLE (all
                        else); ERR_STOP when the registry refuses the question itself; ERR_INTERRUPTED when a stop was asked for */
};

/** One version of a subject. */
struct subjects_version {
    int32_t id; /* the number in records; the same for the same schema under any subject */
    int32_t version;
    enum schema_type type;
    char *text; /* the schema as registered, without its references; owned by the caller: free() */
};

/**
 * Connects to nothing yet; borrows the configuration, whose schema.registry.url must be set. NULL: ERR_STOP, when it
 * cannot work (no such CA file; built without libcurl).
 */
MUSTUSE struct subjects *subjects_open(const struct config *config, struct err *err);
void subjects_close(struct subjects *subjects);

/** The time that the registry's last answer carries (HTTP's Date), in seconds since 1970 UTC; -1: it carries none. */
int64_t subjects_date(const struct subjects *subjects);

/**
 * The id and version under which `subject` has the Avro schema `text`, registered as it is or normalized. NO: the
 * subject, or this schema under it, is not there. `found->text` is NULL.
 */
MUSTUSE enum subjects_answer subjects_find(struct subjects *subjects, const char *subject, const char *text,
                                           struct subjects_version *found, struct err *err);

/**
 * Registers `text` under `subject`, making the subject if need be; the same again gives the same id. NO: the registry
 * takes no such schema (incompatible with the versions before, invalid, read-only); `err` says why in its words
 * (ERR_STOP, EXIT_CONFIG).
 */
MUSTUSE enum subjects_answer subjects_register(struct subjects *subjects, const char *subject, const char *text,
                                               int32_t *id, struct err *err);

/** The versions of a subject, ascending; the array is the caller's: free(). NO: no such subject. */
MUSTUSE enum subjects_answer subjects_versions(struct subjects *subjects, const char *subject, int32_t **versions,
                                               size_t *count, struct err *err);

/** One version, or with SUBJECTS_LATEST the newest. NO: no such subject or version. */
#define SUBJECTS_LATEST 0
MUSTUSE enum subjects_answer subjects_version(struct subjects *subjects, const char *subject, int32_t version,
                                              struct subjects_version *found, struct err *err);

/** Why a registry finds two schemas not compatible, in its own words, a line each. All zero: none. */
struct subjects_reasons {
    char **list; /* owned, like the lines; free with subjects_reasons_free */
    size_t count;
};

/**
 * Whether the Avro schema `text` may be registered after this version, by the compatibility level in effect for the
 * subject (with NONE it always may). YES: `*is_compatible`, and `reasons` if not, as far as the registry gives some.
 * NO: no such subject or version.
 */
MUSTUSE enum subjects_answer subjects_compatible(struct subjects *subjects, const char *subject, int32_t version,
                                                 const char *text, bool *is_compatible,
                                                 struct subjects_reasons *reasons, struct err *err);
void subjects_reasons_free(struct subjects_reasons *reasons);

/**
 * The compatibility level in effect for a subject, e.g. "BACKWARD"; the registry's own when the subject has none. NO:
 * none.
 */
#define SUBJECTS_LEVEL_SIZE 64
MUSTUSE enum subjects_answer subjects_level(struct subjects *subjects, const char *subject,
                                            char level[static SUBJECTS_LEVEL_SIZE], struct err *err);

#endif

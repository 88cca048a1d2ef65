/**
 * What an answer of the registry means, and the schema in it. Pure.
 *
 * A proxy, a load balancer or a wrong path answers too, also with 200 and 404. Only an answer in the registry's own
 * form is believed, and a 404 in plain text or without a body. Errors are `{"error_code": 40403, "message": "…"}`.
 *
 * Source: Confluent Schema Registry API, "Errors"; Apicurio Registry 2.6 answers in the same form.
 */
#ifndef REGISTRY_ANSWER_H
#define REGISTRY_ANSWER_H

#include "core/err.h"
#include "core/schema_id.h"

struct json_t; /* jansson's */

enum answer {
    ANSWER_YES,
    ANSWER_NONE,    /* no such subject, version or schema */
    ANSWER_REFUSED, /* 409 or 422: the registry will never accept it; `err` says why (ERR_STOP, EXIT_CONFIG) */
    /* Nothing is known; `err` says why (ERR_RETRY; EXIT_PERMISSION with 401 and 403, else EXIT_UNREACHABLE) */
    ANSWER_UNKNOWN,
};

/** What an answer is expected to look like. */
struct expected {
    const char *member; /* it is an object with this member; NULL: it is an array */
    bool bare_404;      /* a registry that does not have such requests at all (error_code 404 or 0) counts as NONE */
};

/** YES: `json` is the answer, which the caller frees with json_decref. */
MUSTUSE enum answer answer_read(long status, struct bytes body, const struct expected *expected, struct json_t **json,
                                struct err *err);

/** A schema that another schema refers to. */
struct reference {
    char *subject;
    int32_t version;
};

struct schema_answer {
    enum schema_type type;
    char *text;
    struct reference *references;
    size_t reference_count;
};

/** Copies the schema out of `json`. False: ERR_RETRY, it is not in there, and there is nothing to free. */
MUSTUSE bool answer_schema(const struct json_t *json, struct schema_answer *schema, struct err *err);

void schema_answer_free(struct schema_answer *schema);

#endif

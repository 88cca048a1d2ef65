/**
 * The discrepancies that `sessiond verify` has found, under the guarantees that they break, each with the records that
 * show it.
 *
 * However many there are, they are kept in temporary files until all are known. One thread.
 */
#ifndef CLI_VERIFY_FINDINGS_H
#define CLI_VERIFY_FINDINGS_H

#include "core/err.h"
#include "core/uuid.h"

#include <stdio.h>

#define GUARANTEES 5

enum ref_kind { REF_COMMAND, REF_EVENT, REF_DEAD_LETTER, REF_OUTCOME, REF_SESSION };

/** A record or a row that shows a discrepancy. */
struct ref {
    enum ref_kind kind;
    const char *topic; /* for the first three kinds; borrowed */
    int32_t partition;
    int64_t offset;
    struct uuid command_id; /* for REF_OUTCOME */
    int64_t session_id;     /* for REF_SESSION */
};

struct findings;

/** NULL with ERR_STOP. `json`: how they will be printed. */
MUSTUSE struct findings *findings_new(bool json, struct err *err);
void findings_free(struct findings *findings);

/** Adds a discrepancy. `guarantee`: 1 to GUARANTEES; `code`: stable, static; the text is one sentence for people. */
void findings_add(struct findings *findings, int guarantee, const char *code, const struct ref *refs, size_t count,
                  const char *format, ...) PRINTF(6, 7);

/** How many there are for one guarantee, or for all (0). */
int64_t findings_count(const struct findings *findings, int guarantee);

/**
 * Prints what was found for that guarantee: lines of text, or the members of a JSON array. False: ERR_STOP, a file
 * failed.
 */
MUSTUSE bool findings_print(struct findings *findings, int guarantee, FILE *out, struct err *err);

#endif

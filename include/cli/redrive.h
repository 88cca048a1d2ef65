/**
 * `sessiond dlq redrive`: dead letters go back to the commands topic, each once. A transaction carries copies and, per partition and code,
 * how far they go. A dry run does all but that. dlq_redrive.c is the command, redrive_run.c the work.
 */
#ifndef CLI_REDRIVE_H
#define CLI_REDRIVE_H

#include "cli/dlq.h"
#include "cli/parts/rate.h"
#include "codec/redrive.h"
#include "kafka/tools/copier.h"
#include "kafka/tools/redrive_progress.h"

/** Copies in one transaction. */
#define REDRIVE_PORTION 500

struct redrive_count {
    char code[REDRIVE_CODE_TEXT];
    uint64_t records;
};

/** Of a copy in the portion. */
struct redrive_origin {
    size_t code;       /* index in `counts` */
    int32_t partition; /* of the dead-letter topic */
    int64_t offset;
};

/** Not to be moved while it runs. The caller fills the first four, `rules` with its maximum. */
struct redrive {
    const struct cli *cli;
    const struct dlq_request *request;
    struct redrive_rules rules;
    struct rate rate;

    struct config config;             /* redrive's own; what it does not own belongs to `cli` */
    struct redrive_progress progress; /* of dlq.topic */
    struct range *ranges;             /* likewise; owned */
    struct copier *copier;            /* NULL: a dry run */
    struct progress_line line;

    struct outbound portion[REDRIVE_PORTION]; /* in the arena */
    struct redrive_origin origins[REDRIVE_PORTION];
    struct arena arena;
    size_t count;
    size_t size;    /* bytes of the portion */
    uint64_t taken; /* what is sent, or would be, and the portion */
    uint64_t sent;
    uint64_t behind; /* offsets of the partitions that are done */

    struct redrive_count counts[REDRIVE_CODES]; /* of what is sent, or would be */
    size_t count_codes;
    uint64_t stay[REDRIVE_VERDICTS]; /* by reason */
};

/** True: all that is asked for is done. False: ERR_STOP or ERR_INTERRUPTED; the counts are of what was done before. */
MUSTUSE bool redrive_run(struct redrive *redrive, struct err *err);

void redrive_free(struct redrive *redrive);

#endif

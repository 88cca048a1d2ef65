/**
 * `sessiond dlq redrive` sends dead letters back to the commands topic, each once. A transaction carries copies and, for
 * each partition and code, how far redrive has come. A dry run does everything else. dlq_redrive.c is the command, and
 * redrive_run.c does the work.
 */
#ifndef CLI_REDRIVE_H
#define CLI_REDRIVE_H

#include "cli/dlq.h"
#include "cli/parts/rate.h"
#include "codec/redrive.h"
#include "kafka/tools/copier.h"
#include "kafka/tools/redrive_progress.h"

/** How many copies go into one transaction. */
#define REDRIVE_PORTION 500

struct redrive_count {
    char code[REDRIVE_CODE_TEXT];
    uint64_t records;
};

/** The origin of a copy in the portion. */
struct redrive_origin {
    size_t code;       /* index in `counts` */
    int32_t partition; /* in the dead-letter topic */
    int64_t offset;
};

/** It must not move while it runs. The caller fills the first four members, `rules` with its maximum. */
struct redrive {
    const struct cli *cli;
    const struct dlq_request *request;
    struct redrive_rules rules;
    struct rate rate;

    struct config config;             /* for redrive; what it does not own belongs to `cli` */
    struct redrive_progress progress; /* of dlq.topic */
    struct range *ranges;             /* of dlq.topic; owned */
    struct copier *copier;            /* NULL: a dry run */
    struct progress_line line;

    struct outbound portion[REDRIVE_PORTION]; /* in the arena */
    struct redrive_origin origins[REDRIVE_PORTION];
    struct arena arena;
    size_t count;
    size_t size;    /* of the portion, in bytes */
    uint64_t taken; /* how many are sent, or would be, with those in the portion */
    uint64_t sent;
    uint64_t behind; /* offsets of the partitions that are finished */

    struct redrive_count counts[REDRIVE_CODES]; /* counts of what is sent, or would be */
    size_t count_codes;
    uint64_t stay[REDRIVE_VERDICTS]; /* how many stay, by reason */
};

/**
 * Runs it. True: everything that was requested is done. False: ERR_STOP or ERR_INTERRUPTED; the counts tell what was
 * done before.
 */
MUSTUSE bool redrive_run(struct redrive *redrive, struct err *err);

void redrive_free(struct redrive *redrive);

#endif

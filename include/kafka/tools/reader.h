/**
 * Reads records of topics for a tool: committed ones only, without a group, and without committing anything.
 *
 * It reads the partitions that exist when it is opened. One thread.
 */
#ifndef KAFKA_TOOLS_READER_H
#define KAFKA_TOOLS_READER_H

#include "core/err.h"
#include "core/record.h"
#include "kafka/tools/range.h"
#include "config/config.h"

struct reader;

struct reader_request {
    const char *const *topics; /* borrowed until reader_close */
    size_t topic_count;
    const int32_t *partition; /* the only one to read; NULL: all */
    /* For every partition; its timeout is also the time within which a broker has to answer */
    struct range_request range;
    bool until_end; /* stop at the end as it was when the reader was opened */
    /*
     * The most that may wait in memory: about this much for each of this many partitions. 0: as configured, which is a
     * limit for each partition.
     */
    int queue_kbytes;
    int queue_partitions;
};

/**
 * Waits for a broker and finds the places to begin at. NULL with ERR_STOP: out of reach (69), no permission (77), a
 * topic does not exist (78).
 */
MUSTUSE struct reader *reader_open(const struct config *config, const struct reader_request *request, struct err *err);
void reader_close(struct reader *reader);

/**
 * DONE: `record` is the next one, borrowed until the next call. Records of one partition come in the order of their
 * offsets, those of several partitions as they arrive. PENDING: none within `timeout_ms`, or `reader_ended`. FAILED
 * with ERR_STOP.
 */
MUSTUSE enum progress reader_next(struct reader *reader, int timeout_ms, struct record *record, struct err *err);

/** True when, with `until_end`, everything that was there at the start has been read. */
bool reader_ended(const struct reader *reader);

/** How many partitions the topic of that index has, and what is read of one of them. Known once the reader is open. */
int reader_partitions(const struct reader *reader, size_t topic);
struct range reader_range(const struct reader *reader, size_t topic, int32_t partition);

#endif

/**
 * One batch on its way through PostgreSQL: the insert of what is new, the read of what was known, and, when a row is
 * refused, the search for it.
 *
 * An insert that fails for a reason that one row may have caused is asked again in halves until the row stands alone;
 * the halves that pass are committed, which is harmless: each id is decided for itself. A row that stands alone is
 * answered STORE_REFUSED, its neighbours having passed. When nothing was created and every row fails alike, it is not
 * the rows: that stops the process, and nothing is answered.
 */
#ifndef POSTGRES_FLIGHT_H
#define POSTGRES_FLIGHT_H

#include "postgres/asked.h"
#include "postgres/question.h"

enum flight_step {
    FLIGHT_NONE = 0,
    FLIGHT_INSERT,
    FLIGHT_READ,
};

/** A piece of the asked ids: from … to - 1. */
struct flight_range {
    size_t from;
    size_t to;
};

#define FLIGHT_RANGES     64 /* halving never has more than log2(ids) + 1 pieces waiting */
#define FLIGHT_PARAMETERS 10 /* of insert_outcomes.sql */

struct flight {
    enum flight_step step;
    struct asked asked;
    struct array parameters[FLIGHT_PARAMETERS];
    struct flight_range ranges[FLIGHT_RANGES]; /* still to be inserted; the last one is under way */
    size_t range_count;
    int reruns;            /* of the range under way, because a parent was deleted meanwhile */
    size_t created;        /* sessions made for this batch */
    size_t refused;        /* rows that stood alone and failed */
    bool alike;            /* all of them with the same error */
    struct err refusal;    /* of the first one; of one for lack of privilege when there is any */
    uint32_t refused_item; /* its index in the batch */
};

/** The names under which the statements that a flight executes are prepared, once a connection. */
#define FLIGHT_INSERT_NAME "insert_outcomes"
#define FLIGHT_READ_NAME   "read_outcomes"

/** Starts with the undecided items of the batch; with none there is nothing to do. As question_execute. */
MUSTUSE bool flight_start(struct flight *flight, struct connection *connection, struct batch *batch, struct err *err);

/** DONE: every item of the batch has an outcome or a decision. Never ERR_ISOLATE; else as question_answer. */
enum progress flight_receive(struct flight *flight, struct connection *connection, struct batch *batch, int timeout_ms,
                             struct err *err);

/** Forgets the batch; memory is kept. */
void flight_drop(struct flight *flight);
void flight_free(struct flight *flight);

#endif

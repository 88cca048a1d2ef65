/** How large our tables and their indexes are, as the server knows without looking at a row: for a report. */
#ifndef POSTGRES_TABLE_SIZES_H
#define POSTGRES_TABLE_SIZES_H

#include "config/config.h"
#include "core/err.h"

/** A table, or an index of it. Borrowed for as long as the call lasts. */
struct table_size {
    const char *table;
    const char *index;    /* NULL: the table itself */
    const char *rows;     /* the server's estimate; "-1": it has none */
    const char *bytes;    /* of the table or index alone */
    const char *total;    /* with its indexes and what is stored out of line */
    const char *dead;     /* rows that a vacuum would take; NULL for an index, as the two that follow */
    const char *vacuumed; /* when it was last; NULL: never */
    const char *analyzed;
};
typedef void take_table_size(void *target, const struct table_size *size);

/**
 * Connects, and gives each to `take`, the tables by name, each before its indexes. `version`, of the server, comes first. False: ERR_STOP,
 * or ERR_INTERRUPTED.
 */
MUSTUSE bool table_sizes_read(const struct config *config, void (*take_version)(void *target, const char *version),
                              take_table_size *take, void *target, struct err *err);

#endif

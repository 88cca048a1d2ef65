/**
 * Sorts more records than fit into memory. All have the same size and are compared by the bytes at their beginning.
 *
 * Sorted runs go to one temporary file that has no name (TMPDIR, else /tmp), and are merged when they are read. Numbers
 * in a key have to be big-endian, so that their bytes have their order. Records with equal keys come in any order.
 * Memory stays within the limit that was given; memory that runs out ends the process. One thread.
 */
#ifndef RUNTIME_EXTERNAL_SORT_H
#define RUNTIME_EXTERNAL_SORT_H

#include "core/err.h"

struct external_sort;

/**
 * A sort of records of `record_size` bytes, compared by their first `key_size` bytes, which uses `memory` bytes. Never
 * NULL.
 */
struct external_sort *external_sort_new(size_t record_size, size_t key_size, size_t memory);
void external_sort_free(struct external_sort *sort);

/** Copies the record. False: ERR_STOP, there is no room for temporary files. Not allowed after external_sort_start. */
MUSTUSE bool external_sort_add(struct external_sort *sort, const void *record, struct err *err);

/** Ends the adding and starts the reading; to be called once. False: ERR_STOP, there is no room for temporary files. */
MUSTUSE bool external_sort_start(struct external_sort *sort, struct err *err);

/** The next record in order, valid and unchanged until external_sort_next; NULL after the last one. */
const void *external_sort_peek(const struct external_sort *sort);

/** Steps over the record that external_sort_peek gives. False: ERR_STOP, the temporary file cannot be read. */
MUSTUSE bool external_sort_next(struct external_sort *sort, struct err *err);

#endif

/**
 * A store in memory that creates a session for every command that it is given, even for one that it was given before.
 * One thread.
 */
#ifndef TESTS_MOCK_MEMORY_STORE_H
#define TESTS_MOCK_MEMORY_STORE_H

#include "postgres/store.h"

/** How many sessions it has created so far. */
int64_t memory_store_decisions(void);

#endif

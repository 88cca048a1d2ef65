/**
 * Whose malloc serves this process, the calls of its libraries included.
 *
 * librdkafka allocates each header of each event separately, a dozen for an event. With mimalloc, which is linked before
 * the C library unless WITH_MIMALLOC=0, a command costs a fifth less CPU time; tests/bench/README.md has the figures.
 */
#ifndef RUNTIME_ALLOCATOR_H
#define RUNTIME_ALLOCATOR_H

/** The allocator's name and version, such as "mimalloc 2.0.9". It is static. For one thread. */
const char *allocator_version(void);

#endif

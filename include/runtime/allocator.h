/**
 * Whose malloc serves this process, the libraries' calls included.
 *
 * librdkafka allocates each header of each event by itself, a dozen an event. With mimalloc (WITH_MIMALLOC, linked before the C
 * library) a command costs a fifth less CPU time than with the C library's malloc; tests/bench/README.md has the figures.
 */
#ifndef RUNTIME_ALLOCATOR_H
#define RUNTIME_ALLOCATOR_H

/** The name and version of the allocator, such as "mimalloc 2.0.9". Any thread. */
const char *allocator_version(void);

/**
 * Keeps freed memory for a second before the system gets it back, because the next batch wants as much again; given back at once,
 * it costs a page fault for every 4 KiB of every batch. To be called once, at the start of a process that works for long.
 */
void allocator_keep_freed(void);

/** Gives what has been free for longer back to the system, as mimalloc does it by itself only while others allocate. Any thread. */
void allocator_give_back(void);

#endif

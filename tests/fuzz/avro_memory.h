/**
 * Gives avro-c's memory back after each input: 1.11.1 leaks when it refuses a schema or a value, and a fuzz run would
 * run out of memory. The sanitizer still sees leaks of our own code.
 */
#ifndef TESTS_FUZZ_AVRO_MEMORY_H
#define TESTS_FUZZ_AVRO_MEMORY_H

/** Watches from here on. Memory that avro-c has already is left alone. */
void avro_memory_watch(void);

/** Frees what avro-c has allocated since avro_memory_watch and not freed. */
void avro_memory_reclaim(void);

#endif

/**
 * Memory of avro-c, given back after each input: 1.11.1 leaks when it refuses a schema or a value, and a fuzz run would end with
 * the memory. What ours leaks, the sanitizer still sees.
 */
#ifndef TESTS_FUZZ_AVRO_MEMORY_H
#define TESTS_FUZZ_AVRO_MEMORY_H

/** From here on; what avro-c holds already it keeps. */
void avro_memory_watch(void);

/** Frees what avro-c has asked for since avro_memory_watch and not freed. */
void avro_memory_reclaim(void);

#endif

/**
 * What avro-c reads from a message that the decoder has accepted. It is used only for these: with messages that must be
 * refused, avro-c leaks for some, accepts some, and returns uninitialised values for some.
 */
#ifndef TESTS_FUZZ_AVRO_ORACLE_H
#define TESTS_FUZZ_AVRO_ORACLE_H

#include "avro/plan.h"
#include "core/command.h"

/** Ends the process when avro-c reads something else from `message`, or does not read all of it. */
void avro_oracle_check(struct avro_obj_t *schema, enum plan_top top, struct bytes message,
                       const struct command *command);

#endif

/**
 * Avro commands: a bounded walk of the bytes along the writer's schema. `command_id`, `group_id` and
 * `study_activity_id` are found by name at the top level of the record; everything else is skipped. When the top is a
 * union, the record is the branch that the value chose.
 *
 * Every length is checked against the bytes that are left; records, arrays and maps nest at most 64 deep; all bytes
 * must be consumed; all strings, also the skipped ones, must be UTF-8 without NUL. Nothing is allocated, and the number
 * of steps is at most the number of bytes plus a constant.
 *
 * Source: Avro 1.11 specification, "Binary Encoding".
 */
#ifndef CODEC_COMMAND_AVRO_H
#define CODEC_COMMAND_AVRO_H

#include "avro/plan.h"
#include "codec/refusal.h"
#include "core/command.h"

/**
 * Makes the plan that command_avro_decode needs, in `arena`. False and a static reason when nothing could be read by
 * the schema.
 */
MUSTUSE bool command_avro_plan(struct avro_obj_t *schema, enum plan_top top, struct arena *arena,
                               struct walk_plan *plan, const char **reason);

/**
 * Reads a command, or returns false and a refusal. `writer` is a plan of command_avro_plan; `bytes` is bare Avro binary
 * without its framing. A field of a command that has another type in the writer's schema is invalid; one that the
 * schema does not have is absent.
 */
MUSTUSE bool command_avro_decode(const struct walk_plan *writer, struct bytes bytes, struct command *command,
                                 struct refusal *refusal);

#endif

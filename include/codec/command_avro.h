/**
 * Avro commands: a bounded walk of the bytes along the writer's schema; `command_id`, `group_id` and
 * `study_activity_id` are picked by name at the top level of the record, everything else is skipped. When the top is a
 * union, the record is the branch that the value chose.
 *
 * Every length is checked against what is left; records, arrays and maps nest at most 64 deep; all bytes must be
 * consumed; strings, those that are skipped too, must be UTF-8 without NUL. No allocation, and no more steps than there
 * are bytes, give or take a fixed number.
 *
 * Source: Avro 1.11 specification, "Binary Encoding".
 */
#ifndef CODEC_COMMAND_AVRO_H
#define CODEC_COMMAND_AVRO_H

#include "avro/plan.h"
#include "codec/refusal.h"
#include "core/command.h"

/** The plan that command_avro_decode wants; as walk_plan_make. */
MUSTUSE bool command_avro_plan(struct avro_obj_t *schema, enum plan_top top, struct arena *arena,
                               struct walk_plan *plan, const char **reason);

/**
 * `writer`: of command_avro_plan. `bytes`: bare Avro binary, the framing removed. True and a command; false and a refusal. A field of ours that
 * the writer's schema gives another type is invalid; one that it does not have is absent.
 */
MUSTUSE bool command_avro_decode(const struct walk_plan *writer, struct bytes bytes, struct command *command,
                                 struct refusal *refusal);

#endif

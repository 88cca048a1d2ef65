/**
 * Under which id the registry has one of our schemas: what a value in Confluent's wire format begins with.
 */
#ifndef CLI_PARTS_SUBJECT_ID_H
#define CLI_PARTS_SUBJECT_ID_H

#include "cli/schemas.h"

/**
 * Looks the schema up under its subject (TopicNameStrategy, see cli/schemas.h); with `schema.registry.auto.register` registers it when
 * it is not there. Waits for a registry that does not answer, up to `patience_ms`. False: ERR_STOP, or ERR_INTERRUPTED when a stop was
 * asked for meanwhile.
 */
MUSTUSE bool subject_id_find(const struct config *config, const struct schemas *schemas, enum schemas_kind kind,
                             int64_t patience_ms, int32_t *id, struct err *err);

/** The same once, without waiting. NO: ERR_STOP, the registry does not have it; FAILED: as subjects_find. */
MUSTUSE enum subjects_answer subject_id_ask(struct subjects *subjects, const struct schemas_own *own, bool may_register,
                                            int32_t *id, struct err *err);

#endif

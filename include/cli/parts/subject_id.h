/** The id under which the registry has one of our schemas, with which a value in Confluent's wire format begins. */
#ifndef CLI_PARTS_SUBJECT_ID_H
#define CLI_PARTS_SUBJECT_ID_H

#include "cli/schemas.h"

/**
 * Looks the schema up under its subject (TopicNameStrategy, see cli/schemas.h). With `schema.registry.auto.register` it
 * registers a schema that is not there. Waits up to `patience_ms` for a registry that does not answer. False: ERR_STOP,
 * or ERR_INTERRUPTED when a stop was requested meanwhile.
 */
MUSTUSE bool subject_id_find(const struct config *config, const struct schemas *schemas, enum schemas_kind kind,
                             int64_t patience_ms, int32_t *id, struct err *err);

/** The same once, without waiting. NO: ERR_STOP, the registry does not have it; FAILED: as subjects_find. */
MUSTUSE enum subjects_answer subject_id_ask(struct subjects *subjects, const struct schemas_own *own, bool may_register,
                                            int32_t *id, struct err *err);

#endif

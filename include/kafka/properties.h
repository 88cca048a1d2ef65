/**
 * The user's `kafka.*` keys against what the linked librdkafka knows. Its names are its own and differ from version to
 * version: nothing below this layer can say whether there is such a key.
 */
#ifndef KAFKA_PROPERTIES_H
#define KAFKA_PROPERTIES_H

#include "core/err.h"
#include "config/config.h"

struct rd_kafka_conf_s;

/**
 * All keys at once, after config_load and log_setup. A variable of the environment that is no property is left out with
 * a warning. False: ERR_STOP/EXIT_CONFIG for the first other key that is no property, with the nearest one, or for a
 * value that librdkafka refuses.
 */
MUSTUSE bool properties_check(struct config *config, struct err *err);

/** Sets one for a client, to `value`, which may be newer than the property's own. False: as above. */
MUSTUSE bool properties_set(struct rd_kafka_conf_s *conf, const struct kafka_property *property, const char *value,
                            struct err *err);

#endif

/**
 * Checks and sets the user's `kafka.*` keys. Which properties exist depends on the linked librdkafka, so no layer below
 * this one can say whether a key is known.
 */
#ifndef KAFKA_PROPERTIES_H
#define KAFKA_PROPERTIES_H

#include "core/err.h"
#include "config/config.h"

struct rd_kafka_conf_s;

/**
 * Checks all keys at once, after config_load and log_setup. A variable of the environment that names no property is
 * removed with a warning. False: ERR_STOP/EXIT_CONFIG for the first other key that is no property, with the nearest
 * name, or for a value that librdkafka refuses.
 */
MUSTUSE bool properties_check(struct config *config, struct err *err);

/**
 * Sets one property of a client to `value`, which may be newer than the one in `property`. False: ERR_STOP/EXIT_CONFIG,
 * librdkafka does not know the property or refuses the value.
 */
MUSTUSE bool properties_set(struct rd_kafka_conf_s *conf, const struct kafka_property *property, const char *value,
                            struct err *err);

#endif

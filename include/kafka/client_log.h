/** librdkafka's log lines in our log. */
#ifndef KAFKA_CLIENT_LOG_H
#define KAFKA_CLIENT_LOG_H

#include <stdbool.h>

struct rd_kafka_conf_s;

/**
 * Lets a client that is made of `conf` log to ours: with librdkafka's levels for the worker's clients, and all of it as
 * details (debug) for a tool's. The lines come on librdkafka's threads.
 */
void client_log_to_ours(struct rd_kafka_conf_s *conf, bool is_tool);

#endif

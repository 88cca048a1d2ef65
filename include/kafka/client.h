/** What all librdkafka clients of the program have in common: their properties, their log, and the names of errors. */
#ifndef KAFKA_CLIENT_H
#define KAFKA_CLIENT_H

#include "core/err.h"
#include "config/config.h"

/** Where clients connect to unless `kafka.bootstrap.servers` is set. */
#define CLIENT_DEFAULT_BROKERS "127.0.0.1:9092"

struct rd_kafka_conf_s;
struct rd_kafka_s;

/** What the client is for. It decides the defaults and which `kafka.*` scopes apply. */
enum client_role {
    CLIENT_CONSUMER, /* of `run`: the member of the group */
    CLIENT_PRODUCER, /* of `run`: transactional or idempotent */
    CLIENT_READER,   /* of a tool: reads by assignment, without a group */
    CLIENT_SENDER,   /* of a tool: idempotent producer, partitioner murmur2_random */
    CLIENT_ADMIN,    /* of a tool: admin requests */
};

/**
 * The configuration for a client: the role's defaults, then the user's `kafka.*` keys of its scope, then the properties
 * that the guarantees rest on. The caller adds callbacks and passes it to client_new. NULL with ERR_STOP/EXIT_CONFIG
 * naming the key, its origin and librdkafka's own reason.
 */
MUSTUSE struct rd_kafka_conf_s *client_conf(const struct config *config, enum client_role role, struct err *err);

/** The value of a numeric property of the client, whoever set it. */
int64_t client_number(const struct rd_kafka_conf_s *conf, const char *name);

/**
 * The value of a numeric property that a client of this configuration would have. False with ERR_STOP/EXIT_CONFIG: the
 * configuration makes no client.
 */
MUSTUSE bool client_setting(const struct config *config, enum client_role role, const char *name, int64_t *value,
                            struct err *err);

/**
 * True when a client of this configuration can be made; it connects to nobody. False with ERR_STOP/EXIT_CONFIG: why it
 * cannot.
 */
MUSTUSE bool client_fits(const struct config *config, enum client_role role, struct err *err);

/** The user's key with this name that counts for the client, as it was read at the start; NULL: none is set. */
const struct kafka_property *client_property(const struct config *config, enum client_role role, const char *name);

/** Sets one property to a value of our own. A failure is a bug and ends the process. */
void client_set(struct rd_kafka_conf_s *conf, const char *name, const char *value);

/** Makes the client. Takes over `conf` in any case. NULL with ERR_STOP/EXIT_CONFIG. */
MUSTUSE struct rd_kafka_s *client_new(struct rd_kafka_conf_s *conf, enum client_role role, struct err *err);

/**
 * The user and password that this client logs in with, read anew from their files (KEY.file). False: one of them is not
 * set, because another mechanism is used. The caller frees both in any case.
 */
MUSTUSE bool client_credentials(const struct config *config, enum client_role role, char **user, char **password);

/**
 * Writes the brokers that a client of this role asks, and where they were set, for messages, e.g.
 * "kafka.bootstrap.servers = 127.0.0.1:9092 (default)".
 */
#define CLIENT_BROKERS_TEXT 320
void client_brokers(const struct config *config, enum client_role role, char text[static CLIENT_BROKERS_TEXT]);

/** The version of the linked librdkafka, e.g. "2.0.2"; static. */
const char *kafka_version(void);

#endif

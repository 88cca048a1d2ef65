/**
 * What every librdkafka client of the program has in common: its properties, its log, and the names of errors.
 */
#ifndef KAFKA_CLIENT_H
#define KAFKA_CLIENT_H

#include "core/err.h"
#include "config/config.h"

/** Where clients connect to unless `kafka.bootstrap.servers` is set. */
#define CLIENT_DEFAULT_BROKERS "127.0.0.1:9092"

struct rd_kafka_conf_s;
struct rd_kafka_s;

/** What the client is for; decides defaults and which `kafka.*` scopes apply. */
enum client_role {
    CLIENT_CONSUMER, /* of `run`: the group's member */
    CLIENT_PRODUCER, /* of `run`: transactional or idempotent */
    CLIENT_READER,   /* of a tool: reads by assignment, no group */
    CLIENT_SENDER,   /* of a tool: idempotent producer, partitioner murmur2_random */
    CLIENT_ADMIN,    /* of a tool: admin calls */
};

/**
 * The configuration for a client: the role's defaults, then the user's `kafka.*` keys of its scope, then what the
 * guarantees rest on. The caller adds callbacks and gives it to `client_new`. NULL with ERR_STOP/EXIT_CONFIG naming the
 * key, its origin and librdkafka's own reason.
 */
MUSTUSE struct rd_kafka_conf_s *client_conf(const struct config *config, enum client_role role, struct err *err);

/** A setting of a client that is a number, whoever chose it. */
int64_t client_number(const struct rd_kafka_conf_s *conf, const char *name);

/** The same of the client that this configuration makes. False: as client_conf. */
MUSTUSE bool client_setting(const struct config *config, enum client_role role, const char *name, int64_t *value,
                            struct err *err);

/** Whether such a client can be made; it connects to nobody. False: as client_conf and client_new. */
MUSTUSE bool client_fits(const struct config *config, enum client_role role, struct err *err);

/** Sets one property that cannot be wrong (ours): a failure is a bug and ends the process. */
void client_set(struct rd_kafka_conf_s *conf, const char *name, const char *value);

/** Takes `conf` over in any case. NULL with ERR_STOP/EXIT_CONFIG. */
MUSTUSE struct rd_kafka_s *client_new(struct rd_kafka_conf_s *conf, enum client_role role, struct err *err);

/**
 * The user and password that this client logs in with, as their files (KEY.file) hold them now. False: one of them is not
 * set, another mechanism is used. The caller frees both in any case.
 */
MUSTUSE bool client_credentials(const struct config *config, enum client_role role, char **user, char **password);

/** For messages: the brokers that a client of this role asks and where that was set, e.g. "kafka.bootstrap.servers =
 * 127.0.0.1:9092 (default)". */
#define CLIENT_BROKERS_TEXT 320
void client_brokers(const struct config *config, enum client_role role, char text[static CLIENT_BROKERS_TEXT]);

/** The linked librdkafka, e.g. "2.0.2"; static. */
const char *kafka_version(void);

#endif

/**
 * A password that stops working while the program runs, because it is being changed at the broker and in its file one
 * after the other. The files of kafka.sasl.username and kafka.sasl.password are read again and new values tried, for 60
 * s.
 *
 * There is one for each client of `run`, for as long as that client or its replacement lives. The loop's thread, except
 * where said.
 */
#ifndef KAFKA_SASL_RELOAD_H
#define KAFKA_SASL_RELOAD_H

#include "kafka/client.h"

#include <stdatomic.h>

struct rd_kafka_conf_s;
struct rd_kafka_s;

/** Visible so that it can be embedded; all zero at first. */
struct sasl_reload {
    const struct config *config;
    enum client_role role;
    atomic_bool worked; /* a login worked since the last refusal; set by librdkafka's broker threads */
    bool refused;       /* a login was refused after one that worked, and none has worked since */
    int64_t refused_ms; /* since when it is refused */
    int64_t read_ms;    /* when the files were read again */
};

/** Makes the client of this configuration report its logins. `sasl_reload` must outlive the client. */
void sasl_reload_watch(struct sasl_reload *sasl_reload, struct rd_kafka_conf_s *conf, const struct config *config,
                       enum client_role role);

/**
 * Judges an error that the client has reported: a refused login that worked before becomes RETRY for 60 s. Other errors
 * stay as they are.
 */
void sasl_reload_judge(struct sasl_reload *sasl_reload, struct err *err);

/**
 * While the login is refused: gives the client the present contents of the files. Otherwise it costs nothing, so call
 * it often.
 */
void sasl_reload_renew(struct sasl_reload *sasl_reload, struct rd_kafka_s *rk);

#endif

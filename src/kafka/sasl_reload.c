#include "kafka/sasl_reload.h"

#include "runtime/clock.h"
#include "runtime/log.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdlib.h>

#define PATIENCE_MS   60000
#define READ_EVERY_MS 500

/*
 * Runs on broker threads. A broker is "UP" only after the login. Older connections that live on say nothing about it.
 */
static rd_kafka_resp_err_t on_broker(rd_kafka_t *rk, int32_t broker_id, const char *secproto, const char *name,
                                     int port, const char *state, void *opaque)
{
    struct sasl_reload *sasl_reload = opaque;

    (void)rk, (void)broker_id, (void)secproto, (void)name, (void)port;
    if (strcmp(state, "UP") == 0)
        atomic_store(&sasl_reload->worked, true);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* Runs on the thread that calls rd_kafka_new. */
static rd_kafka_resp_err_t on_new(rd_kafka_t *rk, const rd_kafka_conf_t *conf, void *opaque, char *errstr,
                                  size_t errstr_size)
{
    (void)conf, (void)errstr, (void)errstr_size;
    return rd_kafka_interceptor_add_on_broker_state_change(rk, "sessiond-sasl-reload", on_broker, opaque);
}

void sasl_reload_watch(struct sasl_reload *sasl_reload, struct rd_kafka_conf_s *conf, const struct config *config,
                       enum client_role role)
{
    sasl_reload->config = config;
    sasl_reload->role = role;
    rd_kafka_conf_interceptor_add_on_new(conf, "sessiond-sasl-reload", on_new, sasl_reload);
}

void sasl_reload_judge(struct sasl_reload *sasl_reload, struct err *err)
{
    int64_t now_ms = clock_ms();

    if (err->reason != REASON_LOGIN)
        return;
    if (atomic_exchange(&sasl_reload->worked, false)) {
        sasl_reload->refused = true;
        sasl_reload->refused_ms = now_ms;
    }
    if (!sasl_reload->refused || now_ms - sasl_reload->refused_ms >= PATIENCE_MS)
        return;
    err->class = ERR_RETRY;
    err_prefix(err, "a login that worked is refused, its files are read again for %d s", PATIENCE_MS / 1000);
}

void sasl_reload_renew(struct sasl_reload *sasl_reload, struct rd_kafka_s *rk)
{
    char *user;
    char *password;
    int64_t now_ms = clock_ms();

    if (!sasl_reload->refused || now_ms - sasl_reload->read_ms < READ_EVERY_MS)
        return;
    sasl_reload->read_ms = now_ms;
    if (atomic_load(&sasl_reload->worked)) {
        sasl_reload->refused = false;
        log_info("the broker has taken the login again");
        return;
    }
    /* Setting the same values again does no harm: they apply from the next try on. */
    if (client_credentials(sasl_reload->config, sasl_reload->role, &user, &password)) {
        rd_kafka_error_t *error = rd_kafka_sasl_set_credentials(rk, user, password);
        if (error != NULL)
            rd_kafka_error_destroy(error);
    }
    free(user);
    free(password);
}

#include "kafka/login.h"

#include "kafka/kafka_error.h"
#include "runtime/clock.h"
#include "runtime/log.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdlib.h>

#define PATIENCE_MS   60000
#define READ_EVERY_MS 500

/* Broker threads. A broker is "UP" only behind its login: connections that live on from before say nothing about it. */
static rd_kafka_resp_err_t on_broker(rd_kafka_t *rk, int32_t broker_id, const char *secproto, const char *name,
                                     int port, const char *state, void *opaque)
{
    struct login *login = opaque;

    (void)rk, (void)broker_id, (void)secproto, (void)name, (void)port;
    if (strcmp(state, "UP") == 0)
        atomic_store(&login->worked, true);
    return RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* The thread that calls rd_kafka_new. */
static rd_kafka_resp_err_t on_new(rd_kafka_t *rk, const rd_kafka_conf_t *conf, void *opaque, char *errstr,
                                  size_t errstr_size)
{
    (void)conf, (void)errstr, (void)errstr_size;
    return rd_kafka_interceptor_add_on_broker_state_change(rk, "sessiond-login", on_broker, opaque);
}

void login_watch(struct login *login, struct rd_kafka_conf_s *conf, const struct config *config, enum client_role role)
{
    login->config = config;
    login->role = role;
    rd_kafka_conf_interceptor_add_on_new(conf, "sessiond-login", on_new, login);
}

void login_judge(struct login *login, struct err *err)
{
    int64_t now_ms = clock_ms();

    if (err->code != kafka_error_login)
        return;
    if (atomic_exchange(&login->worked, false)) {
        login->refused = true;
        login->refused_ms = now_ms;
    }
    if (!login->refused || now_ms - login->refused_ms >= PATIENCE_MS)
        return;
    err->class = ERR_RETRY;
    err_prefix(err, "a login that worked is refused, its files are read again for %d s", PATIENCE_MS / 1000);
}

void login_renew(struct login *login, struct rd_kafka_s *rk)
{
    char *user;
    char *password;
    int64_t now_ms = clock_ms();

    if (!login->refused || now_ms - login->read_ms < READ_EVERY_MS)
        return;
    login->read_ms = now_ms;
    if (atomic_load(&login->worked)) {
        login->refused = false;
        log_info("the broker has taken the login again");
        return;
    }
    /* The same as before does no harm: they count from the next try on. */
    if (client_credentials(login->config, login->role, &user, &password)) {
        rd_kafka_error_t *error = rd_kafka_sasl_set_credentials(rk, user, password);
        if (error != NULL)
            rd_kafka_error_destroy(error);
    }
    free(user);
    free(password);
}

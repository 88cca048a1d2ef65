#include "kafka/tools/rights.h"

#include "kafka/brokers.h"
#include "kafka/kafka_error.h"
#include "kafka/tools/offsets_alter.h"
#include "core/text.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>

void rights_principal(const struct config *config, char text[static RIGHTS_PRINCIPAL])
{
    char *user;
    char *password;
    bool named = client_credentials(config, CLIENT_ADMIN, &user, &password);

    snprintf(text, RIGHTS_PRINCIPAL, "User:%s", named ? user : "...");
    free(user);
    free(password);
}

static bool is_one_of(const struct err *err, const char *code, const char *other)
{
    return err->code != NULL && (strcmp(err->code, code) == 0 || strcmp(err->code, other) == 0);
}

/* ---- Reading ------------------------------------------------------------------------------------------------------ */

enum right rights_consume(const struct config *config, int timeout_ms, struct err *err)
{
    if (offsets_alter(config, INT32_MAX, 0, timeout_ms, err) || err->reason == REASON_NO_TOPIC)
        return RIGHT_GIVEN;
    return is_one_of(err, E_KAFKA_ACL_GROUP, E_KAFKA_ACL_TOPIC) ? RIGHT_LACKING : RIGHT_UNSEEN;
}

/* ---- Writing ------------------------------------------------------------------------------------------------------ */

struct attempt {
    struct brokers brokers;
    bool answered;
    rd_kafka_resp_err_t code;
};

/* Runs inside rd_kafka_poll(), on the caller's thread. */
static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
    struct attempt *attempt = message->_private;

    (void)rk, (void)opaque;
    attempt->answered = true;
    attempt->code = message->err;
}

/* A broker knows acks=0, 1 and -1. It refuses every other number with INVALID_REQUIRED_ACKS, before it writes anything. */
static rd_kafka_t *writer_open(struct brokers *brokers, const struct config *config, struct err *err)
{
    rd_kafka_conf_t *conf = client_conf(config, CLIENT_SENDER, err);

    if (conf == NULL)
        return NULL;
    brokers_init(brokers, config, CLIENT_SENDER);
    client_set(conf, "enable.idempotence", "false");
    client_set(conf, "acks", "2");
    client_set(conf, "retries", "0");
    client_set(conf, "linger.ms", "0");
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
    return brokers_client(brokers, conf, CLIENT_SENDER, err);
}

static enum right right_of(const char *topic, rd_kafka_resp_err_t code, struct err *err)
{
    if (code == RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS || code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return RIGHT_GIVEN;
    (void)kafka_error_code(err, KAFKA_CALL_DELIVERY, (int)code, topic);
    return code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED ? RIGHT_LACKING : RIGHT_UNSEEN;
}

static enum right write_refused(rd_kafka_t *rk, struct attempt *attempt, const char *topic, int timeout_ms,
                                struct err *err)
{
    struct brokers_wait wait = brokers_wait_for(timeout_ms);
    int slice_ms;
    rd_kafka_resp_err_t code = rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_PARTITION(0),
                                                 RD_KAFKA_V_VALUE(NULL, 0), RD_KAFKA_V_OPAQUE(attempt), RD_KAFKA_V_END);

    if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
        return right_of(topic, code, err);
    while ((slice_ms = brokers_wait_next(&attempt->brokers, rk, &wait, err)) > 0) {
        rd_kafka_poll(rk, slice_ms);
        if (attempt->answered)
            return right_of(topic, attempt->code, err);
    }
    return RIGHT_UNSEEN;
}

enum right rights_write(const struct config *config, const char *topic, int timeout_ms, struct err *err)
{
    struct attempt attempt = {.answered = false};
    rd_kafka_t *rk = writer_open(&attempt.brokers, config, err);
    if (rk == NULL)
        return RIGHT_UNSEEN;

    enum right right = write_refused(rk, &attempt, topic, timeout_ms, err);
    rd_kafka_purge(rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_destroy(rk);
    return right;
}

/* ---- Transactions ------------------------------------------------------------------------------------------------- */

/* No broker allows a transaction of 24 days, and each checks the right before that, so no transactional id is created. */
static rd_kafka_t *transactor_open(struct brokers *brokers, const struct config *config, struct err *err)
{
    rd_kafka_conf_t *conf = client_conf(config, CLIENT_SENDER, err);

    if (conf == NULL)
        return NULL;
    brokers_init(brokers, config, CLIENT_SENDER);
    char *id = text_printf("%s//check", config->group_id);
    client_set(conf, "transactional.id", id);
    free(id);
    client_set(conf, "transaction.timeout.ms", "2147480000");
    return brokers_client(brokers, conf, CLIENT_SENDER, err);
}

static enum right transact_refused(rd_kafka_t *rk, struct brokers *brokers, int timeout_ms, struct err *err)
{
    struct brokers_wait wait = brokers_wait_for(timeout_ms);
    int slice_ms;

    while ((slice_ms = brokers_wait_next(brokers, rk, &wait, err)) > 0) {
        rd_kafka_error_t *error = rd_kafka_init_transactions(rk, slice_ms);
        rd_kafka_resp_err_t code = error == NULL ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_error_code(error);

        if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT) {
            if (error != NULL)
                rd_kafka_error_destroy(error);
            return RIGHT_GIVEN;
        }
        (void)kafka_error_object(err, KAFKA_CALL_TRANSACTION, error, "transactional id");
        if (code == RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
            return RIGHT_LACKING;
        if (err->class == ERR_STOP)
            return RIGHT_UNSEEN;
    }
    return RIGHT_UNSEEN;
}

enum right rights_transact(const struct config *config, int timeout_ms, struct err *err)
{
    struct brokers brokers;
    rd_kafka_t *rk = transactor_open(&brokers, config, err);
    if (rk == NULL)
        return RIGHT_UNSEEN;

    enum right right = transact_refused(rk, &brokers, timeout_ms, err);
    rd_kafka_destroy(rk);
    return right;
}

/* Which librdkafka property each client gets, and from whom. */
#include "kafka/client.h"

#include "kafka/properties.h"
#include "runtime/log.h"
#include "table.h"

#include <librdkafka/rdkafka.h>

static struct config config_with(struct kafka_property *kafka, size_t count)
{
    return (struct config){
        .group_id = "workers",
        .instance_id = "host-1",
        .transactional_id = "workers/host-1",
        .events_delivery = DELIVERY_EXACTLY_ONCE,
        .batch_max_messages = 5000,
        .batch_max_bytes = 4 << 20,
        .kafka = kafka,
        .kafka_count = count,
    };
}

static const char *name_of(enum client_role role)
{
    static const char *const names[] = {"consumer", "producer", "reader", "sender", "admin"};
    return names[role];
}

/* "" when it is not set. */
static const char *value_of(const struct config *config, enum client_role role, const char *name)
{
    static char value[512];
    size_t size = sizeof value;
    struct err err;

    rd_kafka_conf_t *conf = client_conf(config, role, &err);
    ck_assert_msg(conf != NULL, "%s: %s", name_of(role), err.message);
    value[0] = 0;
    (void)rd_kafka_conf_get(conf, name, value, &size);
    rd_kafka_conf_destroy(conf);
    return value;
}

START_TEST(the_properties_of_every_role_fit_together)
{
    struct config config = config_with(NULL, 0);

    for (int role = CLIENT_CONSUMER; role <= CLIENT_ADMIN; role++) {
        struct err err;
        rd_kafka_conf_t *conf = client_conf(&config, (enum client_role)role, &err);
        ck_assert_ptr_nonnull(conf);
        rd_kafka_t *rk = client_new(conf, (enum client_role)role, &err);
        ck_assert_msg(rk != NULL, "%s: %s", name_of((enum client_role)role), err.message);
        rd_kafka_destroy(rk);
    }
}
END_TEST

START_TEST(a_users_key_wins_over_ours_and_a_later_one_over_an_earlier)
{
    struct kafka_property kafka[] = {
        {KAFKA_ALL, "client.id", "first",  "a.conf:1", NULL, false},
        {KAFKA_ALL, "client.id", "second", "a.conf:2", NULL, false},
    };
    struct config config = config_with(kafka, 2);

    ck_assert_str_eq(value_of(&config, CLIENT_CONSUMER, "client.id"), "second");
    ck_assert_str_eq(value_of(&config, CLIENT_ADMIN, "client.id"), "second");
}
END_TEST

START_TEST(a_key_reaches_the_clients_of_its_scope_only)
{
    struct kafka_property kafka[] = {
        {KAFKA_CONSUMER, "client.id", "reads",  "-X", NULL, false},
        {KAFKA_PRODUCER, "client.id", "writes", "-X", NULL, false},
    };
    struct config config = config_with(kafka, 2);

    ck_assert_str_eq(value_of(&config, CLIENT_CONSUMER, "client.id"), "reads");
    ck_assert_str_eq(value_of(&config, CLIENT_READER, "client.id"), "reads");
    ck_assert_str_eq(value_of(&config, CLIENT_PRODUCER, "client.id"), "writes");
    ck_assert_str_eq(value_of(&config, CLIENT_SENDER, "client.id"), "writes");
    ck_assert_str_eq(value_of(&config, CLIENT_ADMIN, "client.id"), "sessiond");
}
END_TEST

START_TEST(nothing_wins_over_what_the_guarantees_rest_on)
{
    struct kafka_property kafka[] = {
        {KAFKA_ALL, "enable.auto.commit",       "true",             "-X", NULL, false},
        {KAFKA_ALL, "isolation.level",          "read_uncommitted", "-X", NULL, false},
        {KAFKA_ALL, "auto.offset.reset",        "latest",           "-X", NULL, false},
        {KAFKA_ALL, "allow.auto.create.topics", "true",             "-X", NULL, false},
        {KAFKA_ALL, "enable.idempotence",       "false",            "-X", NULL, false},
        {KAFKA_ALL, "partitioner",              "random",           "-X", NULL, false},
        {KAFKA_ALL, "group.id",                 "other",            "-X", NULL, false},
        {KAFKA_ALL, "transactional.id",         "other",            "-X", NULL, false},
    };
    struct config config = config_with(kafka, sizeof kafka / sizeof *kafka);

    ck_assert_str_eq(value_of(&config, CLIENT_CONSUMER, "enable.auto.commit"), "false");
    ck_assert_str_eq(value_of(&config, CLIENT_CONSUMER, "isolation.level"), "read_committed");
    ck_assert_str_eq(value_of(&config, CLIENT_READER, "isolation.level"), "read_committed");
    ck_assert_str_eq(value_of(&config, CLIENT_CONSUMER, "auto.offset.reset"), "error");
    ck_assert_str_eq(value_of(&config, CLIENT_CONSUMER, "group.id"), "workers");
    ck_assert_str_eq(value_of(&config, CLIENT_PRODUCER, "transactional.id"), "workers/host-1");
    ck_assert_str_eq(value_of(&config, CLIENT_PRODUCER, "enable.idempotence"), "true");
    ck_assert_str_eq(value_of(&config, CLIENT_SENDER, "enable.idempotence"), "true");
    ck_assert_str_eq(value_of(&config, CLIENT_SENDER, "partitioner"), "murmur2_random");
    for (int role = CLIENT_CONSUMER; role <= CLIENT_ADMIN; role++)
        ck_assert_str_eq(value_of(&config, (enum client_role)role, "allow.auto.create.topics"), "false");
}
END_TEST

START_TEST(no_tool_uses_the_identity_of_run)
{
    struct config config = config_with(NULL, 0);

    for (int role = CLIENT_READER; role <= CLIENT_ADMIN; role++) {
        ck_assert_str_eq(value_of(&config, (enum client_role)role, "group.id"), "");
        ck_assert_str_eq(value_of(&config, (enum client_role)role, "group.instance.id"), "");
        ck_assert_str_eq(value_of(&config, (enum client_role)role, "transactional.id"), "");
    }
}
END_TEST

START_TEST(membership_is_static_unless_the_instance_is_auto)
{
    struct config config = config_with(NULL, 0);

    ck_assert_str_eq(value_of(&config, CLIENT_CONSUMER, "group.instance.id"), "host-1");
    config.instance_auto = true;
    ck_assert_str_eq(value_of(&config, CLIENT_CONSUMER, "group.instance.id"), "");
}
END_TEST

START_TEST(at_least_once_has_no_transactional_id)
{
    struct config config = config_with(NULL, 0);

    config.events_delivery = DELIVERY_AT_LEAST_ONCE;
    ck_assert_str_eq(value_of(&config, CLIENT_PRODUCER, "transactional.id"), "");
    ck_assert_str_eq(value_of(&config, CLIENT_PRODUCER, "enable.idempotence"), "true");
}
END_TEST

START_TEST(the_producers_queue_holds_whatever_a_batch_publishes)
{
    struct config config = config_with(NULL, 0);

    ck_assert_int_ge(strtol(value_of(&config, CLIENT_PRODUCER, "queue.buffering.max.messages"), NULL, 10), 15000);
    config.batch_max_messages = 100000;
    config.batch_max_bytes = 64 << 20;
    ck_assert_int_ge(strtol(value_of(&config, CLIENT_PRODUCER, "queue.buffering.max.messages"), NULL, 10), 300000);
    ck_assert_int_ge(strtol(value_of(&config, CLIENT_PRODUCER, "queue.buffering.max.kbytes"), NULL, 10), 192 * 1024);
}
END_TEST

START_TEST(a_wrong_key_is_refused_with_its_full_name_and_origin)
{
    struct kafka_property kafka[] = {
        {KAFKA_CONSUMER, "fetch.min.bites", "1", "/etc/sessiond.conf:14", NULL, false}
    };
    struct config config = config_with(kafka, 1);
    struct err err;

    ck_assert_ptr_null(client_conf(&config, CLIENT_CONSUMER, &err));
    ck_assert_int_eq(err.class, ERR_STOP);
    ck_assert_int_eq(err.exit_code, EXIT_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "kafka.consumer.fetch.min.bites"));
    ck_assert_ptr_nonnull(strstr(err.message, "/etc/sessiond.conf:14"));
}
END_TEST

/* ---- Keys that librdkafka does not know -------------------------------------------------------------------------- */

/* NULL: accepted. */
static const char *refusal(enum kafka_scope scope, const char *name, const char *value)
{
    static struct err err;
    struct kafka_property property = {scope, (char *)(uintptr_t)name, (char *)(uintptr_t)value, "a.conf:3", NULL,
                                      false};
    struct config config = config_with(&property, 1);

    if (properties_check(&config, &err))
        return NULL;
    ck_assert_str_eq(err.code, "E-KAFKA-CONFIG");
    ck_assert_int_eq(err.class, ERR_STOP);
    ck_assert_int_eq(err.exit_code, EXIT_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "set in a.conf:3\n"));
    return err.message;
}

START_TEST(an_unknown_key_is_refused_with_the_nearest)
{
    static const struct {
        enum kafka_scope scope;
        const char *name;
        const char *words;
    } cases[] = {
        {KAFKA_ALL,      "boostrap.servers",     "did you mean kafka.bootstrap.servers?"          }, /* an alias */
        {KAFKA_ALL,      "sasl.pasword",         "did you mean kafka.sasl.password?"              },
        {KAFKA_CONSUMER, "fetch.min.bites",      "did you mean kafka.consumer.fetch.min.bytes?"   },
        {KAFKA_PRODUCER, "request.timeot.ms",    "did you mean kafka.producer.request.timeout.ms?"}, /* of a topic */
        {KAFKA_ALL,      "session.timeout",      "did you mean kafka.session.timeout.ms?"         },
        {KAFKA_ALL,      "ssl.key",              "fix: all keys are in CONFIGURATION.md"          }, /* not ssl_key */
        {KAFKA_ALL,      "flux.capacitor.power", "fix: all keys are in CONFIGURATION.md"          },
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *message = refusal(cases[i].scope, cases[i].name, "1");
        ck_assert_msg(message != NULL, "%s: accepted", cases[i].name);
        ck_assert_msg(strstr(message, cases[i].words) != NULL, "no \"%s\" in: %s", cases[i].words, message);
    }
}
END_TEST

START_TEST(a_known_key_is_accepted_and_its_wrong_value_is_refused)
{
    ck_assert_ptr_null(refusal(KAFKA_ALL, "bootstrap.servers", "a:1"));
    ck_assert_ptr_null(refusal(KAFKA_CONSUMER, "request.timeout.ms", "30000"));
    ck_assert_ptr_null(refusal(KAFKA_PRODUCER, "topic.request.timeout.ms", "30000"));
    ck_assert_ptr_nonnull(
        strstr(refusal(KAFKA_ALL, "socket.timeout.ms", "soon"), "kafka.socket.timeout.ms cannot be used"));
    ck_assert_ptr_nonnull(strstr(refusal(KAFKA_ALL, "ssl.truststore.location", "x"), "ssl.ca.location"));
}
END_TEST

static bool load_with_variables(struct config *config, char *const *environment)
{
    struct err err;

    ck_assert_msg(config_load(config, &(struct config_request){.environ = environment}, &err), "%s", err.message);
    return properties_check(config, &err);
}

START_TEST(a_variable_that_is_no_property_is_left_out_and_a_wrong_value_is_refused)
{
    char *unknown[] = {"SESSIOND_KAFKA_BOGUS=1", "SESSIOND_KAFKA_CLIENT_ID=c", "SESSIOND_KAFKA_CONSUMER_BOGUS=2", NULL};
    char *wrong[] = {"SESSIOND_KAFKA_SOCKET_TIMEOUT_MS=soon", NULL};
    struct config config;

    log_setup(LOG_TEXT, LOG_ERROR);
    ck_assert(load_with_variables(&config, unknown));
    ck_assert_uint_eq(config.kafka_count, 2);
    ck_assert_str_eq(config.kafka[1].name, "client.id");
    ck_assert_str_eq(value_of(&config, CLIENT_CONSUMER, "client.id"), "c");
    config_free(&config);

    ck_assert(!load_with_variables(&config, wrong));
    config_free(&config);
}
END_TEST

START_TEST(settings_that_contradict_each_other_are_refused_with_librdkafkas_reason)
{
    struct kafka_property kafka[] = {
        {KAFKA_PRODUCER, "message.timeout.ms", "60000", "-X", NULL, false}
    };
    struct config config = config_with(kafka, 1);
    struct err err;

    rd_kafka_conf_t *conf = client_conf(&config, CLIENT_PRODUCER, &err);
    ck_assert_ptr_nonnull(conf);
    ck_assert_ptr_null(client_new(conf, CLIENT_PRODUCER, &err));
    ck_assert_int_eq(err.exit_code, EXIT_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.message, "transaction.timeout.ms"));
}
END_TEST

START_TEST(the_brokers_are_named_with_their_origin)
{
    struct kafka_property kafka[] = {
        {KAFKA_ALL,      "bootstrap.servers", "a:9092", "a.conf:1", NULL, false},
        {KAFKA_PRODUCER, "bootstrap.servers", "b:9092", "a.conf:2", NULL, false},
    };
    struct config config = config_with(kafka, 2);
    char text[CLIENT_BROKERS_TEXT];

    client_brokers(&config, CLIENT_READER, text);
    ck_assert_str_eq(text, "kafka.bootstrap.servers = a:9092 (a.conf:1)");
    client_brokers(&config, CLIENT_SENDER, text);
    ck_assert_str_eq(text, "kafka.producer.bootstrap.servers = b:9092 (a.conf:2)");
    config.kafka_count = 0;
    client_brokers(&config, CLIENT_SENDER, text);
    ck_assert_str_eq(text, "kafka.bootstrap.servers = 127.0.0.1:9092 (default)");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("client");
    TCase *tcase = tcase_create("client");

    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, the_properties_of_every_role_fit_together);
    tcase_add_test(tcase, a_users_key_wins_over_ours_and_a_later_one_over_an_earlier);
    tcase_add_test(tcase, a_key_reaches_the_clients_of_its_scope_only);
    tcase_add_test(tcase, nothing_wins_over_what_the_guarantees_rest_on);
    tcase_add_test(tcase, no_tool_uses_the_identity_of_run);
    tcase_add_test(tcase, membership_is_static_unless_the_instance_is_auto);
    tcase_add_test(tcase, at_least_once_has_no_transactional_id);
    tcase_add_test(tcase, the_producers_queue_holds_whatever_a_batch_publishes);
    tcase_add_test(tcase, a_wrong_key_is_refused_with_its_full_name_and_origin);
    tcase_add_test(tcase, an_unknown_key_is_refused_with_the_nearest);
    tcase_add_test(tcase, a_known_key_is_accepted_and_its_wrong_value_is_refused);
    tcase_add_test(tcase, a_variable_that_is_no_property_is_left_out_and_a_wrong_value_is_refused);
    tcase_add_test(tcase, settings_that_contradict_each_other_are_refused_with_librdkafkas_reason);
    tcase_add_test(tcase, the_brokers_are_named_with_their_origin);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

#include "kafka/settings.h"

#include "core/memory.h"

#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>

/* A request with a broker among its resources goes to that broker. */
void settings_ask(struct rd_kafka_s *rk, const struct settings_request *request, struct rd_kafka_queue_s *answers)
{
    rd_kafka_ConfigResource_t **resources = memory_zeroed(request->count + 1, sizeof(rd_kafka_ConfigResource_t *));
    rd_kafka_AdminOptions_t *options = rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
    size_t count = 0;
    char text[64];

    (void)rd_kafka_AdminOptions_set_request_timeout(options, request->timeout_ms, text, sizeof text);
    if (request->broker >= 0)
        (void)rd_kafka_AdminOptions_set_broker(options, request->broker, text, sizeof text);
    snprintf(text, sizeof text, "%d", (int)request->broker);
    if (request->of_broker)
        resources[count++] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_BROKER, text);
    for (size_t i = 0; i < request->count; i++)
        resources[count++] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, request->topics[i]);
    rd_kafka_DescribeConfigs(rk, resources, count, options, answers);
    rd_kafka_ConfigResource_destroy_array(resources, count);
    rd_kafka_AdminOptions_destroy(options);
    free(resources);
}

struct setting settings_at(const struct settings *settings, size_t index)
{
    const rd_kafka_ConfigEntry_t *entry = ((const rd_kafka_ConfigEntry_t *const *)settings->entries)[index];

    return (struct setting){
        .name = rd_kafka_ConfigEntry_name(entry),
        .value = rd_kafka_ConfigEntry_is_sensitive(entry) ? NULL : rd_kafka_ConfigEntry_value(entry),
        .own = rd_kafka_ConfigEntry_source(entry) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG,
    };
}

const char *settings_value(const struct settings *settings, const char *name)
{
    for (size_t i = 0; i < settings->count; i++) {
        struct setting setting = settings_at(settings, i);
        if (strcmp(setting.name, name) == 0)
            return setting.value;
    }
    return NULL;
}

static void hand_on(const rd_kafka_ConfigResource_t *resource, settings_take *take, void *target)
{
    rd_kafka_resp_err_t code = rd_kafka_ConfigResource_error(resource);
    const char *text = rd_kafka_ConfigResource_error_string(resource);
    struct settings settings = {
        .of_broker = rd_kafka_ConfigResource_type(resource) == RD_KAFKA_RESOURCE_BROKER,
        .name = rd_kafka_ConfigResource_name(resource),
        .code = (int)code,
        .text = text != NULL ? text : rd_kafka_err2str(code),
    };

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        settings.entries = rd_kafka_ConfigResource_configs(resource, &settings.count);
    take(target, &settings);
}

void settings_each(struct rd_kafka_op_s *answer, settings_take *take, void *target)
{
    const rd_kafka_DescribeConfigs_result_t *result = rd_kafka_event_DescribeConfigs_result(answer);
    const struct settings failed = {
        .code = (int)rd_kafka_event_error(answer),
        .text = rd_kafka_event_error_string(answer),
    };
    size_t count = 0;
    const rd_kafka_ConfigResource_t **resources =
        result == NULL ? NULL : rd_kafka_DescribeConfigs_result_resources(result, &count);

    if (failed.code != RD_KAFKA_RESP_ERR_NO_ERROR)
        take(target, &failed);
    for (size_t i = 0; i < count; i++)
        hand_on(resources[i], take, target);
}

#include "codec/event_settings.h"

struct event_settings event_settings_of(const struct config *config)
{
    return (struct event_settings){
        .format = config->events_format,
        .created_topic = config->events_created_topic,
        .rejected_topic = config->events_rejected_topic,
        .source = config->events_source,
        .echo_headers = config->events_echo_headers,
        .envelope_max_bytes = (size_t)config->commands_max_bytes,
    };
}

/**
 * What an event takes from the configuration.
 */
#ifndef CODEC_EVENT_SETTINGS_H
#define CODEC_EVENT_SETTINGS_H

#include "config/config.h"

/** Plain data; the strings are borrowed from the configuration and must outlive the encoder. */
struct event_settings {
    enum events_format format;
    const char *created_topic;
    const char *rejected_topic;
    const char *source;        /* the attribute `ce_source`; never empty */
    char *const *echo_headers; /* names of the headers that are echoed; ends with NULL */
    size_t envelope_max_bytes; /* a command whose key and headers are larger (record_envelope_size) gets a bare event */
};

/** Those of this configuration. */
struct event_settings event_settings_of(const struct config *config);

#endif

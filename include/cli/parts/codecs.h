/**
 * The decoders of commands and encoders of events, as the configuration says. They are opened once, and need no broker
 * and no database.
 */
#ifndef CLI_PARTS_CODECS_H
#define CLI_PARTS_CODECS_H

#include "codec/decode.h"
#include "codec/event.h"
#include "registry/registry.h"

/** All zero before it is opened; it must not move afterwards. One thread. */
struct codecs {
    struct schemas *schemas;
    struct registry *registry;         /* NULL: no registry is configured */
    struct schema_cache *schema_cache; /* what the registry has answered */
    struct decode_options decode;
    struct event_encoder *encoder; /* NULL: only decoding was requested */
};

/** Opens all of it. False: ERR_STOP, or ERR_INTERRUPTED when a stop was requested. Call codecs_close in any case. */
MUSTUSE bool codecs_open(struct codecs *codecs, const struct config *config, struct err *err);

/**
 * Opens only what decoding needs: the registry need not have the events' schemas. False: ERR_STOP. Call codecs_close in
 * any case.
 */
MUSTUSE bool codecs_open_decoding(struct codecs *codecs, const struct config *config, struct err *err);

void codecs_close(struct codecs *codecs);

#endif

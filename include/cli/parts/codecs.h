/**
 * What reads commands and writes events, as the configuration says: opened once, it depends on no broker and no database.
 */
#ifndef CLI_PARTS_CODECS_H
#define CLI_PARTS_CODECS_H

#include "codec/decode.h"
#include "codec/event.h"
#include "registry/registry.h"

/** All zero before it is opened; not to be moved afterwards. One thread. */
struct codecs {
    struct schemas *schemas;
    struct registry *registry;         /* NULL: none is configured */
    struct schema_cache *schema_cache; /* what it has answered */
    struct decode_options decode;
    struct event_encoder *encoder; /* NULL: only decoding was asked for */
};

/** False: ERR_STOP, or ERR_NONE when a stop was asked for; `codecs_close` in any case. */
MUSTUSE bool codecs_open(struct codecs *codecs, const struct config *config, struct err *err);

/** For who only reads: the registry need not know the events' schemas. */
MUSTUSE bool codecs_open_decoding(struct codecs *codecs, const struct config *config, struct err *err);

void codecs_close(struct codecs *codecs);

#endif

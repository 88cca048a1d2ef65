#include "codec/unframed.h"

#include "codec/encoding.h"
#include "codec/refusal.h"

static const char *expected(enum commands_format format)
{
    switch (format) {
    case COMMANDS_AVRO: return "C3 01 (Avro's single-object encoding) is expected by commands.format";
    case COMMANDS_CONFLUENT: return "00 and a schema id (Confluent's wire format) is expected by commands.format";
    case COMMANDS_JSON:
    case COMMANDS_AUTO: break;
    }
    return "a JSON object, C3 01 (Avro's single-object encoding) or 00 and a schema id (Confluent's wire format) is "
           "expected";
}

static bool is_blank(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Where an object would have to begin: after a byte order mark and blanks. */
static size_t beginning(struct bytes value)
{
    size_t at = encoding_mark(value);

    while (at < value.len && is_blank(value.data[at]))
        at++;
    return at;
}

const char *unframed_reason(struct bytes value, enum commands_format format, struct arena *arena)
{
    bool automatic = format == COMMANDS_AUTO;
    const char *encoding = automatic ? encoding_rule(value) : NULL;
    struct refusal refusal = {.rule = encoding != NULL ? encoding : expected(format)};

    if (automatic && encoding == NULL)
        refusal.at = beginning(value);
    if (format != COMMANDS_AVRO && value.data[0] == 0 && value.len < 5)
        refusal = (struct refusal){.rule = "00 and a schema id of 4 bytes (Confluent's wire format) is expected",
                                   .at = value.len};
    refusal.ended = refusal.at == value.len;
    return refusal_text(&refusal, arena);
}

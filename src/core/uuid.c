#include "core/uuid.h"

#include "core/hex.h"
#include "core/sha1.h"

const struct uuid uuid_namespace = {
    {0x9d, 0x3b, 0x0b, 0x7e, 0x2f, 0x5e, 0x5c, 0x53, 0x8f, 0x0a, 0x6b, 0x1c, 0x3d, 0x0f, 0x7a, 0x11}
};

/* The text has a hyphen before bytes 4, 6, 8 and 10. */
static bool hyphen_before(unsigned byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

bool uuid_parse(struct bytes text, struct uuid *uuid)
{
    const uint8_t *p = text.data;

    if (text.len != UUID_TEXT)
        return false;
    for (unsigned i = 0; i < 16; i++) {
        if (hyphen_before(i) && *p++ != '-')
            return false;
        int high = hex_value(p[0]), low = hex_value(p[1]);
        if (high < 0 || low < 0)
            return false;
        uuid->b[i] = (uint8_t)(high << 4 | low);
        p += 2;
    }
    return true;
}

void uuid_format(const struct uuid *uuid, char text[static UUID_TEXT + 1])
{
    char *p = text;

    for (unsigned i = 0; i < 16; i++) {
        if (hyphen_before(i))
            *p++ = '-';
        *p++ = hex_digit(uuid->b[i] >> 4);
        *p++ = hex_digit(uuid->b[i] & 15);
    }
    *p = 0;
}

bool uuid_identifies(const struct uuid *uuid)
{
    static const struct uuid nil = {{0}};
    struct uuid max;

    memset(max.b, 0xff, sizeof max.b);
    return uuid_compare(uuid, &nil) != 0 && uuid_compare(uuid, &max) != 0;
}

struct uuid uuid_v5(const struct uuid *space, struct bytes name)
{
    uint8_t digest[20];
    struct uuid uuid;

    sha1((struct bytes){space->b, sizeof space->b}, name, digest);
    memcpy(uuid.b, digest, sizeof uuid.b);
    uuid.b[6] = (uint8_t)((uuid.b[6] & 0x0f) | 0x50);
    uuid.b[8] = (uint8_t)((uuid.b[8] & 0x3f) | 0x80);
    return uuid;
}

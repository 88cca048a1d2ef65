#include "core/sha1.h"

struct sha1_state {
    uint32_t h[5];
    uint64_t length; /* bytes so far */
    uint8_t block[64];
};

static uint32_t rotate_left(uint32_t x, unsigned n)
{
    return x << n | x >> (32 - n);
}

/* The function and the constant of round `t` (RFC 3174, section 5). */
static uint32_t round_mix(unsigned t, uint32_t b, uint32_t c, uint32_t d)
{
    if (t < 20)
        return ((b & c) | (~b & d)) + 0x5a827999u;
    if (t < 40)
        return (b ^ c ^ d) + 0x6ed9eba1u;
    if (t < 60)
        return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdcu;
    return (b ^ c ^ d) + 0xca62c1d6u;
}

static void sha1_block(struct sha1_state *state)
{
    uint32_t w[80];

    for (unsigned t = 0; t < 16; t++) {
        const uint8_t *p = state->block + 4 * t;
        w[t] = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    }
    for (unsigned t = 16; t < 80; t++)
        w[t] = rotate_left(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);

    uint32_t a = state->h[0], b = state->h[1], c = state->h[2], d = state->h[3], e = state->h[4];
    for (unsigned t = 0; t < 80; t++) {
        uint32_t next = rotate_left(a, 5) + round_mix(t, b, c, d) + e + w[t];
        e = d;
        d = c;
        c = rotate_left(b, 30);
        b = a;
        a = next;
    }
    state->h[0] += a;
    state->h[1] += b;
    state->h[2] += c;
    state->h[3] += d;
    state->h[4] += e;
}

static void sha1_add(struct sha1_state *state, const uint8_t *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        state->block[state->length++ % 64] = data[i];
        if (state->length % 64 == 0)
            sha1_block(state);
    }
}

void sha1(struct bytes first, struct bytes second, uint8_t digest[static 20])
{
    static const uint8_t padding[64] = {0x80};
    struct sha1_state state = {
        .h = {0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u, 0xc3d2e1f0u}
    };

    sha1_add(&state, first.data, first.len);
    sha1_add(&state, second.data, second.len);

    uint64_t bits = state.length * 8;
    uint8_t length[8];
    for (unsigned i = 0; i < 8; i++)
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    sha1_add(&state, padding, 1 + (119 - state.length % 64) % 64);
    sha1_add(&state, length, sizeof length);

    for (unsigned i = 0; i < 20; i++)
        digest[i] = (uint8_t)(state.h[i / 4] >> (24 - 8 * (i % 4)));
}

#include "core/murmur2.h"

#define SEED   0x9747b28cu
#define FACTOR 0x5bd1e995u

static uint32_t little_endian(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint32_t mix(uint32_t block)
{
    block *= FACTOR;
    block ^= block >> 24;
    return block * FACTOR;
}

/* The one to three bytes after the last whole block. */
static uint32_t mix_tail(uint32_t hash, const uint8_t *tail, size_t count)
{
    if (count == 0)
        return hash;
    for (size_t i = count; i-- > 0;)
        hash ^= (uint32_t)tail[i] << (8 * i);
    return hash * FACTOR;
}

uint32_t murmur2(struct bytes key)
{
    uint32_t hash = SEED ^ (uint32_t)key.len;
    size_t at = 0;

    for (; key.len - at >= 4; at += 4) {
        hash *= FACTOR;
        hash ^= mix(little_endian(key.data + at));
    }
    hash = mix_tail(hash, key.data + at, key.len - at);
    hash ^= hash >> 13;
    hash *= FACTOR;
    hash ^= hash >> 15;
    return hash & 0x7fffffff;
}

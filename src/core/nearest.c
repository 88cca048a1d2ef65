#include "core/nearest.h"

#define NAME_MAX_BYTES 127

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

size_t nearest_distance(const char *a, const char *b)
{
    size_t row[NAME_MAX_BYTES + 1]; /* distances between the part of `a` seen so far and each prefix of `b` */
    size_t b_len = strlen(b);

    if (strlen(a) > NAME_MAX_BYTES || b_len > NAME_MAX_BYTES)
        return SIZE_MAX;
    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 0; a[i] != 0; i++) {
        size_t diagonal = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b_len; j++) {
            size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = least(row[j + 1] + 1, row[j] + 1, replaced);
        }
    }
    return row[b_len];
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    size_t distance = nearest_distance(nearest->word, name);

    if (nearest->name == NULL || distance < nearest->distance) {
        nearest->name = name;
        nearest->distance = distance;
    }
}

const char *nearest_name(const struct nearest *nearest)
{
    size_t third = strlen(nearest->word) / 3;

    return nearest->distance <= (third > 2 ? third : 2) ? nearest->name : NULL;
}

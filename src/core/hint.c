#include "core/hint.h"

static bool is_plain(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.' || c == ' ';
}

bool hint_fits(struct bytes name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!is_plain(name.data[i]))
            return false;
    return name.len > 0 && name.len <= HINT_NAME_MAX;
}

struct bytes hints_add(struct bytes hints, enum command_field field, struct bytes name, struct arena *arena)
{
    if (!hint_fits(name))
        return hints;
    return arena_printf(arena, "%.*s%s%s:%.*s", (int)hints.len, hints.len == 0 ? "" : (const char *)hints.data,
                        hints.len == 0 ? "" : ",", command_field_name(field), (int)name.len, (const char *)name.data);
}

/* Cuts the first piece off the front of `hints`. */
static struct bytes take_piece(struct bytes *hints)
{
    const uint8_t *comma = memchr(hints->data, ',', hints->len);
    struct bytes piece = {hints->data, comma == NULL ? hints->len : (size_t)(comma - hints->data)};
    size_t taken = piece.len + (comma != NULL);

    *hints = (struct bytes){hints->data + taken, hints->len - taken};
    return piece;
}

struct bytes hints_find(struct bytes hints, enum command_field field)
{
    struct bytes wanted = bytes_of(command_field_name(field));

    while (hints.len > 0) {
        struct bytes piece = take_piece(&hints);
        if (piece.len <= wanted.len || piece.data[wanted.len] != ':' ||
            memcmp(piece.data, wanted.data, wanted.len) != 0)
            continue;
        struct bytes name = {piece.data + wanted.len + 1, piece.len - wanted.len - 1};
        return hint_fits(name) ? name : (struct bytes){0};
    }
    return (struct bytes){0};
}

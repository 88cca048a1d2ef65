/*
 * The arena: alignment, what a reset keeps, copies and formatted text.
 */
#include "core/arena.h"

#include "table.h"

#include <malloc.h>
#include <stdalign.h>

static struct arena arena;

static void teardown(void)
{
    arena_free(&arena);
}

static bool inside(const void *piece, const void *block, size_t size)
{
    return (uintptr_t)piece >= (uintptr_t)block && (uintptr_t)piece < (uintptr_t)block + size;
}

START_TEST(every_piece_is_aligned_for_any_type)
{
    for (size_t size = 0; size < 100; size++)
        ck_assert_uint_eq((uintptr_t)arena_alloc(&arena, size) % alignof(max_align_t), 0);
    ck_assert_uint_eq((uintptr_t)arena_alloc(&arena, 1 << 20) % alignof(max_align_t), 0);
}
END_TEST

/* The sizes cross the end of blocks several times. */
START_TEST(pieces_do_not_overlap)
{
    enum { PIECES = 2000 };
    static uint8_t *pieces[PIECES];
    static size_t sizes[PIECES];

    for (size_t i = 0; i < PIECES; i++) {
        sizes[i] = (i * 7919) % 1500;
        pieces[i] = arena_alloc(&arena, sizes[i]);
        memset(pieces[i], (int)(i & 0xff), sizes[i]);
    }
    for (size_t i = 0; i < PIECES; i++) {
        uint8_t expected[1500];
        memset(expected, (int)(i & 0xff), sizes[i]);
        ck_assert_mem_eq(pieces[i], expected, sizes[i]);
    }
}
END_TEST

START_TEST(a_piece_larger_than_a_block_is_given_whole)
{
    size_t size = 3u << 20;
    uint8_t *small = arena_alloc(&arena, 8);
    uint8_t *large = arena_alloc(&arena, size);

    memset(large, 1, size);
    memset(small, 2, 8);
    ck_assert(!inside(small, large, size));
    ck_assert_uint_eq(large[size - 1], 1);
}
END_TEST

START_TEST(a_reset_gives_the_same_memory_again)
{
    void *before = arena_alloc(&arena, 1000);

    arena_reset(&arena);
    ck_assert_ptr_eq(arena_alloc(&arena, 1000), before);
}
END_TEST

/* What a steady load needs is there after the first batches: malloc is not called any more. */
START_TEST(the_same_batch_again_takes_no_new_memory)
{
    struct arena_block *first = NULL;
    size_t in_use = 0;

    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < 4000; i++)
            memset(arena_alloc(&arena, 500), 0, 500);
        if (round == 3) {
            in_use = mallinfo2().uordblks;
            first = arena.first;
        }
        if (round > 3) {
            ck_assert_uint_eq(mallinfo2().uordblks, in_use);
            ck_assert_ptr_eq(arena.first, first);
        }
        arena_reset(&arena);
    }
}
END_TEST

/* Bytes that the arena has from malloc: each block's own size is private, its memory is the allocator's. */
static size_t held(void)
{
    size_t size = 0;

    for (struct arena_block *block = arena.first; block != NULL; memcpy(&block, (const void *)block, sizeof block))
        size += malloc_usable_size(block);
    return size;
}

START_TEST(a_reset_keeps_at_most_the_limit)
{
    for (size_t i = 0; i < 40; i++)
        memset(arena_alloc(&arena, 1u << 20), 0, 1u << 20);
    ck_assert_uint_ge(held(), 40u << 20);
    arena_reset(&arena);
    ck_assert_uint_le(held(), ARENA_KEEP + (64u << 10));
    ck_assert_uint_ge(held(), ARENA_KEEP / 2);

    memset(arena_alloc(&arena, ARENA_KEEP + 1), 0, ARENA_KEEP + 1);
    arena_reset(&arena);
    ck_assert_uint_le(held(), ARENA_KEEP + (64u << 10));
}
END_TEST

START_TEST(a_freed_arena_is_as_new)
{
    memset(arena_alloc(&arena, 10), 0, 10);
    arena_free(&arena);
    ck_assert_ptr_null(arena.first);
    ck_assert_ptr_null(arena.current);
    memset(arena_alloc(&arena, 10), 0, 10);
    arena_free(&arena);
    arena_free(&arena);
    arena_reset(&arena);
}
END_TEST

START_TEST(a_copy_has_the_bytes_and_a_nul_and_absent_stays_absent)
{
    char text[] = "a\0b";
    struct bytes copy = arena_copy(&arena, (struct bytes){(const uint8_t *)text, 3});

    text[0] = 'x';
    ck_assert_uint_eq(copy.len, 3);
    ck_assert_mem_eq(copy.data, "a\0b\0", 4);

    struct bytes empty = arena_copy(&arena, bytes_of(""));
    ck_assert_ptr_nonnull(empty.data);
    ck_assert_uint_eq(empty.len, 0);
    ck_assert_uint_eq(empty.data[0], 0);

    ck_assert_ptr_null(arena_copy(&arena, (struct bytes){0}).data);
}
END_TEST

START_TEST(text_is_formatted_whole_and_ends_with_a_nul)
{
    static char filling[300001];
    struct bytes text = arena_printf(&arena, "%s/%d", "commands", 7);

    ck_assert_uint_eq(text.len, 10);
    ck_assert_str_eq((const char *)text.data, "commands/7");
    ck_assert_uint_eq(arena_printf(&arena, "%s", "").len, 0);

    memset(filling, 'x', sizeof filling - 1);
    text = arena_printf(&arena, "%s.", filling);
    ck_assert_uint_eq(text.len, sizeof filling);
    ck_assert_uint_eq(text.data[text.len - 1], '.');
    ck_assert_uint_eq(text.data[text.len], 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("arena");
    TCase *tcase = tcase_create("arena");

    tcase_add_checked_fixture(tcase, NULL, teardown);
    tcase_add_test(tcase, every_piece_is_aligned_for_any_type);
    tcase_add_test(tcase, pieces_do_not_overlap);
    tcase_add_test(tcase, a_piece_larger_than_a_block_is_given_whole);
    tcase_add_test(tcase, a_reset_gives_the_same_memory_again);
    tcase_add_test(tcase, the_same_batch_again_takes_no_new_memory);
    tcase_add_test(tcase, a_reset_keeps_at_most_the_limit);
    tcase_add_test(tcase, a_freed_arena_is_as_new);
    tcase_add_test(tcase, a_copy_has_the_bytes_and_a_nul_and_absent_stays_absent);
    tcase_add_test(tcase, text_is_formatted_whole_and_ends_with_a_nul);
    suite_add_tcase(suite, tcase);
    return table_run(suite);
}

/* SPDX-License-Identifier: MIT */
/* The arena: contents survive a resize, the budget holds to the byte, failure changes nothing, release frees all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/arena.h"
#include "track_alloc.h"

#include <string.h>

static tgi_arena arena_of(track *t, uint64_t base, uint64_t factor)
{
    tg_allocator allocator = track_allocator(t);
    tgi_arena arena;
    *t = track_new();
    tgi_arena_init(&arena, &allocator, base, factor);
    return arena;
}

static void release_frees_blocks_in_any_order_of_making(void **state)
{
    (void)state;
    track t;
    tgi_arena arena = arena_of(&t, 1 << 20, 0);
    void *blocks[4] = {NULL, NULL, NULL, NULL};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(tgi_arena_resize(&arena, &blocks[i], 10 + i), TG_OK);
        memset(blocks[i], (int)i, 10 + i);
    }
    assert_int_equal(tgi_arena_resize(&arena, &blocks[1], 1000), TG_OK);
    assert_int_equal(tgi_arena_resize(&arena, &blocks[3], 1), TG_OK);
    for (size_t i = 0; i < 11; i++)
        assert_int_equal(((char *)blocks[1])[i], 1);
    assert_int_equal(((char *)blocks[3])[0], 3);
    tgi_arena_free(&arena, blocks[2]);
    tgi_arena_free(&arena, blocks[0]);
    tgi_arena_free(&arena, NULL);
    assert_int_equal(t.live_blocks, 2);
    assert_int_equal(arena.used, t.live_bytes);
    tgi_arena_release(&arena);
    assert_int_equal(t.live_blocks, 0);
    assert_false(t.misused);
}

static void the_budget_is_base_and_header_and_holds_to_the_byte(void **state)
{
    (void)state;
    track t;
    tgi_arena arena = arena_of(&t, TGI_ARENA_ASIDE + 1000, 8);
    void *block = NULL, *aside = NULL;
    uint64_t room = 1000 - sizeof(tgi_block);
    assert_int_equal(tgi_arena_resize_aside(&arena, &aside, 5000), TG_OK);
    assert_int_equal(tgi_arena_resize(&arena, &block, room + 1), TG_E_LIMIT_HEAP);
    assert_null(block);
    assert_int_equal(tgi_arena_resize(&arena, &block, room), TG_OK);
    assert_int_equal(tgi_arena_resize(&arena, &block, room + 50), TG_E_LIMIT_HEAP);
    arena.header_bytes = 10; /* three of the eight times are set aside */
    assert_int_equal(tgi_arena_budget(&arena), TGI_ARENA_ASIDE + 1080);
    assert_int_equal(tgi_arena_resize(&arena, &block, room + 51), TG_E_LIMIT_HEAP);
    assert_int_equal(tgi_arena_resize(&arena, &block, room + 50), TG_OK);
    assert_int_equal(tgi_arena_counted(&arena), tgi_arena_budget(&arena));
    tgi_arena_free(&arena, aside);
    assert_int_equal(arena.used, 1050);
    arena.header_bytes = UINT64_MAX / 2;
    assert_int_equal(tgi_arena_budget(&arena), UINT64_MAX);
    tgi_arena_release(&arena);
    assert_int_equal(t.live_blocks, 0);
}

static void a_size_that_wraps_is_refused_before_the_allocator_is_asked(void **state)
{
    (void)state;
    track t;
    tgi_arena arena = arena_of(&t, UINT64_MAX, 0);
    void *block = NULL;
    for (uint64_t less = 0; less < sizeof(tgi_block); less++) {
        assert_int_equal(tgi_arena_resize(&arena, &block, UINT64_MAX - less), TG_E_LIMIT_HEAP);
        assert_int_equal(tgi_arena_resize_aside(&arena, &block, UINT64_MAX - less), TG_E_NO_MEMORY);
    }
    arena.header_bytes = 1; /* three times that is set aside: it does not fit behind a base without end */
    arena.factor = 8;
    assert_int_equal(tgi_arena_budget(&arena), UINT64_MAX);
    arena.used = 1000; /* and neither does the block behind those that there are */
    assert_int_equal(tgi_arena_resize(&arena, &block, UINT64_MAX - sizeof(tgi_block) - 10), TG_E_LIMIT_HEAP);
    arena.used = 0;
    tgi_list list = {NULL, 0, 0};
    list.room = list.count = UINT64_MAX / 64;
    assert_int_equal(tgi_list_grow(&arena, &list, 1024, UINT64_MAX), TG_E_LIMIT_HEAP);
    assert_null(block);
    assert_int_equal(t.requests, 0);
}

static void a_failed_resize_leaves_the_block(void **state)
{
    (void)state;
    track t;
    tgi_arena arena = arena_of(&t, 1 << 20, 0);
    void *block = NULL;
    assert_int_equal(tgi_arena_resize(&arena, &block, 4), TG_OK);
    memcpy(block, "abcd", 4);
    void *before = block;
    uint64_t used = arena.used;
    t.fail_from = t.requests + 1;
    assert_int_equal(tgi_arena_resize(&arena, &block, 400), TG_E_NO_MEMORY);
    assert_ptr_equal(block, before);
    assert_int_equal(arena.used, used);
    assert_memory_equal(block, "abcd", 4);
    tgi_arena_release(&arena);
    assert_int_equal(t.live_blocks, 0);
}

static void a_list_grows_to_the_declared_count_and_trims(void **state)
{
    (void)state;
    track t;
    tgi_arena arena = arena_of(&t, 1 << 20, 0);
    tgi_list list = {NULL, 0, 0};
    for (uint64_t i = 0; i < 100; i++) {
        assert_int_equal(tgi_list_grow(&arena, &list, 8, 100), TG_OK);
        assert_true(list.room <= 100 && list.count < list.room);
        ((uint64_t *)list.data)[list.count++] = i;
    }
    assert_int_equal(list.room, 100);
    list.count = 3;
    tgi_list_trim(&arena, &list, 8);
    assert_int_equal(list.room, 3);
    assert_int_equal(((uint64_t *)list.data)[2], 2);
    list.count = 0;
    tgi_list_trim(&arena, &list, 8);
    assert_null(list.data);
    assert_int_equal(t.live_blocks, 0);
    tgi_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(release_frees_blocks_in_any_order_of_making),
        cmocka_unit_test(the_budget_is_base_and_header_and_holds_to_the_byte),
        cmocka_unit_test(a_size_that_wraps_is_refused_before_the_allocator_is_asked),
        cmocka_unit_test(a_failed_resize_leaves_the_block),
        cmocka_unit_test(a_list_grows_to_the_declared_count_and_trims),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* The cursor: what fits is handed out, what does not moves nothing, and both forms of a load agree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/cursor.h"
#include "guarded.h"

static const uint8_t counting[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

static void take_hands_out_all_bytes_and_not_one_more(void **state)
{
    (void)state;
    guarded g = guarded_copy(counting, sizeof counting);
    tgi_cursor c = {g.data, g.len, 0, 100, false};
    const uint8_t *p = NULL;
    assert_true(tgi_take(&c, 4, &p));
    assert_ptr_equal(p, g.data);
    assert_int_equal(tgi_tell(&c), 104);
    assert_int_equal(tgi_left(&c), 5);
    const uint8_t *before = p;
    static const uint64_t too_many[] = {6, SIZE_MAX, UINT64_MAX, UINT64_MAX - 4, UINT64_C(1) << 63};
    for (size_t i = 0; i < sizeof too_many / sizeof too_many[0]; i++) {
        assert_false(tgi_take(&c, too_many[i], &p));
        assert_ptr_equal(p, before);
        assert_int_equal(c.pos, 4);
    }
    assert_true(tgi_take(&c, 5, &p));
    assert_int_equal(p[4], 9);
    assert_int_equal(tgi_left(&c), 0);
    assert_true(tgi_take(&c, 0, &p));
    assert_false(tgi_take(&c, 1, &p));
    guarded_free(&g);
}

static void an_empty_cursor_gives_nothing(void **state)
{
    (void)state;
    tgi_cursor c = {NULL, 0, 0, 0, false};
    uint8_t byte = 42;
    uint32_t word = 42;
    uint64_t wide = 42;
    assert_false(tgi_read_u8(&c, &byte));
    assert_false(tgi_read_u32(&c, &word));
    assert_false(tgi_read_u64(&c, &wide));
    assert_int_equal(byte, 42);
    assert_int_equal(word, 42);
    assert_int_equal(wide, 42);
}

static void numbers_come_out_in_host_order_from_either_order(void **state)
{
    (void)state;
    guarded g = guarded_copy(counting, 8);
    tgi_cursor little = {g.data, g.len, 0, 0, false}, big = {g.data, g.len, 0, 0, true};
    uint64_t wide;
    assert_true(tgi_read_u64(&little, &wide));
    assert_int_equal(wide, UINT64_C(0x0807060504030201));
    assert_true(tgi_read_u64(&big, &wide));
    assert_int_equal(wide, UINT64_C(0x0102030405060708));
    little.pos = big.pos = 4;
    uint32_t word;
    assert_true(tgi_read_u32(&little, &word));
    assert_int_equal(word, 0x08070605);
    assert_true(tgi_read_u32(&big, &word));
    assert_int_equal(word, 0x05060708);
    assert_int_equal(tgi_load_u16(g.data, false), 0x0201);
    assert_int_equal(tgi_load_u16(g.data, true), 0x0102);
    guarded_free(&g);
}

static void a_number_cut_short_is_not_read(void **state)
{
    (void)state;
    for (size_t len = 0; len < 8; len++) {
        guarded g = guarded_copy(counting, len);
        tgi_cursor c = {g.data, g.len, 0, 0, false};
        uint64_t wide = 42;
        assert_false(tgi_read_u64(&c, &wide));
        assert_int_equal(c.pos, 0);
        uint32_t word = 42;
        assert_int_equal(tgi_read_u32(&c, &word), len >= 4);
        assert_int_equal(c.pos, len >= 4 ? 4 : 0);
        guarded_free(&g);
    }
}

/* The fast load is what runs, the plain one is what is proven. */
static void fast_and_plain_loads_agree(void **state)
{
    (void)state;
    uint8_t bytes[8];
    uint64_t number = 1;
    for (int round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof bytes; i++) {
            number ^= number << 13;
            number ^= number >> 7;
            number ^= number << 17;
            bytes[i] = (uint8_t)(number & 0xFF);
        }
        for (int big = 0; big < 2; big++)
            assert_int_equal(tgi_load_u64(bytes, big != 0), tgi_load_u64_plain(bytes, big != 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(take_hands_out_all_bytes_and_not_one_more),
        cmocka_unit_test(an_empty_cursor_gives_nothing),
        cmocka_unit_test(numbers_come_out_in_host_order_from_either_order),
        cmocka_unit_test(a_number_cut_short_is_not_read),
        cmocka_unit_test(fast_and_plain_loads_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

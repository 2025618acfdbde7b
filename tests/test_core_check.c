/* SPDX-License-Identifier: MIT */
/* Checked arithmetic: the last number that fits, the first that does not, and what failure leaves alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/check.h"

#define UNTOUCHED UINT64_C(0x5A5A5A5A5A5A5A5A)

static void sum_fits_up_to_the_largest_number(void **state)
{
    (void)state;
    static const uint64_t edges[] = {0, 1, 2, UINT32_MAX, TGI_MAX, TGI_MAX + 1, UINT64_MAX - 1, UINT64_MAX};
    for (size_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
        for (size_t j = 0; j < sizeof edges / sizeof edges[0]; j++) {
            uint64_t a = edges[i], b = edges[j], out = UNTOUCHED;
            bool fits = b <= UINT64_MAX - a;
            assert_int_equal(tgi_add_u64(a, b, &out), fits);
            assert_int_equal(out, fits ? a + b : UNTOUCHED);
        }
    }
}

static void product_fits_up_to_the_largest_number(void **state)
{
    (void)state;
    static const struct {
        uint64_t a, b, product;
        bool fits;
    } cases[] = {
        {0, 0, 0, true},
        {0, UINT64_MAX, 0, true},
        {UINT64_MAX, 0, 0, true},
        {1, UINT64_MAX, UINT64_MAX, true},
        {UINT64_MAX, 1, UINT64_MAX, true},
        {UINT32_MAX, UINT64_C(0x100000001), UINT64_MAX, true},
        {UINT64_C(1) << 32, UINT32_MAX, UINT64_C(0xFFFFFFFF00000000), true},
        {UINT64_C(1) << 32, UINT64_C(1) << 32, 0, false},
        {UINT64_C(1) << 63, 2, 0, false},
        {2, UINT64_C(1) << 63, 0, false},
        {3, UINT64_MAX / 3 + 1, 0, false},
        {3, UINT64_MAX / 3, UINT64_MAX, true},
        {UINT64_MAX, UINT64_MAX, 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t out = UNTOUCHED;
        assert_int_equal(tgi_mul_u64(cases[i].a, cases[i].b, &out), cases[i].fits);
        assert_int_equal(out, cases[i].fits ? cases[i].product : UNTOUCHED);
    }
}

static void rounding_up_never_wraps_to_a_small_number(void **state)
{
    (void)state;
    static const struct {
        uint64_t value, alignment, rounded;
        bool fits;
    } cases[] = {
        {0, 32, 0, true},
        {1, 32, 32, true},
        {31, 32, 32, true},
        {32, 32, 32, true},
        {33, 1, 33, true},
        {7, 24, 24, true},
        {UINT64_MAX, 1, UINT64_MAX, true},
        {UINT64_MAX - 31, 32, UINT64_MAX - 31, true},
        {UINT64_MAX - 30, 32, 0, false},
        {UINT64_MAX, 2, 0, false},
        {(UINT64_C(1) << 63) + 1, UINT64_C(1) << 63, 0, false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint64_t out = UNTOUCHED;
        assert_int_equal(tgi_align_up_u64(cases[i].value, cases[i].alignment, &out), cases[i].fits);
        assert_int_equal(out, cases[i].fits ? cases[i].rounded : UNTOUCHED);
    }
}

static void narrowing_refuses_what_size_t_cannot_hold(void **state)
{
    (void)state;
    size_t out = 7;
    assert_true(tgi_u64_to_size(0, &out));
    assert_int_equal(out, 0);
    assert_true(tgi_u64_to_size(SIZE_MAX, &out));
    assert_int_equal(out, SIZE_MAX);
#if SIZE_MAX < UINT64_MAX
    assert_false(tgi_u64_to_size((uint64_t)SIZE_MAX + 1, &out));
    assert_int_equal(out, SIZE_MAX);
#endif
}

static void powers_of_two_are_those_with_one_bit(void **state)
{
    (void)state;
    assert_false(tgi_is_power_of_two(0));
    for (unsigned bit = 0; bit < 64; bit++) {
        uint64_t power = UINT64_C(1) << bit;
        assert_true(tgi_is_power_of_two(power));
        assert_false(bit > 1 && tgi_is_power_of_two(power - 1));
        assert_false(bit > 0 && tgi_is_power_of_two(power | 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sum_fits_up_to_the_largest_number),
        cmocka_unit_test(product_fits_up_to_the_largest_number),
        cmocka_unit_test(rounding_up_never_wraps_to_a_small_number),
        cmocka_unit_test(narrowing_refuses_what_size_t_cannot_hold),
        cmocka_unit_test(powers_of_two_are_those_with_one_bit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Values of keys: every getter on every type, arrays by index, by walk and in bulk.
 *
 * All of it runs on a little-endian and on a big-endian file, which must give the same numbers.
 */
#include "expect.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const bool byte_orders[] = {false, true};

static opened open_model(gb_model *m)
{
    gb_write(m);
    opened o = open_everywhere(m->file.data, m->file.len, NULL);
    assert_int_equal(o.status, TG_OK);
    return o;
}

static tg_value value_of(const opened *o, const char *key)
{
    return tg_model_value(o->model, tg_model_find_key(o->model, key));
}

/* A model with one key, "k"; and what it opens as. */
static opened open_with(gb_model **out_m, bool big_endian, gb_value value)
{
    *out_m = gb_new(3, big_endian);
    gb_add_key(*out_m, "k", value);
    return open_model(*out_m);
}

static void close_both(opened *o, gb_model *m)
{
    opened_close(o);
    gb_free(m);
}

/* ---- Scalars --------------------------------------------------------------------------------------- */

#define U 1u /* converts to u64 */
#define I 2u /* to i64 */
#define F 4u /* to f64 */
#define B 8u /* to bool */

typedef struct scalar_case {
    uint32_t type;
    tg_value_type shown;
    uint64_t bits;
    unsigned converts;
    uint64_t u;
    int64_t i;
    double f;
} scalar_case;

#define P53 ((uint64_t)1 << 53)

static const scalar_case scalars[] = {
    {GB_U8, TG_VALUE_U8, 0, U | I | F, 0, 0, 0.0},
    {GB_U8, TG_VALUE_U8, 255, U | I | F, 255, 255, 255.0},
    {GB_I8, TG_VALUE_I8, 0x7F, U | I | F, 127, 127, 127.0},
    {GB_I8, TG_VALUE_I8, 0x80, I | F, 0, -128, -128.0},
    {GB_I8, TG_VALUE_I8, 0xFF, I | F, 0, -1, -1.0},
    {GB_U16, TG_VALUE_U16, 0xFEDC, U | I | F, 0xFEDC, 0xFEDC, 65244.0},
    {GB_I16, TG_VALUE_I16, 0x7FFF, U | I | F, 32767, 32767, 32767.0},
    {GB_I16, TG_VALUE_I16, 0x8000, I | F, 0, -32768, -32768.0},
    {GB_U32, TG_VALUE_U32, 0xFEDCBA98, U | I | F, 0xFEDCBA98, 0xFEDCBA98, 4275878552.0},
    {GB_I32, TG_VALUE_I32, 0x7FFFFFFF, U | I | F, INT32_MAX, INT32_MAX, 2147483647.0},
    {GB_I32, TG_VALUE_I32, 0x80000000, I | F, 0, INT32_MIN, -2147483648.0},
    {GB_U64, TG_VALUE_U64, P53 - 1, U | I | F, P53 - 1, (int64_t)P53 - 1, 9007199254740991.0},
    {GB_U64, TG_VALUE_U64, P53, U | I | F, P53, (int64_t)P53, 9007199254740992.0},
    {GB_U64, TG_VALUE_U64, P53 + 1, U | I, P53 + 1, (int64_t)P53 + 1, 0.0}, /* no double is that */
    {GB_U64, TG_VALUE_U64, P53 + 2, U | I | F, P53 + 2, (int64_t)P53 + 2, 9007199254740994.0},
    {GB_U64, TG_VALUE_U64, INT63_MAX, U | I, INT63_MAX, INT64_MAX, 0.0},
    {GB_U64, TG_VALUE_U64, INT63_MAX + 1, U | F, INT63_MAX + 1, 0, 9223372036854775808.0},
    {GB_U64, TG_VALUE_U64, UINT64_MAX, U, UINT64_MAX, 0, 0.0},
    {GB_U64, TG_VALUE_U64, UINT64_MAX - 2047, U | F, UINT64_MAX - 2047, 0, 18446744073709549568.0},
    {GB_U64, TG_VALUE_U64, UINT64_MAX - 2046, U, UINT64_MAX - 2046, 0, 0.0},
    {GB_I64, TG_VALUE_I64, INT63_MAX, U | I, INT63_MAX, INT64_MAX, 0.0},
    {GB_I64, TG_VALUE_I64, INT63_MAX + 1, I | F, 0, INT64_MIN, -9223372036854775808.0},
    {GB_I64, TG_VALUE_I64, INT63_MAX + 2, I, 0, INT64_MIN + 1, 0.0},
    {GB_I64, TG_VALUE_I64, UINT64_MAX, I | F, 0, -1, -1.0},
    {GB_I64, TG_VALUE_I64, UINT64_MAX - P53, I, 0, -(int64_t)P53 - 1, 0.0},
    {GB_I64, TG_VALUE_I64, UINT64_MAX - P53 + 1, I | F, 0, -(int64_t)P53, -9007199254740992.0},
    {GB_F32, TG_VALUE_F32, 0x3FC00000, F, 0, 0, 1.5},
    {GB_F32, TG_VALUE_F32, 0x00000001, F, 0, 0, 1.401298464324817e-45}, /* the smallest there is */
    {GB_F32, TG_VALUE_F32, 0xFF800000, F, 0, 0, -INFINITY},
    {GB_F64, TG_VALUE_F64, 0xC004000000000000, F, 0, 0, -2.5},
    {GB_F64, TG_VALUE_F64, 0x7FEFFFFFFFFFFFFF, F, 0, 0, 1.7976931348623157e308},
    {GB_BOOL, TG_VALUE_BOOL, 0, B, 0, 0, 0.0},
    {GB_BOOL, TG_VALUE_BOOL, 1, B, 1, 0, 0.0},
};
#define NUM_SCALARS (sizeof scalars / sizeof scalars[0])

/* Outputs hold these before a call, and still do where the answer is no. */
static const uint64_t odd_u = 0xA5A5A5A5A5A5A5A5;
static const int64_t odd_i = -7777777;
static const double odd_f = 0.123456789;

static void assert_converts(const tg_value *value, const scalar_case *c)
{
    uint64_t u = odd_u;
    int64_t i = odd_i;
    double f = odd_f;
    bool b = c->u == 0;
    tg_bytes text = {"untouched", 9};
    assert_int_equal(tg_value_u64(value, &u), (c->converts & U) != 0);
    assert_int_equal(u, (c->converts & U) != 0 ? c->u : odd_u);
    assert_int_equal(tg_value_i64(value, &i), (c->converts & I) != 0);
    assert_int_equal(i, (c->converts & I) != 0 ? c->i : odd_i);
    assert_int_equal(tg_value_f64(value, &f), (c->converts & F) != 0);
    double wanted = (c->converts & F) != 0 ? c->f : odd_f;
    assert_memory_equal(&f, &wanted, sizeof f);
    assert_int_equal(tg_value_bool(value, &b), (c->converts & B) != 0);
    assert_int_equal(b, (c->converts & B) != 0 ? c->u != 0 : c->u == 0);
    assert_false(tg_value_string(value, &text));
    assert_int_equal(text.len, 9);
}

static void numbers_convert_where_nothing_is_lost(void **state)
{
    (void)state;
    for (size_t order = 0; order < 2; order++) {
        for (size_t n = 0; n < NUM_SCALARS; n++) {
            gb_model *m = NULL;
            opened o = open_with(&m, byte_orders[order], gb_number(scalars[n].type, scalars[n].bits));
            tg_value value = value_of(&o, "k");
            assert_int_equal(value.type, scalars[n].shown);
            assert_int_equal(value.element_type, TG_VALUE_NONE);
            assert_int_equal(value.count, 0);
            assert_converts(&value, &scalars[n]);
            close_both(&o, m);
        }
    }
}

static void numbers_in_arrays_convert_alike(void **state)
{
    (void)state;
    for (size_t order = 0; order < 2; order++) {
        for (size_t n = 0; n < NUM_SCALARS; n++) {
            gb_model *m = NULL;
            const uint64_t bits[] = {0, scalars[n].bits, 0};
            opened o = open_with(&m, byte_orders[order], gb_numbers(scalars[n].type, 3, bits));
            tg_value array = value_of(&o, "k"), element;
            assert_int_equal(array.type, TG_VALUE_ARRAY);
            assert_int_equal(array.element_type, scalars[n].shown);
            assert_int_equal(array.count, 3);
            assert_true(tg_array_get(&array, 1, &element));
            assert_int_equal(element.type, scalars[n].shown);
            assert_converts(&element, &scalars[n]);
            close_both(&o, m);
        }
    }
}

static void a_nan_stays_a_nan(void **state)
{
    (void)state;
    static const struct {
        uint32_t type;
        uint64_t bits;
    } rows[] = {{GB_F32, 0x7FC00000}, {GB_F32, 0xFF800001}, {GB_F64, 0x7FF8000000000000}, {GB_F64, 0xFFF0000000000001}};
    for (size_t n = 0; n < 4; n++) {
        gb_model *m = NULL;
        opened o = open_with(&m, n % 2 == 0, gb_number(rows[n].type, rows[n].bits));
        tg_value value = value_of(&o, "k");
        double f = 0;
        assert_true(tg_value_f64(&value, &f));
        uint64_t bits = bits_of_f64(f); /* all ones in the exponent, and more than an infinity has */
        assert_true((bits & INT63_MAX) > UINT64_C(0x7FF0000000000000));
        close_both(&o, m);
    }
}

/* ---- Strings and arrays are no numbers ----------------------------------------------------------------- */

static const scalar_case nothing = {0, TG_VALUE_NONE, 0, 0, 1, 0, 0.0};

static void strings_give_their_bytes_and_nothing_else(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
    } rows[] = {{GB_LIT("")}, {GB_LIT("text")}, {GB_LIT("with a \0 NUL")}, {GB_LIT("\xFF\xFE no UTF-8")}};
    for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
        gb_model *m = NULL;
        opened o = open_with(&m, n % 2 == 0, gb_string_n(rows[n].text, rows[n].len));
        tg_value value = value_of(&o, "k"), element;
        tg_bytes text = {NULL, 0};
        assert_int_equal(value.type, TG_VALUE_STRING);
        assert_true(tg_value_string(&value, &text));
        assert_int_equal(text.len, rows[n].len);
        if (text.len > 0)
            assert_memory_equal(text.ptr, rows[n].text, text.len);
        uint64_t u = odd_u;
        int64_t i = odd_i;
        double f = odd_f;
        bool b = true;
        assert_false(tg_value_u64(&value, &u) || tg_value_i64(&value, &i) || tg_value_f64(&value, &f));
        assert_false(tg_value_bool(&value, &b));
        assert_true(u == odd_u && i == odd_i && b);
        assert_memory_equal(&f, &odd_f, sizeof f);
        assert_false(tg_array_get(&value, 0, &element));
        close_both(&o, m);
    }
}

static void arrays_give_no_scalar(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {1, 2};
    gb_model *m = NULL;
    opened o = open_with(&m, false, gb_numbers(GB_U8, 2, numbers));
    tg_value value = value_of(&o, "k");
    assert_converts(&value, &nothing);
    close_both(&o, m);
}

static void no_value_gives_nothing(void **state)
{
    (void)state;
    gb_model *m = NULL;
    opened o = open_with(&m, false, gb_u32(1));
    tg_value none = value_of(&o, "absent"), zeroed, element = none;
    memset(&zeroed, 0, sizeof zeroed);
    const tg_value *const values[] = {&none, &zeroed, NULL};
    uint8_t buffer[8] = {0xEE};
    assert_int_equal(none.type, TG_VALUE_NONE);
    for (size_t i = 0; i < 3; i++) {
        assert_converts(values[i], &nothing);
        assert_false(tg_array_get(values[i], 0, &element));
        assert_false(tg_array_copy(values[i], 0, 0, buffer, sizeof buffer));
        tg_array_iter walk = tg_array_begin(values[i]);
        assert_false(tg_array_next(&walk, &element));
    }
    assert_int_equal(buffer[0], 0xEE);
    assert_false(tg_array_next(NULL, &element));
    close_both(&o, m);
}

static void outputs_may_be_null(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {1, 2};
    gb_model *m = NULL;
    opened o = open_with(&m, false, gb_numbers(GB_U8, 2, numbers));
    gb_model *n = NULL;
    opened p = open_with(&n, false, gb_number(GB_BOOL, 1));
    tg_value array = value_of(&o, "k"), scalar = value_of(&p, "k");
    const tg_value *const values[] = {&array, &scalar};
    for (size_t i = 0; i < 2; i++) {
        assert_false(tg_value_u64(values[i], NULL));
        assert_false(tg_value_i64(values[i], NULL));
        assert_false(tg_value_f64(values[i], NULL));
        assert_false(tg_value_bool(values[i], NULL));
        assert_false(tg_value_string(values[i], NULL));
        assert_false(tg_array_get(values[i], 0, NULL));
        tg_array_iter walk = tg_array_begin(values[i]);
        assert_false(tg_array_next(&walk, NULL));
        assert_false(tg_array_copy(values[i], 0, 1, NULL, 1));
    }
    close_both(&o, m);
    close_both(&p, n);
}

/* ---- Arrays of numbers ------------------------------------------------------------------------------------- */

/* The bytes of `bits` as a number of `size` bytes in the byte order of this host. */
static void host_bytes(uint64_t bits, size_t size, uint8_t *out)
{
    uint8_t u8 = (uint8_t)(bits & 0xFF);
    uint16_t u16 = (uint16_t)(bits & 0xFFFF);
    uint32_t u32 = (uint32_t)(bits & 0xFFFFFFFF);
    const void *const from[] = {NULL, &u8, &u16, NULL, &u32, NULL, NULL, NULL, &bits};
    memcpy(out, from[size], size);
}

static void bulk_copies_are_in_host_order(void **state)
{
    (void)state;
    static const uint32_t types[] = {GB_U8,  GB_I8,   GB_U16, GB_I16, GB_U32, GB_I32,
                                     GB_F32, GB_BOOL, GB_U64, GB_I64, GB_F64};
    enum {
        COUNT = 40
    };
    for (size_t n = 0; n < 2 * sizeof types / sizeof types[0]; n++) {
        uint32_t type = types[n / 2];
        size_t size = (size_t)gb_type_size(type);
        uint64_t bits[COUNT];
        uint8_t wanted[COUNT * 8], got[COUNT * 8];
        for (size_t i = 0; i < COUNT; i++) {
            bits[i] =
                type == GB_BOOL ? i & 1 : (UINT64_C(0x0102030405060708) + i * UINT64_C(0x0011223344556677)) & INT63_MAX;
            host_bytes(bits[i], size, wanted + i * size);
        }
        gb_model *m = NULL;
        opened o = open_with(&m, byte_orders[n % 2], gb_numbers(type, COUNT, bits));
        tg_value array = value_of(&o, "k");
        assert_int_equal(tg_value_type_size(array.element_type), size);
        assert_true(tg_array_copy(&array, 0, COUNT, got, COUNT * size));
        assert_memory_equal(got, wanted, COUNT * size);
        memset(got, 0xEE, sizeof got);
        assert_true(tg_array_copy(&array, 7, 5, got, 5 * size));
        assert_memory_equal(got, wanted + 7 * size, 5 * size);
        assert_int_equal(got[5 * size], 0xEE);
        close_both(&o, m);
    }
}

static void bulk_copies_stay_inside_the_array_and_the_buffer(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {1, 2, 3, 4};
    gb_model *m = NULL;
    opened o = open_with(&m, false, gb_numbers(GB_U32, 4, numbers));
    tg_value array = value_of(&o, "k");
    uint8_t buffer[32], before[32];
    memset(buffer, 0xEE, sizeof buffer);
    memset(before, 0xEE, sizeof before);
    assert_false(tg_array_copy(&array, 0, 5, buffer, sizeof buffer));
    assert_false(tg_array_copy(&array, 4, 1, buffer, sizeof buffer));
    assert_false(tg_array_copy(&array, 5, 0, buffer, sizeof buffer));
    assert_false(tg_array_copy(&array, 1, UINT64_MAX, buffer, sizeof buffer));
    assert_false(tg_array_copy(&array, UINT64_MAX, 1, buffer, sizeof buffer));
    assert_false(tg_array_copy(&array, UINT64_MAX, 2, buffer, sizeof buffer));
    assert_false(tg_array_copy(&array, 0, 4, buffer, 15));
    assert_false(tg_array_copy(&array, 0, (uint64_t)1 << 62, buffer, sizeof buffer));
    assert_true(tg_array_copy(&array, 0, 0, buffer, 0));
    assert_true(tg_array_copy(&array, 4, 0, buffer, 0));
    assert_memory_equal(buffer, before, sizeof buffer);
    assert_true(tg_array_copy(&array, 0, 4, buffer, 16));
    close_both(&o, m);
}

static void bulk_copies_are_of_numbers_only(void **state)
{
    (void)state;
    static const char *const texts[] = {"a", "b"};
    gb_model *m = gb_new(3, false);
    gb_add_key(m, "strings", gb_strings(2, texts));
    gb_value nested = gb_array(GB_ARRAY);
    gb_push(&nested, gb_array(GB_U8));
    gb_add_key(m, "nested", nested);
    gb_add_key(m, "number", gb_u32(1));
    opened o = open_model(m);
    uint8_t buffer[64] = {0xEE};
    for (uint64_t i = 0; i < tg_model_num_keys(o.model); i++) {
        tg_value value = tg_model_value(o.model, tg_model_key(o.model, i));
        assert_false(tg_array_copy(&value, 0, 1, buffer, sizeof buffer));
    }
    assert_int_equal(buffer[0], 0xEE);
    close_both(&o, m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_convert_where_nothing_is_lost),
        cmocka_unit_test(numbers_in_arrays_convert_alike),
        cmocka_unit_test(a_nan_stays_a_nan),
        cmocka_unit_test(strings_give_their_bytes_and_nothing_else),
        cmocka_unit_test(arrays_give_no_scalar),
        cmocka_unit_test(no_value_gives_nothing),
        cmocka_unit_test(outputs_may_be_null),
        cmocka_unit_test(bulk_copies_are_in_host_order),
        cmocka_unit_test(bulk_copies_stay_inside_the_array_and_the_buffer),
        cmocka_unit_test(bulk_copies_are_of_numbers_only),
    };
    return cmocka_run_group_tests_name("values", tests, NULL, NULL);
}

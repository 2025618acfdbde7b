/* SPDX-License-Identifier: MIT */
/* Arrays of strings and arrays in arrays: by index and by walk. */
#include "expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static opened open_with(gb_model *m, gb_value value)
{
    gb_add_key(m, "k", value);
    gb_write(m);
    opened o = open_everywhere(m->file.data, m->file.len, NULL);
    assert_int_equal(o.status, TG_OK);
    return o;
}

static tg_value array_of(const opened *o)
{
    tg_value array = tg_model_value(o->model, tg_model_find_key(o->model, "k"));
    assert_int_equal(array.type, TG_VALUE_ARRAY);
    return array;
}

static void close_both(opened *o, gb_model *m)
{
    opened_close(o);
    gb_free(m);
}

/* ---- Strings ---------------------------------------------------------------------------------- */

/* String `i` is its number in decimal, and then that many letters, modulo 23. */
static size_t text_of(size_t i, char *out)
{
    size_t len = 0;
    for (size_t rest = i; rest > 0 || len == 0; rest /= 10)
        out[len++] = (char)('0' + rest % 10);
    memset(out + len, 'x', i % 23);
    return len + i % 23;
}

static gb_value strings_of(size_t count)
{
    gb_value array = gb_array(GB_STRING);
    for (size_t i = 0; i < count; i++) {
        char text[64];
        size_t len = text_of(i, text);
        gb_push(&array, gb_string_n(text, len));
    }
    return array;
}

static void assert_text(const tg_value *element, size_t i)
{
    char wanted[64];
    size_t len = text_of(i, wanted);
    tg_bytes text = {NULL, 0};
    assert_int_equal(element->type, TG_VALUE_STRING);
    assert_true(tg_value_string(element, &text));
    assert_int_equal(text.len, len);
    assert_memory_equal(text.ptr, wanted, len);
}

/* Lengths on both sides of any power of two up to 1024 that a reader may jump by. */
static void strings_are_found_at_every_index(void **state)
{
    (void)state;
    static const size_t counts[] = {1, 31, 32, 33, 63, 64, 65, 96, 127, 128, 129, 1000, 1024, 1025};
    for (size_t n = 0; n < sizeof counts / sizeof counts[0]; n++) {
        gb_model *m = gb_new(n % 3 == 0 ? 1 : 3, n % 2 == 0);
        opened o = open_with(m, strings_of(counts[n]));
        tg_value array = array_of(&o), element;
        assert_int_equal(array.element_type, TG_VALUE_STRING);
        assert_int_equal(array.count, counts[n]);
        for (size_t i = counts[n]; i > 0; i--) { /* backwards: no state may be left behind */
            assert_true(tg_array_get(&array, i - 1, &element));
            assert_text(&element, i - 1);
        }
        memset(&element, 0, sizeof element);
        assert_false(tg_array_get(&array, counts[n], &element));
        assert_false(tg_array_get(&array, UINT64_MAX, &element));
        assert_int_equal(element.type, TG_VALUE_NONE);
        close_both(&o, m);
    }
}

static void strings_are_walked_in_order(void **state)
{
    (void)state;
    enum {
        COUNT = 100
    };
    gb_model *m = gb_new(3, true);
    opened o = open_with(m, strings_of(COUNT));
    tg_value array = array_of(&o), element;
    size_t walked = 0;
    tg_array_iter i = tg_array_begin(&array);
    while (tg_array_next(&i, &element)) {
        assert_text(&element, walked);
        walked++;
        assert_int_equal(i.index, walked);
    }
    assert_int_equal(walked, COUNT);
    assert_false(tg_array_next(&i, &element)); /* and it stays at the end */
    assert_text(&element, COUNT - 1);
    close_both(&o, m);
}

static void empty_strings_have_their_place(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "", "a", "", "bc", ""};
    gb_model *m = gb_new(3, false);
    opened o = open_with(m, gb_strings(6, texts));
    tg_value array = array_of(&o), element;
    for (size_t i = 0; i < 6; i++) {
        tg_bytes text = {NULL, 99};
        assert_true(tg_array_get(&array, i, &element));
        assert_true(tg_value_string(&element, &text));
        assert_int_equal(text.len, strlen(texts[i]));
        if (text.len > 0)
            assert_memory_equal(text.ptr, texts[i], text.len);
    }
    close_both(&o, m);
}

static void an_empty_array_has_a_type_and_no_elements(void **state)
{
    (void)state;
    for (uint32_t type = 0; type <= GB_F64; type++) {
        gb_model *m = gb_new(3, type % 2 == 0);
        opened o = open_with(m, gb_array(type));
        tg_value array = array_of(&o), element;
        uint8_t byte = 0xEE;
        assert_int_not_equal(array.element_type, TG_VALUE_NONE);
        assert_int_equal(array.count, 0);
        assert_false(tg_array_get(&array, 0, &element));
        tg_array_iter i = tg_array_begin(&array);
        assert_false(tg_array_next(&i, &element));
        bool numbers = gb_type_size(type) > 0;
        assert_int_equal(tg_array_copy(&array, 0, 0, &byte, 0), numbers);
        assert_int_equal(byte, 0xEE);
        close_both(&o, m);
    }
}

/* A value is a view: copies of it stay good, also where the first is overwritten. */
static void a_value_can_be_copied(void **state)
{
    (void)state;
    gb_model *m = gb_new(3, false);
    opened o = open_with(m, strings_of(50));
    tg_value array = array_of(&o), copy = array, element, kept;
    assert_true(tg_array_get(&copy, 40, &kept));
    memset(&array, 0, sizeof array);
    assert_true(tg_array_get(&copy, 3, &element));
    assert_text(&element, 3);
    assert_text(&kept, 40);
    close_both(&o, m);
}

/* ---- Arrays in arrays ------------------------------------------------------------------------------ */

static uint64_t number_of(const tg_value *value)
{
    uint64_t number = UINT64_MAX;
    assert_true(tg_value_u64(value, &number));
    return number;
}

/* Row i has i % 4 numbers: i, i + 1, … */
static gb_value rows_of(size_t count)
{
    gb_value rows = gb_array(GB_ARRAY);
    for (size_t i = 0; i < count; i++) {
        const uint64_t numbers[] = {i, i + 1, i + 2};
        gb_push(&rows, gb_numbers(i % 2 == 0 ? GB_U16 : GB_U64, i % 4, numbers));
    }
    return rows;
}

static void assert_row(const tg_value *row, size_t i)
{
    tg_value element;
    assert_int_equal(row->type, TG_VALUE_ARRAY);
    assert_int_equal(row->element_type, i % 2 == 0 ? TG_VALUE_U16 : TG_VALUE_U64);
    assert_int_equal(row->count, i % 4);
    for (size_t k = 0; k < i % 4; k++) {
        assert_true(tg_array_get(row, k, &element));
        assert_int_equal(number_of(&element), i + k);
    }
    assert_false(tg_array_get(row, i % 4, &element));
}

static void arrays_in_arrays_are_found_and_walked(void **state)
{
    (void)state;
    enum {
        ROWS = 70
    };
    for (int big = 0; big <= 1; big++) {
        gb_model *m = gb_new(3, big == 1);
        opened o = open_with(m, rows_of(ROWS));
        tg_value rows = array_of(&o), row;
        assert_int_equal(rows.element_type, TG_VALUE_ARRAY);
        assert_int_equal(rows.count, ROWS);
        for (size_t i = ROWS; i > 0; i--) {
            assert_true(tg_array_get(&rows, i - 1, &row));
            assert_row(&row, i - 1);
        }
        assert_false(tg_array_get(&rows, ROWS, &row));
        size_t walked = 0;
        for (tg_array_iter i = tg_array_begin(&rows); tg_array_next(&i, &row); walked++)
            assert_row(&row, walked);
        assert_int_equal(walked, ROWS);
        close_both(&o, m);
    }
}

/* Four arrays deep: blocks of rows of strings, with numbers behind them. */
static void arrays_nest_to_the_last_level(void **state)
{
    (void)state;
    gb_model *m = gb_new(3, true);
    gb_value top = gb_array(GB_ARRAY);
    for (size_t i = 0; i < 3; i++) {
        gb_value block = gb_array(GB_ARRAY);
        gb_value inner = gb_array(GB_ARRAY);
        gb_push(&inner, strings_of(40 + i));
        gb_push(&inner, strings_of(i));
        gb_push(&block, inner);
        gb_push(&block, gb_numbers(GB_U8, 1, (const uint64_t[]){i}));
        gb_push(&top, block);
    }
    opened o = open_with(m, top);
    tg_value array = array_of(&o), block, inner, strings, element;
    for (size_t i = 0; i < 3; i++) {
        assert_true(tg_array_get(&array, i, &block));
        assert_true(tg_array_get(&block, 0, &inner));
        assert_true(tg_array_get(&inner, 0, &strings));
        assert_int_equal(strings.count, 40 + i);
        for (size_t k = 0; k < 40 + i; k++) {
            assert_true(tg_array_get(&strings, k, &element));
            assert_text(&element, k);
        }
        assert_true(tg_array_get(&inner, 1, &strings));
        assert_int_equal(strings.count, i);
        assert_true(tg_array_get(&block, 1, &inner));
        assert_true(tg_array_get(&inner, 0, &element));
        assert_int_equal(number_of(&element), i);
    }
    close_both(&o, m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_found_at_every_index),
        cmocka_unit_test(strings_are_walked_in_order),
        cmocka_unit_test(empty_strings_have_their_place),
        cmocka_unit_test(an_empty_array_has_a_type_and_no_elements),
        cmocka_unit_test(a_value_can_be_copied),
        cmocka_unit_test(arrays_in_arrays_are_found_and_walked),
        cmocka_unit_test(arrays_nest_to_the_last_level),
    };
    return cmocka_run_group_tests_name("arrays", tests, NULL, NULL);
}

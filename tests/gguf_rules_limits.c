/* SPDX-License-Identifier: MIT */
/* Rules: the limits that a caller may move, each at its edge. */
#include "gguf_rules.h"

#include "gguf_steps.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void more_tensors_than_the_limit_are_refused(void **state)
{
    (void)state;
    tg_limits limits = default_limits();
    limits.max_tensors = 2;
    tg_options options = options_with_limits(&limits);
    gb_model *m = gb_base();
    gb_add_tensor(m, "x", GB_T_F32, GB_DIMS(8));
    gb_write(m);
    EXPECT_CLEAN(m, &options);
    gb_add_tensor(m, "y", GB_T_F32, GB_DIMS(8));
    gb_write(m);
    EXPECT_REJECTED(m, &options, TG_E_LIMIT_TENSORS, m->at.num_tensors, TG_NO_INDEX, 3, 2);
    gb_free(m);
}

static void more_keys_than_the_limit_are_refused(void **state)
{
    (void)state;
    tg_limits limits = default_limits();
    limits.max_keys = 2;
    tg_options options = options_with_limits(&limits);
    gb_model *m = gb_base();
    EXPECT_CLEAN(m, &options);
    gb_add_key(m, "more", gb_u32(1));
    gb_write(m);
    EXPECT_REJECTED(m, &options, TG_E_LIMIT_KEYS, m->at.num_keys, TG_NO_INDEX, 3, 2);
    gb_free(m);
}

static void a_limit_can_be_raised_above_its_default(void **state)
{
    (void)state;
    tg_limits limits = default_limits();
    limits.max_tensors = limits.max_keys = limits.max_array_elements = (uint64_t)1 << 30;
    tg_options options = options_with_limits(&limits);
    gb_model *m = gb_base();
    uint64_t left = m->file.len - m->at.entries;
    gb_put_count(m, m->at.num_tensors, 1048577);
    EXPECT_REJECTED(m, &options, TG_E_COUNT_TRUNCATED, m->at.num_tensors, TG_NO_INDEX, left,
                    1048577 * gb_min_tensor(m));
    gb_write(m);
    gb_put_count(m, m->at.num_keys, 1048577);
    EXPECT_REJECTED(m, &options, TG_E_COUNT_TRUNCATED, m->at.num_keys, TG_NO_INDEX, left, 1048577 * gb_min_key(m));
    gb_free(m);
}

/* ---- Array elements, in all arrays together ------------------------------------------------ */

/* A model with arrays of 3 numbers, 2 strings, and 2 arrays of 1 and 2 numbers: 10 elements. */
static gb_model *model_with_ten_elements(void)
{
    static const uint64_t numbers[] = {1, 2, 3};
    static const char *const texts[] = {"a", "b"};
    gb_model *m = gb_new(3, false);
    gb_add_key(m, "numbers", gb_numbers(GB_U16, 3, numbers));
    gb_add_key(m, "texts", gb_strings(2, texts));
    gb_value nested = gb_array(GB_ARRAY);
    gb_push(&nested, gb_numbers(GB_U8, 1, numbers));
    gb_push(&nested, gb_numbers(GB_U8, 2, numbers));
    gb_add_key(m, "nested", nested);
    gb_write(m);
    return m;
}

static void elements_are_counted_over_all_arrays(void **state)
{
    (void)state;
    tg_limits limits = default_limits();
    tg_options options = options_with_limits(&limits);
    gb_model *m = model_with_ten_elements();
    const gb_value *nested = &m->keys[2].value;
    limits.max_array_elements = 10;
    EXPECT_CLEAN(m, &options);
    limits.max_array_elements = 9;
    EXPECT_REJECTED(m, &options, TG_E_LIMIT_ARRAY_ELEMENTS, nested->elements[1].at.count, 2, ANY, 9);
    limits.max_array_elements = 7;
    EXPECT_REJECTED(m, &options, TG_E_LIMIT_ARRAY_ELEMENTS, nested->elements[0].at.count, 2, ANY, 7);
    limits.max_array_elements = 6;
    EXPECT_REJECTED(m, &options, TG_E_LIMIT_ARRAY_ELEMENTS, nested->at.count, 2, ANY, 6);
    limits.max_array_elements = 4;
    EXPECT_REJECTED(m, &options, TG_E_LIMIT_ARRAY_ELEMENTS, m->keys[1].value.at.count, 1, ANY, 4);
    limits.max_array_elements = 2;
    EXPECT_REJECTED(m, &options, TG_E_LIMIT_ARRAY_ELEMENTS, m->keys[0].value.at.count, 0, 3, 2);
    gb_free(m);
}

/* ---- Depth ------------------------------------------------------------------------------------ */

/* `depth` arrays, each in the one before; the innermost is an empty array of `innermost`. */
static gb_value nest(unsigned depth, uint32_t innermost)
{
    gb_value value = gb_array(innermost);
    for (unsigned i = 1; i < depth; i++) {
        gb_value outer = gb_array(GB_ARRAY);
        gb_push(&outer, value);
        value = outer;
    }
    return value;
}

static uint64_t element_type_at(const gb_value *value, unsigned level)
{
    for (unsigned i = 1; i < level; i++)
        value = &value->elements[0];
    return value->at.element_type;
}

/* The array that would be one too deep is refused where its type is announced, if it is there or not. */
static void arrays_nest_to_the_limit_and_no_deeper(void **state)
{
    (void)state;
    for (unsigned limit = 1; limit <= 16; limit++) {
        tg_limits limits = default_limits();
        limits.max_array_depth = limit;
        tg_options options = options_with_limits(&limits);
        gb_model *m = gb_new(3, false);
        gb_add_key(m, "a", nest(limit, GB_U8));
        gb_write(m);
        EXPECT_CLEAN(m, &options);
        gb_set_value(m, 0, nest(limit, GB_ARRAY));
        gb_write(m);
        uint64_t at = element_type_at(&m->keys[0].value, limit);
        EXPECT_REJECTED(m, &options, TG_E_LIMIT_ARRAY_DEPTH, at, 0, limit + 1, limit);
        gb_set_value(m, 0, nest(limit + 1, GB_STRING));
        gb_write(m);
        EXPECT_REJECTED(m, &options, TG_E_LIMIT_ARRAY_DEPTH, at, 0, limit + 1, limit);
        gb_free(m);
    }
}

static void arrays_nest_to_depth_four_by_default(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 3; version++) {
        gb_model *m = gb_new(version, version == 3);
        gb_add_key(m, "a", nest(4, GB_U8));
        gb_write(m);
        EXPECT_CLEAN(m, NULL);
        gb_set_value(m, 0, nest(5, GB_U8));
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_LIMIT_ARRAY_DEPTH, element_type_at(&m->keys[0].value, 4), 0, 5, 4);
        gb_free(m);
    }
}

/* ---- Header bytes --------------------------------------------------------------------------------- */

/* A model in which every field is one that may be refused on its own: no arrays of numbers. */
static gb_model *model_of_single_fields(uint32_t version, bool big_endian)
{
    static const char *const texts[] = {"one", "", "three"};
    gb_model *m = gb_base_as(version, big_endian);
    gb_value nested = gb_array(GB_ARRAY);
    gb_push(&nested, gb_strings(3, texts));
    gb_push(&nested, gb_array(GB_U32));
    gb_add_key(m, "nested", nested);
    gb_add_key(m, "flag", gb_number(GB_BOOL, 1));
    gb_write(m);
    return m;
}

static void expect_header_limit(const gb_model *m, const gb_step *step)
{
    tg_limits limits = default_limits();
    tg_options options = options_with_limits(&limits);
    uint64_t end = step->offset + step->size;
    limits.max_header_bytes = end - 1;
    EXPECT_REJECTED(m, &options, TG_E_LIMIT_HEADER, step->offset, step->index, end, end - 1);
    limits.max_header_bytes = step->offset + 1;
    EXPECT_REJECTED(m, &options, TG_E_LIMIT_HEADER, step->offset, step->index, end, step->offset + 1);
}

static void the_field_that_crosses_the_header_limit_is_blamed(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 3; version++) {
        gb_model *m = model_of_single_fields(version, version == 2);
        gb_steps steps = gb_steps_of(m);
        for (size_t i = 0; i < steps.count; i++)
            if (steps.steps[i].size > 1)
                expect_header_limit(m, &steps.steps[i]);
        gb_steps_free(&steps);
        gb_free(m);
    }
}

/* Everything before the data counts: the padding, too. */
static void a_header_may_be_as_large_as_the_limit(void **state)
{
    (void)state;
    gb_model *m = gb_rich(3, false);
    assert_true(m->at.header_end < m->at.data);
    tg_limits limits = default_limits();
    tg_options options = options_with_limits(&limits);
    limits.max_header_bytes = m->at.data;
    EXPECT_CLEAN(m, &options);
    limits.max_header_bytes = m->at.data - 1;
    EXPECT_REJECTED(m, &options, TG_E_LIMIT_HEADER, m->at.header_end, TG_NO_INDEX, m->at.data, m->at.data - 1);
    size_t last = m->num_tensors - 1;
    limits.max_header_bytes = m->at.header_end - 1;
    EXPECT_REJECTED(m, &options, TG_E_LIMIT_HEADER, m->tensors[last].at.offset, last, m->at.header_end,
                    m->at.header_end - 1);
    gb_free(m);
}

static void numbers_of_an_array_count_towards_the_header(void **state)
{
    (void)state;
    uint64_t numbers[100] = {0};
    gb_model *m = gb_new(3, false);
    gb_add_key(m, "a", gb_numbers(GB_U64, 100, numbers));
    gb_write(m);
    tg_limits limits = default_limits();
    tg_options options = options_with_limits(&limits);
    limits.max_header_bytes = m->file.len;
    EXPECT_CLEAN(m, &options);
    limits.max_header_bytes = m->file.len - 1;
    EXPECT_REJECTED(m, &options, TG_E_LIMIT_HEADER, ANY, 0, ANY, m->file.len - 1);
    gb_free(m);
}

static void what_is_missing_from_the_file_is_truncated_at_any_limit(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    uint64_t at = m->keys[0].value.at.text;
    bytes_put_u64(&m->file, at - 8, m->file.len);
    tg_limits limits = default_limits();
    tg_options options = options_with_limits(&limits);
    limits.max_header_bytes = at + 1;
    EXPECT_REJECTED(m, &options, TG_E_TRUNCATED, at, 0, m->file.len - at, m->file.len);
    gb_free(m);
}

/* ---- Memory ------------------------------------------------------------------------------------------ */

static void memory_is_bounded_by_the_header(void **state)
{
    (void)state;
    gb_model *m = gb_rich(3, false);
    tg_limits limits = default_limits();
    tg_options options = options_with_limits(&limits);
    limits.heap_base = 1;
    limits.heap_factor = 1;
    EXPECT_REJECTED(m, &options, TG_E_LIMIT_HEAP, ANY, ANY, ANY, ANY);
    limits.heap_base = 0; /* the defaults */
    limits.heap_factor = 0;
    EXPECT_CLEAN(m, &options);
    gb_free(m);
}

int run_rules_of_limits(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_tensors_than_the_limit_are_refused),
        cmocka_unit_test(more_keys_than_the_limit_are_refused),
        cmocka_unit_test(a_limit_can_be_raised_above_its_default),
        cmocka_unit_test(elements_are_counted_over_all_arrays),
        cmocka_unit_test(arrays_nest_to_the_limit_and_no_deeper),
        cmocka_unit_test(arrays_nest_to_depth_four_by_default),
        cmocka_unit_test(the_field_that_crosses_the_header_limit_is_blamed),
        cmocka_unit_test(a_header_may_be_as_large_as_the_limit),
        cmocka_unit_test(numbers_of_an_array_count_towards_the_header),
        cmocka_unit_test(what_is_missing_from_the_file_is_truncated_at_any_limit),
        cmocka_unit_test(memory_is_bounded_by_the_header),
    };
    return cmocka_run_group_tests_name("limits", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* The types of tensors: ids, names and block sizes, written down a second time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/dtype.h"

#include <string.h>

/* id, name, elements and bytes of a block (ggml, August 2026) */
static const struct {
    uint32_t id;
    const char *name;
    uint32_t elements, bytes;
} live[] = {
    {0, "f32", 1, 4},         {1, "f16", 1, 2},         {2, "q4_0", 32, 18},      {3, "q4_1", 32, 20},
    {6, "q5_0", 32, 22},      {7, "q5_1", 32, 24},      {8, "q8_0", 32, 34},      {9, "q8_1", 32, 36},
    {10, "q2_K", 256, 84},    {11, "q3_K", 256, 110},   {12, "q4_K", 256, 144},   {13, "q5_K", 256, 176},
    {14, "q6_K", 256, 210},   {15, "q8_K", 256, 292},   {16, "iq2_xxs", 256, 66}, {17, "iq2_xs", 256, 74},
    {18, "iq3_xxs", 256, 98}, {19, "iq1_s", 256, 50},   {20, "iq4_nl", 32, 18},   {21, "iq3_s", 256, 110},
    {22, "iq2_s", 256, 82},   {23, "iq4_xs", 256, 136}, {24, "i8", 1, 1},         {25, "i16", 1, 2},
    {26, "i32", 1, 4},        {27, "i64", 1, 8},        {28, "f64", 1, 8},        {29, "iq1_m", 256, 56},
    {30, "bf16", 1, 2},       {34, "tq1_0", 256, 54},   {35, "tq2_0", 256, 66},   {39, "mxfp4", 32, 17},
    {40, "nvfp4", 64, 36},    {41, "q1_0", 128, 18},    {42, "q2_0", 64, 18},
};

static void the_live_types_are_those_of_ggml(void **state)
{
    (void)state;
    size_t next = 0;
    for (uint32_t id = 0; id < 1000; id++) {
        const tg_dtype_info *info = tgi_ggml_type(id);
        if (next == sizeof live / sizeof live[0] || live[next].id != id) {
            assert_null(info);
            continue;
        }
        assert_non_null(info);
        assert_int_equal(info->dtype, id + 1);
        assert_string_equal(info->name, live[next].name);
        assert_int_equal(info->block_elements, live[next].elements);
        assert_int_equal(info->block_bytes, live[next].bytes);
        assert_int_equal(info->quantized, live[next].elements > 1);
        assert_ptr_equal(tg_dtype_describe(info->dtype), info);
        assert_string_equal(tg_dtype_name(info->dtype), live[next].name);
        next++;
    }
    assert_int_equal(next, 35);
    assert_null(tgi_ggml_type(UINT32_MAX));
}

static void removed_types_are_known_by_name(void **state)
{
    (void)state;
    static const struct {
        uint32_t id;
        const char *name;
    } gone[] = {{4, "q4_2"},      {5, "q4_3"},        {31, "q4_0_4_4"},   {32, "q4_0_4_8"},
                {33, "q4_0_8_8"}, {36, "iq4_nl_4_4"}, {37, "iq4_nl_4_8"}, {38, "iq4_nl_8_8"}};
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        assert_string_equal(tgi_ggml_removed(gone[i].id), gone[i].name);
        assert_null(tgi_ggml_type(gone[i].id));
    }
    assert_null(tgi_ggml_removed(0));
    assert_null(tgi_ggml_removed(43));
    assert_null(tgi_ggml_removed(UINT32_MAX));
}

static void unknown_numbers_have_no_description(void **state)
{
    (void)state;
    assert_null(tg_dtype_describe(TG_DTYPE_NONE));
    assert_null(tg_dtype_describe((tg_dtype)5));
    assert_null(tg_dtype_describe((tg_dtype)100000));
    assert_string_equal(tg_dtype_name(TG_DTYPE_NONE), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_live_types_are_those_of_ggml),
        cmocka_unit_test(removed_types_are_known_by_name),
        cmocka_unit_test(unknown_numbers_have_no_description),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

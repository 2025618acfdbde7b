/* SPDX-License-Identifier: MIT */
/* Rules: what the llama.cpp profile refuses beyond the format. Each file here is accepted without it. */
#include "gguf_rules.h"

#include "expect.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void the_profile_accepts_what_llama_cpp_loads(void **state)
{
    (void)state;
    tg_options profile = options_with_profile();
    for (uint32_t version = 2; version <= 3; version++) {
        gb_model *m = gb_base_as(version, false);
        gb_add_tensor(m, "b", GB_T_F16, GB_DIMS(3, 5));
        gb_add_tensor(m, "c", GB_T_I8, GB_DIMS(7));
        gb_write(m);
        EXPECT_CLEAN(m, &profile);
        bytes_pad(&m->file, 32);
        EXPECT_CLEAN(m, &profile);
        gb_free(m);
    }
}

static void the_profile_wants_little_endian_versions_2_and_3(void **state)
{
    (void)state;
    tg_options profile = options_with_profile();
    for (uint32_t version = 1; version <= 3; version++) {
        for (int big = 0; big <= 1; big++) {
            gb_model *m = gb_base_as(version, big == 1);
            EXPECT_CLEAN(m, NULL);
            if (version == 1 || big == 1)
                EXPECT_REJECTED(m, &profile, TG_E_PROFILE_FORMAT, 4, TG_NO_INDEX, ANY, ANY);
            else
                EXPECT_CLEAN(m, &profile);
            gb_free(m);
        }
    }
}

static void the_profile_wants_names_of_at_most_63_bytes(void **state)
{
    (void)state;
    tg_options profile = options_with_profile();
    static const char name[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    gb_model *m = gb_base();
    gb_add_tensor(m, "b", GB_T_F32, GB_DIMS(8));
    gb_set_tensor_name(m, 1, name, 63);
    gb_write(m);
    EXPECT_CLEAN(m, &profile);
    gb_set_tensor_name(m, 1, name, 64);
    gb_write(m);
    EXPECT_CLEAN(m, NULL);
    EXPECT_REJECTED(m, &profile, TG_E_PROFILE_NAME, m->tensors[1].at.length, 1, 64, 63);
    gb_free(m);
}

static void the_profile_wants_no_arrays_in_arrays(void **state)
{
    (void)state;
    tg_options profile = options_with_profile();
    gb_model *m = gb_base();
    gb_value outer = gb_array(GB_ARRAY);
    gb_push(&outer, gb_array(GB_U8));
    size_t key = gb_add_key(m, "nested", outer);
    gb_write(m);
    EXPECT_CLEAN(m, NULL);
    EXPECT_REJECTED(m, &profile, TG_E_PROFILE_NESTED, m->keys[key].value.at.element_type, key, ANY, ANY);
    gb_set_value(m, key, gb_array(GB_ARRAY)); /* also where there is none in it */
    gb_write(m);
    EXPECT_CLEAN(m, NULL);
    EXPECT_REJECTED(m, &profile, TG_E_PROFILE_NESTED, m->keys[key].value.at.element_type, key, ANY, ANY);
    gb_free(m);
}

static void expect_order(gb_model *m, size_t tensor, uint64_t wanted)
{
    tg_options profile = options_with_profile();
    gb_write(m);
    EXPECT_ACCEPTED(m, NULL);
    EXPECT_REJECTED(m, &profile, TG_E_PROFILE_ORDER, m->tensors[tensor].at.offset, tensor, m->tensors[tensor].offset,
                    wanted);
}

static void the_profile_wants_each_tensor_behind_the_one_before(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_set_dims(m, 0, GB_DIMS(5)); /* 20 bytes, padded to 32 */
    gb_add_tensor(m, "b", GB_T_F32, GB_DIMS(9));
    gb_add_tensor(m, "c", GB_T_F32, GB_DIMS(1));
    gb_set_offset(m, 1, 64);
    expect_order(m, 1, 32); /* a gap */
    gb_set_offset(m, 1, 32);
    gb_set_offset(m, 2, 128);
    expect_order(m, 2, 96); /* a gap later on */
    gb_set_offset(m, 0, 96);
    gb_set_offset(m, 1, 0);
    gb_set_offset(m, 2, 64);
    expect_order(m, 0, 0); /* out of order */
    gb_free(m);
}

static void the_profile_wants_empty_tensors_in_order_too(void **state)
{
    (void)state;
    tg_options profile = options_with_profile();
    gb_model *m = gb_base();
    gb_add_tensor(m, "empty", GB_T_F32, GB_DIMS(0));
    gb_add_tensor(m, "c", GB_T_F32, GB_DIMS(8));
    gb_write(m);
    EXPECT_ACCEPTED(m, &profile);
    gb_set_offset(m, 1, 0);
    gb_set_offset(m, 2, 32);
    expect_order(m, 1, 32);
    gb_free(m);
}

/* Dimensions whose product is at most 2^63-1 and which ggml's division refuses all the same. */
static void the_profile_has_ggmls_own_check_of_dimensions(void **state)
{
    (void)state;
    static const struct {
        uint64_t dims[4];
        bool refused;
    } rows[] = {
        {{INT63_MAX, 1, 1, 1}, true},      {{INT63_MAX - 1, 1, 1, 1}, false}, {{3, INT63_MAX / 3, 1, 1}, true},
        {{3, INT63_MAX / 4, 1, 1}, false}, {{7, INT63_MAX / 7, 1, 1}, true},  {{3, 1, INT63_MAX / 3, 1}, true},
        {{3, 1, INT63_MAX / 4, 1}, false}, {{3, 5, 1, INT63_MAX / 15}, true}, {{3, 5, 1, INT63_MAX / 16}, false},
    };
    tg_options profile = options_with_profile();
    gb_model *m = gb_base();
    m->tensors[0].type = GB_T_I8;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gb_set_dims(m, 0, 4, rows[i].dims);
        gb_set_offset(m, 0, 0);
        gb_write(m);
        const gb_tensor *t = &m->tensors[0];
        tg_status otherwise = t->size > INT63_MAX - m->at.data ? TG_E_TENSOR_RANGE : TG_E_TENSOR_TRUNCATED;
        EXPECT_REJECTED(m, NULL, otherwise, t->at.offset, 0, ANY, ANY);
        if (rows[i].refused)
            EXPECT_REJECTED(m, &profile, TG_E_PROFILE_DIMS, t->at.num_dims, 0, ANY, ANY);
        else
            EXPECT_REJECTED(m, &profile, otherwise, t->at.offset, 0, ANY, ANY);
    }
    gb_set_dims(m, 0, GB_DIMS(INT63_MAX)); /* the dimensions that are not there are 1 to ggml */
    gb_write(m);
    EXPECT_REJECTED(m, &profile, TG_E_PROFILE_DIMS, m->tensors[0].at.num_dims, 0, ANY, ANY);
    gb_free(m);
}

static void the_profile_checks_no_dimensions_beside_a_zero(void **state)
{
    (void)state;
    tg_options profile = options_with_profile();
    gb_model *m = gb_base();
    m->tensors[0].type = GB_T_I8;
    gb_set_dims(m, 0, GB_DIMS(INT63_MAX, 0));
    gb_write(m);
    EXPECT_WARNED(m, &profile, TG_W_DIM_ZERO, m->tensors[0].at.dims[1], 0, ANY, ANY, 1);
    gb_free(m);
}

int run_rules_of_the_profile(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_profile_accepts_what_llama_cpp_loads),
        cmocka_unit_test(the_profile_wants_little_endian_versions_2_and_3),
        cmocka_unit_test(the_profile_wants_names_of_at_most_63_bytes),
        cmocka_unit_test(the_profile_wants_no_arrays_in_arrays),
        cmocka_unit_test(the_profile_wants_each_tensor_behind_the_one_before),
        cmocka_unit_test(the_profile_wants_empty_tensors_in_order_too),
        cmocka_unit_test(the_profile_has_ggmls_own_check_of_dimensions),
        cmocka_unit_test(the_profile_checks_no_dimensions_beside_a_zero),
    };
    return cmocka_run_group_tests_name("the llama.cpp profile", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Rules for safetensors about tensors: types, shapes and places. */
#include "st_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- Types and shapes -------------------------------------------------------------------------------------------- */

static void every_type_has_its_size(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        tg_dtype dtype;
        unsigned elements, size; /* the smallest tensor that is whole bytes */
    } rows[] = {
        {"BOOL", TG_DTYPE_BOOL, 1, 1},
        {"F4", TG_DTYPE_F4, 2, 1},
        {"F6_E2M3", TG_DTYPE_F6_E2M3, 4, 3},
        {"F6_E3M2", TG_DTYPE_F6_E3M2, 4, 3},
        {"U8", TG_DTYPE_U8, 1, 1},
        {"I8", TG_DTYPE_I8, 1, 1},
        {"F8_E5M2", TG_DTYPE_F8_E5M2, 1, 1},
        {"F8_E4M3", TG_DTYPE_F8_E4M3, 1, 1},
        {"F8_E8M0", TG_DTYPE_F8_E8M0, 1, 1},
        {"F8_E4M3FNUZ", TG_DTYPE_F8_E4M3FNUZ, 1, 1},
        {"F8_E5M2FNUZ", TG_DTYPE_F8_E5M2FNUZ, 1, 1},
        {"I16", TG_DTYPE_I16, 1, 2},
        {"U16", TG_DTYPE_U16, 1, 2},
        {"F16", TG_DTYPE_F16, 1, 2},
        {"BF16", TG_DTYPE_BF16, 1, 2},
        {"I32", TG_DTYPE_I32, 1, 4},
        {"U32", TG_DTYPE_U32, 1, 4},
        {"F32", TG_DTYPE_F32, 1, 4},
        {"C64", TG_DTYPE_C64, 1, 8},
        {"F64", TG_DTYPE_F64, 1, 8},
        {"I64", TG_DTYPE_I64, 1, 8},
        {"U64", TG_DTYPE_U64, 1, 8},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[200];
        snprintf(text, sizeof text, "{'a':{'dtype':'%s','shape':[3,%u],'data_offsets':[0,%u]}}", rows[i].name,
                 rows[i].elements, 3 * rows[i].size);
        st_file f = st_make(text, (size_t)3 * rows[i].size);
        opened o = open_everywhere(f.file.data, f.file.len, NULL);
        assert_int_equal(o.status, TG_OK);
        const tg_tensor *t = tg_model_tensor(o.model, 0);
        assert_int_equal(t->dtype, rows[i].dtype);
        assert_string_equal(tg_tensor_dtype_name(o.model, t), rows[i].name);
        assert_int_equal(t->size, 3 * rows[i].size);
        assert_int_equal(t->num_elements, 3 * rows[i].elements);
        assert_int_equal(t->flags & TG_TENSOR_FASTEST_FIRST, 0);
        opened_close(&o);
        st_free(&f);
    }
}

static void an_unknown_type_is_unsupported(void **state)
{
    (void)state;
    static const char *const names[] = {"f32", "Q4_0", "", "F32 ", "BF", "FP4", "F128"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char text[200];
        snprintf(text, sizeof text, "{'a':{'dtype':'@%s','shape':[1],'data_offsets':[0,4]}}", names[i]);
        REJECTED(text, 4, TG_E_DTYPE, 0, 0, 0);
    }
}

static void tensors_are_whole_bytes_as_a_whole(void **state)
{
    (void)state;
    REJECTED("{'a':{'dtype':'F4','shape':@[3],'data_offsets':[0,2]}}", 2, TG_E_PARTIAL_BYTE, 0, 3, 2);
    REJECTED("{'a':{'dtype':'F4','shape':@[],'data_offsets':[0,1]}}", 1, TG_E_PARTIAL_BYTE, 0, 1, 2);
    REJECTED("{'a':{'dtype':'F6_E2M3','shape':@[6],'data_offsets':[0,5]}}", 5, TG_E_PARTIAL_BYTE, 0, 6, 4);
    ACCEPTED("{'a':{'dtype':'F4','shape':[2,3],'data_offsets':[0,3]}}", 3);
    ACCEPTED("{'a':{'dtype':'F6_E3M2','shape':[2,2],'data_offsets':[0,3]}}", 3);
    ACCEPTED("{'a':{'dtype':'F4','shape':[3,0],'data_offsets':[0,0]}}", 0);
}

static void shapes_do_not_overflow_behind_a_zero(void **state)
{
    (void)state;
    REJECTED("{'a':{'dtype':'U8','shape':[2,@9223372036854775808],'data_offsets':[0,0]}}", 0, TG_E_DIM_RANGE, 0,
             (uint64_t)1 << 63, INT63_MAX);
    REJECTED("{'a':{'dtype':'U8','shape':[2, @9223372036854775807],'data_offsets':[0,0]}}", 0, TG_E_ELEMENT_COUNT, 0,
             INT63_MAX, INT63_MAX / 2);
    REJECTED("{'a':{'dtype':'U8','shape':[1099511627776,@1099511627776,0],'data_offsets':[0,0]}}", 0,
             TG_E_ELEMENT_COUNT, 0, (uint64_t)1 << 40, ANY);
    REJECTED("{'a':{'dtype':'U8','shape':[0,1099511627776,@1099511627776],'data_offsets':[0,0]}}", 0,
             TG_E_ELEMENT_COUNT, 0, (uint64_t)1 << 40, ANY);
    REJECTED("{'a':{'dtype':'@F32','shape':[4611686018427387904],'data_offsets':[0,0]}}", 0, TG_E_SIZE_OVERFLOW, 0,
             (uint64_t)1 << 62, ANY);
    REJECTED("{'a':{'dtype':'@F32','shape':[0,4611686018427387904],'data_offsets':[0,0]}}", 0, TG_E_SIZE_OVERFLOW, 0,
             (uint64_t)1 << 62, ANY);
    ACCEPTED("{'a':{'dtype':'U8','shape':[0,9223372036854775807],'data_offsets':[0,0]}}", 0);
    ACCEPTED("{'a':{'dtype':'F32','shape':[],'data_offsets':[0,4]}}", 4);
}

static void the_rank_is_at_most_8(void **state)
{
    (void)state;
    ACCEPTED("{'a':{'dtype':'U8','shape':[1,1,1,1,1,1,1,1],'data_offsets':[0,1]}}", 1);
    REJECTED("{'a':{'dtype':'U8','shape':[1,1,1,1,1,1,1,1,@1],'data_offsets':[0,1]}}", 1, TG_E_LIMIT_RANK, 0, 9, 8);
}

/* ---- Places ------------------------------------------------------------------------------------------------------ */

static void offsets_are_two_numbers_in_order(void **state)
{
    (void)state;
    REJECTED("{'a':{'dtype':'U8','shape':[2],'data_offsets':@[]}}", 2, TG_E_OFFSETS_COUNT, 0, 0, 2);
    REJECTED("{'a':{'dtype':'U8','shape':[2],'data_offsets':@[0]}}", 2, TG_E_OFFSETS_COUNT, 0, 1, 2);
    REJECTED("{'a':{'dtype':'U8','shape':[2],'data_offsets':@[0,2,2]}}", 2, TG_E_OFFSETS_COUNT, 0, 3, 2);
    REJECTED("{'a':{'dtype':'U8','shape':[2],'data_offsets':@[2,0]}}", 2, TG_E_OFFSETS_ORDER, 0, 2, 0);
    REJECTED("{'a':{'dtype':'U8','shape':[2],'data_offsets':@[0,1]}}", 2, TG_E_OFFSETS_SIZE, 0, 1, 2);
    REJECTED("{'a':{'dtype':'U8','shape':[2],'data_offsets':@[0,3]}}", 3, TG_E_OFFSETS_SIZE, 0, 3, 2);
    REJECTED("{'a':{'dtype':'F64','shape':[4],'data_offsets':@[0,16]}}", 16, TG_E_OFFSETS_SIZE, 0, 16, 32);
}

static void tensors_lie_inside_the_file(void **state)
{
    (void)state;
    REJECTED("{'a':{'dtype':'U8','shape':[2],'data_offsets':@[0,2]}}", 1, TG_E_TENSOR_TRUNCATED, 0, 1, 2);
    REJECTED("{'a':{'dtype':'U8','shape':[2],'data_offsets':@[5,7]}}", 2, TG_E_TENSOR_TRUNCATED, 0, 0, 2);
    REJECTED("{'a':{'dtype':'U8','shape':[0],'data_offsets':@[3,3]}}", 2, TG_E_TENSOR_TRUNCATED, 0, 0, 0);
    REJECTED("{'a':{'dtype':'U8','shape':[2],'data_offsets':@[9223372036854775806,9223372036854775808]}}", 2,
             TG_E_TENSOR_RANGE, 0, ANY, ANY);
    /* Header and end together are 2^64. */
    REJECTED("{'a':{'dtype':'U8','shape':[2],'data_offsets':@[18446744073709551530,18446744073709551532]}}", 2,
             TG_E_TENSOR_RANGE, 0, ANY, ANY);
}

#define A(dims, offsets) "'a':" ST_TENSOR("U8", dims, offsets)
#define B(dims, offsets) "'b':" ST_TENSOR("U8", dims, offsets)
#define C(dims, offsets) "'c':" ST_TENSOR("U8", dims, offsets)

static void tensors_fill_the_file_without_a_hole(void **state)
{
    (void)state;
    ACCEPTED("{" A("[4]", "[0,4]") "," B("[3]", "[4,7]") "," C("[1]", "[7,8]") "}", 8);
    ACCEPTED("{" A("[4]", "[3,7]") "," B("[3]", "[0,3]") "," C("[1]", "[7,8]") "}", 8);
    REJECTED("{" A("[4]", "@[4,8]") "}", 8, TG_E_DATA_GAP, 0, ANY, ANY);
    REJECTED("{" A("[4]", "[0,4]") "," B("[3]", "@[5,8]") "}", 8, TG_E_DATA_GAP, 1, ANY, ANY);
    REJECTED("{" B("[3]", "@[5,8]") "," A("[4]", "[0,4]") "}", 8, TG_E_DATA_GAP, 0, ANY, ANY);
    REJECTED("{" A("[4]", "[0,4]") "," B("[4]", "@[3,7]") "}", 7, TG_E_TENSOR_OVERLAP, 1, ANY, ANY);
    REJECTED("{" A("[4]", "[0,4]") "," B("[4]", "@[0,4]") "}", 4, TG_E_TENSOR_OVERLAP, 1, ANY, ANY);
    REJECTED("{" A("[8]", "[0,8]") "," B("[2]", "@[2,4]") "}", 8, TG_E_TENSOR_OVERLAP, 1, ANY, ANY);
}

static void nothing_follows_the_last_tensor(void **state)
{
    (void)state;
    st_file f = st_make("{" A("[4]", "[0,4]") "}", 5);
    EXPECT_BYTES_REJECTED(&f.file, NULL, TG_E_DATA_AFTER, f.data + 4, NONE, 1, 0);
    st_free(&f);
    f = st_make("{}", 1);
    EXPECT_BYTES_REJECTED(&f.file, NULL, TG_E_DATA_AFTER, f.data, NONE, 1, 0);
    st_free(&f);
    f = st_make("{" A("[0]", "[0,0]") "}", 3);
    EXPECT_BYTES_REJECTED(&f.file, NULL, TG_E_DATA_AFTER, f.data, NONE, 3, 0);
    st_free(&f);
}

static void empty_tensors_stand_where_others_begin_or_end(void **state)
{
    (void)state;
    ACCEPTED("{" A("[0]", "[0,0]") "," B("[4]", "[0,4]") "," C("[2,0]", "[4,4]") "}", 4);
    ACCEPTED("{" B("[4]", "[0,4]") "," A("[0]", "[0,0]") "," C("[2,0]", "[4,4]") "}", 4);
    ACCEPTED("{" C("[0]", "[4,4]") "," A("[4]", "[0,4]") "," B("[4]", "[4,8]") "}", 8);
    REJECTED("{" A("[4]", "[0,4]") "," B("[0]", "@[2,2]") "}", 4, TG_E_TENSOR_OVERLAP, 1, ANY, ANY);
    REJECTED("{" B("[0]", "@[2,2]") "," A("[4]", "[0,4]") "}", 4, TG_E_TENSOR_OVERLAP, 0, ANY, ANY);
    REJECTED("{" A("[0]", "@[1,1]") "}", 1, TG_E_DATA_GAP, 0, ANY, ANY);
}

int run_safetensors_tensor_rules(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_has_its_size),
        cmocka_unit_test(an_unknown_type_is_unsupported),
        cmocka_unit_test(tensors_are_whole_bytes_as_a_whole),
        cmocka_unit_test(shapes_do_not_overflow_behind_a_zero),
        cmocka_unit_test(the_rank_is_at_most_8),
        cmocka_unit_test(offsets_are_two_numbers_in_order),
        cmocka_unit_test(tensors_lie_inside_the_file),
        cmocka_unit_test(tensors_fill_the_file_without_a_hole),
        cmocka_unit_test(nothing_follows_the_last_tensor),
        cmocka_unit_test(empty_tensors_stand_where_others_begin_or_end),
    };
    return cmocka_run_group_tests_name("safetensors: tensors", tests, NULL, NULL);
}

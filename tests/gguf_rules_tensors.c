/* SPDX-License-Identifier: MIT */
/* Rules: one tensor on its own: its name, dimensions, type and size. */
#include "gguf_rules.h"

#include "expect.h"
#include "text_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* ---- Names --------------------------------------------------------------------------------- */

static void an_empty_name_is_refused(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 3; version++) {
        gb_model *m = gb_base_as(version, false);
        gb_set_tensor_name(m, 0, "", 0);
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_NAME_EMPTY, m->tensors[0].at.length, 0, ANY, ANY);
        if (version < 3) {
            gb_set_tensor_name(m, 0, GB_LIT("\0"));
            gb_write(m);
            EXPECT_REJECTED(m, NULL, TG_E_NAME_EMPTY, m->tensors[0].at.length, 0, ANY, ANY);
        }
        gb_free(m);
    }
}

static void a_name_with_a_nul_is_refused_at_the_nul(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t len, nul;
        uint32_t version;
    } rows[] = {{GB_LIT("\0"), 0, 3},   {GB_LIT("w\0"), 1, 3},    {GB_LIT("a\0b"), 1, 3},
                {GB_LIT("a\0b"), 1, 2}, {GB_LIT("ab\0\0"), 2, 2}, {GB_LIT("\0ab"), 0, 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gb_model *m = gb_base_as(rows[i].version, false);
        gb_set_tensor_name(m, 0, rows[i].name, rows[i].len);
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_NAME_NUL, m->tensors[0].at.name + rows[i].nul, 0, ANY, ANY);
        gb_free(m);
    }
}

static void a_name_that_is_not_utf8_is_refused_at_the_bad_sequence(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_add_tensor(m, "x", GB_T_F32, GB_DIMS(8));
    for (size_t i = 0; i < num_bad_utf8; i++) {
        gb_set_tensor_name(m, 1, bad_utf8[i].text, bad_utf8[i].len);
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_NAME_UTF8, m->tensors[1].at.name + bad_utf8[i].at, 1, ANY, ANY);
    }
    for (size_t i = 0; i < num_good_utf8; i++) {
        gb_set_tensor_name(m, 1, good_utf8[i].text, good_utf8[i].len);
        gb_write(m);
        EXPECT_CLEAN(m, NULL);
    }
    gb_free(m);
}

static void a_name_that_occurs_twice_is_refused_where_it_occurs_again(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 3; version++) {
        gb_model *m = gb_base_as(version, version == 3);
        gb_add_tensor(m, "other", GB_T_F32, GB_DIMS(8));
        gb_add_tensor(m, "w", GB_T_I8, GB_DIMS(3));
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_NAME_DUPLICATE, m->tensors[2].at.length, 2, 0, 0);
        if (version < 3) { /* also without the trailing NUL of old files */
            gb_set_tensor_name(m, 2, GB_LIT("w\0"));
            gb_write(m);
            EXPECT_REJECTED(m, NULL, TG_E_NAME_DUPLICATE, m->tensors[2].at.length, 2, 0, 0);
        }
        gb_set_tensor_name(m, 2, GB_LIT("W"));
        gb_write(m);
        EXPECT_CLEAN(m, NULL);
        gb_free(m);
    }
}

static void a_key_and_a_tensor_may_have_one_name(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_set_tensor_name(m, 0, GB_LIT("general.alignment"));
    gb_write(m);
    EXPECT_CLEAN(m, NULL);
    gb_free(m);
}

/* ---- Dimensions -------------------------------------------------------------------------------- */

static void a_tensor_has_0_to_4_dimensions(void **state)
{
    (void)state;
    static const uint64_t dims[GB_MAX_DIMS] = {2, 1, 2, 2, 1, 1, 1, 1};
    gb_model *m = gb_base();
    for (uint32_t rank = 0; rank <= 4; rank++) {
        gb_set_dims(m, 0, rank, dims);
        gb_write(m);
        EXPECT_CLEAN(m, NULL);
    }
    for (uint32_t rank = 5; rank <= 8; rank++) {
        gb_set_dims(m, 0, rank, dims);
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_RANK, m->tensors[0].at.num_dims, 0, rank, 4);
    }
    bytes_put_u32(&m->file, m->tensors[0].at.num_dims, UINT32_MAX);
    EXPECT_REJECTED(m, NULL, TG_E_RANK, m->tensors[0].at.num_dims, 0, UINT32_MAX, 4);
    gb_free(m);
}

static void a_dimension_is_at_most_2_63_minus_1(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    for (uint32_t at = 0; at < 4; at++) {
        uint64_t dims[4] = {1, 1, 1, 1};
        dims[at] = INT63_MAX + 1;
        gb_set_dims(m, 0, 4, dims);
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_DIM_RANGE, m->tensors[0].at.dims[at], 0, INT63_MAX + 1, INT63_MAX);
        dims[at] = UINT64_MAX;
        gb_set_dims(m, 0, 4, dims);
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_DIM_RANGE, m->tensors[0].at.dims[at], 0, UINT64_MAX, INT63_MAX);
        dims[at] = INT63_MAX; /* a dimension may be that; the bytes of it are too many */
        gb_set_dims(m, 0, 4, dims);
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_SIZE_OVERFLOW, m->tensors[0].at.type, 0, ANY, ANY);
    }
    gb_free(m);
}

/* `blamed` is the dimension at which the product of those up to it first exceeds 2^63-1; -1 where none
 * does, and then the tensor is as large as the product says, which no file here holds. */
static void the_product_of_dimensions_is_at_most_2_63_minus_1(void **state)
{
    (void)state;
    static const struct {
        uint64_t dims[4];
        int blamed;
    } rows[] = {
        {{(uint64_t)1 << 32, (uint64_t)1 << 31, 1, 1}, 1},
        {{(uint64_t)1 << 31, (uint64_t)1 << 31, 1, 1}, -1},
        {{(uint64_t)1 << 32, (uint64_t)1 << 32, 1, 1}, 1},
        {{(uint64_t)1 << 21, (uint64_t)1 << 21, (uint64_t)1 << 21, 1}, 2},
        {{(uint64_t)1 << 21, (uint64_t)1 << 21, ((uint64_t)1 << 21) - 1, 1}, -1},
        {{3, 1, 1, (uint64_t)3074457345618258603}, 3}, /* 3 x it = 2^63 + 1 */
        {{7, 7, 73, (uint64_t)2578521676503991}, -1},  /* 2^63 - 1 exactly */
        {{INT63_MAX, 2, 0, 0}, 1},
        {{0, INT63_MAX, 2, 1}, 2},
        {{2, 0, INT63_MAX, 0}, 2},
        {{INT63_MAX, 0, 1, 2}, 3},
        {{0, 0, INT63_MAX / 2, 2}, -1},
    };
    gb_model *m = gb_base();
    m->tensors[0].type = GB_T_I8;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gb_set_dims(m, 0, 4, rows[i].dims);
        gb_set_offset(m, 0, 0);
        gb_write(m);
        const gb_tensor *t = &m->tensors[0];
        if (rows[i].blamed >= 0)
            EXPECT_REJECTED(m, NULL, TG_E_ELEMENT_COUNT, t->at.dims[rows[i].blamed], 0, ANY, ANY);
        else if (t->size == 0)
            EXPECT_ACCEPTED(m, NULL);
        else if (t->size > INT63_MAX - m->at.data)
            EXPECT_REJECTED(m, NULL, TG_E_TENSOR_RANGE, t->at.offset, 0, ANY, ANY);
        else
            EXPECT_REJECTED(m, NULL, TG_E_TENSOR_TRUNCATED, t->at.offset, 0, m->file.len - m->at.data, t->size);
    }
    gb_free(m);
}

/* ---- Types ------------------------------------------------------------------------------------------- */

static void every_type_has_its_block(void **state)
{
    (void)state;
    size_t known = 0;
    for (uint32_t type = 0; type < 64; type++) {
        uint64_t elements, size;
        if (!gb_block(type, &elements, &size))
            continue;
        known++;
        gb_model *m = gb_base();
        gb_add_key(m, "general.quantization_version", gb_u32(2));
        m->tensors[0].type = type;
        gb_set_dims(m, 0, GB_DIMS(3 * elements, 5));
        gb_write(m);
        EXPECT_CLEAN(m, NULL);
        opened o = open_everywhere(m->file.data, m->file.len, NULL);
        const tg_tensor *t = tg_model_tensor(o.model, 0);
        const tg_dtype_info *info = tg_dtype_describe(t->dtype);
        assert_int_equal(t->size, 15 * size);
        assert_int_equal(t->num_elements, 15 * elements);
        assert_int_equal(t->dtype, type + 1);
        assert_int_equal(info->block_elements, elements);
        assert_int_equal(info->block_bytes, size);
        assert_int_equal(info->quantized, elements > 1);
        opened_close(&o);
        gb_free(m);
    }
    assert_int_equal(known, GB_T_COUNT - 8);
}

static void a_row_is_a_whole_number_of_blocks(void **state)
{
    (void)state;
    for (uint32_t type = 0; type < GB_T_COUNT; type++) {
        uint64_t elements, size;
        if (!gb_block(type, &elements, &size) || elements == 1)
            continue;
        const uint64_t rows[] = {1, elements / 2, elements - 1, elements + 1, 2 * elements - 1};
        gb_model *m = gb_base();
        m->tensors[0].type = type;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) { /* the whole would be whole blocks */
            gb_set_dims(m, 0, GB_DIMS(rows[i], elements));
            gb_write(m);
            EXPECT_REJECTED(m, NULL, TG_E_BLOCK, m->tensors[0].at.dims[0], 0, rows[i], elements);
        }
        gb_set_dims(m, 0, GB_SCALAR);
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_BLOCK, m->tensors[0].at.num_dims, 0, 1, elements);
        gb_free(m);
    }
}

static void unknown_types_are_unsupported(void **state)
{
    (void)state;
    static const uint32_t unknown[] = {43, 44, 97, 99, 255, 256, 0x7FFFFFFF, 0x80000000, UINT32_MAX};
    gb_model *m = gb_base();
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        bytes_put_u32(&m->file, m->tensors[0].at.type, unknown[i]);
        EXPECT_REJECTED(m, NULL, TG_E_DTYPE, m->tensors[0].at.type, 0, unknown[i], ANY);
    }
    gb_free(m);
}

static void removed_types_are_named_as_such(void **state)
{
    (void)state;
    static const uint32_t removed[] = {4, 5, 31, 32, 33, 36, 37, 38};
    gb_model *m = gb_base();
    for (size_t i = 0; i < sizeof removed / sizeof removed[0]; i++) {
        bytes_put_u32(&m->file, m->tensors[0].at.type, removed[i]);
        EXPECT_REJECTED(m, NULL, TG_E_DTYPE_REMOVED, m->tensors[0].at.type, 0, removed[i], ANY);
    }
    gb_free(m);
}

/* ---- Sizes ---------------------------------------------------------------------------------------------- */

static void a_tensor_has_at_most_2_63_minus_1_bytes(void **state)
{
    (void)state;
    static const struct {
        uint32_t type;
        uint64_t dims[2];
        bool overflows;
    } rows[] = {
        {GB_T_F32, {(uint64_t)1 << 61, 1}, true},
        {GB_T_F32, {((uint64_t)1 << 61) - 1, 1}, false},
        {GB_T_F32, {((uint64_t)1 << 62) - 1, 1}, true},
        {GB_T_F16, {(uint64_t)1 << 62, 1}, true},
        {GB_T_F16, {((uint64_t)1 << 62) - 1, 1}, false},
        {GB_T_I64, {(uint64_t)1 << 30, (uint64_t)1 << 30}, true},
        {GB_T_I64, {(uint64_t)1 << 30, ((uint64_t)1 << 30) - 1}, false},
        {GB_T_I64, {(uint64_t)1 << 31, (uint64_t)1 << 30}, true}, /* wraps to 0 */
        {GB_T_Q8_0, {(uint64_t)1 << 62, 1}, false},
        {GB_T_Q8_0, {INT63_MAX - 31, 1}, true}, /* 34 bytes for 32 elements */
        {GB_T_F32, {(uint64_t)1 << 61, 0}, true},
        {GB_T_F32, {0, (uint64_t)1 << 61}, true},
    };
    gb_model *m = gb_base();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        m->tensors[0].type = rows[i].type;
        gb_set_dims(m, 0, 2, rows[i].dims);
        gb_set_offset(m, 0, 0);
        gb_write(m);
        const gb_tensor *t = &m->tensors[0];
        if (rows[i].overflows)
            EXPECT_REJECTED(m, NULL, TG_E_SIZE_OVERFLOW, t->at.type, 0, ANY, ANY);
        else if (t->size > INT63_MAX - m->at.data)
            EXPECT_REJECTED(m, NULL, TG_E_TENSOR_RANGE, t->at.offset, 0, ANY, ANY);
        else
            EXPECT_REJECTED(m, NULL, TG_E_TENSOR_TRUNCATED, t->at.offset, 0, m->file.len - m->at.data, t->size);
    }
    gb_free(m);
}

/* Everything that one entry can be blamed for, in the order in which it is found. */
static void faults_of_one_tensor_are_found_in_order(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_tensor *t = &m->tensors[0];
    t->type = 99;
    gb_set_dims(m, 0, GB_DIMS(INT63_MAX, 3));
    gb_set_offset(m, 0, 1);
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_ELEMENT_COUNT, t->at.dims[1], 0, ANY, ANY);
    gb_put_count(m, t->at.dims[1], 1);
    EXPECT_REJECTED(m, NULL, TG_E_DTYPE, t->at.type, 0, 99, ANY);
    bytes_put_u32(&m->file, t->at.type, GB_T_Q8_0);
    EXPECT_REJECTED(m, NULL, TG_E_BLOCK, t->at.dims[0], 0, INT63_MAX, 32);
    gb_put_count(m, t->at.dims[0], INT63_MAX - 31);
    EXPECT_REJECTED(m, NULL, TG_E_SIZE_OVERFLOW, t->at.type, 0, ANY, ANY);
    gb_put_count(m, t->at.dims[0], 32);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_ALIGNMENT, t->at.offset, 0, 1, 32);
    gb_free(m);
}

int run_rules_of_tensors(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_name_is_refused),
        cmocka_unit_test(a_name_with_a_nul_is_refused_at_the_nul),
        cmocka_unit_test(a_name_that_is_not_utf8_is_refused_at_the_bad_sequence),
        cmocka_unit_test(a_name_that_occurs_twice_is_refused_where_it_occurs_again),
        cmocka_unit_test(a_key_and_a_tensor_may_have_one_name),
        cmocka_unit_test(a_tensor_has_0_to_4_dimensions),
        cmocka_unit_test(a_dimension_is_at_most_2_63_minus_1),
        cmocka_unit_test(the_product_of_dimensions_is_at_most_2_63_minus_1),
        cmocka_unit_test(every_type_has_its_block),
        cmocka_unit_test(a_row_is_a_whole_number_of_blocks),
        cmocka_unit_test(unknown_types_are_unsupported),
        cmocka_unit_test(removed_types_are_named_as_such),
        cmocka_unit_test(a_tensor_has_at_most_2_63_minus_1_bytes),
        cmocka_unit_test(faults_of_one_tensor_are_found_in_order),
    };
    return cmocka_run_group_tests_name("single tensors", tests, NULL, NULL);
}

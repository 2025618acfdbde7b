/* SPDX-License-Identifier: MIT */
/* Attacks on readers of GGUF files that are a few bytes long: one test for each way that has worked somewhere.
 *
 * Each starts from the smallest file with a tensor and gives the verdict and the field to blame. Attacks that
 * need a large file are in test_gguf_bombs.c.
 */
#include "gguf_steps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define POW2(n) ((uint64_t)1 << (n))

/* ---- The file as a whole ------------------------------------------------------------------- */

static void expect_cut(gb_model *m, const gb_steps *steps, size_t len)
{
    bytes_cut(&m->file, len);
    if (len == 0) {
        EXPECT_REJECTED(m, NULL, TG_E_EMPTY_FILE, 0, TG_NO_INDEX, ANY, ANY);
    } else if (len < 4) {
        EXPECT_REJECTED(m, NULL, TG_E_MAGIC, 0, TG_NO_INDEX, ANY, ANY);
    } else if (len < 8) {
        EXPECT_REJECTED(m, NULL, TG_E_TRUNCATED, 4, TG_NO_INDEX, len - 4, 4);
    } else if (len < m->at.entries) { /* the count of tensors may be judged before that of keys is missed */
        opened o = open_everywhere(m->file.data, m->file.len, NULL);
        assert_int_equal(tg_status_class(o.status), TG_CLASS_TRUNCATED);
        opened_close(&o);
    } else {
        expected e = gb_verdict_of_cut(m, steps, len);
        if (e.status == TG_OK)
            EXPECT_CLEAN(m, NULL);
        else
            expect_rejected(&m->file, NULL, e, __FILE__, __LINE__);
    }
}

static void every_prefix_is_truncated_at_the_field_where_it_ends(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 3; version++) {
        for (int rich = 0; rich <= 1; rich++) {
            bool big = (version == 2) != (rich == 1);
            gb_model *m = rich == 1 ? gb_rich(version, big) : gb_base_as(version, big);
            gb_steps steps = gb_steps_of(m);
            EXPECT_CLEAN(m, NULL);
            while (m->file.len > 0)
                expect_cut(m, &steps, m->file.len - 1);
            gb_steps_free(&steps);
            gb_free(m);
        }
    }
}

static void an_archive_may_hide_behind_the_data(void **state)
{
    (void)state;
    static const char zip[] = "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    gb_model *m = gb_base();
    bytes_raw(&m->file, zip, sizeof zip - 1);
    EXPECT_WARNED(m, NULL, TG_W_DATA_AFTER, 192, TG_NO_INDEX, 22, ANY, 1);
    gb_free(m);
}

static void the_magic_may_stand_on_another_format(void **state)
{
    (void)state;
    static const uint32_t hyper_parameters[] = {3, 32000, 4096, 256, 32, 32, 128, 2};
    bytes file = bytes_new(false);
    bytes_raw(&file, "GGUF", 4);
    for (size_t i = 0; i < 8; i++)
        bytes_u32(&file, hyper_parameters[i]);
    bytes_fill(&file, 1000, 'x');
    EXPECT_BYTES_REJECTED(&file, NULL, TG_E_LIMIT_TENSORS, 8, TG_NO_INDEX, 4096 * POW2(32) + 32000, 1048576);
    bytes_free(&file);
}

static void the_version_may_belong_to_another_layout(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    bytes_put_u32(&m->file, m->at.version, 1); /* counts 1 and 0; then a name of 2 bytes: NUL, NUL */
    EXPECT_REJECTED(m, NULL, TG_E_NAME_NUL, 20, 0, ANY, ANY);
    gb_free(m);
    m = gb_base_as(1, false);
    bytes_put_u32(&m->file, m->at.version, 3); /* both counts are one: 2 x 2^32 + 1 */
    EXPECT_REJECTED(m, NULL, TG_E_LIMIT_TENSORS, 8, TG_NO_INDEX, 2 * POW2(32) + 1, 1048576);
    gb_free(m);
}

static void the_byte_order_may_change_within_the_file(void **state)
{
    (void)state;
    gb_model *m = gb_base_as(3, true);
    EXPECT_CLEAN(m, NULL); /* all of it big-endian is fine */
    m->file.big_endian = false;
    bytes_put_u32(&m->file, m->at.version, 3);
    EXPECT_REJECTED(m, NULL, TG_E_LIMIT_TENSORS, 8, TG_NO_INDEX, POW2(56), 1048576);
    gb_free(m);
}

static void version_2_is_version_3_and_version_1_has_short_counts(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    bytes_put_u32(&m->file, m->at.version, 2);
    EXPECT_CLEAN(m, NULL);
    gb_free(m);
    m = gb_base_as(1, false);
    gb_set_key_name(m, 0, GB_LIT("general.architecture\0"));
    gb_set_tensor_name(m, 0, GB_LIT("w\0"));
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_TRAILING_NUL, m->keys[0].at.name + 20, 0, ANY, ANY, 2);
    gb_free(m);
}

/* ---- Counts and lengths ----------------------------------------------------------------------- */

static void a_count_may_be_absurd(void **state)
{
    (void)state;
    static const struct {
        uint64_t count;
        tg_status tensors, keys;
    } rows[] = {
        {POW2(60), TG_E_COUNT_RANGE, TG_E_COUNT_RANGE},
        {INT63_MAX, TG_E_COUNT_RANGE, TG_E_COUNT_RANGE},
        {POW2(63), TG_E_COUNT_RANGE, TG_E_COUNT_RANGE},
        {UINT64_MAX, TG_E_COUNT_RANGE, TG_E_COUNT_RANGE},
        {0x055555555555555A, TG_E_COUNT_RANGE, TG_E_LIMIT_KEYS},
        {100000000, TG_E_LIMIT_TENSORS, TG_E_LIMIT_KEYS},
        {UINT64_MAX / 25 + 1, TG_E_COUNT_RANGE, TG_E_COUNT_RANGE}, /* wraps to a few bytes */
        {UINT64_MAX / 14 + 1, TG_E_COUNT_RANGE, TG_E_COUNT_RANGE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gb_model *m = gb_base();
        bytes_put_u64(&m->file, m->at.num_tensors, rows[i].count);
        EXPECT_REJECTED(m, NULL, rows[i].tensors, 8, TG_NO_INDEX, rows[i].count, ANY);
        bytes_put_u64(&m->file, m->at.num_tensors, 1);
        bytes_put_u64(&m->file, m->at.num_keys, rows[i].count);
        EXPECT_REJECTED(m, NULL, rows[i].keys, 16, TG_NO_INDEX, rows[i].count, ANY);
        gb_free(m);
    }
}

static void a_count_may_be_off_by_one(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    bytes_put_u64(&m->file, m->at.num_keys, 3); /* the tensor is read as a key, and a tensor behind its type */
    EXPECT_REJECTED(m, NULL, TG_E_NAME_EMPTY, m->tensors[0].at.dims[0] + 1, 0, ANY, ANY);
    gb_write(m);
    bytes_put_u64(&m->file, m->at.num_tensors, 2); /* the padding is read as a tensor */
    EXPECT_REJECTED(m, NULL, TG_E_NAME_EMPTY, m->at.header_end, 1, ANY, ANY);
    bytes_put_u64(&m->file, m->at.num_tensors, 0); /* the rest is no part of the model: padding and more */
    bytes_put_u64(&m->file, m->at.num_keys, 1);
    opened o = open_everywhere(m->file.data, m->file.len, NULL);
    assert_int_equal(o.status, TG_OK);
    assert_int_equal(tg_model_num_warnings(o.model), 2);
    opened_close(&o);
    gb_free(m);
}

/* `most` is the length that a string there may have; `too_long` what longer ones are called. */
static void expect_lengths(gb_model *m, uint64_t length_at, uint64_t index, uint64_t most, tg_status too_long)
{
    uint64_t left = m->file.len - length_at - 8;
    const uint64_t lengths[] = {UINT64_MAX, UINT64_MAX - 7, POW2(63), INT63_MAX, POW2(31), POW2(30), left + 1};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        bytes_put_u64(&m->file, length_at, lengths[i]);
        if (lengths[i] > INT63_MAX)
            EXPECT_REJECTED(m, NULL, TG_E_STRING_LENGTH, length_at, index, lengths[i], INT63_MAX);
        else if (lengths[i] > most)
            EXPECT_REJECTED(m, NULL, too_long, length_at, index, lengths[i], most);
        else
            EXPECT_REJECTED(m, NULL, TG_E_TRUNCATED, length_at + 8, index, left, lengths[i]);
    }
    gb_write(m);
}

static void a_length_may_be_absurd(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    expect_lengths(m, m->keys[0].at.length, 0, 65535, TG_E_KEY_LENGTH);
    expect_lengths(m, m->keys[1].at.length, 1, 65535, TG_E_KEY_LENGTH);
    expect_lengths(m, m->keys[0].value.at.length, 0, UINT64_MAX, TG_OK);
    expect_lengths(m, m->tensors[0].at.length, 0, 65535, TG_E_NAME_LENGTH);
    gb_free(m);
}

static void an_array_size_may_wrap(void **state)
{
    (void)state;
    static const struct {
        uint32_t type;
        uint64_t count;
        tg_status status;
    } rows[] = {
        {GB_U32, POW2(62), TG_E_COUNT_RANGE},         {GB_U32, POW2(62) + 1, TG_E_COUNT_RANGE},
        {GB_STRING, POW2(61), TG_E_COUNT_RANGE},      {GB_ARRAY, UINT64_MAX / 12 + 1, TG_E_COUNT_RANGE},
        {GB_F64, POW2(61) + 1, TG_E_COUNT_RANGE},     {GB_U8, UINT64_MAX, TG_E_COUNT_RANGE},
        {GB_U8, POW2(40), TG_E_LIMIT_ARRAY_ELEMENTS}, {GB_U16, 1001, TG_E_COUNT_TRUNCATED},
        {GB_STRING, 251, TG_E_COUNT_TRUNCATED},       {GB_ARRAY, 167, TG_E_COUNT_TRUNCATED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gb_model *m = gb_new(3, false);
        gb_add_key(m, "a", gb_array(rows[i].type));
        gb_write(m);
        bytes_fill(&m->file, 2000, 0);
        bytes_put_u64(&m->file, m->keys[0].value.at.count, rows[i].count);
        uint64_t found = rows[i].status == TG_E_COUNT_TRUNCATED ? 2000 : rows[i].count;
        EXPECT_REJECTED(m, NULL, rows[i].status, m->keys[0].value.at.count, 0, found, ANY);
        gb_free(m);
    }
}

/* ---- Names and values ---------------------------------------------------------------------------- */

static void two_names_may_look_alike_to_c(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_set_key_name(m, 0, GB_LIT("a"));
    gb_set_key_name(m, 1, GB_LIT("a\0x"));
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_KEY_NUL, m->keys[1].at.name + 1, 1, ANY, ANY);
    gb_free(m);
    m = gb_base();
    gb_add_tensor(m, "x", GB_T_F32, GB_DIMS(8));
    gb_set_tensor_name(m, 1, GB_LIT("w\0x"));
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_NAME_NUL, m->tensors[1].at.name + 1, 1, ANY, ANY);
    gb_free(m);
}

static void a_name_may_occur_twice(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_set_key_name(m, 0, GB_LIT("general.alignment"));
    gb_set_value(m, 0, gb_u32(32));
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_KEY_DUPLICATE, m->keys[1].at.length, 1, 0, 0);
    gb_free(m);
    m = gb_base();
    gb_add_tensor(m, "w", GB_T_F32, GB_DIMS(8));
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_NAME_DUPLICATE, m->tensors[1].at.length, 1, 0, 0);
    gb_free(m);
}

static void a_name_may_be_a_path_or_no_text(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_set_tensor_name(m, 0, GB_LIT("../../etc/passwd")); /* a name like any other: nobody opens it */
    gb_write(m);
    EXPECT_CLEAN(m, NULL);
    gb_set_tensor_name(m, 0, GB_LIT("\xFF\xFE"));
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_NAME_UTF8, m->tensors[0].at.name, 0, ANY, ANY);
    gb_free(m);
}

static void a_type_may_index_past_a_table(void **state)
{
    (void)state;
    static const uint32_t types[] = {13, 99, 0x7FFFFFFF, 0x80000000, UINT32_MAX};
    static const uint64_t counts[] = {0, 1, POW2(60)};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        gb_model *m = gb_base();
        bytes_put_u32(&m->file, m->keys[0].at.type, types[i]);
        EXPECT_REJECTED(m, NULL, TG_E_VALUE_TYPE, m->keys[0].at.type, 0, types[i], ANY);
        gb_set_value(m, 0, gb_array(types[i]));
        gb_write(m);
        for (size_t k = 0; k < sizeof counts / sizeof counts[0]; k++) {
            bytes_put_u64(&m->file, m->keys[0].value.at.count, counts[k]);
            EXPECT_REJECTED(m, NULL, TG_E_VALUE_TYPE, m->keys[0].value.at.element_type, 0, types[i], ANY);
        }
        gb_free(m);
    }
}

static void a_bool_may_be_neither(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_set_value(m, 0, gb_number(GB_BOOL, 2));
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_BOOL_VALUE, m->keys[0].value.at.value, 0, 2, 1);
    gb_set_value(m, 0, gb_numbers(GB_BOOL, 3, (const uint64_t[]){1, 0, 0xFF}));
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_BOOL_VALUE, m->keys[0].value.at.elements + 2, 0, 0xFF, 1);
    gb_free(m);
}

static void an_alignment_may_divide_by_zero_or_pad_by_gigabytes(void **state)
{
    (void)state;
    static const uint32_t bad[] = {0, 3, 13, 24, 0x40000000, 0x80000000, UINT32_MAX};
    gb_model *m = gb_base();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bytes_put_u32(&m->file, m->keys[1].value.at.value, bad[i]);
        EXPECT_REJECTED(m, NULL, TG_E_ALIGNMENT_VALUE, m->keys[1].value.at.value, 1, bad[i], ANY);
    }
    bytes_put_u32(&m->file, m->keys[1].value.at.value, 32);
    bytes_put_u32(&m->file, m->keys[1].at.type, GB_I32);
    EXPECT_REJECTED(m, NULL, TG_E_ALIGNMENT_TYPE, m->keys[1].at.type, 1, ANY, ANY);
    gb_free(m);
}

/* ---- Shapes -------------------------------------------------------------------------------------------- */

static void a_rank_may_overrun_an_array(void **state)
{
    (void)state;
    static const uint32_t ranks[] = {5, 8, 0x10000, UINT32_MAX};
    gb_model *m = gb_base();
    for (size_t i = 0; i < sizeof ranks / sizeof ranks[0]; i++) {
        bytes_put_u32(&m->file, m->tensors[0].at.num_dims, ranks[i]);
        EXPECT_REJECTED(m, NULL, TG_E_RANK, m->tensors[0].at.num_dims, 0, ranks[i], 4);
    }
    gb_set_dims(m, 0, GB_SCALAR);
    gb_write(m);
    EXPECT_CLEAN(m, NULL);
    gb_free(m);
}

static void a_dimension_may_be_negative_or_zero(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    const gb_tensor *t = &m->tensors[0];
    gb_set_dims(m, 0, GB_DIMS(UINT64_MAX));
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_DIM_RANGE, t->at.dims[0], 0, UINT64_MAX, INT63_MAX);
    gb_set_dims(m, 0, GB_DIMS(UINT64_MAX, UINT64_MAX)); /* the product is 1 */
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_DIM_RANGE, t->at.dims[0], 0, UINT64_MAX, INT63_MAX);
    gb_set_dims(m, 0, GB_DIMS(2, POW2(63)));
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_DIM_RANGE, t->at.dims[1], 0, POW2(63), INT63_MAX);
    gb_set_dims(m, 0, GB_DIMS(INT63_MAX));
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_SIZE_OVERFLOW, t->at.type, 0, ANY, ANY);
    for (uint32_t zero = 0; zero < 4; zero++) {
        uint64_t dims[4] = {8, 1, 1, 1};
        dims[zero] = 0;
        gb_set_dims(m, 0, 4, dims);
        gb_write(m);
        EXPECT_WARNED(m, NULL, TG_W_DIM_ZERO, t->at.dims[zero], 0, ANY, ANY, 1);
    }
    gb_free(m);
}

/* Shapes that are small or empty, or negative, in 64-bit arithmetic. */
static void a_size_may_wrap(void **state)
{
    (void)state;
    static const struct {
        uint32_t type, num_dims;
        uint64_t dims[4];
        tg_status status;
        uint32_t at; /* the dim that is blamed */
    } rows[] = {
        {GB_T_F32, 2, {POW2(32), POW2(32)}, TG_E_ELEMENT_COUNT, 1},
        {GB_T_F32, 2, {POW2(33), POW2(32)}, TG_E_ELEMENT_COUNT, 1},
        {GB_T_F32, 2, {POW2(31), POW2(33)}, TG_E_ELEMENT_COUNT, 1},
        {GB_T_F32, 2, {POW2(62), 4}, TG_E_ELEMENT_COUNT, 1},
        {GB_T_F32, 4, {POW2(21), POW2(21), POW2(21), POW2(21)}, TG_E_ELEMENT_COUNT, 2},
        {GB_T_F32, 3, {4194305, 4194305, 211106198978564}, TG_E_ELEMENT_COUNT, 2},
        {GB_T_I8, 2, {INT63_MAX, 2}, TG_E_ELEMENT_COUNT, 1},
        {GB_T_I8, 2, {POW2(62), 2}, TG_E_ELEMENT_COUNT, 1},
        {GB_T_F32, 3, {POW2(62), POW2(62), 0}, TG_E_ELEMENT_COUNT, 1},
        {GB_T_F32, 3, {0, POW2(62), POW2(62)}, TG_E_ELEMENT_COUNT, 2},
        {GB_T_F32, 1, {POW2(62) - 1}, TG_E_SIZE_OVERFLOW, 0},
        {GB_T_F32, 1, {POW2(62)}, TG_E_SIZE_OVERFLOW, 0},
        {GB_T_F64, 1, {POW2(61) - 1}, TG_E_SIZE_OVERFLOW, 0},
        {GB_T_F16, 1, {INT63_MAX - 1}, TG_E_SIZE_OVERFLOW, 0},
        {GB_T_I64, 2, {3037000500, 3037000499}, TG_E_SIZE_OVERFLOW, 0},        /* about the root of 2^63 */
        {GB_T_F32, 3, {4, POW2(30) - 1, POW2(30) + 1}, TG_E_SIZE_OVERFLOW, 0}, /* padded to 32: 2^64 */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gb_model *m = gb_base();
        m->tensors[0].type = rows[i].type;
        gb_set_dims(m, 0, rows[i].num_dims, rows[i].dims);
        gb_add_tensor(m, "behind", GB_T_F32, GB_DIMS(8)); /* at offset 0, if the other one is empty */
        gb_write(m);
        const gb_tensor *t = &m->tensors[0];
        uint64_t at = rows[i].status == TG_E_SIZE_OVERFLOW ? t->at.type : t->at.dims[rows[i].at];
        EXPECT_REJECTED(m, NULL, rows[i].status, at, 0, ANY, ANY);
        gb_free(m);
    }
}

static void an_end_may_wrap(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    m->tensors[0].type = GB_T_I8;
    gb_set_dims(m, 0, GB_DIMS(POW2(63) - 64)); /* alone: no allocator can hold it */
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_RANGE, m->tensors[0].at.offset, 0, ANY, ANY);
    gb_add_tensor(m, "x", GB_T_I8, GB_DIMS(0x7FFFFFFFFFFFFFC0)); /* two: their sum wraps */
    gb_set_offset(m, 1, 0x7FFFFFFFFFFFFFC0);
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_RANGE, m->tensors[0].at.offset, 0, ANY, ANY);
    gb_free(m);
}

static void a_tensor_type_may_index_a_hole(void **state)
{
    (void)state;
    static const uint32_t types[] = {4, 5, 31, 32, 33, 36, 37, 38, 43, 99, 0x80000000, UINT32_MAX};
    gb_model *m = gb_base();
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        bytes_put_u32(&m->file, m->tensors[0].at.type, types[i]);
        EXPECT_REJECTED(m, NULL, types[i] < 43 ? TG_E_DTYPE_REMOVED : TG_E_DTYPE, m->tensors[0].at.type, 0, types[i],
                        ANY);
    }
    gb_free(m);
}

static void a_row_may_end_inside_a_block(void **state)
{
    (void)state;
    static const struct {
        uint32_t type;
        uint64_t dims[2];
        uint64_t block;
    } rows[] = {{GB_T_Q4_0, {17, 1}, 32}, {GB_T_Q4_0, {16, 2}, 32}, {GB_T_Q4_K, {128, 2}, 256}};
    gb_model *m = gb_base();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        m->tensors[0].type = rows[i].type;
        gb_set_dims(m, 0, 2, rows[i].dims);
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_BLOCK, m->tensors[0].at.dims[0], 0, rows[i].dims[0], rows[i].block);
    }
    gb_free(m);
}

/* ---- Places ---------------------------------------------------------------------------------------------- */

static void an_offset_may_lead_anywhere(void **state)
{
    (void)state;
    static const struct {
        uint64_t offset;
        tg_status status;
    } rows[] = {
        {1, TG_E_TENSOR_ALIGNMENT},           {32, TG_E_TENSOR_TRUNCATED},          {4096, TG_E_TENSOR_TRUNCATED},
        {POW2(62), TG_E_TENSOR_TRUNCATED},    {POW2(63), TG_E_TENSOR_RANGE},        {UINT64_MAX, TG_E_TENSOR_ALIGNMENT},
        {UINT64_MAX - 31, TG_E_TENSOR_RANGE}, {UINT64_MAX - 63, TG_E_TENSOR_RANGE}, /* back into the header */
    };
    gb_model *m = gb_base();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bytes_put_u64(&m->file, m->tensors[0].at.offset, rows[i].offset);
        EXPECT_REJECTED(m, NULL, rows[i].status, m->tensors[0].at.offset, 0, ANY, ANY);
    }
    gb_free(m);
}

static void tensors_may_overlap_leave_gaps_or_swap(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_add_tensor(m, "b", GB_T_F32, GB_DIMS(8));
    gb_set_offset(m, 1, 0);
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_OVERLAP, m->tensors[1].at.offset, 1, m->at.data, m->at.data + 32);
    gb_set_offset(m, 1, 16);
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_ALIGNMENT, m->tensors[1].at.offset, 1, 16, 32);
    gb_set_offset(m, 1, 64);
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_DATA_GAP, m->tensors[1].at.offset, 1, m->at.data + 32, m->at.data + 64, 1);
    gb_set_offset(m, 0, 32);
    gb_set_offset(m, 1, 0);
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_DATA_ORDER, m->tensors[1].at.offset, 1, ANY, ANY, 1);
    gb_free(m);
}

static void the_end_of_the_data_may_be_missing_or_dirty(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_set_dims(m, 0, GB_DIMS(7));
    gb_write(m);
    EXPECT_CLEAN(m, NULL); /* the padding of the last tensor is not there */
    bytes_fill(&m->file, 4, 0xAA);
    EXPECT_CLEAN(m, NULL); /* or is not zero */
    bytes_cut(&m->file, m->file.len - 5);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_TRUNCATED, m->tensors[0].at.offset, 0, 27, 28);
    gb_write(m);
    bytes_put_u8(&m->file, m->at.data - 1, 0xAA);
    EXPECT_WARNED(m, NULL, TG_W_PADDING, m->at.data - 1, TG_NO_INDEX, ANY, ANY, ANY);
    gb_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_prefix_is_truncated_at_the_field_where_it_ends),
        cmocka_unit_test(an_archive_may_hide_behind_the_data),
        cmocka_unit_test(the_magic_may_stand_on_another_format),
        cmocka_unit_test(the_version_may_belong_to_another_layout),
        cmocka_unit_test(the_byte_order_may_change_within_the_file),
        cmocka_unit_test(version_2_is_version_3_and_version_1_has_short_counts),
        cmocka_unit_test(a_count_may_be_absurd),
        cmocka_unit_test(a_count_may_be_off_by_one),
        cmocka_unit_test(a_length_may_be_absurd),
        cmocka_unit_test(an_array_size_may_wrap),
        cmocka_unit_test(two_names_may_look_alike_to_c),
        cmocka_unit_test(a_name_may_occur_twice),
        cmocka_unit_test(a_name_may_be_a_path_or_no_text),
        cmocka_unit_test(a_type_may_index_past_a_table),
        cmocka_unit_test(a_bool_may_be_neither),
        cmocka_unit_test(an_alignment_may_divide_by_zero_or_pad_by_gigabytes),
        cmocka_unit_test(a_rank_may_overrun_an_array),
        cmocka_unit_test(a_dimension_may_be_negative_or_zero),
        cmocka_unit_test(a_size_may_wrap),
        cmocka_unit_test(an_end_may_wrap),
        cmocka_unit_test(a_tensor_type_may_index_a_hole),
        cmocka_unit_test(a_row_may_end_inside_a_block),
        cmocka_unit_test(an_offset_may_lead_anywhere),
        cmocka_unit_test(tensors_may_overlap_leave_gaps_or_swap),
        cmocka_unit_test(the_end_of_the_data_may_be_missing_or_dirty),
    };
    return cmocka_run_group_tests_name("small attacks", tests, NULL, NULL);
}

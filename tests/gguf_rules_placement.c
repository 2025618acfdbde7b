/* SPDX-License-Identifier: MIT */
/* Rules: where tensors lie: alignment, the end of the file, and each other. */
#include "gguf_rules.h"

#include "expect.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* base, and `num` more tensors of I8 with these offsets and sizes; the first of base goes. */
typedef struct slot {
    uint64_t offset, size;
} slot;

static gb_model *model_of_slots(const slot *slots, size_t num)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    gb_model *m = gb_base();
    for (size_t i = 0; i < num; i++) {
        size_t t = i == 0 ? 0 : gb_add_tensor(m, names[i], GB_T_I8, GB_DIMS(1));
        m->tensors[t].type = GB_T_I8;
        gb_set_dims(m, t, 1, &slots[i].size);
        gb_set_offset(m, t, slots[i].offset);
    }
    gb_write(m);
    return m;
}

static void an_offset_is_a_multiple_of_the_alignment(void **state)
{
    (void)state;
    static const uint64_t bad[] = {1, 8, 16, 31, 33, 63, UINT64_MAX, INT63_MAX, ((uint64_t)1 << 63) + 16};
    gb_model *m = gb_base();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        gb_set_offset(m, 0, bad[i]);
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_TENSOR_ALIGNMENT, m->tensors[0].at.offset, 0, bad[i], 32);
    }
    gb_set_offset(m, 0, 8);
    gb_set_value(m, 1, gb_u32(8));
    m->alignment = 8;
    gb_write(m);
    EXPECT_ACCEPTED(m, NULL);
    gb_free(m);
}

static void the_offset_of_an_empty_tensor_is_aligned_too(void **state)
{
    (void)state;
    static const slot slots[] = {{0, 64}, {33, 0}};
    gb_model *m = model_of_slots(slots, 2);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_ALIGNMENT, m->tensors[1].at.offset, 1, 33, 32);
    gb_free(m);
}

static void no_tensor_ends_beyond_2_63_minus_1(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    m->tensors[0].type = GB_T_I8;
    uint64_t last = INT63_MAX + 1 - m->at.data - 32; /* the last 32 bytes that a file could have */
    gb_set_dims(m, 0, GB_DIMS(31));
    gb_set_offset(m, 0, last);
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_TRUNCATED, m->tensors[0].at.offset, 0, 0, 31);
    gb_set_dims(m, 0, GB_DIMS(32));
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_RANGE, m->tensors[0].at.offset, 0, ANY, ANY);
    const uint64_t beyond[] = {last + 32, INT63_MAX + 1, INT63_MAX + 1 - 32, UINT64_MAX - 31, UINT64_MAX - 63};
    for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++) {
        gb_set_offset(m, 0, beyond[i]);
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_TENSOR_RANGE, m->tensors[0].at.offset, 0, ANY, ANY);
    }
    gb_set_dims(m, 0, GB_DIMS(0)); /* an empty tensor is somewhere, too */
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_RANGE, m->tensors[0].at.offset, 0, ANY, ANY);
    gb_free(m);
}

static void a_tensor_ends_where_the_file_does_or_before(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    EXPECT_CLEAN(m, NULL);
    bytes_cut(&m->file, m->file.len - 1);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_TRUNCATED, m->tensors[0].at.offset, 0, 31, 32);
    gb_write(m);
    bytes_put_u64(&m->file, m->tensors[0].at.offset, 32);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_TRUNCATED, m->tensors[0].at.offset, 0, 0, 32);
    bytes_put_u64(&m->file, m->tensors[0].at.offset, 64);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_TRUNCATED, m->tensors[0].at.offset, 0, 0, 32);
    gb_free(m);
}

/* An empty tensor has no bytes that could be missing, but it may not begin beyond the end of the file. */
static void an_empty_tensor_is_inside_the_file(void **state)
{
    (void)state;
    static const slot slots[] = {{0, 64}, {64, 0}};
    gb_model *m = model_of_slots(slots, 2);
    EXPECT_WARNED(m, NULL, TG_W_DIM_ZERO, m->tensors[1].at.dims[0], 1, ANY, ANY, 1);
    bytes_put_u64(&m->file, m->tensors[1].at.offset, 96);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_TRUNCATED, m->tensors[1].at.offset, 1, 0, 0);
    gb_free(m);
}

static void padding_behind_the_last_tensor_may_be_missing(void **state)
{
    (void)state;
    static const slot slots[] = {{0, 33}};
    gb_model *m = model_of_slots(slots, 1);
    for (size_t more = 0; more <= 31; more++) {
        EXPECT_CLEAN(m, NULL);
        bytes_u8(&m->file, 0xAA); /* it is not looked at */
    }
    gb_free(m);
}

static void tensors_are_placed_in_the_order_of_the_table(void **state)
{
    (void)state;
    static const slot slots[] = {{0, 8}, {32, 8}, {64, 8}};
    gb_model *m = model_of_slots(slots, 3);
    EXPECT_CLEAN(m, NULL);
    bytes_put_u64(&m->file, m->tensors[2].at.offset, 1);
    bytes_put_u64(&m->file, m->tensors[1].at.offset, 4096);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_TRUNCATED, m->tensors[1].at.offset, 1, 0, 8);
    bytes_put_u64(&m->file, m->tensors[1].at.offset, 4097);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_ALIGNMENT, m->tensors[1].at.offset, 1, 4097, 32);
    bytes_put_u64(&m->file, m->tensors[0].at.offset, INT63_MAX + 1);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_RANGE, m->tensors[0].at.offset, 0, ANY, ANY);
    gb_free(m);
}

/* Where a tensor lies depends on keys and on the length of the table: it is judged at the very end. */
static void tensors_are_placed_when_everything_was_read(void **state)
{
    (void)state;
    static const slot slots[] = {{1, 8}, {32, 8}};
    gb_model *m = model_of_slots(slots, 2);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_ALIGNMENT, m->tensors[0].at.offset, 0, 1, 32);
    bytes_put_u32(&m->file, m->tensors[1].at.type, 43);
    EXPECT_REJECTED(m, NULL, TG_E_DTYPE, m->tensors[1].at.type, 1, 43, ANY);
    gb_set_tensor_name(m, 1, GB_LIT("w"));
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_NAME_DUPLICATE, m->tensors[1].at.length, 1, 0, 0);
    gb_free(m);
}

/* ---- Overlap ------------------------------------------------------------------------------------- */

/* Tensor `later` is blamed for beginning before `end`, where another one ends. */
static void expect_overlap(const slot *slots, size_t num, size_t later, uint64_t end)
{
    gb_model *m = model_of_slots(slots, num);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_OVERLAP, m->tensors[later].at.offset, later, m->at.data + slots[later].offset,
                    m->at.data + end);
    gb_free(m);
}

static void tensors_do_not_overlap(void **state)
{
    (void)state;
    expect_overlap((const slot[]){{0, 33}, {32, 8}}, 2, 1, 33);
    expect_overlap((const slot[]){{0, 8}, {0, 8}}, 2, 1, 8);               /* the same place */
    expect_overlap((const slot[]){{0, 8}, {0, 1}}, 2, 1, 8);               /* equal offsets: by the table */
    expect_overlap((const slot[]){{32, 8}, {0, 64}}, 2, 0, 64);            /* by offset, not by the table */
    expect_overlap((const slot[]){{0, 128}, {32, 8}, {64, 8}}, 3, 1, 128); /* the first of two */
    expect_overlap((const slot[]){{64, 8}, {0, 128}, {32, 8}}, 3, 2, 128); /* the first by offset */
    expect_overlap((const slot[]){{0, 32}, {96, 64}, {128, 8}, {64, 8}}, 4, 2, 160);
    expect_overlap((const slot[]){{0, 64}, {96, 1}, {64, 33}, {128, 8}}, 4, 1, 97);
}

static void tensors_may_touch(void **state)
{
    (void)state;
    static const slot slots[] = {{0, 32}, {32, 64}, {96, 1}};
    gb_model *m = model_of_slots(slots, 3);
    EXPECT_CLEAN(m, NULL);
    gb_free(m);
}

static void empty_tensors_overlap_nothing(void **state)
{
    (void)state;
    static const slot slots[] = {{0, 0}, {0, 96}, {0, 0}, {32, 0}, {96, 0}};
    gb_model *m = model_of_slots(slots, 5);
    EXPECT_WARNED(m, NULL, TG_W_DIM_ZERO, m->tensors[0].at.dims[0], 0, ANY, ANY, 4);
    gb_free(m);
}

/* The longest tensor so far counts, not the one just before; and an empty one between changes nothing. */
static void an_overlap_is_seen_past_the_neighbour(void **state)
{
    (void)state;
    gb_model *m = model_of_slots((const slot[]){{0, 100}, {96, 0}, {96, 8}}, 3);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_OVERLAP, m->tensors[2].at.offset, 2, m->at.data + 96, m->at.data + 100);
    gb_free(m);
}

static void overlap_is_judged_when_all_tensors_are_inside(void **state)
{
    (void)state;
    gb_model *m = model_of_slots((const slot[]){{0, 64}, {32, 8}, {64, 8}}, 3);
    bytes_put_u64(&m->file, m->tensors[2].at.offset, 1 << 20);
    EXPECT_REJECTED(m, NULL, TG_E_TENSOR_TRUNCATED, m->tensors[2].at.offset, 2, 0, 8);
    gb_free(m);
}

/* ---- Where the data begins -------------------------------------------------------------------------- */

static void the_data_begins_at_the_next_multiple_of_the_alignment(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    for (size_t extra = 0; extra < 40; extra++) {
        static const char letters[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
        gb_set_key_name(m, 0, letters, extra + 1);
        gb_write(m);
        opened o = open_everywhere(m->file.data, m->file.len, NULL);
        assert_int_equal(o.status, TG_OK);
        assert_int_equal(tg_model_data_offset(o.model), (m->at.header_end + 31) / 32 * 32);
        assert_int_equal(tg_model_tensor(o.model, 0)->offset, tg_model_data_offset(o.model));
        opened_close(&o);
    }
    gb_free(m);
}

static void without_tensors_the_data_begins_where_the_header_ends(void **state)
{
    (void)state;
    gb_model *m = gb_new(3, false);
    gb_add_key(m, "a", gb_number(GB_U8, 1));
    gb_write(m);
    opened o = open_everywhere(m->file.data, m->file.len, NULL);
    assert_int_equal(o.status, TG_OK);
    assert_int_equal(tg_model_data_offset(o.model), m->at.header_end);
    assert_int_equal(tg_model_num_warnings(o.model), 0);
    opened_close(&o);
    gb_free(m);
}

int run_rules_of_placement(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_offset_is_a_multiple_of_the_alignment),
        cmocka_unit_test(the_offset_of_an_empty_tensor_is_aligned_too),
        cmocka_unit_test(no_tensor_ends_beyond_2_63_minus_1),
        cmocka_unit_test(a_tensor_ends_where_the_file_does_or_before),
        cmocka_unit_test(an_empty_tensor_is_inside_the_file),
        cmocka_unit_test(padding_behind_the_last_tensor_may_be_missing),
        cmocka_unit_test(tensors_are_placed_in_the_order_of_the_table),
        cmocka_unit_test(tensors_are_placed_when_everything_was_read),
        cmocka_unit_test(tensors_do_not_overlap),
        cmocka_unit_test(tensors_may_touch),
        cmocka_unit_test(empty_tensors_overlap_nothing),
        cmocka_unit_test(an_overlap_is_seen_past_the_neighbour),
        cmocka_unit_test(overlap_is_judged_when_all_tensors_are_inside),
        cmocka_unit_test(the_data_begins_at_the_next_multiple_of_the_alignment),
        cmocka_unit_test(without_tensors_the_data_begins_where_the_header_ends),
    };
    return cmocka_run_group_tests_name("placement of tensors", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Files that are made to cost: memory, time, stack, or reads. All of them are judged within small bounds.
 *
 * Sizes that no disk here holds come from a reader that gives zeros, or from files with holes.
 */
#include "expect.h"
#include "tempfile.h"
#include "track_alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MIB ((uint64_t)1 << 20)
#define TIB ((uint64_t)1 << 40)
#define MOST_READ ((uint64_t)128 << 10) /* bytes, for a header of less than 64 KiB */

/* What a model may hold by default, for a header of this many bytes. */
static uint64_t heap_for(uint64_t header)
{
    return 16 * MIB + 8 * header;
}

typedef struct outcome {
    tg_status status;
    tg_error error;
    track memory;
    span reads;
} outcome;

/* Opens a file of `size` bytes, of which those that are not in `file` are zero, and closes it again. */
static outcome open_counted(const bytes *file, uint64_t size, const tg_limits *limits)
{
    outcome o;
    memset(&o, 0, sizeof o);
    o.memory = track_new();
    o.reads = span_over(file->data, file->len);
    o.reads.size = size;
    tg_allocator allocator = track_allocator(&o.memory);
    tg_options options = options_with_limits(limits);
    options.allocator = &allocator;
    tg_reader reader = span_reader(&o.reads);
    tg_model *model = NULL;
    o.status = tg_open_reader(&reader, &options, &model, &o.error);
    tg_close(model);
    assert_false(o.memory.misused);
    assert_int_equal(o.memory.live_blocks, 0);
    assert_int_equal(o.memory.live_bytes, 0);
    assert_false(o.reads.strayed);
    assert_false(o.reads.repeated);
    return o;
}

/* ---- Memory --------------------------------------------------------------------------------- */

/* A key with a string of `len` bytes, which are not there. */
static gb_model *model_with_long_string(uint64_t len)
{
    gb_model *m = gb_new(3, false);
    gb_add_key(m, "k", gb_string(""));
    gb_write(m);
    bytes_put_u64(&m->file, m->keys[0].value.at.length, len);
    return m;
}

static void a_gigabyte_that_is_not_there_is_not_asked_for(void **state)
{
    (void)state;
    gb_model *m = model_with_long_string(1024 * MIB);
    outcome o = open_counted(&m->file, m->file.len, NULL);
    assert_int_equal(o.status, TG_E_TRUNCATED);
    assert_int_equal(o.error.offset, m->file.len);
    assert_int_equal(o.error.limit, 1024 * MIB);
    assert_in_range(o.memory.peak_bytes, 0, MIB);
    gb_free(m);
}

static void a_gigabyte_of_zeros_is_not_read(void **state)
{
    (void)state;
    gb_model *m = model_with_long_string(1024 * MIB);
    outcome o = open_counted(&m->file, m->file.len + 1024 * MIB, NULL);
    assert_int_equal(o.status, TG_E_LIMIT_HEADER);
    assert_int_equal(o.error.offset, m->file.len);
    assert_int_equal(o.error.found, m->file.len + 1024 * MIB);
    assert_int_equal(o.error.limit, 256 * MIB);
    assert_in_range(o.memory.peak_bytes, 0, MIB);
    assert_in_range(o.reads.total, 1, MOST_READ);
    gb_free(m);
}

static void a_hundred_million_empty_strings_end_at_the_header_limit(void **state)
{
    (void)state;
    enum {
        STRINGS = 100000000
    };
    gb_model *m = gb_new(3, false);
    gb_add_key(m, "k", gb_array(GB_STRING));
    gb_write(m);
    const gb_value *array = &m->keys[0].value;
    bytes_put_u64(&m->file, array->at.count, STRINGS);
    tg_limits limits = default_limits();
    limits.max_header_bytes = 4 * MIB;
    outcome o = open_counted(&m->file, m->file.len + (uint64_t)STRINGS * 8, &limits);
    uint64_t last = array->at.elements + (4 * MIB - array->at.elements) / 8 * 8; /* the length that is cut */
    assert_int_equal(o.status, TG_E_LIMIT_HEADER);
    assert_int_equal(o.error.offset, last);
    assert_int_equal(o.error.found, last + 8);
    assert_int_equal(o.error.limit, 4 * MIB);
    assert_in_range(o.memory.peak_bytes, 1, heap_for(4 * MIB));
    assert_in_range(o.reads.highest, 1, 4 * MIB);
    gb_free(m);
}

/* ---- Nesting --------------------------------------------------------------------------------- */

/* `depth` times "an array of one array", then an empty array of numbers. */
static gb_model *model_with_nested_arrays(size_t depth)
{
    bytes raw = bytes_new(false);
    for (size_t i = 0; i < depth; i++) {
        bytes_u32(&raw, GB_ARRAY);
        bytes_u64(&raw, 1);
    }
    bytes_u32(&raw, GB_U8);
    bytes_u64(&raw, 0);
    gb_model *m = gb_new(3, false);
    gb_add_key(m, "k", gb_raw(GB_ARRAY, raw.data, raw.len));
    gb_write(m);
    bytes_free(&raw);
    return m;
}

static void nesting_is_bounded_however_deep_the_file_goes(void **state)
{
    (void)state;
    static const size_t depths[] = {0, 1, 2, 3, 4, 5, 1000, 200000};
    for (size_t i = 0; i < sizeof depths / sizeof depths[0]; i++) {
        gb_model *m = model_with_nested_arrays(depths[i]);
        uint64_t fourth = m->keys[0].value.at.value + 3 * 12;
        if (depths[i] <= 3)
            EXPECT_CLEAN(m, NULL);
        else
            EXPECT_REJECTED(m, NULL, TG_E_LIMIT_ARRAY_DEPTH, fourth, 0, 5, 4);
        gb_free(m);
    }
}

static void a_million_empty_arrays_are_counted_and_accepted(void **state)
{
    (void)state;
    enum {
        ARRAYS = 1000000
    };
    bytes raw = bytes_new(false);
    bytes_u32(&raw, GB_ARRAY);
    bytes_u64(&raw, ARRAYS);
    for (size_t i = 0; i < ARRAYS; i++) {
        bytes_u32(&raw, GB_STRING);
        bytes_u64(&raw, 0);
    }
    gb_model *m = gb_new(3, false);
    gb_add_key(m, "k", gb_raw(GB_ARRAY, raw.data, raw.len));
    gb_write(m);
    EXPECT_CLEAN(m, NULL);
    outcome o = open_counted(&m->file, m->file.len, NULL);
    assert_int_equal(o.status, TG_OK);
    assert_in_range(o.memory.peak_bytes, 1, heap_for(m->file.len));
    tg_limits limits = default_limits();
    limits.max_array_elements = ARRAYS - 1;
    o = open_counted(&m->file, m->file.len, &limits);
    assert_int_equal(o.status, TG_E_LIMIT_ARRAY_ELEMENTS);
    bytes_free(&raw);
    gb_free(m);
}

/* ---- Many entries ---------------------------------------------------------------------------- */

static void expect_cheap(gb_model *m)
{
    EXPECT_CLEAN(m, NULL);
    outcome o = open_counted(&m->file, m->file.len, NULL);
    assert_int_equal(o.status, TG_OK);
    assert_in_range(o.memory.peak_bytes, 1, heap_for(m->at.header_end));
}

static void fifty_thousand_keys_of_one_byte_are_accepted(void **state)
{
    (void)state;
    enum {
        KEYS = 50000
    };
    gb_model *m = gb_new(3, false);
    for (unsigned i = 0; i < KEYS; i++) {
        char name[16];
        snprintf(name, sizeof name, "k%u", i);
        gb_add_key(m, name, gb_number(GB_U8, i & 0xFF));
    }
    gb_write(m);
    expect_cheap(m);
    gb_set_key_name(m, KEYS - 1, GB_LIT("k0"));
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_KEY_DUPLICATE, m->keys[KEYS - 1].at.length, KEYS - 1, 0, 0);
    gb_free(m);
}

static void fifty_thousand_tensors_of_one_element_are_accepted(void **state)
{
    (void)state;
    enum {
        TENSORS = 50000
    };
    gb_model *m = gb_new(3, false);
    gb_add_key(m, "general.alignment", gb_u32(8));
    m->alignment = 8;
    for (unsigned i = 0; i < TENSORS; i++) {
        char name[16];
        snprintf(name, sizeof name, "t%u", i);
        gb_add_tensor(m, name, GB_T_F64, GB_DIMS(1));
    }
    gb_write(m);
    expect_cheap(m);
    gb_set_tensor_name(m, TENSORS - 1, GB_LIT("t1"));
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_NAME_DUPLICATE, m->tensors[TENSORS - 1].at.length, TENSORS - 1, 1, 0);
    gb_free(m);
}

/* "Aa" and "BB" have one hash where each byte is multiplied by 31, and so have all words made of them. */
static void names_that_collide_in_a_weak_hash_are_accepted(void **state)
{
    (void)state;
    enum {
        PAIRS = 13
    };
    gb_model *m = gb_new(3, false);
    for (unsigned i = 0; i < 1u << PAIRS; i++) {
        char name[2 * PAIRS];
        for (unsigned k = 0; k < PAIRS; k++)
            memcpy(name + (size_t)2 * k, (i >> k & 1) != 0 ? "Aa" : "BB", 2);
        gb_add_tensor(m, "", GB_T_I8, GB_DIMS(32));
        gb_set_tensor_name(m, i, name, sizeof name);
    }
    gb_write(m);
    expect_cheap(m);
    gb_free(m);
}

/* ---- Much data --------------------------------------------------------------------------------- */

/* A tensor of 1 TiB, and a small one behind it. */
static gb_model *model_of_a_tebibyte(uint64_t *out_size)
{
    gb_model *m = gb_base();
    gb_add_tensor(m, "huge", GB_T_I8, GB_DIMS(1024, 1024, 1024, 1024));
    gb_set_offset(m, 1, 32);
    gb_add_tensor(m, "last", GB_T_I64, GB_DIMS(4));
    gb_set_offset(m, 2, 32 + TIB);
    gb_write(m);
    *out_size = m->at.data + 32 + TIB + 32;
    return m;
}

static void a_tebibyte_of_data_is_not_looked_at(void **state)
{
    (void)state;
    uint64_t size = 0;
    gb_model *m = model_of_a_tebibyte(&size);
    outcome o = open_counted(&m->file, size, NULL);
    assert_int_equal(o.status, TG_OK);
    assert_in_range(o.reads.total, 1, MOST_READ);
    assert_in_range(o.reads.num_reads, 1, 4);
    assert_in_range(o.memory.peak_bytes, 1, MIB);
    o = open_counted(&m->file, size - 1, NULL);
    assert_int_equal(o.status, TG_E_TENSOR_TRUNCATED);
    assert_int_equal(o.error.index, 2);
    assert_int_equal(o.error.found, 31);
    gb_free(m);
}

/* The larger a header, the further reads may go beyond what is known of it, but no further than twice. */
static void reads_end_near_the_end_of_the_header(void **state)
{
    (void)state;
    static const size_t strings[] = {10, 5000, 7000, 10000, 50000, 200000};
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        gb_model *m = gb_base();
        gb_value array = gb_array(GB_STRING);
        for (size_t k = 0; k < strings[i]; k++)
            gb_push(&array, gb_string("tok"));
        gb_add_key(m, "tokens", array);
        gb_add_tensor(m, "huge", GB_T_I8, GB_DIMS(1 << 30));
        gb_write(m);
        outcome o = open_counted(&m->file, m->at.data + 32 + ((uint64_t)1 << 30), NULL);
        uint64_t header = m->at.header_end, beyond = header > 65536 ? header : 65536;
        assert_int_equal(o.status, TG_OK);
        assert_in_range(o.reads.highest, header, header + beyond);
        assert_in_range(o.reads.num_reads, 1, 32); /* the logarithm of the size, and some */
        assert_in_range(o.memory.peak_bytes, 1, heap_for(header));
        gb_free(m);
    }
}

static void a_file_with_a_hole_of_a_tebibyte_is_opened_and_read(void **state)
{
    (void)state;
    uint64_t size = 0;
    gb_model *m = model_of_a_tebibyte(&size);
    tempfile file = tempfile_new(m->file.data, m->file.len);
    bool made = tempfile_resize(&file, size);
    gb_free(m);
    tg_model *model = NULL;
    tg_error error;
    uint8_t last[32] = {1};
    tg_status opened_with = TG_OK, read_with = TG_OK;
    if (made) {
        opened_with = tg_open_path(file.path, NULL, &model, &error);
        read_with = tg_tensor_read(model, tg_model_find_tensor(model, "last"), 0, last, sizeof last, &error);
        tg_close(model);
    }
    tempfile_remove(&file);
    if (!made) {
        print_message("skipped: no files of 1 TiB here\n");
        skip();
    }
    assert_int_equal(opened_with, TG_OK);
    assert_int_equal(read_with, TG_OK);
    assert_int_equal(last[0], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_gigabyte_that_is_not_there_is_not_asked_for),
        cmocka_unit_test(a_gigabyte_of_zeros_is_not_read),
        cmocka_unit_test(a_hundred_million_empty_strings_end_at_the_header_limit),
        cmocka_unit_test(nesting_is_bounded_however_deep_the_file_goes),
        cmocka_unit_test(a_million_empty_arrays_are_counted_and_accepted),
        cmocka_unit_test(fifty_thousand_keys_of_one_byte_are_accepted),
        cmocka_unit_test(fifty_thousand_tensors_of_one_element_are_accepted),
        cmocka_unit_test(names_that_collide_in_a_weak_hash_are_accepted),
        cmocka_unit_test(a_tebibyte_of_data_is_not_looked_at),
        cmocka_unit_test(reads_end_near_the_end_of_the_header),
        cmocka_unit_test(a_file_with_a_hole_of_a_tebibyte_is_opened_and_read),
    };
    return cmocka_run_group_tests_name("bombs", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Rules: what the file is, its version, its counts, and the lengths of its strings. */
#include "gguf_rules.h"

#include "expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- What the file is ----------------------------------------------------------------- */

static void rejects_bytes(tg_status status, const char *text, size_t len)
{
    bytes file = bytes_new(false);
    bytes_raw(&file, text, len);
    EXPECT_BYTES_REJECTED(&file, NULL, status, 0, TG_NO_INDEX, ANY, ANY);
    bytes_fill(&file, 4096, 0);
    if (len >= 4)
        EXPECT_BYTES_REJECTED(&file, NULL, status, 0, TG_NO_INDEX, ANY, ANY);
    bytes_free(&file);
}

static void a_file_without_bytes_is_empty(void **state)
{
    (void)state;
    rejects_bytes(TG_E_EMPTY_FILE, "", 0);
}

static void unknown_magics_are_no_model_files(void **state)
{
    (void)state;
    rejects_bytes(TG_E_MAGIC, GB_LIT("G"));
    rejects_bytes(TG_E_MAGIC, GB_LIT("GGU"));
    rejects_bytes(TG_E_MAGIC, GB_LIT("\0"));
    rejects_bytes(TG_E_MAGIC, GB_LIT("gguf\3\0\0\0"));
    rejects_bytes(TG_E_MAGIC, GB_LIT("GGUG\3\0\0\0"));
    rejects_bytes(TG_E_MAGIC, GB_LIT("ggml\3\0\0\0"));
    rejects_bytes(TG_E_MAGIC, GB_LIT("\0\0\0\0\0\0\0\0"));
    rejects_bytes(TG_E_MAGIC, GB_LIT("\0GGUF\3\0\0\0"));
    rejects_bytes(TG_E_MAGIC, GB_LIT("<!DOCTYPE html><html>"));
    rejects_bytes(TG_E_MAGIC, GB_LIT("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"));
}

static void known_other_formats_are_named_as_such(void **state)
{
    (void)state;
    rejects_bytes(TG_E_FORMAT, GB_LIT("nsgg\1\0\0\0"));
    rejects_bytes(TG_E_FORMAT, GB_LIT("FUGG\0\0\0\3"));
}

static void files_that_are_something_else_get_a_hint(void **state)
{
    (void)state;
    static const struct {
        const char *text, *word;
    } rows[] = {
        {"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "LFS"},
        {"<!DOCTYPE html><html></html>", "HTML"},
        {"nsgg\1", "session"},
        {"FUGG", "GGUF"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        opened o = open_everywhere(rows[i].text, strlen(rows[i].text), NULL);
        const char *hint = tg_error_hint(&o.error);
        assert_non_null(hint);
        assert_non_null(strstr(hint, rows[i].word));
        opened_close(&o);
    }
    static const char zeros[64] = {0};
    opened o = open_everywhere(zeros, sizeof zeros, NULL);
    assert_non_null(tg_error_hint(&o.error));
    opened_close(&o);
}

/* ---- Versions ---------------------------------------------------------------------------- */

static void versions_1_to_3_are_read_in_both_byte_orders(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 3; version++) {
        for (int big = 0; big <= 1; big++) {
            gb_model *m = gb_base_as(version, big == 1);
            EXPECT_CLEAN(m, NULL);
            opened o = open_everywhere(m->file.data, m->file.len, NULL);
            assert_int_equal(tg_model_version(o.model), version);
            assert_int_equal(tg_model_endian(o.model), big == 1 ? TG_ENDIAN_BIG : TG_ENDIAN_LITTLE);
            opened_close(&o);
            gb_free(m);
        }
    }
}

/* A version whose low half is zero was written in the other byte order, and is told in that. */
static void other_versions_are_unsupported(void **state)
{
    (void)state;
    static const struct {
        uint32_t written, told;
    } rows[] = {
        {0, 0},
        {4, 4},
        {5, 5},
        {255, 255},
        {256, 256},
        {0xFFFF, 0xFFFF},
        {0x03000003, 0x03000003},
        {0x00020001, 0x00020001},
        {0x80000003, 0x80000003},
        {UINT32_MAX, UINT32_MAX},
        {0x00010000, 0x0100},
        {0x00030000, 0x0300},
        {0x03010000, 0x0103},
        {0x04000000, 4},
        {0xFF000000, 0xFF},
    };
    gb_model *m = gb_base();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bytes_put_u32(&m->file, m->at.version, rows[i].written);
        EXPECT_REJECTED(m, NULL, TG_E_VERSION, 4, TG_NO_INDEX, rows[i].told, ANY);
    }
    gb_free(m);
}

/* ---- Counts --------------------------------------------------------------------------------- */

static void a_header_without_entries_is_a_whole_file(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 3; version++) {
        gb_model *m = gb_new(version, false);
        gb_write(m);
        assert_int_equal(m->file.len, version == 1 ? 16 : 24);
        EXPECT_CLEAN(m, NULL);
        gb_free(m);
    }
}

/* What a count of `count` entries at `at` must lead to, by the order of judging: no file can hold them,
 * above the limit, more than the `left` bytes behind it hold. Status TG_OK where none of these is so. */
static expected judge(uint64_t at, uint64_t index, uint64_t count, uint64_t smallest, uint64_t left,
                      tg_status limit_status, uint64_t limit)
{
    if (count > INT63_MAX / smallest)
        return (expected){TG_E_COUNT_RANGE, at, index, count, ANY, 0};
    if (count > limit)
        return (expected){limit_status, at, index, count, limit, 0};
    if (count * smallest > left)
        return (expected){TG_E_COUNT_TRUNCATED, at, index, left, count * smallest, 0};
    return (expected){TG_OK, 0, 0, 0, 0, 0};
}

/* Counts on both sides of every bound. */
#define MAX_COUNTS 16
static size_t counts_around(uint64_t smallest, uint64_t left, uint64_t limit, uint64_t largest, uint64_t *out)
{
    const uint64_t all[] = {left / smallest + 1,
                            limit,
                            limit + 1,
                            UINT32_MAX,
                            INT63_MAX / smallest,
                            INT63_MAX,
                            INT63_MAX + 1,
                            UINT64_MAX,
                            INT63_MAX / smallest + 1,
                            UINT64_MAX / smallest,
                            (UINT64_MAX - 1) / smallest + 1};
    size_t count = 0;
    for (size_t i = 0; i < sizeof all / sizeof all[0] && count < MAX_COUNTS; i++)
        if (all[i] <= largest)
            out[count++] = all[i];
    return count;
}

static void expect_counts(gb_model *m, uint64_t at, uint64_t after, uint64_t index, uint64_t smallest,
                          tg_status limit_status, uint64_t limit)
{
    uint64_t counts[MAX_COUNTS];
    uint64_t left = m->file.len - after;
    size_t num = counts_around(smallest, left, limit, m->version == 1 ? UINT32_MAX : UINT64_MAX, counts);
    for (size_t i = 0; i < num; i++) {
        gb_put_count(m, at, counts[i]);
        expected e = judge(at, index, counts[i], smallest, left, limit_status, limit);
        assert_int_not_equal(e.status, TG_OK);
        expect_rejected(&m->file, NULL, e, __FILE__, __LINE__);
    }
}

static void the_tensor_count_is_bounded_by_range_limit_and_file(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 3; version++) {
        gb_model *m = gb_base_as(version, version == 2);
        expect_counts(m, m->at.num_tensors, m->at.entries, TG_NO_INDEX, gb_min_tensor(m), TG_E_LIMIT_TENSORS, 1048576);
        gb_free(m);
    }
}

static void the_key_count_is_bounded_by_range_limit_and_file(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 3; version++) {
        gb_model *m = gb_base_as(version, version == 2);
        expect_counts(m, m->at.num_keys, m->at.entries, TG_NO_INDEX, gb_min_key(m), TG_E_LIMIT_KEYS, 1048576);
        gb_free(m);
    }
}

static void the_tensor_count_is_judged_before_the_key_count(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_put_count(m, m->at.num_tensors, 1048577);
    gb_put_count(m, m->at.num_keys, UINT64_MAX);
    EXPECT_REJECTED(m, NULL, TG_E_LIMIT_TENSORS, m->at.num_tensors, TG_NO_INDEX, 1048577, 1048576);
    gb_free(m);
}

/* As many entries as can be inside the file are believed until one of them proves wrong. */
static void the_largest_count_that_fits_is_read(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_put_count(m, m->at.num_tensors, (m->file.len - m->at.entries) / gb_min_tensor(m));
    EXPECT_REJECTED(m, NULL, TG_E_NAME_EMPTY, m->at.header_end, 1, ANY, ANY); /* padding read as a tensor */
    gb_write(m);
    gb_put_count(m, m->at.num_keys, (m->file.len - m->at.entries) / gb_min_key(m));
    /* the tensor read as a key: "w" of type 1, one byte; then an empty key begins */
    EXPECT_REJECTED(m, NULL, TG_E_KEY_EMPTY, m->tensors[0].at.num_dims + 5, 3, ANY, ANY);
    gb_free(m);
}

static void an_element_count_is_bounded_by_range_limit_and_file(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 3; version++) {
        for (uint32_t type = 0; type <= (version == 1 ? GB_ARRAY : GB_F64); type++) {
            gb_model *m = gb_new(version, version == 3);
            gb_add_key(m, "tokenizer.ggml.anything", gb_array(type));
            gb_write(m);
            bytes_fill(&m->file, 100, 0);
            uint64_t smallest = gb_type_size(type);
            if (smallest == 0)
                smallest = gb_count_size(m) + (type == GB_ARRAY ? 4 : 0);
            const gb_value *array = &m->keys[0].value;
            expect_counts(m, array->at.count, array->at.elements, 0, smallest, TG_E_LIMIT_ARRAY_ELEMENTS, 134217728);
            gb_free(m);
        }
    }
}

static void an_array_may_fill_the_file_to_its_last_byte(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {1, 2, 3};
    gb_model *m = gb_new(3, false);
    gb_add_key(m, "a", gb_numbers(GB_U32, 3, numbers));
    gb_write(m);
    EXPECT_CLEAN(m, NULL);
    gb_put_count(m, m->keys[0].value.at.count, 4);
    EXPECT_REJECTED(m, NULL, TG_E_COUNT_TRUNCATED, m->keys[0].value.at.count, 0, 12, 16);
    gb_free(m);
}

/* ---- Lengths of strings ------------------------------------------------------------------------ */

static void no_string_is_longer_than_a_file_can_be(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    const uint64_t fields[] = {m->keys[1].at.length, m->keys[0].value.at.length, m->tensors[0].at.length};
    const uint64_t index[] = {1, 0, 0};
    for (size_t i = 0; i < 3; i++) {
        gb_write(m);
        bytes_put_u64(&m->file, fields[i], INT63_MAX + 1);
        EXPECT_REJECTED(m, NULL, TG_E_STRING_LENGTH, fields[i], index[i], INT63_MAX + 1, INT63_MAX);
        bytes_put_u64(&m->file, fields[i], UINT64_MAX);
        EXPECT_REJECTED(m, NULL, TG_E_STRING_LENGTH, fields[i], index[i], UINT64_MAX, INT63_MAX);
    }
    gb_write(m);
    bytes_put_u64(&m->file, fields[1], INT63_MAX);
    EXPECT_REJECTED(m, NULL, TG_E_TRUNCATED, fields[1] + 8, 0, m->file.len - fields[1] - 8, INT63_MAX);
    gb_free(m);
}

static void an_element_is_not_longer_than_a_file_can_be(void **state)
{
    (void)state;
    static const char *const texts[] = {"first", "second"};
    gb_model *m = gb_new(3, false);
    gb_add_key(m, "a", gb_strings(2, texts));
    gb_write(m);
    uint64_t at = m->keys[0].value.elements[1].at.length;
    bytes_put_u64(&m->file, at, INT63_MAX + 1);
    EXPECT_REJECTED(m, NULL, TG_E_STRING_LENGTH, at, 0, INT63_MAX + 1, INT63_MAX);
    bytes_put_u64(&m->file, at, INT63_MAX);
    EXPECT_REJECTED(m, NULL, TG_E_TRUNCATED, at + 8, 0, 6, INT63_MAX);
    bytes_put_u64(&m->file, at, 7);
    EXPECT_REJECTED(m, NULL, TG_E_TRUNCATED, at + 8, 0, 6, 7);
    bytes_put_u64(&m->file, at, 6);
    EXPECT_CLEAN(m, NULL);
    gb_free(m);
}

static void a_key_has_at_most_65535_bytes(void **state)
{
    (void)state;
    char *name = (char *)must_alloc(65536);
    memset(name, 'k', 65536);
    for (uint32_t version = 1; version <= 3; version++) {
        gb_model *m = gb_base_as(version, false);
        gb_set_key_name(m, 0, name, 65535);
        gb_write(m);
        EXPECT_CLEAN(m, NULL);
        gb_set_key_name(m, 0, name, 65536);
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_KEY_LENGTH, m->keys[0].at.length, 0, 65536, 65535);
        gb_set_key_name(m, 0, "k", 1); /* the length is judged before the bytes are missed */
        gb_write(m);
        uint32_t least = version < 3 ? 65537 : 65536; /* of which the last may be a NUL that does not count */
        gb_put_count(m, m->keys[0].at.length, least);
        EXPECT_REJECTED(m, NULL, TG_E_KEY_LENGTH, m->keys[0].at.length, 0, least, 65535);
        gb_put_count(m, m->keys[0].at.length, 65535);
        EXPECT_REJECTED(m, NULL, TG_E_TRUNCATED, m->keys[0].at.name, 0, m->file.len - m->keys[0].at.name, 65535);
        gb_free(m);
    }
    free(name);
}

static void a_tensor_name_has_at_most_65535_bytes(void **state)
{
    (void)state;
    char *name = (char *)must_alloc(65536);
    memset(name, 'n', 65536);
    for (uint32_t version = 1; version <= 3; version++) {
        gb_model *m = gb_base_as(version, false);
        gb_set_tensor_name(m, 0, name, 65535);
        gb_write(m);
        EXPECT_ACCEPTED(m, NULL);
        gb_set_tensor_name(m, 0, name, 65536);
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_NAME_LENGTH, m->tensors[0].at.length, 0, 65536, 65535);
        gb_put_count(m, m->tensors[0].at.length, UINT32_MAX);
        EXPECT_REJECTED(m, NULL, TG_E_NAME_LENGTH, m->tensors[0].at.length, 0, UINT32_MAX, 65535);
        gb_free(m);
    }
    free(name);
}

int run_rules_of_the_header(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_without_bytes_is_empty),
        cmocka_unit_test(unknown_magics_are_no_model_files),
        cmocka_unit_test(known_other_formats_are_named_as_such),
        cmocka_unit_test(files_that_are_something_else_get_a_hint),
        cmocka_unit_test(versions_1_to_3_are_read_in_both_byte_orders),
        cmocka_unit_test(other_versions_are_unsupported),
        cmocka_unit_test(a_header_without_entries_is_a_whole_file),
        cmocka_unit_test(the_tensor_count_is_bounded_by_range_limit_and_file),
        cmocka_unit_test(the_key_count_is_bounded_by_range_limit_and_file),
        cmocka_unit_test(the_tensor_count_is_judged_before_the_key_count),
        cmocka_unit_test(the_largest_count_that_fits_is_read),
        cmocka_unit_test(an_element_count_is_bounded_by_range_limit_and_file),
        cmocka_unit_test(an_array_may_fill_the_file_to_its_last_byte),
        cmocka_unit_test(no_string_is_longer_than_a_file_can_be),
        cmocka_unit_test(an_element_is_not_longer_than_a_file_can_be),
        cmocka_unit_test(a_key_has_at_most_65535_bytes),
        cmocka_unit_test(a_tensor_name_has_at_most_65535_bytes),
    };
    return cmocka_run_group_tests_name("rules of the header", tests, NULL, NULL);
}

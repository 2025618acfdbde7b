/* SPDX-License-Identifier: MIT */
/* Rules: keys, the types of values, bools, general.alignment, and keys that occur twice. */
#include "gguf_rules.h"

#include "expect.h"
#include "text_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- Names of keys ---------------------------------------------------------------------- */

static void an_empty_key_is_refused(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 3; version++) {
        gb_model *m = gb_base_as(version, false);
        gb_set_key_name(m, 1, "", 0);
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_KEY_EMPTY, m->keys[1].at.length, 1, ANY, ANY);
        gb_free(m);
    }
}

static void a_key_with_a_nul_is_refused_at_the_nul(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    static const struct {
        const char *name;
        size_t len, nul;
    } rows[] = {{GB_LIT("\0"), 0}, {GB_LIT("\0a"), 0}, {GB_LIT("a\0b"), 1}, {GB_LIT("abc\0"), 3}, {GB_LIT("a\0\0"), 1}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gb_set_key_name(m, 0, rows[i].name, rows[i].len);
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_KEY_NUL, m->keys[0].at.name + rows[i].nul, 0, ANY, ANY);
    }
    gb_free(m);
}

static void a_key_that_is_not_utf8_is_refused_at_the_bad_sequence(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    for (size_t i = 0; i < num_bad_utf8; i++) {
        gb_set_key_name(m, 1, bad_utf8[i].text, bad_utf8[i].len);
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_KEY_UTF8, m->keys[1].at.name + bad_utf8[i].at, 1, ANY, ANY);
    }
    gb_free(m);
}

static void a_key_may_be_any_utf8(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    for (size_t i = 0; i < num_good_utf8; i++) {
        gb_set_key_name(m, 0, good_utf8[i].text, good_utf8[i].len);
        gb_write(m);
        EXPECT_ACCEPTED(m, NULL);
    }
    gb_free(m);
}

/* Versions 1 and 2 may end a key with one NUL, which is taken off before the key is judged. */
static void only_one_trailing_nul_is_taken_off(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 2; version++) {
        gb_model *m = gb_base_as(version, false);
        gb_set_key_name(m, 0, GB_LIT("\0"));
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_KEY_EMPTY, m->keys[0].at.length, 0, ANY, ANY);
        gb_set_key_name(m, 0, GB_LIT("a\0\0"));
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_KEY_NUL, m->keys[0].at.name + 1, 0, ANY, ANY);
        gb_set_key_name(m, 0, GB_LIT("\0a"));
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_KEY_NUL, m->keys[0].at.name, 0, ANY, ANY);
        gb_free(m);
    }
}

/* ---- Types of values -------------------------------------------------------------------------- */

static const uint32_t unknown_types[] = {13, 14, 99, 255, 256, 0x7FFFFFFF, 0x80000000, 0x80000008, UINT32_MAX};
#define NUM_UNKNOWN_TYPES (sizeof unknown_types / sizeof unknown_types[0])

static void an_unknown_value_type_is_refused(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 3; version++) {
        gb_model *m = gb_base_as(version, version == 3);
        for (size_t i = 0; i < NUM_UNKNOWN_TYPES; i++) {
            bytes_put_u32(&m->file, m->keys[0].at.type, unknown_types[i]);
            EXPECT_REJECTED(m, NULL, TG_E_VALUE_TYPE, m->keys[0].at.type, 0, unknown_types[i], ANY);
        }
        gb_free(m);
    }
}

/* The type is judged before the count, so it does not matter what that is. */
static void an_unknown_element_type_is_refused_for_any_count(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {1, 2};
    static const uint64_t counts[] = {0, 1, (uint64_t)1 << 60, UINT64_MAX};
    gb_model *m = gb_base();
    gb_set_value(m, 0, gb_numbers(GB_U8, 2, numbers));
    gb_write(m);
    uint64_t at = m->keys[0].value.at.element_type;
    for (size_t i = 0; i < NUM_UNKNOWN_TYPES; i++) {
        for (size_t k = 0; k < 4; k++) {
            bytes_put_u32(&m->file, at, unknown_types[i]);
            bytes_put_u64(&m->file, m->keys[0].value.at.count, counts[k]);
            EXPECT_REJECTED(m, NULL, TG_E_VALUE_TYPE, at, 0, unknown_types[i], ANY);
        }
    }
    gb_free(m);
}

static void an_unknown_element_type_of_an_inner_array_is_refused(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_value outer = gb_array(GB_ARRAY);
    gb_push(&outer, gb_array(GB_U8));
    gb_push(&outer, gb_array(13));
    gb_set_value(m, 0, outer);
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_VALUE_TYPE, m->keys[0].value.elements[1].at.element_type, 0, 13, ANY);
    gb_free(m);
}

static void version_1_has_no_64_bit_types(void **state)
{
    (void)state;
    for (uint32_t type = GB_ARRAY + 1; type <= GB_F64; type++) {
        for (uint32_t version = 1; version <= 3; version++) {
            gb_model *m = gb_new(version, false);
            size_t number = gb_add_key(m, "number", gb_number(type, 0));
            gb_write(m);
            if (version == 1)
                EXPECT_REJECTED(m, NULL, TG_E_VALUE_TYPE, m->keys[number].at.type, number, type, ANY);
            else
                EXPECT_CLEAN(m, NULL);
            gb_set_value(m, number, gb_array(type));
            gb_write(m);
            if (version == 1)
                EXPECT_REJECTED(m, NULL, TG_E_VALUE_TYPE, m->keys[number].value.at.element_type, number, type, ANY);
            else
                EXPECT_CLEAN(m, NULL);
            gb_free(m);
        }
    }
}

/* ---- Bools ---------------------------------------------------------------------------------------- */

static void a_bool_is_0_or_1(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    for (unsigned byte = 0; byte <= 255; byte++) {
        gb_set_value(m, 0, gb_number(GB_BOOL, byte));
        gb_write(m);
        if (byte <= 1)
            EXPECT_CLEAN(m, NULL);
        else
            EXPECT_REJECTED(m, NULL, TG_E_BOOL_VALUE, m->keys[0].value.at.value, 0, byte, 1);
    }
    gb_free(m);
}

static void a_bool_in_an_array_is_0_or_1(void **state)
{
    (void)state;
    enum {
        COUNT = 100
    };
    uint64_t bools[COUNT];
    gb_model *m = gb_base();
    for (size_t bad = 0; bad < COUNT; bad += 11) {
        for (size_t i = 0; i < COUNT; i++)
            bools[i] = i == bad ? 2 + 3 * i : i & 1;
        gb_set_value(m, 0, gb_numbers(GB_BOOL, COUNT, bools));
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_BOOL_VALUE, m->keys[0].value.at.elements + bad, 0, bools[bad] & 0xFF, 1);
    }
    gb_value outer = gb_array(GB_ARRAY);
    gb_push(&outer, gb_numbers(GB_BOOL, 3, (const uint64_t[]){0, 1, 0xFF}));
    gb_set_value(m, 0, outer);
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_BOOL_VALUE, m->keys[0].value.elements[0].at.elements + 2, 0, 0xFF, 1);
    gb_free(m);
}

/* ---- general.alignment ----------------------------------------------------------------------------- */

static void an_alignment_that_is_no_u32_is_refused_at_its_type(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    for (uint32_t type = 0; type <= GB_F64; type++) {
        if (type == GB_U32)
            continue;
        if (type == GB_STRING)
            gb_set_value(m, 1, gb_string("32"));
        else if (type == GB_ARRAY)
            gb_set_value(m, 1, gb_array(GB_U32));
        else
            gb_set_value(m, 1, gb_number(type, type == GB_BOOL ? 1 : 32));
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_ALIGNMENT_TYPE, m->keys[1].at.type, 1, ANY, ANY);
    }
    gb_free(m);
}

static void an_alignment_is_a_power_of_two_up_to_1_mib(void **state)
{
    (void)state;
    static const uint32_t bad[] = {0,        3,          6,          12,         13,        24,
                                   31,       33,         48,         0xFFFFF,    0x100001,  0x180000,
                                   0x200000, 0x40000000, 0x80000000, 0x80000020, UINT32_MAX};
    gb_model *m = gb_base();
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        gb_set_value(m, 1, gb_u32(bad[i]));
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_ALIGNMENT_VALUE, m->keys[1].value.at.value, 1, bad[i], ANY);
    }
    for (uint32_t good = 8; good <= 0x100000; good *= 2) {
        gb_set_value(m, 1, gb_u32(good));
        m->alignment = good;
        gb_write(m);
        EXPECT_CLEAN(m, NULL);
    }
    gb_free(m);
}

static void the_alignment_holds_wherever_its_key_is(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_set_key_name(m, 0, GB_LIT("general.alignment"));
    gb_set_value(m, 0, gb_u32(512));
    gb_set_key_name(m, 1, GB_LIT("other"));
    m->alignment = 512;
    gb_write(m);
    opened o = open_everywhere(m->file.data, m->file.len, NULL);
    assert_int_equal(tg_model_alignment(o.model), 512);
    assert_int_equal(tg_model_data_offset(o.model), 512);
    opened_close(&o);
    gb_set_key_name(m, 0, GB_LIT("general.alignment_")); /* another key: the default holds */
    m->alignment = 32;
    gb_write(m);
    o = open_everywhere(m->file.data, m->file.len, NULL);
    assert_int_equal(tg_model_alignment(o.model), 32);
    opened_close(&o);
    gb_free(m);
}

/* ---- Keys that occur twice ----------------------------------------------------------------------------- */

static void a_key_that_occurs_twice_is_refused_where_it_occurs_again(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 3; version++) {
        gb_model *m = gb_base_as(version, version == 3);
        gb_add_key(m, "other", gb_u32(1));
        size_t again = gb_add_key(m, "general.architecture", gb_u32(1));
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_KEY_DUPLICATE, m->keys[again].at.length, again, 0, 0);
        gb_set_key_name(m, again, GB_LIT("general.architectur"));
        gb_write(m);
        EXPECT_CLEAN(m, NULL);
        gb_set_key_name(m, again, GB_LIT("general.alignment"));
        gb_set_value(m, again, gb_u32(32));
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_KEY_DUPLICATE, m->keys[again].at.length, again, 1, 0);
        gb_free(m);
    }
}

static void keys_are_compared_without_their_trailing_nul(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 2; version++) {
        gb_model *m = gb_base_as(version, false);
        gb_set_key_name(m, 0, GB_LIT("a"));
        size_t again = gb_add_key(m, "", gb_u32(1));
        gb_set_key_name(m, again, GB_LIT("a\0"));
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_KEY_DUPLICATE, m->keys[again].at.length, again, 0, 0);
        gb_free(m);
    }
}

/* Which of several repeated keys is blamed must not depend on how names are hashed. */
static void the_first_repeated_key_is_blamed_under_every_hash_key(void **state)
{
    (void)state;
    enum {
        COUNT = 300
    };
    gb_model *m = gb_new(3, false);
    for (unsigned i = 0; i < COUNT; i++) {
        char name[16];
        snprintf(name, sizeof name, "key-%u", i % 200); /* 0 to 99 occur twice */
        gb_add_key(m, name, gb_u32(i));
    }
    gb_write(m);
    for (uint64_t i = 0; i < 8; i++) {
        const uint64_t hash_key[2] = {i * 0x0123456789ABCDEF, 8 - i};
        tg_options options = options_with_flags(0);
        options.hash_key = hash_key;
        EXPECT_REJECTED(m, &options, TG_E_KEY_DUPLICATE, m->keys[200].at.length, 200, 0, 0);
    }
    gb_free(m);
}

/* Duplicates are looked for when everything has been read: what is wrong with a tensor comes first. */
static void repeated_keys_are_found_after_the_tensors_were_read(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    size_t again = gb_add_key(m, "general.architecture", gb_u32(1));
    gb_add_tensor(m, "w", GB_T_F32, GB_DIMS(8));
    gb_write(m);
    bytes_put_u32(&m->file, m->tensors[0].at.num_dims, 5);
    EXPECT_REJECTED(m, NULL, TG_E_RANK, m->tensors[0].at.num_dims, 0, 5, 4);
    bytes_put_u32(&m->file, m->tensors[0].at.num_dims, 1); /* two tensors named "w" come second */
    EXPECT_REJECTED(m, NULL, TG_E_KEY_DUPLICATE, m->keys[again].at.length, again, 0, 0);
    gb_free(m);
}

int run_rules_of_keys(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_key_is_refused),
        cmocka_unit_test(a_key_with_a_nul_is_refused_at_the_nul),
        cmocka_unit_test(a_key_that_is_not_utf8_is_refused_at_the_bad_sequence),
        cmocka_unit_test(a_key_may_be_any_utf8),
        cmocka_unit_test(only_one_trailing_nul_is_taken_off),
        cmocka_unit_test(an_unknown_value_type_is_refused),
        cmocka_unit_test(an_unknown_element_type_is_refused_for_any_count),
        cmocka_unit_test(an_unknown_element_type_of_an_inner_array_is_refused),
        cmocka_unit_test(version_1_has_no_64_bit_types),
        cmocka_unit_test(a_bool_is_0_or_1),
        cmocka_unit_test(a_bool_in_an_array_is_0_or_1),
        cmocka_unit_test(an_alignment_that_is_no_u32_is_refused_at_its_type),
        cmocka_unit_test(an_alignment_is_a_power_of_two_up_to_1_mib),
        cmocka_unit_test(the_alignment_holds_wherever_its_key_is),
        cmocka_unit_test(a_key_that_occurs_twice_is_refused_where_it_occurs_again),
        cmocka_unit_test(keys_are_compared_without_their_trailing_nul),
        cmocka_unit_test(the_first_repeated_key_is_blamed_under_every_hash_key),
        cmocka_unit_test(repeated_keys_are_found_after_the_tensors_were_read),
    };
    return cmocka_run_group_tests_name("keys and values", tests, NULL, NULL);
}

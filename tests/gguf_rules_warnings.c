/* SPDX-License-Identifier: MIT */
/* Rules: what is accepted with a warning, and refused where the caller is strict. */
#include "gguf_rules.h"

#include "expect.h"
#include "text_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* ---- Text ----------------------------------------------------------------------------------- */

static void old_files_may_end_strings_with_a_nul(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 2; version++) {
        gb_model *m = gb_base_as(version, version == 2);
        gb_set_key_name(m, 0, GB_LIT("general.architecture\0"));
        gb_set_value(m, 0, gb_string_n(GB_LIT("llama\0")));
        gb_set_key_name(m, 1, GB_LIT("general.alignment\0"));
        gb_set_value(m, 1, gb_u32(64));
        gb_set_tensor_name(m, 0, GB_LIT("w\0"));
        m->alignment = 64;
        gb_write(m);
        EXPECT_WARNED(m, NULL, TG_W_TRAILING_NUL, m->keys[0].at.name + 20, 0, ANY, ANY, 4);
        opened o = open_everywhere(m->file.data, m->file.len, NULL);
        tg_bytes text = {NULL, 0};
        tg_value value = tg_model_value(o.model, tg_model_find_key(o.model, "general.architecture"));
        assert_true(tg_value_string(&value, &text));
        assert_int_equal(text.len, 5);
        assert_int_equal(tg_model_key(o.model, 1)->name.len, 17);
        assert_int_equal(tg_model_alignment(o.model), 64);
        assert_non_null(tg_model_find_tensor(o.model, "w"));
        opened_close(&o);
        gb_free(m);
    }
}

static void each_kind_of_string_may_end_with_a_nul(void **state)
{
    (void)state;
    gb_model *m = gb_base_as(2, false);
    gb_set_value(m, 0, gb_string_n(GB_LIT("\0")));
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_TRAILING_NUL, m->keys[0].value.at.text, 0, ANY, ANY, 1);
    gb_set_value(m, 0, gb_string(""));
    gb_set_tensor_name(m, 0, GB_LIT("weight\0"));
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_TRAILING_NUL, m->tensors[0].at.name + 6, 0, ANY, ANY, 1);
    gb_free(m);
}

static void two_nuls_are_no_terminator(void **state)
{
    (void)state;
    gb_model *m = gb_base_as(2, false);
    gb_set_value(m, 0, gb_string_n(GB_LIT("llama\0\0")));
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_TEXT_VALUE, m->keys[0].value.at.text, 0, ANY, ANY, 1);
    opened o = open_everywhere(m->file.data, m->file.len, NULL);
    tg_bytes text = {NULL, 0};
    tg_value value = tg_model_value(o.model, tg_model_key(o.model, 0));
    assert_true(tg_value_string(&value, &text));
    assert_int_equal(text.len, 7);
    opened_close(&o);
    gb_set_value(m, 0, gb_string("llama"));
    gb_set_tensor_name(m, 0, GB_LIT("w\0\0"));
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_NAME_NUL, m->tensors[0].at.name + 1, 0, ANY, ANY);
    gb_free(m);
    m = gb_base_as(1, false);
    gb_set_key_name(m, 0, GB_LIT("\0"));
    gb_write(m);
    EXPECT_REJECTED(m, NULL, TG_E_KEY_EMPTY, m->keys[0].at.length, 0, 0, 0);
    gb_free(m);
}

/* The NUL does not count towards the longest name. */
static void a_name_of_the_longest_length_may_end_with_a_nul(void **state)
{
    (void)state;
    static char name[65538];
    memset(name, 'k', sizeof name);
    for (uint32_t version = 1; version <= 3; version++) {
        gb_model *m = gb_base_as(version, false);
        name[65535] = '\0';
        gb_set_key_name(m, 0, name, 65536);
        gb_write(m);
        if (version == 3)
            EXPECT_REJECTED(m, NULL, TG_E_KEY_LENGTH, m->keys[0].at.length, 0, 65536, 65535);
        else
            EXPECT_WARNED(m, NULL, TG_W_TRAILING_NUL, m->keys[0].at.name + 65535, 0, ANY, ANY, 1);
        name[65535] = 'k';
        gb_set_key_name(m, 0, name, 65536);
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_KEY_LENGTH, m->keys[0].at.length, 0, 65536, 65535);
        name[65536] = '\0';
        gb_set_key_name(m, 0, name, 65537);
        gb_write(m);
        EXPECT_REJECTED(m, NULL, TG_E_KEY_LENGTH, m->keys[0].at.length, 0, 65537, 65535);
        name[65536] = 'k';
        gb_free(m);
    }
}

static void a_nul_at_the_end_of_a_value_of_version_3_is_text(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_set_value(m, 0, gb_string_n(GB_LIT("llama\0")));
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_TEXT_VALUE, m->keys[0].value.at.text, 0, ANY, ANY, 1);
    gb_free(m);
}

static void segments_of_keys_have_a_style(void **state)
{
    (void)state;
    static const char *const bad[] = {".",           ".a",     "a.",  "a..b", "A", "general.Name", "a b", "a/b", "a:",
                                      "a.b\xC3\xA9", "a.\x01", "a,b", "`",    "{", "llama.{name}", "@",   "a.["};
    static const char *const good[] = {"a", "0", "_", "-", "a.b", "az09_-.az09_-.z", "tokenizer.ggml.bos-id_2"};
    gb_model *m = gb_base();
    size_t key = gb_add_key(m, "x", gb_u32(1));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        gb_set_key_name(m, key, bad[i], strlen(bad[i]));
        gb_write(m);
        EXPECT_WARNED(m, NULL, TG_W_KEY_STYLE, m->keys[key].at.length, key, ANY, ANY, 1);
    }
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        gb_set_key_name(m, key, good[i], strlen(good[i]));
        gb_write(m);
        EXPECT_CLEAN(m, NULL);
    }
    gb_free(m);
}

static void a_warning_is_reported_once_with_a_count(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    size_t first = gb_add_key(m, "No Style", gb_u32(1));
    gb_add_key(m, "fine", gb_u32(1));
    gb_add_key(m, "..", gb_u32(1));
    gb_add_key(m, "UPPER", gb_u32(1));
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_KEY_STYLE, m->keys[first].at.length, first, ANY, ANY, 3);
    gb_free(m);
}

static void a_string_value_that_is_no_text_is_warned_about(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    for (size_t i = 0; i < num_bad_utf8; i++) {
        gb_set_value(m, 0, gb_string_n(bad_utf8[i].text, bad_utf8[i].len));
        gb_write(m);
        EXPECT_WARNED(m, NULL, TG_W_TEXT_VALUE, m->keys[0].value.at.text, 0, ANY, ANY, 1);
    }
    for (size_t i = 0; i < num_good_utf8; i++) {
        gb_set_value(m, 0, gb_string_n(good_utf8[i].text, good_utf8[i].len));
        gb_write(m);
        EXPECT_CLEAN(m, NULL);
    }
    gb_set_value(m, 0, gb_string_n(GB_LIT("a\0b")));
    size_t second = gb_add_key(m, "second", gb_string("\xFF"));
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_TEXT_VALUE, m->keys[0].value.at.text, 0, ANY, ANY, 2);
    gb_set_value(m, 0, gb_string("text"));
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_TEXT_VALUE, m->keys[second].value.at.text, second, ANY, ANY, 1);
    gb_free(m);
}

static gb_value strings_with(size_t count, size_t bad, const char *text, size_t len)
{
    gb_value array = gb_array(GB_STRING);
    for (size_t i = 0; i < count; i++)
        gb_push(&array, i == bad ? gb_string_n(text, len) : gb_string("a token"));
    return array;
}

static void elements_that_are_no_text_are_warned_about_on_request(void **state)
{
    (void)state;
    tg_options check = options_with_flags(TG_CHECK_TEXT);
    gb_model *m = gb_base();
    for (size_t i = 0; i < num_bad_utf8; i++) {
        gb_set_value(m, 0, strings_with(40, i, bad_utf8[i].text, bad_utf8[i].len));
        gb_write(m);
        EXPECT_CLEAN(m, NULL);
        EXPECT_WARNED(m, &check, TG_W_TEXT_ELEMENT, m->keys[0].value.elements[i].at.text, 0, ANY, ANY, 1);
    }
    for (size_t i = 0; i < num_good_utf8; i++) {
        gb_set_value(m, 0, strings_with(40, i, good_utf8[i].text, good_utf8[i].len));
        gb_write(m);
        EXPECT_CLEAN(m, &check);
    }
    gb_set_value(m, 0, strings_with(40, 7, GB_LIT("a\0b")));
    gb_write(m);
    EXPECT_WARNED(m, &check, TG_W_TEXT_ELEMENT, m->keys[0].value.elements[7].at.text, 0, ANY, ANY, 1);
    gb_free(m);
}

static void elements_that_are_no_text_are_counted_in_all_arrays(void **state)
{
    (void)state;
    tg_options check = options_with_flags(TG_CHECK_TEXT);
    static const char *const texts[] = {"fine", "\xFF", "\xC3"};
    gb_model *m = gb_base();
    gb_value outer = gb_array(GB_ARRAY);
    gb_push(&outer, gb_strings(1, texts));
    gb_push(&outer, gb_strings(3, texts));
    size_t key = gb_add_key(m, "nested", outer);
    gb_add_key(m, "flat", gb_strings(2, texts));
    gb_write(m);
    uint64_t at = m->keys[key].value.elements[1].elements[1].at.text;
    EXPECT_WARNED(m, &check, TG_W_TEXT_ELEMENT, at, key, ANY, ANY, 3);
    gb_free(m);
}

/* ---- Alignment, names, dimensions ------------------------------------------------------------------- */

static void an_alignment_below_8_is_warned_about(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    for (uint32_t alignment = 1; alignment <= 4; alignment *= 2) {
        gb_set_value(m, 1, gb_u32(alignment));
        m->alignment = alignment;
        gb_write(m);
        EXPECT_WARNED(m, NULL, TG_W_ALIGNMENT_SMALL, m->keys[1].value.at.value, 1, alignment, 8, 1);
    }
    gb_free(m);
}

static void a_name_above_64_bytes_is_warned_about(void **state)
{
    (void)state;
    static const char name[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefX";
    gb_model *m = gb_base();
    gb_set_tensor_name(m, 0, name, 64);
    gb_write(m);
    EXPECT_CLEAN(m, NULL);
    gb_set_tensor_name(m, 0, name, 65);
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_NAME_LONG, m->tensors[0].at.length, 0, 65, 64, 1);
    gb_free(m);
}

static void a_dimension_of_0_is_warned_about(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_add_tensor(m, "empty", GB_T_F32, GB_DIMS(4, 2));
    for (uint32_t at = 0; at < 4; at++) {
        uint64_t dims[4] = {2, 2, 2, 2};
        dims[at] = 0;
        gb_set_dims(m, 1, 4, dims);
        gb_write(m);
        EXPECT_WARNED(m, NULL, TG_W_DIM_ZERO, m->tensors[1].at.dims[at], 1, 0, ANY, 1);
    }
    m->tensors[1].type = GB_T_Q8_0; /* no row at all is a whole number of blocks; and no quantized data */
    gb_add_key(m, "general.quantization_version", gb_u32(2));
    gb_set_dims(m, 1, GB_DIMS(0, 3));
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_DIM_ZERO, m->tensors[1].at.dims[0], 1, 0, ANY, 1);
    gb_free(m);
}

static void quantized_tensors_want_a_quantization_version(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_add_tensor(m, "plain", GB_T_BF16, GB_DIMS(16));
    gb_add_tensor(m, "q", GB_T_Q4_0, GB_DIMS(32));
    gb_add_tensor(m, "k", GB_T_Q4_K, GB_DIMS(256));
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_QUANTIZATION_VERSION, m->tensors[2].at.type, 2, ANY, ANY, ANY);
    gb_add_key(m, "general.quantization_version", gb_u32(2));
    gb_write(m);
    EXPECT_CLEAN(m, NULL);
    gb_free(m);
}

/* ---- Data ----------------------------------------------------------------------------------------------- */

static void a_gap_is_warned_about_behind_the_padding(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_set_dims(m, 0, GB_DIMS(5)); /* 20 bytes, padded to 32 */
    gb_add_tensor(m, "b", GB_T_F32, GB_DIMS(8));
    gb_set_offset(m, 1, 32);
    gb_write(m);
    EXPECT_CLEAN(m, NULL);
    gb_set_offset(m, 1, 96);
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_DATA_GAP, m->tensors[1].at.offset, 1, m->at.data + 32, m->at.data + 96, 1);
    gb_free(m);
}

static void a_gap_before_the_first_tensor_is_warned_about(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_set_offset(m, 0, 64);
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_DATA_GAP, m->tensors[0].at.offset, 0, m->at.data, m->at.data + 64, 1);
    gb_add_tensor(m, "b", GB_T_F32, GB_DIMS(8));
    gb_set_offset(m, 1, 256);
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_DATA_GAP, m->tensors[0].at.offset, 0, m->at.data, m->at.data + 64, 2);
    gb_free(m);
}

static void data_out_of_order_is_warned_about(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_add_tensor(m, "b", GB_T_F32, GB_DIMS(8));
    gb_add_tensor(m, "c", GB_T_F32, GB_DIMS(8));
    gb_set_offset(m, 0, 64);
    gb_set_offset(m, 1, 0);
    gb_set_offset(m, 2, 32);
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_DATA_ORDER, m->tensors[1].at.offset, 1, ANY, ANY, 2);
    gb_set_offset(m, 0, 0);
    gb_set_offset(m, 1, 64);
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_DATA_ORDER, m->tensors[2].at.offset, 2, ANY, ANY, 1);
    gb_free(m);
}

/* Empty tensors have no place in the order of the data. */
static void empty_tensors_are_in_any_order(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_add_tensor(m, "b", GB_T_F32, GB_DIMS(8));
    gb_add_tensor(m, "empty", GB_T_F32, GB_DIMS(0));
    gb_set_offset(m, 2, 0);
    gb_write(m);
    EXPECT_WARNED(m, NULL, TG_W_DIM_ZERO, m->tensors[2].at.dims[0], 2, ANY, ANY, 1);
    gb_free(m);
}

static void bytes_behind_the_data_are_warned_about(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    uint64_t end = m->file.len;
    bytes_u8(&m->file, 0);
    EXPECT_WARNED(m, NULL, TG_W_DATA_AFTER, end, TG_NO_INDEX, 1, ANY, 1);
    bytes_raw(&m->file, GB_LIT("PK\3\4 and so on"));
    EXPECT_WARNED(m, NULL, TG_W_DATA_AFTER, end, TG_NO_INDEX, m->file.len - end, ANY, 1);
    gb_set_dims(m, 0, GB_DIMS(3)); /* 12 bytes: 20 bytes of padding are none of it */
    gb_write(m);
    bytes_pad(&m->file, 32);
    bytes_fill(&m->file, 100, 0xFF);
    EXPECT_WARNED(m, NULL, TG_W_DATA_AFTER, m->at.data + 32, TG_NO_INDEX, 100, ANY, 1);
    gb_free(m);
}

/* Writers pad the header also where no tensor follows. */
static void bytes_behind_a_header_without_tensors_are_warned_about(void **state)
{
    (void)state;
    gb_model *m = gb_new(3, false);
    gb_add_key(m, "a", gb_u32(1));
    gb_write(m);
    bytes_pad(&m->file, 32);
    assert_true(m->at.header_end < m->file.len);
    EXPECT_CLEAN(m, NULL);
    uint64_t end = m->file.len;
    bytes_fill(&m->file, 1000, 0xAA);
    EXPECT_WARNED(m, NULL, TG_W_DATA_AFTER, end, TG_NO_INDEX, 1000, ANY, 1);
    bytes_cut(&m->file, end);
    bytes_put_u8(&m->file, end - 1, 1);
    EXPECT_WARNED(m, NULL, TG_W_PADDING, end - 1, TG_NO_INDEX, ANY, ANY, 1);
    gb_free(m);
}

static void padding_before_the_data_is_zero(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    assert_true(m->at.header_end + 2 < m->at.data);
    bytes_put_u8(&m->file, m->at.data - 1, 0xAA);
    EXPECT_WARNED(m, NULL, TG_W_PADDING, m->at.data - 1, TG_NO_INDEX, ANY, ANY, ANY);
    bytes_put_u8(&m->file, m->at.header_end + 1, 1);
    EXPECT_WARNED(m, NULL, TG_W_PADDING, m->at.header_end + 1, TG_NO_INDEX, ANY, ANY, ANY);
    bytes_put_u8(&m->file, m->at.header_end, 0x80);
    EXPECT_WARNED(m, NULL, TG_W_PADDING, m->at.header_end, TG_NO_INDEX, ANY, ANY, ANY);
    gb_free(m);
}

static void all_of_a_wide_padding_is_looked_at(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_set_value(m, 1, gb_u32(1 << 20));
    m->alignment = 1 << 20;
    gb_write(m);
    EXPECT_CLEAN(m, NULL);
    bytes_put_u8(&m->file, m->at.data - 1, 0xAA);
    EXPECT_WARNED(m, NULL, TG_W_PADDING, m->at.data - 1, TG_NO_INDEX, ANY, ANY, ANY);
    bytes_put_u8(&m->file, (1 << 19) + 5, 0xAA);
    EXPECT_WARNED(m, NULL, TG_W_PADDING, (1 << 19) + 5, TG_NO_INDEX, ANY, ANY, ANY);
    gb_free(m);
}

static void padding_between_tensors_is_not_read(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_set_dims(m, 0, GB_DIMS(7));
    gb_add_tensor(m, "b", GB_T_F32, GB_DIMS(8));
    gb_write(m);
    bytes_put_u32(&m->file, m->at.data + 28, UINT32_MAX);
    EXPECT_CLEAN(m, NULL);
    gb_free(m);
}

/* ---- Strictness -------------------------------------------------------------------------------------------- */

static void only_the_warnings_that_are_named_are_errors(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    gb_set_key_name(m, 0, GB_LIT("No Style"));
    gb_write(m);
    bytes_u8(&m->file, 1);
    const tg_status strict[] = {TG_W_DATA_GAP, TG_W_PADDING};
    tg_options options = options_with_flags(0);
    options.strict = strict;
    options.num_strict = 2;
    opened o = open_everywhere(m->file.data, m->file.len, &options);
    assert_int_equal(o.status, TG_OK);
    assert_int_equal(tg_model_num_warnings(o.model), 2);
    opened_close(&o);
    const tg_status after[] = {TG_W_DATA_GAP, TG_W_DATA_AFTER};
    options.strict = after;
    EXPECT_REJECTED(m, &options, TG_W_DATA_AFTER, m->file.len - 1, TG_NO_INDEX, 1, ANY);
    options.num_strict = 1;
    EXPECT_ACCEPTED(m, &options);
    gb_free(m);
}

int run_rules_of_warnings(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(old_files_may_end_strings_with_a_nul),
        cmocka_unit_test(each_kind_of_string_may_end_with_a_nul),
        cmocka_unit_test(two_nuls_are_no_terminator),
        cmocka_unit_test(a_name_of_the_longest_length_may_end_with_a_nul),
        cmocka_unit_test(a_nul_at_the_end_of_a_value_of_version_3_is_text),
        cmocka_unit_test(segments_of_keys_have_a_style),
        cmocka_unit_test(a_warning_is_reported_once_with_a_count),
        cmocka_unit_test(a_string_value_that_is_no_text_is_warned_about),
        cmocka_unit_test(elements_that_are_no_text_are_warned_about_on_request),
        cmocka_unit_test(elements_that_are_no_text_are_counted_in_all_arrays),
        cmocka_unit_test(an_alignment_below_8_is_warned_about),
        cmocka_unit_test(a_name_above_64_bytes_is_warned_about),
        cmocka_unit_test(a_dimension_of_0_is_warned_about),
        cmocka_unit_test(quantized_tensors_want_a_quantization_version),
        cmocka_unit_test(a_gap_is_warned_about_behind_the_padding),
        cmocka_unit_test(a_gap_before_the_first_tensor_is_warned_about),
        cmocka_unit_test(data_out_of_order_is_warned_about),
        cmocka_unit_test(empty_tensors_are_in_any_order),
        cmocka_unit_test(bytes_behind_the_data_are_warned_about),
        cmocka_unit_test(bytes_behind_a_header_without_tensors_are_warned_about),
        cmocka_unit_test(padding_before_the_data_is_zero),
        cmocka_unit_test(all_of_a_wide_padding_is_looked_at),
        cmocka_unit_test(padding_between_tensors_is_not_read),
        cmocka_unit_test(only_the_warnings_that_are_named_are_errors),
    };
    return cmocka_run_group_tests_name("warnings", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Every rule for safetensors: the file just inside, the file just outside, and the field that is blamed. Those about
 * tensors are in st_rules_tensors.c. */
#include "st_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- The length of the header ------------------------------------------------------------------------ */

static void the_header_has_2_to_100_million_bytes(void **state)
{
    (void)state;
    static const uint64_t bad[] = {
        0, 1, 100000001, UINT64_MAX, UINT64_MAX - 7, INT63_MAX, (uint64_t)1 << 63, (uint64_t)1 << 32};
    ACCEPTED("{}", 0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        st_file f = st_make("{}", 0);
        bytes_put_u64(&f.file, 0, bad[i]);
        EXPECT_BYTES_REJECTED(&f.file, NULL, TG_E_HEADER_LENGTH, 0, NONE, bad[i], 100000000);
        st_free(&f);
    }
    st_file f = st_make("{}", 0);
    bytes_put_u64(&f.file, 0, 100000000);
    EXPECT_BYTES_REJECTED(&f.file, NULL, TG_E_TRUNCATED, 8, NONE, 2, 100000000);
    bytes_put_u64(&f.file, 0, 3);
    EXPECT_BYTES_REJECTED(&f.file, NULL, TG_E_TRUNCATED, 8, NONE, 2, 3);
    st_free(&f);
}

/* As large as the format allows, and white space but for its first bytes. */
static void the_largest_header_is_read(void **state)
{
    (void)state;
    enum {
        LARGEST = 100000000
    };
    bytes b = bytes_new(false);
    bytes_u64(&b, LARGEST);
    bytes_raw(&b, "{}", 2);
    bytes_fill(&b, LARGEST - 2, ' ');
    tg_model *model = NULL;
    assert_int_equal(tg_open_memory(b.data, b.len, NULL, &model, NULL), TG_OK);
    assert_int_equal(tg_model_data_offset(model), b.len);
    tg_close(model);
    bytes_free(&b);
}

static void the_limit_on_headers_holds(void **state)
{
    (void)state;
    tg_limits limits = default_limits();
    tg_options options = options_with_limits(&limits);
    st_file f = st_make("{                                                                      }", 0);
    limits.max_header_bytes = f.file.len;
    expect_accepted(&f.file, &options, true, __FILE__, __LINE__);
    limits.max_header_bytes = f.file.len - 1;
    EXPECT_BYTES_REJECTED(&f.file, &options, TG_E_LIMIT_HEADER, 8, NONE, f.file.len, f.file.len - 1);
    st_free(&f);
}

/* ---- The text ----------------------------------------------------------------------------------------- */

static void the_header_is_one_object(void **state)
{
    (void)state;
    REJECTED("@[]", 0, TG_E_JSON_TYPE, NONE, 0, 0);
    REJECTED("  @'x'", 0, TG_E_JSON_TYPE, NONE, 0, 0);
    REJECTED("\n@true", 0, TG_E_JSON_TYPE, NONE, 0, 0);
    REJECTED("{}@{}", 0, TG_E_JSON_AFTER, NONE, 0, 0);
    REJECTED("{} @,", 0, TG_E_JSON_AFTER, NONE, 0, 0);
    REJECTED("{}@t", 0, TG_E_JSON_AFTER, NONE, 0, 0); /* what could become a word is no white space */
    REJECTED("{} @fals", 0, TG_E_JSON_AFTER, NONE, 0, 0);
    REJECTED("{}\n@nul", 0, TG_E_JSON_AFTER, NONE, 0, 0);
    REJECTED("{@x}", 0, TG_E_JSON_SYNTAX, 0, 0, 0);
    REJECTED("{@1:2}", 0, TG_E_JSON_SYNTAX, 0, 0, 0);
    REJECTED("{'a' @'b'}", 0, TG_E_JSON_SYNTAX, 0, 0, 0);
    REJECTED("{@,}", 0, TG_E_JSON_SYNTAX, 0, 0, 0);
    REJECTED("{'a':" ST_TENSOR("U8", "[0]", "[0,0]") ",@}", 0, TG_E_JSON_SYNTAX, 1, 0, 0);
    REJECTED("{'a':" ST_TENSOR("U8", "[0]", "[0,0]") "@;'b':1}", 0, TG_E_JSON_SYNTAX, 0, 0, 0);
    ACCEPTED("{ \t\r\n}\t\r\n ", 0);
    ACCEPTED("{ 'a' : { 'dtype' : 'U8' , 'shape' : [ 1 , 2 ] , 'data_offsets' : [ 0 , 2 ] } }", 2);
}

static void a_byte_order_mark_is_no_white_space(void **state)
{
    (void)state;
    st_file f = st_make("\xef\xbb\xbf{}", 0);
    EXPECT_BYTES_REJECTED(&f.file, NULL, TG_E_JSON_SYNTAX, 8, NONE, 0, 0);
    st_free(&f);
}

static void padding_is_white_space_and_nothing_else(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        st_file f = st_make("{} ", 0);
        f.file.data[f.file.len - 1] = (uint8_t)byte;
        if (byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r')
            expect_accepted(&f.file, NULL, true, __FILE__, __LINE__);
        else
            EXPECT_BYTES_REJECTED(&f.file, NULL, TG_E_JSON_AFTER, 10, NONE, 0, 0);
        st_free(&f);
    }
}

static void white_space_may_come_first(void **state)
{
    (void)state;
    WARNED("@ {}", 0, TG_W_LEADING_SPACE, NONE, 1);
    WARNED("@\t\r\n {}", 0, TG_W_LEADING_SPACE, NONE, 1);
}

/* With data behind it, text that ends early is no matter of a download. */
static void text_that_ends_early_is_told_from_a_file_that_does(void **state)
{
    (void)state;
    REJECTED("{'a':@", 4, TG_E_JSON_END, 0, 0, 0);
    REJECTED("{'a@", 4, TG_E_JSON_END, 0, 0, 0);
    REJECTED("{'a':@", 0, TG_E_TRUNCATED, 0, 0, 1);
    REJECTED("{'a':{'dtype':'U8','shape':[1,@", 4, TG_E_JSON_END, 0, 0, 0);
    REJECTED("{'__metadata__':{'a':'b'@", 4, TG_E_JSON_END, 0, 0, 0);
}

static void strings_are_checked_byte_by_byte(void **state)
{
    (void)state;
    REJECTED("{'a@\xff':1}", 0, TG_E_JSON_UTF8, 0, 0, 0);
    REJECTED("{'a@\xed\xa0\x80':1}", 0, TG_E_JSON_UTF8, 0, 0, 0);
    REJECTED("{'@\\ud800':1}", 0, TG_E_JSON_SURROGATE, 0, 0, 0);
    REJECTED("{'@\\x':1}", 0, TG_E_JSON_ESCAPE, 0, 0, 0);
    REJECTED("{'@\n':1}", 0, TG_E_JSON_CONTROL, 0, 0, 0);
    REJECTED("{'__metadata__':{'a':'@\xc3'}}", 0, TG_E_JSON_UTF8, 0, 0, 0);
}

/* ---- Entries -------------------------------------------------------------------------------------------- */

static void an_entry_is_an_object_of_three_fields(void **state)
{
    (void)state;
    REJECTED("{'a':@1}", 0, TG_E_JSON_TYPE, 0, 0, 0);
    REJECTED("{'a':@['U8',[2],[0,2]]}", 2, TG_E_JSON_TYPE, 0, 0, 0);
    REJECTED("{'a':@null}", 0, TG_E_JSON_TYPE, 0, 0, 0);
    REJECTED("{'a':@'x'}", 0, TG_E_JSON_TYPE, 0, 0, 0);
    REJECTED("{'a':@{}}", 0, TG_E_FIELD_MISSING, 0, 0, 0);
    REJECTED("{'a':@{'dtype':'U8','shape':[2]}}", 2, TG_E_FIELD_MISSING, 0, 0, 0);
    REJECTED("{'a':@{'dtype':'U8','data_offsets':[0,2]}}", 2, TG_E_FIELD_MISSING, 0, 0, 0);
    REJECTED("{'a':@{'shape':[2],'data_offsets':[0,2]}}", 2, TG_E_FIELD_MISSING, 0, 0, 0);
    ACCEPTED("{'a':{'data_offsets':[0,2],'shape':[2],'dtype':'U8'}}", 2);
    ACCEPTED("{'a':{'d\\u0061ta_offsets':[0,2],'shape':[2],'\\u0064type':'\\u00558'}}", 2);
    REJECTED("{'a':{'dtype':@{'U8':null},'shape':[2],'data_offsets':[0,2]}}", 2, TG_E_JSON_TYPE, 0, 0, 0);
    REJECTED("{'a':{'dtype':@8,'shape':[2],'data_offsets':[0,2]}}", 2, TG_E_JSON_TYPE, 0, 0, 0);
    REJECTED("{'a':{'dtype':'U8','shape':@2,'data_offsets':[0,2]}}", 2, TG_E_JSON_TYPE, 0, 0, 0);
    REJECTED("{'a':{'dtype':'U8','shape':[2],'data_offsets':@{}}}", 2, TG_E_JSON_TYPE, 0, 0, 0);
}

static void an_unknown_field_is_passed_over(void **state)
{
    (void)state;
    WARNED("{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2],'@x':null}}", 2, TG_W_FIELD_UNKNOWN, 0, 1);
    WARNED("{'a':{'@':[1,-2.5e3,'s',true,false,null,{}],'shape':[2],'data_offsets':[0,2],'dtype':'U8','z':{'k':[]}}}",
           2, TG_W_FIELD_UNKNOWN, 0, 2);
    WARNED("{'a':{'dtype':'U8','shape':[2],'data_offsets':[0,2],'@x':[[]]}}", 2, TG_W_FIELD_UNKNOWN, 0, 1);
    REJECTED("{'a':{'x':[[@[]]]}}", 0, TG_E_JSON_DEPTH, 0, 0, 0);
    REJECTED("{'a':{'x':{'y':{'z':@{}}}}}", 0, TG_E_JSON_DEPTH, 0, 0, 0);
    REJECTED("{'a':{'x':[1,@]}}", 0, TG_E_JSON_SYNTAX, 0, 0, 0);
    REJECTED("{'a':{'x':@01}}", 0, TG_E_JSON_NUMBER, 0, 0, 0);
    REJECTED("{'a':{'x':{'y' @1}}}", 0, TG_E_JSON_SYNTAX, 0, 0, 0);
    REJECTED("{'a':{'x':[@nil]}}", 0, TG_E_JSON_SYNTAX, 0, 0, 0);
}

/* ---- Names ------------------------------------------------------------------------------------------------ */

static void a_name_is_not_empty_and_holds_no_nul(void **state)
{
    (void)state;
    REJECTED("{'@':" ST_TENSOR("U8", "[0]", "[0,0]") "}", 0, TG_E_NAME_EMPTY, 0, 0, 0);
    REJECTED("{'@a\\u0000':" ST_TENSOR("U8", "[0]", "[0,0]") "}", 0, TG_E_NAME_NUL, 0, 0, 0);
    REJECTED("{'__metadata__':{'@':'x'}}", 0, TG_E_KEY_EMPTY, 0, 0, 0);
    REJECTED("{'__metadata__':{'@\\u0000':'x'}}", 0, TG_E_KEY_NUL, 0, 0, 0);
    ACCEPTED("{'../../etc/passwd':" ST_TENSOR("U8", "[0]", "[0,0]") "}", 0);
    ACCEPTED("{'\\ud83d\\ude00\xc3\xa9':" ST_TENSOR("U8", "[0]", "[0,0]") "}", 0);
}

/* In bytes, escapes resolved. */
static void a_name_has_at_most_65535_bytes(void **state)
{
    (void)state;
    for (int key = 0; key <= 1; key++) {
        for (int escaped = 0; escaped <= 1; escaped++) {
            for (size_t len = 65535; len <= 65536; len++) {
                bytes text = bytes_new(false);
                const char *start = key == 1 ? "{'__metadata__':{'@" : "{'@";
                const char *end = key == 1 ? "':'v'}}" : "':" ST_TENSOR("U8", "[0]", "[0,0]") "}";
                bytes_raw(&text, start, strlen(start));
                for (size_t i = 0; i < len; i++)
                    bytes_raw(&text, escaped == 1 && i % 2 == 0 ? "\\u0061" : "a", escaped == 1 && i % 2 == 0 ? 6 : 1);
                bytes_raw(&text, end, strlen(end));
                st_file f = st_make_n((const char *)text.data, text.len, 0);
                if (len == 65535)
                    expect_accepted(&f.file, NULL, true, __FILE__, __LINE__);
                else
                    EXPECT_BYTES_REJECTED(&f.file, NULL, key == 1 ? TG_E_KEY_LENGTH : TG_E_NAME_LENGTH, f.at, 0, len,
                                          65535);
                st_free(&f);
                bytes_free(&text);
            }
        }
    }
}

static void names_are_unique_once_escapes_are_resolved(void **state)
{
    (void)state;
    const char *const pairs[] = {
        "{'w':" ST_TENSOR("U8", "[2]", "[0,2]") ",'@w':" ST_TENSOR("U8", "[2]", "[0,2]") "}",
        "{'w':" ST_TENSOR("U8", "[1]", "[0,1]") ",'@\\u0077':" ST_TENSOR("U8", "[1]", "[1,2]") "}",
        "{'\\u0077':" ST_TENSOR("U8", "[1]", "[0,1]") ",'@w':" ST_TENSOR("U8", "[1]", "[1,2]") "}",
        "{'\\ud83d\\ude00':" ST_TENSOR("U8", "[1]", "[0,1]") ",'@\xf0\x9f\x98\x80':" ST_TENSOR("U8", "[1]",
                                                                                               "[1,2]") "}",
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        REJECTED(pairs[i], 2, TG_E_NAME_DUPLICATE, 1, 0, 0);
    REJECTED("{'__metadata__':{'a':'1','@\\u0061':'2'}}", 0, TG_E_KEY_DUPLICATE, 1, 0, 0);
}

static void fields_are_unique_once_escapes_are_resolved(void **state)
{
    (void)state;
    REJECTED("{'a':{'dtype':'U8','@dtype':'U8'}}", 0, TG_E_FIELD_DUPLICATE, 0, 0, 0);
    REJECTED("{'a':{'dtype':'U8','@d\\u0074ype':'U8'}}", 0, TG_E_FIELD_DUPLICATE, 0, 0, 0);
    REJECTED("{'a':{'shape':[],'dtype':'U8','@shape':[]}}", 0, TG_E_FIELD_DUPLICATE, 0, 0, 0);
    REJECTED("{'a':{'data_offsets':[0,0],'@data_offsets':[0,0]}}", 0, TG_E_FIELD_DUPLICATE, 0, 0, 0);
    REJECTED("{'__metadata__':{},'@__metadata__':{}}", 0, TG_E_FIELD_DUPLICATE, NONE, 0, 0);
    REJECTED("{'__metadata__':{'a':'b'},'@\\u005f_metadata__':null}", 0, TG_E_FIELD_DUPLICATE, NONE, 0, 0);
    /* Also those that nobody asks for, at every depth. */
    REJECTED("{'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0],'x':1,'@\\u0078':2}}", 0, TG_E_FIELD_DUPLICATE, ANY,
             0, 0);
    REJECTED("{'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0],'x':{'y':[1],'@y':2}}}", 0, TG_E_FIELD_DUPLICATE, ANY,
             0, 0);
}

static void fields_of_different_objects_may_have_one_name(void **state)
{
    (void)state;
    WARNED("{'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0],'@x':{'x':1},'y':[{'x':1},{'x':1}]},"
           "'b':{'dtype':'U8','shape':[0],'data_offsets':[0,0],'x':1}}",
           0, TG_W_FIELD_UNKNOWN, 0, 3);
}

/* ---- __metadata__ -------------------------------------------------------------------------------------------- */

static void metadata_is_an_object_of_strings(void **state)
{
    (void)state;
    REJECTED("{'__metadata__':@[]}", 0, TG_E_JSON_TYPE, NONE, 0, 0);
    REJECTED("{'__metadata__':@'x'}", 0, TG_E_JSON_TYPE, NONE, 0, 0);
    REJECTED("{'__metadata__':{'a':@1}}", 0, TG_E_JSON_TYPE, 0, 0, 0);
    REJECTED("{'__metadata__':{'a':'b','c':@null}}", 0, TG_E_JSON_TYPE, 1, 0, 0);
    REJECTED("{'__metadata__':{'a':@{'b':'c'}}}", 0, TG_E_JSON_TYPE, 0, 0, 0);
    REJECTED("{'__metadata__':{'a':'b',@}}", 0, TG_E_JSON_SYNTAX, 1, 0, 0);
    WARNED("{'__metadata__':@null}", 0, TG_W_METADATA_NULL, NONE, 1);
    WARNED("{'__metadata__':{'a':'@x\\u0000'}}", 0, TG_W_TEXT_VALUE, 0, 1);
    ACCEPTED("{'__metadata__':{}}", 0);
    ACCEPTED("{'__metadata__':{'a':''}}", 0);
}

static void metadata_is_given_as_keys(void **state)
{
    (void)state;
    st_file f =
        st_make("{'a':" ST_TENSOR("U8", "[0]",
                                  "[0,0]") ",'__metadata__':{'format':'pt','n\\u00e9':'\\ud83d\\ude00\\n','empty':''}}",
                0);
    opened o = open_everywhere(f.file.data, f.file.len, NULL);
    assert_int_equal(o.status, TG_OK);
    static const struct {
        const char *key, *value;
    } rows[] = {{"format", "pt"}, {"n\xc3\xa9", "\xf0\x9f\x98\x80\n"}, {"empty", ""}};
    assert_int_equal(tg_model_num_keys(o.model), 3);
    for (size_t i = 0; i < 3; i++) {
        const tg_key *key = tg_model_find_key(o.model, rows[i].key);
        assert_ptr_equal(key, tg_model_key(o.model, i));
        assert_int_equal(key->type, TG_VALUE_STRING);
        tg_value value = tg_model_value(o.model, key);
        tg_bytes text;
        assert_true(tg_value_string(&value, &text));
        assert_int_equal(text.len, strlen(rows[i].value));
        assert_memory_equal(text.ptr, rows[i].value, text.len);
    }
    opened_close(&o);
    st_free(&f);
}

/* ---- Numbers ---------------------------------------------------------------------------------------------------- */

static void numbers_are_plain_and_fit(void **state)
{
    (void)state;
    static const struct {
        const char *number;
        tg_status status;
    } rows[] = {
        {"4.0", TG_E_JSON_NUMBER},
        {"4e0", TG_E_JSON_NUMBER},
        {"-4", TG_E_JSON_NUMBER},
        {"-0", TG_E_JSON_NUMBER},
        {"04", TG_E_JSON_NUMBER},
        {"1e400", TG_E_JSON_NUMBER},
        {"'4'", TG_E_JSON_TYPE},
        {"null", TG_E_JSON_TYPE},
        {"true", TG_E_JSON_TYPE},
        {"[4]", TG_E_JSON_TYPE},
        {"NaN", TG_E_JSON_SYNTAX},
        {"+4", TG_E_JSON_SYNTAX},
        {"18446744073709551616", TG_E_JSON_RANGE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[200];
        snprintf(text, sizeof text, "{'a':{'dtype':'U8','shape':[@%s],'data_offsets':[0,4]}}", rows[i].number);
        REJECTED(text, 4, rows[i].status, 0, 0, 0);
        snprintf(text, sizeof text, "{'a':{'dtype':'U8','shape':[4],'data_offsets':[@%s,4]}}", rows[i].number);
        REJECTED(text, 4, rows[i].status, 0, 0, 0);
        snprintf(text, sizeof text, "{'a':{'dtype':'U8','shape':[4],'data_offsets':[0, @%s]}}", rows[i].number);
        REJECTED(text, 4, rows[i].status, 0, 0, 0);
    }
    /* 2^53 + 1 is a number like any other. */
    REJECTED("{'a':{'dtype':'U8','shape':[9007199254740993],'data_offsets':@[0,9007199254740992]}}", 0,
             TG_E_OFFSETS_SIZE, 0, 9007199254740992, 9007199254740993);
}

/* ---- Limits and the model ---------------------------------------------------------------------------------------- */

#define A(dims, offsets) "'a':" ST_TENSOR("U8", dims, offsets)
#define B(dims, offsets) "'b':" ST_TENSOR("U8", dims, offsets)

static void the_limits_on_tensors_and_keys_hold(void **state)
{
    (void)state;
    tg_limits limits = default_limits();
    tg_options options = options_with_limits(&limits);
    limits.max_tensors = 2;
    limits.max_keys = 1;
    st_file f = st_make("{" A("[0]", "[0,0]") "," B("[0]", "[0,0]") ",'@c':1}", 0);
    EXPECT_BYTES_REJECTED(&f.file, &options, TG_E_LIMIT_TENSORS, f.at, 2, 3, 2);
    st_free(&f);
    f = st_make("{'__metadata__':{'a':'b','@c':'d'}}", 0);
    EXPECT_BYTES_REJECTED(&f.file, &options, TG_E_LIMIT_KEYS, f.at, 1, 2, 1);
    st_free(&f);
    f = st_make("{" A("[0]", "[0,0]") "," B("[0]", "[0,0]") ",'__metadata__':{'a':'b'}}", 0);
    expect_accepted(&f.file, &options, true, __FILE__, __LINE__);
    st_free(&f);
}

static void a_model_says_what_it_is(void **state)
{
    (void)state;
    st_file f =
        st_make("{'n\\u0061me':" ST_TENSOR("F32", "[2,3]", "[1,25]") ",'u':" ST_TENSOR("U8", "[1]", "[0,1]") "}", 25);
    opened o = open_everywhere(f.file.data, f.file.len, NULL);
    assert_int_equal(o.status, TG_OK);
    assert_int_equal(tg_model_format(o.model), TG_FORMAT_SAFETENSORS);
    assert_string_equal(tg_format_name(TG_FORMAT_SAFETENSORS), "safetensors");
    assert_int_equal(tg_model_version(o.model), 0);
    assert_int_equal(tg_model_endian(o.model), TG_ENDIAN_LITTLE);
    assert_int_equal(tg_model_alignment(o.model), 1);
    assert_int_equal(tg_model_data_offset(o.model), f.data);
    assert_null(tg_model_set(o.model));
    const tg_tensor *t = tg_model_find_tensor(o.model, "name");
    assert_non_null(t);
    assert_int_equal(t->offset, f.data + 1);
    assert_int_equal(t->num_dims, 2);
    assert_int_equal(t->dims[0], 2);
    assert_int_equal(t->dims[1], 3);
    const void *data;
    size_t len;
    assert_int_equal(tg_tensor_data(o.model, t, &data, &len, NULL), TG_OK);
    assert_int_equal(len, 24);
    assert_memory_equal(data, f.file.data + f.data + 1, 24);
    opened_close(&o);
    st_free(&f);
}

/* The address decides, and it must be the address that is given out. */
static void the_alignment_of_a_tensor_is_that_of_its_address(void **state)
{
    (void)state;
    st_file f =
        st_make("{'a':" ST_TENSOR("U8", "[1]", "[0,1]") ",'b':" ST_TENSOR("F32", "[4]", "[1,17]") ",'c':" ST_TENSOR(
                    "U8", "[4079]", "[17,4096]") ",'d':" ST_TENSOR("U8", "[8]", "[4096,4104]") "}",
                4104);
    opened o = open_everywhere(f.file.data, f.file.len, NULL);
    assert_int_equal(o.status, TG_OK);
    for (uint64_t i = 0; i < 4; i++) {
        const tg_tensor *t = tg_model_tensor(o.model, i);
        const void *data;
        size_t len;
        assert_int_equal(tg_tensor_data(o.model, t, &data, &len, NULL), TG_OK);
        uint64_t alignment = tg_tensor_alignment(o.model, t);
        assert_true(alignment >= 1 && alignment <= 4096);
        assert_int_equal((uintptr_t)data % alignment, 0);
        if (alignment < 4096)
            assert_int_not_equal((uintptr_t)data % (2 * alignment), 0);
    }
    assert_int_equal(tg_tensor_alignment(o.model, NULL), 0);
    assert_int_equal(tg_tensor_alignment(NULL, tg_model_tensor(o.model, 0)), 0);
    tg_tensor other = *tg_model_tensor(o.model, 0);
    assert_int_equal(tg_tensor_alignment(o.model, &other), 0);
    assert_string_equal(tg_tensor_dtype_name(o.model, &other), "");
    opened_close(&o);
    st_free(&f);
}

static void every_status_of_the_format_was_produced(void **state)
{
    (void)state;
    tg_status status;
    size_t missing = 0;
    for (size_t i = 0; tg_status_at(i, &status); i++) {
        bool ours = (status >= 400 && status < 450) || (status >= TG_W_LEADING_SPACE && status <= TG_W_METADATA_NULL);
        if (!ours || status_seen(status))
            continue;
        print_error("no test produced %s\n", tg_status_name(status));
        missing++;
    }
    assert_int_equal(missing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_header_has_2_to_100_million_bytes),
        cmocka_unit_test(the_largest_header_is_read),
        cmocka_unit_test(the_limit_on_headers_holds),
        cmocka_unit_test(the_header_is_one_object),
        cmocka_unit_test(a_byte_order_mark_is_no_white_space),
        cmocka_unit_test(padding_is_white_space_and_nothing_else),
        cmocka_unit_test(white_space_may_come_first),
        cmocka_unit_test(text_that_ends_early_is_told_from_a_file_that_does),
        cmocka_unit_test(strings_are_checked_byte_by_byte),
        cmocka_unit_test(an_entry_is_an_object_of_three_fields),
        cmocka_unit_test(an_unknown_field_is_passed_over),
        cmocka_unit_test(a_name_is_not_empty_and_holds_no_nul),
        cmocka_unit_test(a_name_has_at_most_65535_bytes),
        cmocka_unit_test(names_are_unique_once_escapes_are_resolved),
        cmocka_unit_test(fields_are_unique_once_escapes_are_resolved),
        cmocka_unit_test(fields_of_different_objects_may_have_one_name),
        cmocka_unit_test(metadata_is_an_object_of_strings),
        cmocka_unit_test(metadata_is_given_as_keys),
        cmocka_unit_test(numbers_are_plain_and_fit),
        cmocka_unit_test(the_limits_on_tensors_and_keys_hold),
        cmocka_unit_test(a_model_says_what_it_is),
        cmocka_unit_test(the_alignment_of_a_tensor_is_that_of_its_address),
    };
    const struct CMUnitTest coverage[] = {
        cmocka_unit_test(every_status_of_the_format_was_produced),
    };
    int failed = cmocka_run_group_tests_name("rules of safetensors", tests, NULL, NULL);
    failed += run_safetensors_tensor_rules();
    failed += cmocka_run_group_tests_name("coverage of the statuses", coverage, NULL, NULL);
    return failed == 0 ? 0 : 1;
}

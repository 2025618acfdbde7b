/* SPDX-License-Identifier: MIT */
/* The JSON reader alone: what it takes, where it stops, and what strings resolve to. */
#include "core/json.h"
#include "guarded.h"
#include "text_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static tgi_cursor cursor_over(const guarded *g)
{
    tgi_cursor c = {g->data, g->len, 0, 1000, false};
    return c;
}

static void assert_string(const char *text, size_t len, tgi_json_fault fault, size_t pos)
{
    guarded g = guarded_copy(text, len);
    tgi_cursor c = cursor_over(&g);
    tgi_json_string s;
    tgi_json_fault got = tgi_json_string_value(&c, &s);
    if (got != fault || c.pos != pos)
        print_error("'%.*s': fault %d at %zu, expected %d at %zu\n", (int)len, text, got, c.pos, fault, pos);
    assert_int_equal(got, fault);
    assert_int_equal(c.pos, pos);
    if (got == TGI_JSON_FINE) {
        assert_in_range(s.offset, 1001, 1000 + len);
        assert_true(s.len < len);
    }
    guarded_free(&g);
}
#define ASSERT_STRING(text, fault, pos) assert_string(text, sizeof(text) - 1, fault, pos)

static void strings_end_at_their_quote(void **state)
{
    (void)state;
    ASSERT_STRING("\"\"", TGI_JSON_FINE, 2);
    ASSERT_STRING(" \t\r\n\"abc\"x", TGI_JSON_FINE, 9);
    ASSERT_STRING("\"a\\\"b\"", TGI_JSON_FINE, 6);
    ASSERT_STRING("\"a\\\\\"", TGI_JSON_FINE, 5);
    ASSERT_STRING("\"0123456789abcdef0123456789abcdef\"", TGI_JSON_FINE, 34);
    ASSERT_STRING("", TGI_JSON_END, 0);
    ASSERT_STRING("  ", TGI_JSON_END, 2);
    ASSERT_STRING("\"", TGI_JSON_END, 1);
    ASSERT_STRING("\"abcdefghijklmnop", TGI_JSON_END, 17);
    ASSERT_STRING("'a'", TGI_JSON_SYNTAX, 0);
    ASSERT_STRING("\v\"a\"", TGI_JSON_SYNTAX, 0);
}

/* Every byte in every place of a word of eight, so that the fast path meets each. */
static void one_byte_decides_wherever_it_stands(void **state)
{
    (void)state;
    for (size_t at = 0; at < 20; at++) {
        for (unsigned byte = 0; byte < 0x80; byte++) {
            char text[] = "\"aaaaaaaaaaaaaaaaaaaa\"";
            text[1 + at] = (char)byte;
            tgi_json_fault fault = byte < 0x20 ? TGI_JSON_CONTROL : byte == '\\' ? TGI_JSON_ESCAPE : TGI_JSON_FINE;
            size_t pos = fault != TGI_JSON_FINE ? 1 + at : byte == '"' ? 2 + at : sizeof text - 1;
            /* The last character is no backslash that hides the quote: that is an escape. */
            if (byte == '\\' && at == 19) {
                fault = TGI_JSON_END;
                pos = sizeof text - 1;
            }
            assert_string(text, sizeof text - 1, fault, pos);
        }
    }
}

static void text_in_strings_is_utf8(void **state)
{
    (void)state;
    char text[128];
    for (size_t i = 0; i < num_bad_utf8; i++) {
        const text_case *t = &bad_utf8[i];
        text[0] = '"';
        memcpy(text + 1, t->text, t->len);
        text[1 + t->len] = '"';
        assert_string(text, t->len + 2, TGI_JSON_UTF8, 1 + t->at);
    }
    for (size_t i = 0; i < num_good_utf8; i++) {
        const text_case *t = &good_utf8[i];
        text[0] = '"';
        memcpy(text + 1, t->text, t->len);
        text[1 + t->len] = '"';
        if ((unsigned char)t->text[0] >= 0x20)
            assert_string(text, t->len + 2, TGI_JSON_FINE, t->len + 2);
    }
}

static void escapes_are_those_of_json(void **state)
{
    (void)state;
    ASSERT_STRING("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"", TGI_JSON_FINE, 24);
    ASSERT_STRING("\"\\u12\"xxxxx", TGI_JSON_ESCAPE, 1);
    ASSERT_STRING("\"\\u12G4\"", TGI_JSON_ESCAPE, 1);
    ASSERT_STRING("\"\\x41\"", TGI_JSON_ESCAPE, 1);
    ASSERT_STRING("\"\\'\"", TGI_JSON_ESCAPE, 1);
    ASSERT_STRING("\"\\U0041\"", TGI_JSON_ESCAPE, 1);
    ASSERT_STRING("\"ab\\", TGI_JSON_END, 3);
    ASSERT_STRING("\"ab\\u00", TGI_JSON_END, 3);
    ASSERT_STRING("\"ab\\u004", TGI_JSON_END, 3);
}

static void surrogates_come_in_pairs(void **state)
{
    (void)state;
    ASSERT_STRING("\"\\ud83d\\ude00\"", TGI_JSON_FINE, 14);
    ASSERT_STRING("\"\\uDBFF\\uDFFF\"", TGI_JSON_FINE, 14);
    ASSERT_STRING("\"\\ud800\"", TGI_JSON_SURROGATE, 1);
    ASSERT_STRING("\"\\ud800\"         ", TGI_JSON_SURROGATE, 1);
    ASSERT_STRING("\"\\ud800x\"", TGI_JSON_SURROGATE, 1);
    ASSERT_STRING("\"\\ud800\\n      \"", TGI_JSON_SURROGATE, 1);
    ASSERT_STRING("\"\\ud800\\n", TGI_JSON_SURROGATE, 1);
    ASSERT_STRING("\"\\ud800\\u0041\"", TGI_JSON_SURROGATE, 1);
    ASSERT_STRING("\"\\ud800\\ud800\"", TGI_JSON_SURROGATE, 1);
    ASSERT_STRING("\"\\ud800\\uzzzz\"", TGI_JSON_SURROGATE, 1);
    ASSERT_STRING("\"\\udc00\"", TGI_JSON_SURROGATE, 1);
    ASSERT_STRING("\"\\udfff\\ud800\"", TGI_JSON_SURROGATE, 1);
    ASSERT_STRING("\"\\udc00\\udc00\"", TGI_JSON_SURROGATE, 1);
    ASSERT_STRING("\"\\ud7ff\\ue000\"", TGI_JSON_FINE, 14);
    ASSERT_STRING("\"\\ud800", TGI_JSON_END, 1);
    ASSERT_STRING("\"\\ud800\\ude0", TGI_JSON_END, 1);
}

static void strings_resolve_to_what_they_mean(void **state)
{
    (void)state;
    static const struct {
        const char *text, *meaning;
        size_t len;
    } rows[] = {
        {"plain", "plain", 5},
        {"\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t", 8},
        {"a\\u0000b", "a\0b", 3},
        {"\\u007f\\u0080\\u07ff\\u0800\\uffff", "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf", 11},
        {"\\ud83d\\ude00\\uD800\\uDC00\\udbff\\udfff", "\xf0\x9f\x98\x80\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", 12},
        {"\\u00E9\xc3\xa9", "\xc3\xa9\xc3\xa9", 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint8_t out[64];
        size_t len = tgi_json_decode((const uint8_t *)rows[i].text, strlen(rows[i].text), out);
        assert_int_equal(len, rows[i].len);
        assert_memory_equal(out, rows[i].meaning, len);
    }
}

static void assert_number(const char *text, tgi_json_fault fault, uint64_t value, size_t pos)
{
    guarded g = guarded_copy(text, strlen(text));
    tgi_cursor c = cursor_over(&g);
    uint64_t got = 77;
    tgi_json_fault found = tgi_json_u64(&c, &got);
    if (found != fault || c.pos != pos)
        print_error("%s: fault %d at %zu, expected %d at %zu\n", text, found, c.pos, fault, pos);
    assert_int_equal(found, fault);
    assert_int_equal(c.pos, pos);
    assert_int_equal(got, fault == TGI_JSON_FINE ? value : 77);
    guarded_free(&g);
}

static void numbers_are_plain(void **state)
{
    (void)state;
    assert_number("0", TGI_JSON_FINE, 0, 1);
    assert_number(" 7]", TGI_JSON_FINE, 7, 2);
    assert_number("0,", TGI_JSON_FINE, 0, 1);
    assert_number("9007199254740993", TGI_JSON_FINE, 9007199254740993, 16);
    assert_number("18446744073709551615", TGI_JSON_FINE, UINT64_MAX, 20);
    assert_number("18446744073709551616", TGI_JSON_RANGE, 0, 0);
    assert_number("18446744073709551620", TGI_JSON_RANGE, 0, 0);
    assert_number("184467440737095516150", TGI_JSON_RANGE, 0, 0);
    assert_number("99999999999999999999999999", TGI_JSON_RANGE, 0, 0);
    assert_number("04", TGI_JSON_NUMBER, 0, 0);
    assert_number("00", TGI_JSON_NUMBER, 0, 0);
    assert_number(" -0", TGI_JSON_NUMBER, 0, 1);
    assert_number("-4", TGI_JSON_NUMBER, 0, 0);
    assert_number("4.0", TGI_JSON_NUMBER, 0, 0);
    assert_number("4e0", TGI_JSON_NUMBER, 0, 0);
    assert_number("1E400", TGI_JSON_NUMBER, 0, 0);
    assert_number("99999999999999999999999.5", TGI_JSON_NUMBER, 0, 0);
    assert_number("+4", TGI_JSON_SYNTAX, 0, 0);
    assert_number("NaN", TGI_JSON_SYNTAX, 0, 0);
    assert_number("", TGI_JSON_END, 0, 0);
    assert_number(" ", TGI_JSON_END, 0, 1);
}

static void other_numbers_are_passed_by_the_grammar_of_json(void **state)
{
    (void)state;
    static const char *const good[] = {"0",   "-0",   "10",      "-1.5",
                                       "1e5", "1E+5", "0.0e-00", "123456789012345678901234567890"};
    static const char *const bad[] = {"-,", "01,", "1.]",  ".5",  "1e ", "1e+}",
                                      "-a", "--1", "1.e5", "-.5", "00",  "-007"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        guarded g = guarded_copy(good[i], strlen(good[i]));
        tgi_cursor c = cursor_over(&g);
        assert_int_equal(tgi_json_skip_number(&c), TGI_JSON_FINE);
        assert_int_equal(c.pos, g.len);
        guarded_free(&g);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        guarded g = guarded_copy(bad[i], strlen(bad[i]));
        tgi_cursor c = cursor_over(&g);
        assert_int_equal(tgi_json_skip_number(&c), TGI_JSON_NUMBER);
        assert_int_equal(c.pos, 0);
        guarded_free(&g);
    }
    static const char *const cut[] = {"-", "1.", "1e", "1e+", ""};
    for (size_t i = 0; i < sizeof cut / sizeof cut[0]; i++) {
        guarded g = guarded_copy(cut[i], strlen(cut[i]));
        tgi_cursor c = cursor_over(&g);
        assert_int_equal(tgi_json_skip_number(&c), TGI_JSON_END);
        guarded_free(&g);
    }
}

static void what_comes_is_told_by_its_first_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        tgi_json_kind kind;
    } rows[] = {
        {" {", TGI_JSON_OBJECT},   {"[", TGI_JSON_ARRAY},
        {"\n\"", TGI_JSON_STRING}, {"1", TGI_JSON_NUMERIC},
        {"-", TGI_JSON_NUMERIC},   {"true", TGI_JSON_TRUE},
        {"false", TGI_JSON_FALSE}, {"null", TGI_JSON_NULL},
        {"nul", TGI_JSON_NOTHING}, {"True", TGI_JSON_NOTHING},
        {"", TGI_JSON_NOTHING},    {"}", TGI_JSON_NOTHING},
        {"N", TGI_JSON_NOTHING},   {"\xef\xbb\xbf{", TGI_JSON_NOTHING},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        guarded g = guarded_copy(rows[i].text, strlen(rows[i].text));
        tgi_cursor c = cursor_over(&g);
        assert_int_equal(tgi_json_peek(&c), rows[i].kind);
        guarded_free(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_end_at_their_quote),
        cmocka_unit_test(one_byte_decides_wherever_it_stands),
        cmocka_unit_test(text_in_strings_is_utf8),
        cmocka_unit_test(escapes_are_those_of_json),
        cmocka_unit_test(surrogates_come_in_pairs),
        cmocka_unit_test(strings_resolve_to_what_they_mean),
        cmocka_unit_test(numbers_are_plain),
        cmocka_unit_test(other_numbers_are_passed_by_the_grammar_of_json),
        cmocka_unit_test(what_comes_is_told_by_its_first_bytes),
    };
    return cmocka_run_group_tests_name("JSON", tests, NULL, NULL);
}

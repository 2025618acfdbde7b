/* SPDX-License-Identifier: MIT */
/* UTF-8: every code point's own form is taken, every other form of two to four bytes is refused at its first byte, at
 * any place in a text and at the end of readable memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/utf8.h"
#include "guarded.h"

#include <stdbool.h>
#include <string.h>

/* The form of a code point, by the definition in RFC 3629 section 3. Returns its bytes. */
static size_t encode(uint32_t point, uint8_t *out)
{
    if (point < 0x80) {
        out[0] = (uint8_t)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (uint8_t)(0xC0 + point / 64);
        out[1] = (uint8_t)(0x80 + point % 64);
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (uint8_t)(0xE0 + point / 4096);
        out[1] = (uint8_t)(0x80 + point / 64 % 64);
        out[2] = (uint8_t)(0x80 + point % 64);
        return 3;
    }
    out[0] = (uint8_t)(0xF0 + point / 262144);
    out[1] = (uint8_t)(0x80 + point / 4096 % 64);
    out[2] = (uint8_t)(0x80 + point / 64 % 64);
    out[3] = (uint8_t)(0x80 + point % 64);
    return 4;
}

static void every_code_point_is_taken_but_surrogates_and_nul(void **state)
{
    (void)state;
    for (uint32_t point = 0; point < 0x110000; point++) {
        uint8_t form[4];
        size_t at = 99, len = encode(point, form);
        tgi_text_fault fault = tgi_check_text(form, len, &at);
        bool surrogate = point >= 0xD800 && point < 0xE000;
        assert_int_equal(fault, point == 0 ? TGI_TEXT_NUL : surrogate ? TGI_TEXT_NOT_UTF8 : TGI_TEXT_FINE);
        assert_int_equal(at, fault == TGI_TEXT_FINE ? 99 : 0);
    }
}

/* All pairs and, behind each lead byte, all triples: valid exactly where decoding and encoding again gives the same. */
static bool is_own_form(const uint8_t *form, size_t len)
{
    uint32_t point = len == 2 ? (uint32_t)(form[0] & 31) : (uint32_t)(form[0] & 15);
    for (size_t i = 1; i < len; i++) {
        if ((form[i] & 0xC0) != 0x80)
            return false;
        point = point * 64 + (form[i] & 63u);
    }
    uint8_t again[4];
    bool lead = len == 2 ? (form[0] & 0xE0) == 0xC0 : (form[0] & 0xF0) == 0xE0;
    return lead && !(point >= 0xD800 && point < 0xE000) && encode(point, again) == len && memcmp(form, again, len) == 0;
}

static void every_other_pair_and_triple_is_refused(void **state)
{
    (void)state;
    for (unsigned a = 0xC0; a < 0xF0; a++) {
        for (unsigned b = 0; b < 256; b++) {
            uint8_t form[3] = {(uint8_t)a, (uint8_t)b, 0};
            size_t at = 99;
            if (a < 0xE0) {
                assert_int_equal(tgi_check_text(form, 2, &at) == TGI_TEXT_FINE, is_own_form(form, 2));
                continue;
            }
            for (unsigned c = 0; c < 256; c++) {
                form[2] = (uint8_t)c;
                assert_int_equal(tgi_check_text(form, 3, &at) == TGI_TEXT_FINE, is_own_form(form, 3));
            }
        }
    }
}

static void the_first_bad_byte_is_found_at_any_place(void **state)
{
    (void)state;
    static const struct {
        const char *bad;
        size_t len;
        tgi_text_fault fault;
    } cases[] = {
        {"\xFF", 1, TGI_TEXT_NOT_UTF8},
        {"\x80", 1, TGI_TEXT_NOT_UTF8},
        {"\xC0\x80", 2, TGI_TEXT_NOT_UTF8},
        {"\xC3", 1, TGI_TEXT_NOT_UTF8},
        {"\xE2\x82", 2, TGI_TEXT_NOT_UTF8},
        {"\xED\xA0\x80", 3, TGI_TEXT_NOT_UTF8},
        {"\xF0\x8F\xBF\xBF", 4, TGI_TEXT_NOT_UTF8},
        {"\xF4\x90\x80\x80", 4, TGI_TEXT_NOT_UTF8},
        {"\xF0\x9F\x98", 3, TGI_TEXT_NOT_UTF8},
        {"\xF5\x80\x80\x80", 4, TGI_TEXT_NOT_UTF8},
        {"\0", 1, TGI_TEXT_NUL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t before = 0; before < 40; before++) {
            uint8_t text[64];
            memset(text, 'a', sizeof text);
            memcpy(text + before, cases[i].bad, cases[i].len);
            guarded g = guarded_copy(text, before + cases[i].len);
            size_t at = 99;
            assert_int_equal(tgi_check_text(g.data, g.len, &at), cases[i].fault);
            assert_int_equal(at, before);
            guarded_free(&g);
        }
    }
}

/* Every length, every place: each way in which words, halves of words and single bytes are looked at. */
static void one_byte_that_is_not_plain_is_found_in_text_of_any_length(void **state)
{
    (void)state;
    static const uint8_t bad[] = {0x00, 0x80, 0xC3, 0xFF};
    for (size_t len = 0; len < 40; len++) {
        for (size_t place = 0; place < len; place++) {
            for (size_t i = 0; i < sizeof bad; i++) {
                uint8_t text[40];
                memset(text, i % 2 == 0 ? 0x7F : 1, len);
                text[place] = bad[i];
                guarded g = guarded_copy(text, len);
                size_t at = 99;
                assert_true(tgi_plain_prefix(g.data, len) <= place);
                assert_int_equal(tgi_check_text(g.data, len, &at), bad[i] == 0 ? TGI_TEXT_NUL : TGI_TEXT_NOT_UTF8);
                assert_int_equal(at, place);
                guarded_free(&g);
            }
        }
        uint8_t plain[40] = {0};
        memset(plain, len % 2 == 0 ? 0x7F : 1, len);
        guarded g = guarded_copy(plain, len);
        assert_int_equal(tgi_plain_prefix(g.data, len), len);
        guarded_free(&g);
    }
}

/* What follows a text in its room could complete its last sequence: it is none of its own all the same. */
static void a_sequence_is_not_completed_from_behind_the_text(void **state)
{
    (void)state;
    static const char *const sequences[] = {"\xC4\xA0", "\xE2\x96\x81", "\xF0\x9F\x98\x80"};
    for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
        for (size_t start = 0; start < 40; start++) {
            for (size_t cut = 1; cut < strlen(sequences[i]); cut++) {
                uint8_t room[96];
                memset(room, 0x80, sizeof room);
                memset(room, 'a', start);
                memcpy(room + start, sequences[i], strlen(sequences[i]));
                assert_false(tgi_is_common_text(room, start + cut, sizeof room));
                size_t at = 99;
                assert_int_equal(tgi_check_text(room, start + cut, &at), TGI_TEXT_NOT_UTF8);
                assert_int_equal(at, start);
            }
        }
    }
}

/* Text of all kinds of sequences in any order, with and without one byte that is wrong, against a plain reading. */
static void words_of_mixed_text_are_judged_as_byte_by_byte(void **state)
{
    (void)state;
    static const char *const pieces[] = {"a",
                                         "\x7F",
                                         "\xC2\x80",
                                         "\xC4\xA0",
                                         "\xDF\xBF",
                                         "\xE1\x80\x80",
                                         "\xE2\x96\x81",
                                         "\xEF\xBF\xBF",
                                         "\xE0\xA0\x80",
                                         "\xED\x9F\xBF",
                                         "\xF0\x9F\x98\x80"};
    static const uint8_t wrong[] = {0x00, 0x80, 0xBF, 0xC0, 0xC1, 0xC4, 0xE0, 0xE2, 0xED, 0xF0, 0xF4, 0xF5, 0xFF, 'a'};
    uint32_t dice = 1;
    unsigned fine = 0;
    for (unsigned run = 0; run < 20000; run++) {
        uint8_t text[64];
        size_t len = 0, most = 1 + run % 40, at = 0, found = 99;
        while (len < most) {
            dice = (uint32_t)((dice * UINT64_C(48271)) % 2147483647u);
            const char *piece = pieces[dice / 7 % (run % 3 == 0 ? 5 : 11)];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        if (run % 2 == 0)
            text[dice / 3 % len] = wrong[dice / 11 % sizeof wrong];
        while (at < len && text[at] != 0 && tgi_utf8_length(text, len, at) > 0)
            at += tgi_utf8_length(text, len, at);
        guarded g = guarded_copy(text, len);
        tgi_text_fault fault = tgi_check_text(g.data, len, &found);
        assert_int_equal(fault == TGI_TEXT_FINE, at == len);
        assert_int_equal(found, at == len ? 99 : at);
        /* The quick look may miss text, but takes nothing else: with and without bytes behind it that are not text. */
        uint8_t roomy[96];
        memset(roomy, 0xFF, sizeof roomy);
        memcpy(roomy, text, len);
        assert_true(fault == TGI_TEXT_FINE || !tgi_is_common_text(g.data, len, len));
        assert_int_equal(tgi_is_common_text(roomy, len, sizeof roomy), tgi_is_common_text(g.data, len, len));
        fine += fault == TGI_TEXT_FINE;
        guarded_free(&g);
    }
    assert_in_range(fine, 10000, 15000);
}

static void long_text_is_read_to_its_end_and_no_further(void **state)
{
    (void)state;
    for (size_t len = 0; len < 70; len++) {
        uint8_t text[80];
        for (size_t i = 0; i < sizeof text; i += 2) {
            text[i] = 0xC3;
            text[i + 1] = 0xA9;
        }
        guarded g = guarded_copy(text, len);
        size_t at = 99;
        assert_int_equal(tgi_check_text(g.data, g.len, &at), len % 2 == 0 ? TGI_TEXT_FINE : TGI_TEXT_NOT_UTF8);
        assert_int_equal(at, len % 2 == 0 ? 99 : len - 1);
        guarded_free(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_is_taken_but_surrogates_and_nul),
        cmocka_unit_test(every_other_pair_and_triple_is_refused),
        cmocka_unit_test(the_first_bad_byte_is_found_at_any_place),
        cmocka_unit_test(one_byte_that_is_not_plain_is_found_in_text_of_any_length),
        cmocka_unit_test(a_sequence_is_not_completed_from_behind_the_text),
        cmocka_unit_test(words_of_mixed_text_are_judged_as_byte_by_byte),
        cmocka_unit_test(long_text_is_read_to_its_end_and_no_further),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

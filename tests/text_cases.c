/* SPDX-License-Identifier: MIT */
/* UTF-8 and not: see text_cases.h. */
#include "text_cases.h"

#define TEXT(literal) (literal), sizeof(literal) - 1

const text_case bad_utf8[] = {
    {TEXT("\xFF"), 0},
    {TEXT("\xFE"), 0},
    {TEXT("\xFF\xFE"), 0},
    {TEXT("abc\xFF"), 3},
    {TEXT("\x80"), 0},                     /* continuation of nothing */
    {TEXT("a\xBF"), 1},                    /* the same */
    {TEXT("\xC3"), 0},                     /* cut short */
    {TEXT("a\xC3(b"), 1},                  /* not continued */
    {TEXT("\xC3\xA9\xC3("), 2},            /* the second of two */
    {TEXT("\xE2\x82"), 0},                 /* cut short after two of three */
    {TEXT("ab\xE2\x82(\xA1"), 2},          /* not continued after two of three */
    {TEXT("\xF0\x9F\x98"), 0},             /* cut short after three of four */
    {TEXT("x\xF0\x9F\x98x"), 1},           /* not continued after three of four */
    {TEXT("\xC0\x80"), 0},                 /* overlong NUL */
    {TEXT("ab\xC1\xBF"), 2},               /* overlong DEL */
    {TEXT("\xE0\x80\xAF"), 0},             /* overlong slash */
    {TEXT("\xE0\x9F\xBF"), 0},             /* the last overlong of three */
    {TEXT("\xF0\x80\x80\xAF"), 0},         /* overlong slash */
    {TEXT("\xF0\x8F\xBF\xBF"), 0},         /* the last overlong of four */
    {TEXT("\xED\xA0\x80"), 0},             /* the first surrogate */
    {TEXT("a\xED\xBF\xBF"), 1},            /* the last surrogate */
    {TEXT("\xED\xA0\xBD\xED\xB8\x80"), 0}, /* a pair of surrogates */
    {TEXT("\xF4\x90\x80\x80"), 0},         /* U+110000 */
    {TEXT("\xF5\x80\x80\x80"), 0},         /* a lead byte that no character has */
    {TEXT("\xF8\x88\x80\x80\x80"), 0},     /* five bytes */
    {TEXT("0123456789abcdef\xFF"), 16},    /* behind a stretch of ASCII */
    {TEXT("0123456789abcdefghi\x80jkl"), 19},
    {TEXT("0123456789abcde\xE2\x82"), 15},
    {TEXT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xC3\xA9\xC3"), 63},
};
const size_t num_bad_utf8 = sizeof bad_utf8 / sizeof bad_utf8[0];

const text_case good_utf8[] = {
    {TEXT("a"), 0},
    {TEXT("\x01"), 0},
    {TEXT("\x7F"), 0},
    {TEXT("\xC2\x80"), 0},         /* U+0080 */
    {TEXT("\xDF\xBF"), 0},         /* U+07FF */
    {TEXT("\xE0\xA0\x80"), 0},     /* U+0800 */
    {TEXT("\xED\x9F\xBF"), 0},     /* U+D7FF, before the surrogates */
    {TEXT("\xEE\x80\x80"), 0},     /* U+E000, behind them */
    {TEXT("\xEF\xBB\xBF"), 0},     /* a byte order mark */
    {TEXT("\xEF\xBF\xBF"), 0},     /* U+FFFF */
    {TEXT("\xF0\x90\x80\x80"), 0}, /* U+10000 */
    {TEXT("\xF4\x8F\xBF\xBF"), 0}, /* U+10FFFF */
    {TEXT("0123456789abcde\xE2\x82\xAC"), 0},
    {TEXT("../../etc/passwd"), 0},
};
const size_t num_good_utf8 = sizeof good_utf8 / sizeof good_utf8[0];

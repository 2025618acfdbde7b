/* SPDX-License-Identifier: MIT */
/* Byte strings that are UTF-8, and such that are not, with the offset of the first sequence that is wrong.
 * None holds a NUL. */
#ifndef TESTS_TEXT_CASES_H
#define TESTS_TEXT_CASES_H

#include <stddef.h>

typedef struct text_case {
    const char *text;
    size_t len;
    size_t at; /* of the first bad sequence */
} text_case;

extern const text_case bad_utf8[];
extern const size_t num_bad_utf8;
extern const text_case good_utf8[];
extern const size_t num_good_utf8;

#endif

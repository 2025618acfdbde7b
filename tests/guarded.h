/* SPDX-License-Identifier: MIT */
/* Copies of bytes that end where readable memory ends.
 *
 * The byte behind a guarded copy is on a page that may not be touched, and the copy itself may not be
 * written, so one byte too many ends the test program even without sanitizers. On Windows the copy is a
 * block of the heap of exactly that size.
 */
#ifndef TESTS_GUARDED_H
#define TESTS_GUARDED_H

#include <stddef.h>
#include <stdint.h>

typedef struct guarded {
    const uint8_t *data; /* never NULL, also where `len` is 0 */
    size_t len;
    void *base;
    size_t total;
} guarded;

guarded guarded_copy(const void *data, size_t len);
void guarded_free(guarded *g);

#endif

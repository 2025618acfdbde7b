/* SPDX-License-Identifier: MIT */
/* An allocator that counts, checks how it is used, and fails on request.
 *
 * It moves every block that is resized and overwrites the old one, so pointers into it that were kept show.
 */
#ifndef TESTS_TRACK_ALLOC_H
#define TESTS_TRACK_ALLOC_H

#include "tensorgate.h"

typedef struct track {
    uint64_t requests;    /* calls that asked for memory */
    uint64_t fail_from;   /* the request, counted from 1, from which on all fail; 0: none */
    bool fail_once;       /* only that one fails */
    uint64_t live_blocks; /* not freed yet */
    uint64_t live_bytes;
    uint64_t peak_bytes;
    bool misused; /* a size was wrong, or a block was not from here or already freed */
} track;

track track_new(void);
tg_allocator track_allocator(track *t); /* `t` must live as long as the models made with it */

#endif

/* SPDX-License-Identifier: MIT */
/* Sorting by numbers from a file, in linear time. */
#ifndef TGI_CORE_SORT_H
#define TGI_CORE_SORT_H

#include <stdint.h>

typedef struct tgi_sorted {
    uint64_t key;
    uint64_t index; /* of what has that key */
} tgi_sorted;

/* Sorts `count` items by their keys; equal keys stay in order. `*items` and `*spare` have room for `count`, and may
 * change roles. */
void tgi_sort(tgi_sorted **items, tgi_sorted **spare, uint64_t count);

#endif

/* SPDX-License-Identifier: MIT */
/* Radix sort (see sort.h): by one byte of the key after the other; bytes that are the same everywhere are passed
 * over. */
#include "sort.h"

#include <stddef.h>

void tgi_sort(tgi_sorted **items, tgi_sorted **spare, uint64_t count)
{
    for (unsigned shift = 0; shift < 64 && count > 0; shift += 8) {
        uint64_t at[257] = {0};
        for (uint64_t i = 0; i < count; i++)
            at[((*items)[i].key >> shift & 0xFF) + 1]++;
        if (at[((*items)[0].key >> shift & 0xFF) + 1] == count)
            continue;
        for (size_t digit = 1; digit <= 256; digit++)
            at[digit] += at[digit - 1];
        for (uint64_t i = 0; i < count; i++)
            (*spare)[at[(*items)[i].key >> shift & 0xFF]++] = (*items)[i];
        tgi_sorted *swap = *items;
        *items = *spare;
        *spare = swap;
    }
}

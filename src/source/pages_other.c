/* SPDX-License-Identifier: MIT */
/* Large blocks where nothing is known about pages: the C library's. */
#include "source.h"

#include <stdlib.h>

void *tgi_pages_resize(void *block, size_t old_size, size_t new_size, bool doubles)
{
    (void)old_size;
    (void)doubles;
    if (new_size > 0)
        return realloc(block, new_size);
    free(block);
    return NULL;
}

void tgi_pages_expect(void *data, size_t len)
{
    (void)data;
    (void)len;
}

bool tgi_pages_populate(const uint8_t *data, size_t len, tgi_fault *out_fault)
{
    (void)data;
    (void)len;
    (void)out_fault;
    return false;
}

/* SPDX-License-Identifier: MIT */
/* Guarded copies: see guarded.h. */
#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include "guarded.h"

#include "bytes.h"

#include <stdlib.h>
#include <string.h>

#ifdef _WIN32

guarded guarded_copy(const void *data, size_t len)
{
    guarded g = {NULL, len, must_alloc(len), len};
    if (len > 0)
        memcpy(g.base, data, len);
    g.data = (const uint8_t *)g.base;
    return g;
}

void guarded_free(guarded *g)
{
    free(g->base);
    memset(g, 0, sizeof *g);
}

#else

#include <sys/mman.h>
#include <unistd.h>

guarded guarded_copy(const void *data, size_t len)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t room = (len + page - 1) / page * page;
    guarded g = {NULL, len, NULL, room + page};
    g.base = mmap(NULL, g.total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    must(g.base != MAP_FAILED, "mmap");
    uint8_t *first = (uint8_t *)g.base + room - len;
    if (len > 0)
        memcpy(first, data, len);
    if (room > 0)
        must(mprotect(g.base, room, PROT_READ) == 0, "mprotect");
    must(mprotect((uint8_t *)g.base + room, page, PROT_NONE) == 0, "mprotect");
    g.data = first;
    return g;
}

void guarded_free(guarded *g)
{
    if (g->base != NULL)
        must(munmap(g->base, g->total) == 0, "munmap");
    memset(g, 0, sizeof *g);
}

#endif

/* SPDX-License-Identifier: MIT */
/* The counting allocator: see track_alloc.h. */
#include "track_alloc.h"

#include "bytes.h"

#include <stdlib.h>
#include <string.h>

/* In front of each block, as large as keeps the block aligned for any type. */
typedef union head {
    struct {
        size_t size;
        uint32_t mark;
    } block;
    max_align_t align;
} head;

#define LIVE 0x4C495645u
#define DEAD 0x44454144u

track track_new(void)
{
    track t;
    memset(&t, 0, sizeof t);
    return t;
}

static head *head_of(void *block)
{
    return (head *)block - 1;
}

static bool is_block(const head *h, size_t size)
{
    return h->block.mark == LIVE && h->block.size == size;
}

static void release(track *t, void *block, size_t size)
{
    head *h = head_of(block);
    h->block.mark = DEAD;
    memset(block, 0xDD, size);
    t->live_blocks--;
    t->live_bytes -= size;
    free(h);
}

static void *allocate(track *t, size_t size)
{
    head *h = (head *)malloc(sizeof *h + size);
    must(h != NULL, "out of memory");
    h->block.size = size;
    h->block.mark = LIVE;
    t->live_blocks++;
    t->live_bytes += size;
    if (t->live_bytes > t->peak_bytes)
        t->peak_bytes = t->live_bytes;
    return h + 1;
}

static bool fails(const track *t)
{
    return t->fail_from != 0 && (t->fail_once ? t->requests == t->fail_from : t->requests >= t->fail_from);
}

static void *resize(void *context, void *block, size_t old_size, size_t new_size)
{
    track *t = (track *)context;
    if (block == NULL ? old_size != 0 : !is_block(head_of(block), old_size)) {
        t->misused = true;
        return NULL;
    }
    if (new_size == 0) {
        if (block != NULL)
            release(t, block, old_size);
        return NULL;
    }
    t->requests++;
    if (fails(t))
        return NULL;
    void *fresh = allocate(t, new_size);
    if (block != NULL) {
        memcpy(fresh, block, old_size < new_size ? old_size : new_size);
        release(t, block, old_size);
    }
    return fresh;
}

tg_allocator track_allocator(track *t)
{
    tg_allocator allocator = {resize, t};
    return allocator;
}

/* SPDX-License-Identifier: MIT */
/* The allocator of the oracle: see heap.h. */
#include "heap.h"

#include "fuzz.h"

#include <stdlib.h>

/* No open of ours needs more than this; the engines see a greedy one as a failure, not as a slow machine. */
#define HEAP_CAP ((uint64_t)256 << 20)
#define MAGIC UINT64_C(0x7461706573747279)

/* In front of each block, as large as the strictest alignment. */
typedef union prefix {
    struct {
        uint64_t size, magic;
    } is;
    max_align_t align;
} prefix;

static void *take(fuzz_heap *heap, size_t new_size)
{
    heap->num_calls++;
    bool now = heap->fail_at != 0 &&
               (heap->num_calls == heap->fail_at || (heap->fail_after && heap->num_calls > heap->fail_at));
    FUZZ_CHECK(new_size <= HEAP_CAP, "the library asks for an absurd block");
    prefix *p = now ? NULL : (prefix *)malloc(sizeof(prefix) + new_size);
    if (p == NULL) {
        heap->failed = true;
        return NULL;
    }
    p->is.size = new_size;
    p->is.magic = MAGIC;
    memset(p + 1, 0xA5, new_size < 64 ? new_size : 64); /* nobody may count on zeros */
    heap->live += new_size;
    heap->num_blocks++;
    if (heap->live > heap->peak)
        heap->peak = heap->live;
    return p + 1;
}

static prefix *prefix_of(void *block, size_t old_size)
{
    prefix *p = (prefix *)block - 1;
    FUZZ_CHECK(p->is.magic == MAGIC, "the library gives back a block that it never got");
    FUZZ_CHECK(p->is.size == old_size, "the library forgot the size of a block");
    return p;
}

static void give_back(fuzz_heap *heap, prefix *p)
{
    FUZZ_CHECK(heap->num_blocks > 0 && heap->live >= p->is.size, "more was freed than taken");
    heap->live -= p->is.size;
    heap->num_blocks--;
    p->is.magic = 0;
    free(p);
}

static void *heap_resize(void *context, void *block, size_t old_size, size_t new_size)
{
    fuzz_heap *heap = (fuzz_heap *)context;
    if (block == NULL) {
        FUZZ_CHECK(old_size == 0 && new_size > 0, "a new block of nothing");
        return take(heap, new_size);
    }
    prefix *p = prefix_of(block, old_size);
    if (new_size == 0) {
        give_back(heap, p);
        return NULL;
    }
    /* Always elsewhere: pointers into the old block must not survive. */
    uint64_t peak = heap->peak;
    void *moved = take(heap, new_size);
    if (moved == NULL)
        return NULL;
    memcpy(moved, block, old_size < new_size ? old_size : new_size);
    give_back(heap, p);
    heap->peak = peak > heap->live ? peak : heap->live; /* the copy is the allocator's affair */
    return moved;
}

tg_allocator fuzz_heap_allocator(fuzz_heap *heap)
{
    tg_allocator allocator = {heap_resize, heap};
    return allocator;
}

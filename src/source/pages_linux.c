/* SPDX-License-Identifier: MIT */
/* Large blocks on Linux. Fresh pages are what a large header costs most: a fault for each 4 KiB is dearer than
 * reading them. So large blocks begin at a huge page, ask for huge pages, and move by remapping, not by copying. A
 * block that doubles, as the window over a header does, gets room to grow where it is, from the C library: what that
 * keeps of freed memory, the next model gets with its pages in place. */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif

#include "source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)
#define LARGE_ROOM ((size_t)24 << 20) /* of a block that doubles */
#define BEFORE_BLOCK ((size_t)64)     /* bytes in front of a block, which hold where it came from */

#if !defined(MADV_POPULATE_READ)
#define MADV_POPULATE_READ 22 /* Linux 5.14 */
#endif
#if !defined(MADV_POPULATE_WRITE)
#define MADV_POPULATE_WRITE 23 /* Linux 5.14; older kernels say no, and nothing is lost */
#endif

typedef struct pages_origin {
    uint8_t *whole; /* what malloc gave, or NULL: mapped from BEFORE_BLOCK bytes in front of the block on */
    size_t space;   /* bytes from there to the end */
} pages_origin;

static pages_origin origin_of_pages(const void *block)
{
    pages_origin o;
    memcpy(&o, (const uint8_t *)block - BEFORE_BLOCK, sizeof o);
    return o;
}

/* A block in `space` bytes that begin at `start`. */
static void *block_of_pages(uint8_t *start, uint8_t *whole, size_t space)
{
    const pages_origin o = {whole, space};
    (void)madvise(start, space, MADV_HUGEPAGE);
    memcpy(start, &o, sizeof o);
    return start + BEFORE_BLOCK;
}

static uint8_t *next_huge_page(uint8_t *address)
{
    return address + (HUGE_PAGE - (uintptr_t)address % HUGE_PAGE) % HUGE_PAGE;
}

static void *allocate_pages(size_t space)
{
    uint8_t *whole = (uint8_t *)malloc(space + HUGE_PAGE);
    return whole != NULL ? block_of_pages(next_huge_page(whole), whole, space) : NULL;
}

static void *map_pages(size_t space)
{
    uint8_t *whole = (uint8_t *)mmap(NULL, space + HUGE_PAGE, PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (whole == MAP_FAILED)
        return NULL;
    uint8_t *start = next_huge_page(whole);
    size_t before = (size_t)(start - whole);
    if (before > 0)
        (void)munmap(whole, before);
    (void)munmap(start + space, HUGE_PAGE - before);
    return block_of_pages(start, NULL, space);
}

static void release_pages(void *block)
{
    if (block == NULL)
        return;
    pages_origin o = origin_of_pages(block);
    if (o.whole != NULL)
        free(o.whole);
    else
        (void)munmap((uint8_t *)block - BEFORE_BLOCK, o.space);
}

/* Moves the `len` bytes of a block into a new one. */
static void *move_pages(void *block, size_t len, void *now)
{
    if (now == NULL || block == NULL)
        return now;
    pages_origin from = origin_of_pages(block), to = origin_of_pages(now);
    uint8_t *start = (uint8_t *)now - BEFORE_BLOCK;
    if (from.whole == NULL && to.whole == NULL) {
        if (mremap((uint8_t *)block - BEFORE_BLOCK, from.space, from.space, MREMAP_MAYMOVE | MREMAP_FIXED, start) ==
            MAP_FAILED) {
            release_pages(now);
            return NULL;
        }
        return block_of_pages(start, NULL, to.space);
    }
    memcpy(now, block, len);
    release_pages(block);
    return now;
}

void *tgi_pages_resize(void *block, size_t old_size, size_t new_size, bool doubles)
{
    if (new_size == 0) {
        release_pages(block);
        return NULL;
    }
    if (new_size > SIZE_MAX / 2)
        return NULL;
    size_t space = (new_size + BEFORE_BLOCK + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    size_t here = block != NULL ? origin_of_pages(block).space : 0;
    if (space > here)
        return move_pages(block, old_size,
                          doubles && space <= LARGE_ROOM ? allocate_pages(LARGE_ROOM) : map_pages(space));
    if (new_size < old_size && space < here)
        (void)madvise((uint8_t *)block - BEFORE_BLOCK + space, here - space, MADV_DONTNEED);
    return block;
}

void tgi_pages_expect(void *data, size_t len)
{
    if (len < HUGE_PAGE)
        return;
    uintptr_t first = ((uintptr_t)data + 4095) & ~(uintptr_t)4095;
    uintptr_t last = ((uintptr_t)data + len) & ~(uintptr_t)4095;
    /* The address is that of `data`, rounded to its page. */
    (void)madvise((uint8_t *)data + (first - (uintptr_t)data), last - first, MADV_POPULATE_WRITE);
}

bool tgi_pages_populate(const uint8_t *data, size_t len, tgi_fault *out_fault)
{
    tgi_fault fault = {TG_OK, 0};
    size_t skip = (size_t)((uintptr_t)data % tgi_page_size());
    while (madvise((void *)(uintptr_t)(data - skip), len + skip, MADV_POPULATE_READ) != 0) {
        fault.os_code = errno;
        if (errno == EINVAL || errno == ENOSYS)
            return false;
        if (errno == EINTR || errno == EAGAIN)
            continue;
        fault.status = errno == EFAULT ? TG_E_FILE_CHANGED : errno == ENOMEM ? TG_E_NO_MEMORY : TG_E_READ;
        break;
    }
    if (fault.status == TG_OK)
        fault.os_code = 0;
    *out_fault = fault;
    return true;
}

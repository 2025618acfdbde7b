/* SPDX-License-Identifier: MIT */
/* Large blocks on Linux. Fresh pages are what a large header costs most: a fault for each 4 KiB is dearer than
 * reading them. So large blocks begin at a huge page, ask for huge pages, and move by remapping, not by copying. */
#define _GNU_SOURCE

#include "source.h"

#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)

#if !defined(MADV_POPULATE_WRITE)
#define MADV_POPULATE_WRITE 23 /* Linux 5.14; older kernels say no, and nothing is lost */
#endif

static size_t round_up(size_t size)
{
    return (size + HUGE_PAGE - 1) & ~(HUGE_PAGE - 1);
}

/* Address space for `size` bytes, a multiple of HUGE_PAGE, that begins at a huge page; NULL where there is none. */
static void *reserve(size_t size)
{
    uint8_t *whole = (uint8_t *)mmap(NULL, size + HUGE_PAGE, PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (whole == MAP_FAILED)
        return NULL;
    size_t before = (HUGE_PAGE - (uintptr_t)whole % HUGE_PAGE) % HUGE_PAGE;
    if (before > 0)
        (void)munmap(whole, before);
    (void)munmap(whole + before + size, HUGE_PAGE - before);
    return whole + before;
}

static void *grow(void *block, size_t old_size, size_t new_size)
{
    void *now = reserve(new_size);
    if (now == NULL)
        return NULL;
    if (block != NULL && mremap(block, old_size, new_size, MREMAP_MAYMOVE | MREMAP_FIXED, now) == MAP_FAILED) {
        (void)munmap(now, new_size);
        return NULL;
    }
    (void)madvise(now, new_size, MADV_HUGEPAGE);
    return now;
}

void *tgi_pages_resize(void *block, size_t old_size, size_t new_size)
{
    if (new_size > SIZE_MAX / 2)
        return NULL;
    size_t old_pages = round_up(old_size), new_pages = round_up(new_size);
    if (new_pages > old_pages)
        return grow(block, old_pages, new_pages);
    if (new_pages < old_pages)
        (void)munmap((uint8_t *)block + new_pages, old_pages - new_pages);
    return new_size > 0 ? block : NULL;
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

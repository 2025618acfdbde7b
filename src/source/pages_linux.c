/* SPDX-License-Identifier: MIT */
/* Large blocks on Linux. Fresh pages are what a large header costs most: a fault for each 4 KiB is dearer than
 * reading them. So large blocks begin at a huge page, ask for huge pages, have room to grow where they are, and up to
 * COMMON_SPACE are the C library's: what it keeps of freed memory, the next model gets with its pages in place. */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif

#include "source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define HUGE_PAGE ((size_t)2 << 20)
#define COMMON_SPACE ((size_t)24 << 20)

#if !defined(MADV_POPULATE_READ)
#define MADV_POPULATE_READ 22 /* Linux 5.14 */
#endif
#if !defined(MADV_POPULATE_WRITE)
#define MADV_POPULATE_WRITE 23 /* Linux 5.14; older kernels say no, and nothing is lost */
#endif

/* Address space for a block of `size` bytes, a power of two. Pages of it that nothing was written to cost nothing. */
static size_t space_for(size_t size)
{
    size_t space = COMMON_SPACE;
    while (space < size)
        space *= 2;
    return space;
}

/* Where the first huge page behind `whole` begins, with room for a pointer in front of it. */
static uint8_t *first_huge_page(uint8_t *whole)
{
    return whole + HUGE_PAGE - (uintptr_t)whole % HUGE_PAGE;
}

/* Memory of the C library that begins at a huge page; in front of it is its address there. */
static void *allocate(void)
{
    uint8_t *whole = (uint8_t *)malloc(COMMON_SPACE + HUGE_PAGE);
    if (whole == NULL)
        return NULL;
    uint8_t *block = first_huge_page(whole);
    memcpy(block - sizeof whole, &whole, sizeof whole);
    return block;
}

/* Address space that begins at a huge page; NULL where there is none. */
static void *reserve(size_t space)
{
    if (space == COMMON_SPACE)
        return allocate();
    uint8_t *whole = (uint8_t *)mmap(NULL, space + HUGE_PAGE, PROT_READ | PROT_WRITE,
                                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (whole == MAP_FAILED)
        return NULL;
    uint8_t *block = first_huge_page(whole);
    (void)munmap(whole, (size_t)(block - whole));
    if (block + space < whole + space + HUGE_PAGE)
        (void)munmap(block + space, (size_t)(whole + HUGE_PAGE - block));
    return block;
}

static void release(void *block, size_t space)
{
    if (space == COMMON_SPACE) {
        void *whole;
        memcpy(&whole, (uint8_t *)block - sizeof whole, sizeof whole);
        free(whole);
    } else if (space > 0) {
        (void)munmap(block, space);
    }
}

/* The block in a space of another size. */
static void *move(void *block, size_t len, size_t old_space, size_t space)
{
    void *now = reserve(space);
    if (now == NULL)
        return NULL;
    (void)madvise(now, space, MADV_HUGEPAGE);
    if (old_space > COMMON_SPACE && space > old_space) {
        if (mremap(block, old_space, old_space, MREMAP_MAYMOVE | MREMAP_FIXED, now) != MAP_FAILED)
            return now;
        release(now, space);
        return NULL;
    }
    if (len > 0)
        memcpy(now, block, len);
    release(block, old_space);
    return now;
}

void *tgi_pages_resize(void *block, size_t old_size, size_t new_size)
{
    size_t old_space = block != NULL ? space_for(old_size) : 0, space = COMMON_SPACE;
    if (new_size > SIZE_MAX / 4)
        return NULL;
    if (new_size == 0) {
        release(block, old_space);
        return NULL;
    }
    space = space_for(new_size);
    if (space != old_space)
        return move(block, old_size < new_size ? old_size : new_size, old_space, space);
    size_t first = (new_size + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    if (first < old_size)
        (void)madvise((uint8_t *)block + first, space - first, MADV_DONTNEED);
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

/* SPDX-License-Identifier: MIT */
/* Pages of memory on POSIX systems: their size, and locking them. */
#if !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE
#endif

#include "source.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

size_t tgi_page_size(void)
{
    long page = sysconf(_SC_PAGESIZE);
    return page > 0 ? (size_t)page : 4096;
}

/* mlock and munlock want the start of a page, on some systems. */
static const uint8_t *page_of(const uint8_t *data, size_t *len)
{
    size_t skip = (size_t)((uintptr_t)data % tgi_page_size());
    *len += skip;
    return data - skip;
}

tgi_fault tgi_pages_lock(const uint8_t *data, size_t len)
{
    tgi_fault fault = {TG_OK, 0};
    const uint8_t *start = page_of(data, &len);
    if (mlock(start, len) == 0)
        return fault;
    fault.os_code = errno;
    bool bounded = tgi_pages_lock_limit() != UINT64_MAX;
    fault.status = errno == EPERM || (errno == ENOMEM && bounded) ? TG_E_LOCK_LIMIT : TG_E_LOCK;
    return fault;
}

void tgi_pages_unlock(const uint8_t *data, size_t len)
{
    const uint8_t *start = page_of(data, &len);
    (void)munlock(start, len);
}

uint64_t tgi_pages_lock_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_MEMLOCK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return UINT64_MAX;
    return limit.rlim_cur;
}

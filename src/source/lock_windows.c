/* SPDX-License-Identifier: MIT */
/* Pages of memory on Windows: their size, and locking them. */
#include "windows.h"

#include "source.h"

size_t tgi_page_size(void)
{
    SYSTEM_INFO info;
    GetSystemInfo(&info);
    return info.dwPageSize;
}

tgi_fault tgi_pages_lock(const uint8_t *data, size_t len)
{
    tgi_fault fault = {TG_OK, 0};
    if (VirtualLock((void *)(uintptr_t)data, len))
        return fault;
    DWORD code = GetLastError();
    fault.status = code == ERROR_WORKING_SET_QUOTA || code == ERROR_NO_SYSTEM_RESOURCES ? TG_E_LOCK_LIMIT : TG_E_LOCK;
    fault.os_code = (int32_t)code;
    return fault;
}

void tgi_pages_unlock(const uint8_t *data, size_t len)
{
    (void)VirtualUnlock((void *)(uintptr_t)data, len);
}

/* A process may lock what its smallest working set holds. */
uint64_t tgi_pages_lock_limit(void)
{
    SIZE_T least, most;
    return GetProcessWorkingSetSize(GetCurrentProcess(), &least, &most) ? least : UINT64_MAX;
}

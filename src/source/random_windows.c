/* SPDX-License-Identifier: MIT */
/* Random numbers from Windows, for the key of the hash of names. */
#include "windows.h"

#include "source.h"

#include <bcrypt.h>
#include <string.h>

void tgi_random(void *bytes, size_t len)
{
    if (len <= ULONG_MAX && BCryptGenRandom(NULL, (PUCHAR)bytes, (ULONG)len, BCRYPT_USE_SYSTEM_PREFERRED_RNG) >= 0)
        return;
    /* The time and where things lie in memory are hard to guess from a file. */
    LARGE_INTEGER now;
    (void)QueryPerformanceCounter(&now);
    uint64_t parts[2] = {(uint64_t)now.QuadPart ^ (uint64_t)(uintptr_t)bytes, GetCurrentProcessId()};
    memset(bytes, 0, len);
    memcpy(bytes, parts, len < sizeof parts ? len : sizeof parts);
}

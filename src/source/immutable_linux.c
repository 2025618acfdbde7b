/* SPDX-License-Identifier: MIT */
/* Immutable files on Linux: sealed memory and fs-verity are the two things that keep everybody from changing a
 * file, root and its owner too. Permissions, leases, locks and the immutable attribute do not. */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#if !defined(_FILE_OFFSET_BITS)
#define _FILE_OFFSET_BITS 64
#endif
#if !defined(_TIME_BITS)
#define _TIME_BITS 64
#endif

#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define COPY_BYTES 65536

#if !defined(STATX_ATTR_VERITY)
#define STATX_ATTR_VERITY 0x00100000
#endif

static tgi_fault seal_fault(tg_status status)
{
    tgi_fault fault = {status, errno};
    return fault;
}

/* From the attributes that the kernel keeps, and not from the ioctl that measures: a file system in user space
 * could answer that as it likes. */
static bool under_verity(int fd)
{
    struct statx st = {0}; /* for MSan, which does not know statx */
    return statx(fd, "", AT_EMPTY_PATH, 0, &st) == 0 &&
           (st.stx_attributes_mask & st.stx_attributes & STATX_ATTR_VERITY) != 0;
}

bool tgi_fd_is_immutable(int fd)
{
    const int needed = F_SEAL_WRITE | F_SEAL_SHRINK;
    int seals = fcntl(fd, F_GET_SEALS);
    return (seals >= 0 && (seals & needed) == needed) || under_verity(fd);
}

static tgi_fault write_all(int fd, const uint8_t *bytes, size_t len)
{
    tgi_fault fault = {TG_OK, 0};
    while (len > 0) {
        ssize_t done = write(fd, bytes, len);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return seal_fault(errno == ENOSPC || errno == ENOMEM ? TG_E_NO_MEMORY : TG_E_SEAL);
        bytes += done;
        len -= (size_t)done;
    }
    return fault;
}

static tgi_fault copy_all(const tgi_source *source, int fd)
{
    uint8_t buffer[COPY_BYTES];
    tgi_fault fault = {TG_OK, 0};
    for (uint64_t at = 0; at < source->size && fault.status == TG_OK;) {
        size_t len = source->size - at < COPY_BYTES ? (size_t)(source->size - at) : COPY_BYTES;
        fault = tgi_source_read(source, at, buffer, len);
        if (fault.status == TG_OK)
            fault = write_all(fd, buffer, len);
        at += len;
    }
    return fault;
}

tgi_fault tgi_source_seal(tgi_source *source)
{
    int fd = memfd_create("tensorgate", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return seal_fault(errno == ENOSYS || errno == EINVAL ? TG_E_NO_SEALS : TG_E_SEAL);
    tgi_fault fault = copy_all(source, fd);
    if (fault.status == TG_OK && fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        fault = seal_fault(TG_E_SEAL);
    tgi_source copy;
    if (fault.status == TG_OK)
        fault = tgi_source_fd(&copy, fd);
    (void)close(fd);
    if (fault.status != TG_OK)
        return fault;
    copy.origin = source->origin;
    tgi_source_close(source);
    *source = copy;
    return fault;
}

/* SPDX-License-Identifier: MIT */
/* Files on POSIX systems: opened once and never by path again, read with pread, mapped when asked for. */
#if !defined(_FILE_OFFSET_BITS)
#define _FILE_OFFSET_BITS 64 /* 32-bit hosts too have files above 2 GiB */
#endif
#if !defined(_TIME_BITS)
#define _TIME_BITS 64 /* and files from after 2038 */
#endif
#if !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE
#endif
#if !defined(_POSIX_C_SOURCE) && !defined(__APPLE__)
#define _POSIX_C_SOURCE 200809L
#endif

#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Linux takes no more in one call; others are content with less too. */
#define LONGEST_READ ((size_t)0x7ffff000)

static const tgi_fault no_fault = {TG_OK, 0};

static tgi_fault file_fault(tg_status status)
{
    tgi_fault fault = {status, errno};
    return fault;
}

#if defined(__APPLE__)
#define CHANGED(st, member) (st)->st_##member##timespec
#else
#define CHANGED(st, member) (st)->st_##member##tim
#endif

static tgi_identity identity_of(const struct stat *st)
{
    tgi_identity identity = {
        (uint64_t)st->st_dev,   (uint64_t)st->st_ino,  (uint64_t)st->st_size,  CHANGED(st, m).tv_sec,
        CHANGED(st, m).tv_nsec, CHANGED(st, c).tv_sec, CHANGED(st, c).tv_nsec,
    };
    return identity;
}

static tgi_fault file_read(const tgi_source *source, uint64_t offset, void *buffer, size_t len)
{
    uint8_t *to = (uint8_t *)buffer;
    while (len > 0) {
        ssize_t got = pread(source->fd, to, len < LONGEST_READ ? len : LONGEST_READ, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return file_fault(TG_E_READ);
        if (got == 0) {
            tgi_fault fault = {TG_E_FILE_CHANGED, 0};
            return fault;
        }
        to += got;
        offset += (uint64_t)got;
        len -= (size_t)got;
    }
    return no_fault;
}

static tgi_fault file_recheck(const tgi_source *source)
{
    struct stat st = {0}; /* for MSan, which does not know fstat */
    if (fstat(source->fd, &st) != 0)
        return file_fault(TG_E_READ);
    tgi_identity now = identity_of(&st);
    tgi_fault changed = {TG_E_FILE_CHANGED, 0};
    return tgi_same_identity(&now, &source->identity) ? no_fault : changed;
}

/* Is [offset, offset + len) still inside the file? */
static tgi_fault check_size(const tgi_source *source, uint64_t offset, size_t len)
{
    struct stat st = {0}; /* for MSan, which does not know fstat */
    if (fstat(source->fd, &st) != 0)
        return file_fault(TG_E_READ);
    tgi_fault changed = {TG_E_FILE_CHANGED, 0};
    return st.st_size < 0 || (uint64_t)st.st_size < offset || (uint64_t)st.st_size - offset < len ? changed : no_fault;
}

/* How many bytes of its page stand before byte `offset`. */
static size_t bytes_before(uint64_t offset)
{
    return (size_t)(offset % tgi_page_size());
}

/* Maps from the page that holds byte `offset`. A file that is shorter by now is refused, not mapped; and as sizes
 * can lie, its last byte must be there to read. */
static tgi_fault file_map(const tgi_source *source, uint64_t offset, size_t len, const uint8_t **out_data)
{
    uint8_t last;
    tgi_fault fault = check_size(source, offset, len);
    if (fault.status == TG_OK)
        fault = file_read(source, offset + (len - 1), &last, 1);
    if (fault.status != TG_OK)
        return fault;
    size_t skip = bytes_before(offset);
    if (len > SIZE_MAX / 2 - skip) {
        fault.status = TG_E_ADDRESS_SPACE;
        return fault;
    }
    /* Older kernels take a shared mapping of sealed memory for an attempt to write. Pages are shared either way. */
    int flags = source->immutable ? MAP_PRIVATE : MAP_SHARED;
    void *data = mmap(NULL, len + skip, PROT_READ, flags, source->fd, (off_t)(offset - skip));
    if (data == MAP_FAILED)
        return file_fault(errno == ENOMEM ? TG_E_ADDRESS_SPACE : TG_E_MAP);
    *out_data = (const uint8_t *)data + skip;
    return no_fault;
}

static void file_unmap(const tgi_source *source, uint64_t offset, size_t len, const uint8_t *data)
{
    (void)source;
    size_t skip = bytes_before(offset);
    (void)munmap((void *)(uintptr_t)(data - skip), len + skip);
}

/* Reading brings pages in too, on systems that cannot be asked for it. */
static tgi_fault populate_by_read(const tgi_source *source, uint64_t offset, size_t len)
{
    uint8_t buffer[65536];
    tgi_fault fault = no_fault;
    while (len > 0 && fault.status == TG_OK) {
        size_t some = len < sizeof buffer ? len : sizeof buffer;
        fault = file_read(source, offset, buffer, some);
        offset += some;
        len -= some;
    }
    return fault;
}

static tgi_fault populate(const tgi_source *source, uint64_t offset, size_t len, const uint8_t *data)
{
    tgi_fault fault = check_size(source, offset, len);
    if (fault.status == TG_OK && !tgi_pages_populate(data, len, &fault))
        return populate_by_read(source, offset, len);
    return fault;
}

/* Lets go of the pages that hold nothing else. Their bytes come from the file again when they are touched. */
static void drop(const tgi_source *source, uint64_t offset, size_t len, const uint8_t *data)
{
    size_t page = tgi_page_size(), skip = (page - (size_t)((uintptr_t)data % page)) % page;
    if (len < skip + page)
        return;
    size_t whole = (len - skip) / page * page;
    (void)madvise((void *)(uintptr_t)(data + skip), whole, MADV_DONTNEED);
#if defined(POSIX_FADV_DONTNEED)
    (void)posix_fadvise(source->fd, (off_t)(offset + skip), (off_t)whole, POSIX_FADV_DONTNEED);
#else
    (void)source;
    (void)offset;
#endif
}

static tgi_fault file_advise(const tgi_source *source, tgi_advice advice, uint64_t offset, size_t len,
                             const uint8_t *data)
{
    tgi_fault fault = no_fault, changed;
    switch (advice) {
    case TGI_POPULATE:
        return populate(source, offset, len, data);
    case TGI_LOCK:
        fault = tgi_pages_lock(data, len);
        changed = check_size(source, offset, len);
        return fault.status != TG_OK && changed.status != TG_OK ? changed : fault;
    case TGI_UNLOCK:
        tgi_pages_unlock(data, len);
        return fault;
    case TGI_DROP:
        drop(source, offset, len, data);
        return fault;
    }
    fault.status = TG_E_INTERNAL;
    return fault;
}

static void file_close(tgi_source *source)
{
    (void)close(source->fd);
    source->fd = -1;
}

/* Some files of /proc call themselves regular and empty, and have bytes. */
static bool has_bytes(int fd)
{
    uint8_t byte;
    ssize_t got = pread(fd, &byte, 1, 0);
    while (got < 0 && errno == EINTR)
        got = pread(fd, &byte, 1, 0);
    return got > 0;
}

/* Takes over `fd`, and closes it on failure. */
static tgi_fault file_adopt(tgi_source *source, int fd)
{
    static const tgi_source_calls calls = {file_read, file_map, file_unmap, file_advise, file_recheck, file_close};
    struct stat st = {0}; /* for MSan, which does not know fstat */
    tgi_fault fault = no_fault;
    if (fstat(fd, &st) != 0) {
        fault = file_fault(TG_E_OPEN);
    } else if (!S_ISREG(st.st_mode)) {
        fault.status = TG_E_NOT_REGULAR;
        fault.os_code = S_ISDIR(st.st_mode) ? EISDIR : 0;
    } else if (st.st_size < 0) {
        fault.status = TG_E_OPEN;
    } else if (st.st_size == 0 && has_bytes(fd)) {
        fault.status = TG_E_NOT_REGULAR;
    }
    if (fault.status != TG_OK) {
        (void)close(fd);
        return fault;
    }
    memset(source, 0, sizeof *source);
    source->calls = &calls;
    source->fd = fd;
    source->immutable = tgi_fd_is_immutable(fd);
    source->identity = identity_of(&st);
    source->size = source->identity.size;
    return no_fault;
}

tgi_fault tgi_source_path(tgi_source *source, const char *path)
{
    /* O_NONBLOCK: opening a FIFO that nobody writes to must not wait; for regular files it means nothing. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    while (fd < 0 && errno == EINTR)
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    return fd < 0 ? file_fault(TG_E_OPEN) : file_adopt(source, fd);
}

tgi_fault tgi_source_fd(tgi_source *source, int fd)
{
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return own < 0 ? file_fault(TG_E_OPEN) : file_adopt(source, own);
}

/* SPDX-License-Identifier: MIT */
/* Files on POSIX systems: opened once and never by path again, read with pread, mapped when asked for. */
#if !defined(_FILE_OFFSET_BITS)
#define _FILE_OFFSET_BITS 64 /* 32-bit hosts too have files above 2 GiB */
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

static tgi_fault fault_of(tg_status status)
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

static bool same_identity(const tgi_identity *a, const tgi_identity *b)
{
    return a->device == b->device && a->file == b->file && a->size == b->size && a->modified == b->modified &&
           a->modified_ns == b->modified_ns && a->changed == b->changed && a->changed_ns == b->changed_ns;
}

static tgi_fault file_read(const tgi_source *source, uint64_t offset, void *buffer, size_t len)
{
    uint8_t *to = (uint8_t *)buffer;
    while (len > 0) {
        ssize_t got = pread(source->fd, to, len < LONGEST_READ ? len : LONGEST_READ, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fault_of(TG_E_READ);
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
    struct stat st;
    if (fstat(source->fd, &st) != 0)
        return fault_of(TG_E_READ);
    tgi_identity now = identity_of(&st);
    tgi_fault changed = {TG_E_FILE_CHANGED, 0};
    return same_identity(&now, &source->identity) ? no_fault : changed;
}

/* How many bytes of its page stand before byte `offset`. */
static size_t bytes_before(uint64_t offset)
{
    long page = sysconf(_SC_PAGESIZE);
    return (size_t)(offset % (page > 0 ? (uint64_t)page : 4096));
}

/* Maps from the page that holds byte `offset`. A file that is shorter by now is refused, not mapped. */
static tgi_fault file_map(const tgi_source *source, uint64_t offset, size_t len, const uint8_t **out_data)
{
    struct stat st;
    if (fstat(source->fd, &st) != 0)
        return fault_of(TG_E_MAP);
    if (st.st_size < 0 || (uint64_t)st.st_size < offset || (uint64_t)st.st_size - offset < len) {
        tgi_fault fault = {TG_E_FILE_CHANGED, 0};
        return fault;
    }
    size_t skip = bytes_before(offset);
    if (len > SIZE_MAX / 2 - skip) {
        tgi_fault fault = {TG_E_ADDRESS_SPACE, 0};
        return fault;
    }
    void *data = mmap(NULL, len + skip, PROT_READ, MAP_SHARED, source->fd, (off_t)(offset - skip));
    if (data == MAP_FAILED)
        return fault_of(errno == ENOMEM ? TG_E_ADDRESS_SPACE : TG_E_MAP);
    *out_data = (const uint8_t *)data + skip;
    return no_fault;
}

static void file_unmap(const tgi_source *source, uint64_t offset, size_t len, const uint8_t *data)
{
    (void)source;
    size_t skip = bytes_before(offset);
    (void)munmap((void *)(uintptr_t)(data - skip), len + skip);
}

static void file_close(tgi_source *source)
{
    (void)close(source->fd);
    source->fd = -1;
}

/* Takes over `fd`, and closes it on failure. */
static tgi_fault file_adopt(tgi_source *source, int fd)
{
    static const tgi_source_calls calls = {file_read, file_map, file_unmap, file_recheck, file_close};
    struct stat st;
    tgi_fault fault = no_fault;
    if (fstat(fd, &st) != 0) {
        fault = fault_of(TG_E_OPEN);
    } else if (!S_ISREG(st.st_mode)) {
        fault.status = TG_E_NOT_REGULAR;
        fault.os_code = S_ISDIR(st.st_mode) ? EISDIR : 0;
    } else if (st.st_size < 0) {
        fault.status = TG_E_OPEN;
    }
    if (fault.status != TG_OK) {
        (void)close(fd);
        return fault;
    }
    memset(source, 0, sizeof *source);
    source->calls = &calls;
    source->fd = fd;
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
    return fd < 0 ? fault_of(TG_E_OPEN) : file_adopt(source, fd);
}

tgi_fault tgi_source_fd(tgi_source *source, int fd)
{
    int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    return own < 0 ? fault_of(TG_E_OPEN) : file_adopt(source, own);
}

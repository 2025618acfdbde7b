/* SPDX-License-Identifier: MIT */
/* Reading and walking without a check: see yardstick.h. */
#if !defined(_FILE_OFFSET_BITS)
#define _FILE_OFFSET_BITS 64
#endif
#define _DEFAULT_SOURCE

#include "yardstick.h"

#include "measure.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const unsigned char *skip_number_u64(const unsigned char *p, uint64_t *out)
{
    memcpy(out, p, 8);
    return p + 8;
}

static const unsigned char *skip_string(const unsigned char *p)
{
    uint64_t len;
    p = skip_number_u64(p, &len);
    return p + len;
}

static const unsigned char *skip_value(const unsigned char *p, uint32_t type)
{
    static const unsigned char sizes[] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    if (type == 8)
        return skip_string(p);
    if (type != 9)
        return p + sizes[type];
    uint32_t element;
    uint64_t count;
    memcpy(&element, p, 4);
    p = skip_number_u64(p + 4, &count);
    if (element != 8)
        return p + count * sizes[element];
    for (; count > 0; count--)
        p = skip_string(p);
    return p;
}

static const unsigned char *walk(const unsigned char *p)
{
    uint64_t tensors, keys;
    p = skip_number_u64(p + 8, &tensors);
    p = skip_number_u64(p, &keys);
    for (; keys > 0; keys--) {
        uint32_t type;
        p = skip_string(p);
        memcpy(&type, p, 4);
        p = skip_value(p + 4, type);
    }
    for (; tensors > 0; tensors--) {
        uint32_t dims;
        p = skip_string(p);
        memcpy(&dims, p, 4);
        p += 4 + 8 * (size_t)dims + 12;
    }
    return p;
}

static int open_file(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        fail(path);
    return fd;
}

static void read_all(int fd, unsigned char *buffer, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t got = pread(fd, buffer + done, len - done, (off_t)done);
        if (got <= 0)
            fail("pread");
        done += (size_t)got;
    }
}

yardstick time_yardstick(const char *path, size_t len, unsigned char *buffer)
{
    yardstick y;
    int fd = open_file(path);
    double start = now_ms();
    read_all(fd, buffer, len);
    y.read = now_ms() - start;
    start = now_ms();
    if (walk(buffer) > buffer + len)
        fail("the walk went astray");
    y.walk = now_ms() - start;
    (void)close(fd);
    return y;
}

double time_fresh_read(const char *path, size_t len)
{
    int fd = open_file(path);
    double start = now_ms();
    void *fresh = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fresh == MAP_FAILED)
        fail("mmap");
    read_all(fd, (unsigned char *)fresh, len);
    double time = now_ms() - start;
    (void)munmap(fresh, len);
    (void)close(fd);
    return time;
}

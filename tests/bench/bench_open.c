/* SPDX-License-Identifier: MIT */
/* Opening against the yardstick, in one process and in turn:
 *   R  one pread of exactly the header into a buffer that was touched before
 *   W  a walk over that buffer that skips through keys and tensors with no check at all
 * Prints medians, and the ratios that matter; the times alone mean little on a shared machine.
 *
 *     bench_open FOLDER [SHAPE...]      writes the files into FOLDER, and leaves them there
 */
#if !defined(_FILE_OFFSET_BITS)
#define _FILE_OFFSET_BITS 64
#endif
#define _POSIX_C_SOURCE 200809L

#include "headers.h"
#include "tensorgate.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    RUNS = 21
};

static double now_ms(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void fail(const char *what)
{
    fprintf(stderr, "bench_open: %s\n", what);
    exit(2);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *times)
{
    qsort(times, RUNS, sizeof times[0], by_size);
    return times[RUNS / 2];
}

/* ---- The walk with no check ---- */

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

/* ---- What is timed ---- */

static double time_yardstick(const char *path, size_t len, unsigned char *buffer, double *out_read)
{
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        fail(path);
    double start = now_ms();
    for (size_t done = 0; done < len;) {
        ssize_t got = pread(fd, buffer + done, len - done, (off_t)done);
        if (got <= 0)
            fail("pread");
        done += (size_t)got;
    }
    double middle = now_ms();
    if (walk(buffer) > buffer + len)
        fail("the walk went astray");
    double end = now_ms();
    (void)close(fd);
    *out_read = middle - start;
    return end - start;
}

static double time_open(const char *path, uint32_t flags)
{
    tg_options options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.flags = flags;
    tg_model *model = NULL;
    tg_error error;
    double start = now_ms();
    if (tg_open_path(path, &options, &model, &error) != TG_OK) {
        char line[TG_ERROR_LINE];
        (void)tg_error_format(&error, line, sizeof line);
        fail(line);
    }
    double end = now_ms();
    tg_close(model);
    return end - start;
}

/* ---- Heap ---- */

typedef struct heap {
    size_t now, peak, calls;
} heap;

static void *counted_resize(void *context, void *block, size_t old_size, size_t new_size)
{
    heap *h = (heap *)context;
    void *result = NULL;
    if (new_size > 0)
        result = realloc(block, new_size);
    else
        free(block);
    if (new_size > 0 && result == NULL)
        return NULL;
    h->now += new_size;
    h->now -= old_size;
    h->calls++;
    if (h->now > h->peak)
        h->peak = h->now;
    return result;
}

static void print_heap(const char *path, size_t len)
{
    heap h = {0, 0, 0};
    tg_allocator allocator = {counted_resize, &h};
    tg_options options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.allocator = &allocator;
    tg_model *model = NULL;
    if (tg_open_path(path, &options, &model, NULL) != TG_OK)
        fail(path);
    printf("  heap: peak %.2f x header, open %.2f x header (%zu and %zu bytes), %zu calls of the allocator\n",
           (double)h.peak / (double)len, (double)h.now / (double)len, h.peak, h.now, h.calls);
    tg_close(model);
    if (h.now != 0)
        fail("memory leaked");
}

static void run_shape(const bench_shape *shape, const char *folder)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s.gguf", folder, shape->name);
    bench_header header = bench_make_header(shape);
    bench_write_file(&header, path);
    double whole[RUNS], reads[RUNS], plain[RUNS], text[RUNS];
    (void)time_open(path, 0);
    for (int i = 0; i < RUNS; i++) {
        whole[i] = time_yardstick(path, header.len, header.bytes, &reads[i]);
        plain[i] = time_open(path, 0);
        text[i] = time_open(path, TG_CHECK_TEXT);
    }
    double yardstick = median(whole), r = median(reads), open = median(plain), checked = median(text);
    printf("%s: header %zu bytes, file %llu bytes\n", shape->name, header.len, (unsigned long long)header.file_size);
    printf("  R + W %.3f ms (R %.3f)   open %.3f ms = %.2f x   with TG_CHECK_TEXT %.3f ms = %.2f x   %.2f ns/byte\n",
           yardstick, r, open, open / yardstick, checked, checked / yardstick, checked * 1e6 / (double)header.len);
    print_heap(path, header.len);
    free(header.bytes);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench_open FOLDER [SHAPE...]\nshapes:");
        for (const bench_shape *shape = bench_shapes; shape->name != NULL; shape++)
            fprintf(stderr, " %s", shape->name);
        fprintf(stderr, "\n");
        return 2;
    }
    for (const bench_shape *shape = bench_shapes; shape->name != NULL; shape++) {
        bool wanted = argc == 2;
        for (int i = 2; i < argc; i++)
            wanted = wanted || strcmp(argv[i], shape->name) == 0;
        if (wanted)
            run_shape(shape, argv[1]);
    }
    return 0;
}

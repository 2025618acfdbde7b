/* SPDX-License-Identifier: MIT */
/* Clocks, medians, page faults, reads and heap of benchmarks: see measure.h. */
#define _POSIX_C_SOURCE 200809L

#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

void fail(const char *what)
{
    (void)fflush(stdout);
    fprintf(stderr, "bench: %s\n", what);
    exit(2);
}

static double clock_ms(clockid_t which)
{
    struct timespec t;
    (void)clock_gettime(which, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

double now_ms(void)
{
    return clock_ms(CLOCK_MONOTONIC);
}

double cpu_ms(void)
{
    return clock_ms(CLOCK_PROCESS_CPUTIME_ID);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(double *values, size_t count)
{
    qsort(values, count, sizeof values[0], by_size);
    return values[count / 2];
}

usage usage_now(void)
{
    usage u = {0, 0, 0};
    struct rusage r;
    char line[128];
    if (getrusage(RUSAGE_SELF, &r) == 0)
        u.faults = (uint64_t)r.ru_minflt;
    FILE *io = fopen("/proc/self/io", "r");
    while (io != NULL && fgets(line, sizeof line, io) != NULL) {
        if (strncmp(line, "rchar: ", 7) == 0)
            u.bytes_read = strtoull(line + 7, NULL, 10);
        if (strncmp(line, "syscr: ", 7) == 0)
            u.reads = strtoull(line + 7, NULL, 10);
    }
    if (io != NULL)
        (void)fclose(io);
    return u;
}

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

void heap_start(heap *h)
{
    memset(h, 0, sizeof *h);
    h->allocator.resize = counted_resize;
    h->allocator.context = h;
}

tg_model *must_open(const char *path, uint32_t flags, const tg_allocator *allocator)
{
    tg_options options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.flags = flags;
    options.allocator = allocator;
    tg_model *model = NULL;
    tg_error error;
    if (tg_open_path(path, &options, &model, &error) != TG_OK) {
        char line[TG_ERROR_LINE];
        (void)tg_error_format(&error, line, sizeof line);
        fprintf(stderr, "%s: ", path);
        fail(line);
    }
    return model;
}

int image_read(void *context, uint64_t offset, void *buffer, size_t len)
{
    const image *i = (const image *)context;
    size_t there = offset < i->len ? i->len - (size_t)offset : 0;
    if (there > len)
        there = len;
    if (there > 0)
        memcpy(buffer, i->bytes + offset, there);
    memset((char *)buffer + there, 0, len - there);
    return 0;
}

double time_reader(const tg_reader *reader, const tg_options *options, int runs, tg_status *out_status)
{
    double *times = (double *)calloc((size_t)runs, sizeof *times);
    if (times == NULL)
        fail("no memory");
    for (int i = -1; i < runs; i++) {
        tg_model *model = NULL;
        double start = cpu_ms();
        *out_status = tg_open_reader(reader, options, &model, NULL);
        if (i >= 0)
            times[i] = cpu_ms() - start;
        tg_close(model);
    }
    double result = median(times, (size_t)runs);
    free(times);
    return result;
}

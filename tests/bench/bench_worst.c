/* SPDX-License-Identifier: MIT */
/* What the worst files cost, for each byte of header.
 *
 *     bench_worst [RUNS [NAME]]
 *
 * Each file (worst.h) is made in two sizes, with about 1 MB and 16 MB of header, and opened through a reader, without and
 * with TG_CHECK_TEXT: the median of RUNS (default 7) after one that warms up. A line has the nanoseconds for each byte
 * of header in both sizes, how the time grows from the one to the other for each byte, the most heap at once for each byte
 * of header, and the verdict. `!` marks what costs more than 20 ns a byte and 1 ms, or more heap than 16 MiB and 8 x
 * the header. NAME: only the files in whose name it is. */
#define _POSIX_C_SOURCE 200809L

#include "worst.h"

#include <tensorgate.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SMALL 1000000
#define LARGE 16000000

#define MOST_NS 20.0
#define MOST_MS 1.0

typedef struct heap {
    uint64_t live, peak;
} heap;

static void *resize(void *context, void *block, size_t old_size, size_t new_size)
{
    heap *h = (heap *)context;
    if (new_size == 0) {
        h->live -= old_size;
        free(block);
        return NULL;
    }
    void *now = realloc(block, new_size);
    if (now == NULL)
        return NULL;
    h->live += new_size;
    h->live -= old_size;
    if (h->live > h->peak)
        h->peak = h->live;
    return now;
}

static int read_at(void *context, uint64_t offset, void *buffer, size_t len)
{
    const worst_file *f = (const worst_file *)context;
    size_t there = offset < f->len ? f->len - (size_t)offset : 0;
    if (there > len)
        there = len;
    if (there > 0)
        memcpy(buffer, f->bytes + offset, there);
    memset((char *)buffer + there, 0, len - there);
    return 0;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

typedef struct cost {
    double seconds; /* the median */
    tg_status status;
} cost;

/* Opens the file once more than `runs` times, with the allocator that everybody has. */
static cost measure(worst_file *f, uint32_t flags, int runs, double *seconds)
{
    tg_options options;
    tg_reader reader = {sizeof reader, f->size, read_at, f};
    cost c = {0, TG_OK};
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.flags = flags;
    for (int i = -1; i < runs; i++) {
        tg_model *model = NULL;
        double start = now();
        c.status = tg_open_reader(&reader, &options, &model, NULL);
        double end = now();
        tg_close(model);
        if (i >= 0)
            seconds[i] = end - start;
    }
    qsort(seconds, (size_t)runs, sizeof *seconds, ascending);
    c.seconds = seconds[runs / 2];
    return c;
}

/* The most heap that the open holds at once, in bytes. */
static uint64_t measure_heap(worst_file *f)
{
    heap h = {0, 0};
    tg_options options;
    tg_allocator allocator = {resize, &h};
    tg_reader reader = {sizeof reader, f->size, read_at, f};
    tg_model *model = NULL;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.allocator = &allocator;
    (void)tg_open_reader(&reader, &options, &model, NULL);
    tg_close(model);
    return h.peak;
}

static bool is_dear(cost c, const worst_file *f)
{
    return c.seconds * 1e3 > MOST_MS + MOST_NS * 1e-6 * (double)f->header;
}

static double ns(cost c, const worst_file *f)
{
    return c.seconds * 1e9 / (double)f->header;
}

static bool bench(const worst_shape *shape, int runs, double *seconds)
{
    static const uint64_t sizes[2] = {SMALL, LARGE};
    cost plain[2], text[2];
    double per_byte[2], heap_per_byte[2];
    bool dear = false;
    uint64_t header = 0;
    for (size_t i = 0; i < 2; i++) {
        worst_file f = {NULL, 0, 0, 0, 0};
        shape->make(&f, sizes[i]);
        plain[i] = measure(&f, 0, runs, seconds);
        text[i] = measure(&f, TG_CHECK_TEXT, runs, seconds);
        uint64_t peak = measure_heap(&f);
        heap_per_byte[i] = (double)peak / (double)f.header;
        per_byte[i] = ns(plain[i], &f);
        header = f.header;
        dear = dear || is_dear(plain[i], &f) || is_dear(text[i], &f) || peak > 16777216 + 8 * f.header;
        text[i].seconds = ns(text[i], &f);
        free(f.bytes);
    }
    printf("%-27s %6.1f %6.1f  %6.1f %6.1f  %6.2f  %6.1f %5.1f  %5.1f  %s%s%s\n", shape->name, per_byte[0], per_byte[1],
           text[0].seconds, text[1].seconds, per_byte[1] / per_byte[0], heap_per_byte[0], heap_per_byte[1],
           (double)header / 1e6, dear ? "! " : "", tg_status_name(plain[0].status),
           plain[0].status != plain[1].status ? tg_status_name(plain[1].status) : "");
    (void)fflush(stdout);
    return dear;
}

int main(int argc, char **argv)
{
    int runs = argc > 1 ? atoi(argv[1]) : 7, dear = 0;
    const char *only = argc > 2 ? argv[2] : "";
    const worst_shape *const lists[] = {worst_gguf, worst_others};
    double *seconds = runs > 0 ? (double *)calloc((size_t)runs, sizeof *seconds) : NULL;
    if (seconds == NULL) {
        fprintf(stderr, "usage: bench_worst [RUNS [NAME]]\n");
        return 2;
    }
    printf("                              ns a byte      with all text  growth  heap a byte  MB     verdict\n");
    printf("                              1 MB  16 MB    1 MB  16 MB            1 MB  16 MB  large\n");
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (const worst_shape *shape = lists[i]; shape->name != NULL; shape++)
            if (strstr(shape->name, only) != NULL)
                dear += bench(shape, runs, seconds);
    printf("%d above 20 ns a byte + 1 ms, or 8 bytes of heap a byte + 16 MiB\n", dear);
    free(seconds);
    return 0;
}

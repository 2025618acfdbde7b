/* SPDX-License-Identifier: MIT */
/* How fast a safetensors header is vetted, and how that grows.
 *
 *     bench_safetensors [RUNS]
 *
 * Headers are made in memory and vetted from there, copied as any header is; no tensor data exists, since a reader with
 * zeros stands in for it. Each line is the median of RUNS (default 21) opens in one process after one that warms up. */
#define _POSIX_C_SOURCE 200809L

#include <tensorgate.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct text {
    char *data;
    size_t len, room;
} text;

static void die(const char *what)
{
    fprintf(stderr, "bench_safetensors: %s\n", what);
    exit(2);
}

static void add(text *t, const char *more, size_t len)
{
    if (t->room - t->len < len) {
        t->room = 2 * t->room + len + 4096;
        t->data = (char *)realloc(t->data, t->room);
        if (t->data == NULL)
            die("no memory");
    }
    memcpy(t->data + t->len, more, len);
    t->len += len;
}

typedef enum shape {
    EXPERTS,   /* names and shapes of a mixture of experts, one after the other */
    EMPTY,     /* every tensor is empty */
    ONE_RANGE, /* every tensor is on the same bytes: rejected at the second */
    ESCAPED    /* every name has an escape in it */
} shape;

/* A header with `num` tensors; stores the bytes of data that it declares. */
static text make_header(shape kind, unsigned num, unsigned long long *out_data)
{
    text t = {NULL, 0, 0};
    char line[256];
    unsigned long long at = 0, size = kind == EMPTY ? 0 : 4096;
    add(&t, "\0\0\0\0\0\0\0\0{", 9);
    for (unsigned i = 0; i < num; i++) {
        const char *name = kind == ESCAPED ? "model.layers.%u.mlp.experts.%u.\\u0064own_proj.weight"
                                           : "model.layers.%u.mlp.experts.%u.down_proj.weight";
        char full[128];
        snprintf(full, sizeof full, name, i / 128, i % 128);
        int len =
            snprintf(line, sizeof line, "%s\"%s\":{\"dtype\":\"BF16\",\"shape\":[%u,64],\"data_offsets\":[%llu,%llu]}",
                     i > 0 ? "," : "", full, kind == EMPTY ? 0 : 32, at, at + size);
        add(&t, line, (size_t)len);
        if (kind != ONE_RANGE)
            at += size;
    }
    add(&t, "}", 1);
    unsigned long long json = t.len - 8;
    for (unsigned i = 0; i < 8; i++)
        t.data[i] = (char)(unsigned char)(json >> (8 * i) & 0xFF);
    *out_data = kind == ONE_RANGE ? size : at;
    return t;
}

static int read_at(void *context, uint64_t offset, void *buffer, size_t len)
{
    const text *t = (const text *)context;
    size_t there = offset < t->len ? t->len - (size_t)offset : 0;
    if (there > len)
        there = len;
    if (there > 0)
        memcpy(buffer, t->data + offset, there);
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

static double measure(shape kind, unsigned num, int runs, const char *name)
{
    unsigned long long data;
    text t = make_header(kind, num, &data);
    tg_reader reader = {sizeof reader, t.len + data, read_at, &t};
    double *seconds = (double *)calloc((size_t)runs, sizeof *seconds);
    tg_status status = TG_OK;
    if (seconds == NULL)
        die("no memory");
    for (int i = -1; i < runs; i++) {
        tg_model *model = NULL;
        double start = now();
        status = tg_open_reader(&reader, NULL, &model, NULL);
        if (i >= 0)
            seconds[i] = now() - start;
        tg_close(model);
    }
    qsort(seconds, (size_t)runs, sizeof *seconds, ascending);
    double median = seconds[runs / 2];
    printf("%-10s %7u tensors  %6.2f MB  %8.3f ms  %6.0f MB/s  %5.0f ns a tensor  %s\n", name, num, (double)t.len / 1e6,
           median * 1e3, (double)t.len / median / 1e6, median * 1e9 / num, tg_status_name(status));
    free(seconds);
    free(t.data);
    return median;
}

int main(int argc, char **argv)
{
    int runs = argc > 1 ? atoi(argv[1]) : 21;
    if (runs < 1)
        die("RUNS must be at least 1");
    double ten = measure(EXPERTS, 10000, runs, "experts");
    double hundred = measure(EXPERTS, 100000, runs, "experts");
    double most = measure(EXPERTS, 700000, runs, "experts");
    printf("growth: 100 000 tensors cost %.2f x 10 000, 700 000 cost %.2f x 100 000\n", hundred / ten, most / hundred);
    measure(ESCAPED, 100000, runs, "escaped");
    measure(EMPTY, 200000, runs, "empty");
    measure(ONE_RANGE, 200000, runs, "one range");
    return 0;
}

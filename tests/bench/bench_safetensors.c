/* SPDX-License-Identifier: MIT */
/* How fast a safetensors header is vetted, and how that grows.
 *
 *     bench_safetensors [RUNS]
 *
 * Headers are made in memory and vetted from there, copied as any header is; no tensor data exists, since a reader with
 * zeros stands in for it. Each line is the median of RUNS (default 21) opens in one process after one that warms up. */
#include "measure.h"
#include "writer.h"

#include <stdio.h>
#include <stdlib.h>

typedef enum shape {
    EXPERTS,   /* names and shapes of a mixture of experts, one after the other */
    EMPTY,     /* every tensor is empty */
    ONE_RANGE, /* every tensor is on the same bytes: rejected at the second */
    ESCAPED    /* every name has an escape in it */
} shape;

/* A header with `num` tensors; stores the bytes of data that it declares. */
static writer make_header(shape kind, unsigned num, unsigned long long *out_data)
{
    writer w = {NULL, 0, 0};
    char line[256];
    unsigned long long at = 0, size = kind == EMPTY ? 0 : 4096;
    put(&w, "\0\0\0\0\0\0\0\0{", 9);
    for (unsigned i = 0; i < num; i++) {
        const char *name = kind == ESCAPED ? "model.layers.%u.mlp.experts.%u.\\u0064own_proj.weight"
                                           : "model.layers.%u.mlp.experts.%u.down_proj.weight";
        char full[128];
        snprintf(full, sizeof full, name, i / 128, i % 128);
        int len =
            snprintf(line, sizeof line, "%s\"%s\":{\"dtype\":\"BF16\",\"shape\":[%u,64],\"data_offsets\":[%llu,%llu]}",
                     i > 0 ? "," : "", full, kind == EMPTY ? 0 : 32, at, at + size);
        put(&w, line, (size_t)len);
        if (kind != ONE_RANGE)
            at += size;
    }
    put_text(&w, "}");
    patch_number(&w, 0, w.len - 8, 8);
    *out_data = kind == ONE_RANGE ? size : at;
    return w;
}
static double measure(shape kind, unsigned num, int runs, const char *name)
{
    unsigned long long data;
    writer w = make_header(kind, num, &data);
    image bytes = {w.bytes, w.len};
    const tg_reader reader = {sizeof reader, w.len + data, image_read, &bytes};
    tg_status status = TG_OK;
    double ms = time_reader(&reader, NULL, runs, &status);
    printf("%-10s %7u tensors  %6.2f MB  %8.3f ms  %6.0f MB/s  %5.0f ns a tensor  %s\n", name, num, (double)w.len / 1e6,
           ms, (double)w.len / ms / 1e3, ms * 1e6 / num, tg_status_name(status));
    free(w.bytes);
    return ms;
}

int main(int argc, char **argv)
{
    int runs = argc > 1 ? atoi(argv[1]) : 21;
    if (runs < 1)
        fail("RUNS must be at least 1");
    double ten = measure(EXPERTS, 10000, runs, "experts");
    double hundred = measure(EXPERTS, 100000, runs, "experts");
    double most = measure(EXPERTS, 700000, runs, "experts");
    printf("growth: 100 000 tensors cost %.2f x 10 000, 700 000 cost %.2f x 100 000\n", hundred / ten, most / hundred);
    measure(ESCAPED, 100000, runs, "escaped");
    measure(EMPTY, 200000, runs, "empty");
    measure(ONE_RANGE, 200000, runs, "one range");
    return 0;
}

/* SPDX-License-Identifier: MIT */
/* What the worst files cost, for each byte of header.
 *
 *     bench_worst [RUNS [NAME]]
 *
 * Each file (worst.h) is made in two sizes, with about 1 MB and 16 MB of header, and opened through a reader, without
 * and with TG_CHECK_TEXT: the median of RUNS (default 7) after one that warms up. A line has the nanoseconds for each
 * byte of header in both sizes, how the time grows from the one to the other for each byte, the most heap at once for
 * each byte of header, and the verdict. `!` marks what costs more than 20 ns a byte and 1 ms, or more heap than 16 MiB
 * and 8 x the header. NAME: only the files in whose name it is. */
#include "measure.h"
#include "worst.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALL 1000000
#define LARGE 16000000

#define MOST_NS 20.0
#define MOST_MS 1.0

typedef struct cost {
    double ms; /* the median */
    tg_status status;
} cost;

static cost measure(const tg_reader *reader, uint32_t flags, int runs)
{
    tg_options options;
    cost c = {0, TG_OK};
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.flags = flags;
    c.ms = time_reader(reader, &options, runs, &c.status);
    return c;
}

/* The most heap that the open holds at once, in bytes. */
static uint64_t measure_heap(const tg_reader *reader)
{
    heap h;
    tg_options options;
    tg_model *model = NULL;
    heap_start(&h);
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.allocator = &h.allocator;
    (void)tg_open_reader(reader, &options, &model, NULL);
    tg_close(model);
    return h.peak;
}

static bool is_dear(cost c, const worst_file *f)
{
    return c.ms > MOST_MS + MOST_NS * 1e-6 * (double)f->header;
}

static double ns(cost c, const worst_file *f)
{
    return c.ms * 1e6 / (double)f->header;
}

static bool bench(const worst_shape *shape, int runs)
{
    static const uint64_t sizes[2] = {SMALL, LARGE};
    cost plain[2], text[2];
    double per_byte[2], text_per_byte[2], heap_per_byte[2];
    bool dear = false;
    uint64_t header = 0;
    for (size_t i = 0; i < 2; i++) {
        worst_file f;
        memset(&f, 0, sizeof f);
        shape->make(&f, sizes[i]);
        image bytes = {f.w.bytes, f.w.len};
        const tg_reader reader = {sizeof reader, f.size, image_read, &bytes};
        plain[i] = measure(&reader, 0, runs);
        text[i] = measure(&reader, TG_CHECK_TEXT, runs);
        uint64_t peak = measure_heap(&reader);
        heap_per_byte[i] = (double)peak / (double)f.header;
        per_byte[i] = ns(plain[i], &f);
        header = f.header;
        dear = dear || is_dear(plain[i], &f) || is_dear(text[i], &f) || peak > 16777216 + 8 * f.header;
        text_per_byte[i] = ns(text[i], &f);
        free(f.w.bytes);
    }
    printf("%-27s %6.1f %6.1f  %6.1f %6.1f  %6.2f  %6.1f %5.1f  %5.1f  %s%s%s\n", shape->name, per_byte[0], per_byte[1],
           text_per_byte[0], text_per_byte[1], per_byte[1] / per_byte[0], heap_per_byte[0], heap_per_byte[1],
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
    if (runs < 1) {
        fprintf(stderr, "usage: bench_worst [RUNS [NAME]]\n");
        return 2;
    }
    printf("                              ns a byte      with all text  growth  heap a byte  MB     verdict\n");
    printf("                              1 MB  16 MB    1 MB  16 MB            1 MB  16 MB  large\n");
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++)
        for (const worst_shape *shape = lists[i]; shape->name != NULL; shape++)
            if (strstr(shape->name, only) != NULL)
                dear += bench(shape, runs);
    printf("%d above 20 ns a byte + 1 ms, or 8 bytes of heap a byte + 16 MiB\n", dear);
    return 0;
}

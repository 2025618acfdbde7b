/* SPDX-License-Identifier: MIT */
/* How time and heap grow with tensors, keys, strings and files of a set: as text, and as FOLDER/growth.svg.
 *
 *     bench_growth FOLDER [MOST]      MOST is the largest number of entries, by default a million */
#include "growth_plot.h"
#include "headers.h"
#include "measure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RUNS = 9,
    MOST_FILES = 1000
};

typedef enum kind {
    TENSORS,
    KEYS,
    STRINGS,
    FILES,
    KINDS
} kind;

static const char *const names[KINDS] = {"tensors", "keys", "strings", "files"};

/* Writes a model with so many entries; stores its path. Returns the bytes of its header. */
static uint64_t write_model(kind what, uint64_t count, const char *folder, char *path, size_t room)
{
    if (what == FILES)
        return bench_write_split(folder, (unsigned)count, 10, path, room);
    const bench_shape shape = {
        "growth", what == TENSORS ? count : 0, what == KEYS ? count : 0, what == STRINGS ? count : 0, 0, 256, 1, 0};
    bench_header header = bench_make_header(&shape);
    (void)snprintf(path, room, "%s/growth.gguf", folder);
    bench_write_file(&header, path);
    free(header.bytes);
    return header.len;
}

static void measure(series *s, kind what, uint64_t count, const char *folder)
{
    char path[4096];
    double times[RUNS];
    heap h;
    uint64_t len = write_model(what, count, folder, path, sizeof path);
    tg_close(must_open(path, TG_CHECK_TEXT, NULL));
    for (int i = 0; i < RUNS; i++) {
        double start = now_ms();
        tg_model *model = must_open(path, TG_CHECK_TEXT, NULL);
        times[i] = now_ms() - start;
        tg_close(model);
    }
    heap_start(&h);
    tg_close(must_open(path, TG_CHECK_TEXT, &h.allocator));
    s->entries[s->count] = (double)count;
    s->ms[s->count] = median(times, RUNS);
    s->heap[s->count] = (double)h.peak;
    printf("%-8s %8" PRIu64 "  header %10" PRIu64 " bytes  open %9.3f ms  %6.2f ns/byte  heap %.2f x header\n",
           names[what], count, len, s->ms[s->count], s->ms[s->count] * 1e6 / (double)len, (double)h.peak / (double)len);
    (void)fflush(stdout);
    s->count++;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "usage: bench_growth FOLDER [MOST]\n");
        return 2;
    }
    uint64_t most = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000000;
    static series all[KINDS];
    for (unsigned i = 0; i < KINDS; i++) {
        kind what = (kind)i;
        series *s = &all[what];
        s->name = names[what];
        uint64_t last = what == FILES && most > MOST_FILES ? MOST_FILES : most;
        for (uint64_t count = what == FILES ? 10 : 1000; count <= last && s->count + 1 < MOST_POINTS; count *= 10) {
            measure(s, what, count, argv[1]);
            if (count * 3 <= last)
                measure(s, what, count * 3, argv[1]);
        }
        printf("%s: slope of time %.2f, of heap %.2f\n", s->name,
               slope_of(s->entries, s->ms, s->count, last >= 100000 ? 10000 : 10),
               slope_of(s->entries, s->heap, s->count, last >= 100000 ? 10000 : 10));
    }
    char picture[4096];
    (void)snprintf(picture, sizeof picture, "%s/growth.svg", argv[1]);
    plot(picture, all, KINDS);
    printf("picture: %s\n", picture);
    return 0;
}

/* SPDX-License-Identifier: MIT */
/* Looks for inputs that cost much for each of their bytes: fuzzing whose oracle is the cost.
 *
 *     fuzz_worst SECONDS SEED OUT FOLDER…
 *
 * The cost of an input is what opening it takes beyond the least that a whole file of its format takes, for each byte:
 * edges of the library that are run (counted here, so that a cost is the same every time and on every machine) and
 * bytes of heap that it holds at once. Of each format, accepted or rejected, the dearest inputs by either measure are
 * kept and changed further, with the mutator that knows the formats and one that repeats parts. Ends with a table and
 * writes the dearest to OUT. It fails on nothing: tests/bench/bench_worst.c says what the kind of file that it finds
 * costs in time. */
#define _POSIX_C_SOURCE 200809L

#include "heap.h"
#include "legacy_magics.h"
#include "mutate.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define LEAST 64
#define MOST 65536
#define KEPT 12

/* ---- The cost ---- */

static uint64_t edges;

/* Called by the library at each edge: see CMakeLists.txt. */
void __sanitizer_cov_trace_pc_guard(uint32_t *guard);
void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop);

void __sanitizer_cov_trace_pc_guard(uint32_t *guard)
{
    (void)guard;
    edges++;
}

void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop)
{
    (void)start;
    (void)stop;
}

enum {
    EDGES = 0,
    HEAP = 1,
    MEASURES
};
static const char *const measure_names[MEASURES] = {"edges", "heap"};

typedef struct cost {
    uint64_t of[MEASURES];
    tg_status status;
} cost;

static cost open_once(const uint8_t *data, size_t size)
{
    static const uint64_t hash_key[2] = {1, 2};
    fuzz_heap heap;
    tg_allocator allocator = fuzz_heap_allocator(&heap);
    tg_options options;
    tg_model *model = NULL;
    cost c;
    memset(&heap, 0, sizeof heap);
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.flags = TG_CHECK_TEXT;
    options.allocator = &allocator;
    options.hash_key = hash_key;
    edges = 0;
    c.status = tg_open_memory(data, size, &options, &model, NULL);
    c.of[EDGES] = edges;
    c.of[HEAP] = heap.peak;
    tg_close(model);
    return c;
}

/* ---- What is kept ---- */

/* Bytes that every input is taken to have more: what costs much once, and no more in a larger file, is not sought. */
#define ONCE 4096

enum {
    GGUF = 0,
    SAFETENSORS = 1,
    LEGACY = 2,
    ZIP = 3,
    FORMATS
};
static const char *const format_names[FORMATS] = {"gguf", "safetensors", "legacy", "zip"};

/* By the first bytes, as the library tells them; an archive may have anything in front. */
static int format_of(const uint8_t *data, size_t size)
{
    if (size < 9)
        return ZIP;
    if (memcmp(data, "GGUF", 4) == 0)
        return GGUF;
    if (has_legacy_magic(data, size))
        return LEGACY;
    return memcmp(data, "PK", 2) != 0 && data[7] == 0 ? SAFETENSORS : ZIP;
}

typedef struct input {
    uint8_t *data;
    size_t size;
    double score;
    cost cost;
} input;

typedef struct pool {
    input inputs[KEPT]; /* the dearest first */
    size_t count;
} pool;

static pool pools[FORMATS][2][MEASURES];
static uint64_t least[FORMATS][MEASURES]; /* the fixed cost of an open */

static void die(const char *what)
{
    fprintf(stderr, "fuzz_worst: %s\n", what);
    exit(2);
}

static double score(const cost *c, int format, int measure, size_t size)
{
    uint64_t fixed = least[format][measure];
    return c->of[measure] > fixed ? (double)(c->of[measure] - fixed) / (double)(size + ONCE) : 0;
}

/* Puts an input into its pool, if it is dear enough and no other costs as much. */
static void keep(pool *p, const uint8_t *data, size_t size, double value, const cost *c)
{
    size_t at = p->count;
    while (at > 0 && p->inputs[at - 1].score < value)
        at--;
    if (at == KEPT || (at > 0 && p->inputs[at - 1].score <= value))
        return;
    if (p->count == KEPT)
        free(p->inputs[--p->count].data);
    memmove(&p->inputs[at + 1], &p->inputs[at], (p->count - at) * sizeof(input));
    p->count++;
    input *in = &p->inputs[at];
    in->data = (uint8_t *)malloc(size);
    if (in->data == NULL)
        die("no memory");
    memcpy(in->data, data, size);
    in->size = size;
    in->score = value;
    in->cost = *c;
}

static void judge(const uint8_t *data, size_t size)
{
    if (size < LEAST)
        return;
    cost c = open_once(data, size);
    int format = format_of(data, size);
    for (int m = 0; m < MEASURES; m++)
        keep(&pools[format][c.status != TG_OK][m], data, size, score(&c, format, m, size), &c);
}

/* ---- The seeds ---- */

typedef void (*use_input)(const uint8_t *data, size_t size);

static void learn_least(const uint8_t *data, size_t size)
{
    cost c = open_once(data, size);
    int format = format_of(data, size);
    /* What is accepted has been read to its end: rejected at once is no measure of an open. */
    for (int m = 0; m < MEASURES && (c.status == TG_OK || format == ZIP); m++)
        if (least[format][m] == 0 || c.of[m] < least[format][m])
            least[format][m] = c.of[m];
}

static void for_each_file(const char *folder, use_input use)
{
    static uint8_t data[MOST];
    DIR *d = opendir(folder);
    struct dirent *e;
    while (d != NULL && (e = readdir(d)) != NULL) {
        char path[4096];
        struct stat info;
        if (e->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (stat(path, &info) == 0 && S_ISDIR(info.st_mode)) {
            for_each_file(path, use);
            continue;
        }
        FILE *f = fopen(path, "rb");
        size_t size = f != NULL ? fread(data, 1, sizeof data, f) : 0;
        if (f != NULL)
            (void)fclose(f);
        if (size > 0)
            use(data, size);
    }
    if (d != NULL)
        (void)closedir(d);
}

/* ---- The climb ---- */

static uint64_t state;

static uint64_t pick(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return below > 0 ? state % below : 0;
}

/* Repeats a part of the input up to thousands of times: cost comes from what there is much of. */
static size_t repeat(uint8_t *data, size_t size, size_t max)
{
    size_t at = (size_t)pick(size), len = 1 + (size_t)pick(size - at < 64 ? size - at : 64), room = max - size;
    size_t times = (size_t)(UINT64_C(1) << pick(13));
    if (times > room / len)
        times = room / len;
    memmove(data + at + len + times * len, data + at + len, size - at - len);
    for (size_t i = 1; i <= times; i++)
        memcpy(data + at + i * len, data + at, len);
    if (format_of(data, size) == SAFETENSORS && at > 8) { /* its header begins with its length */
        uint64_t header = 0;
        for (size_t i = 0; i < 4; i++)
            header |= (uint64_t)data[i] << (8 * i);
        header += times * len;
        for (size_t i = 0; i < 4; i++)
            data[i] = (uint8_t)(header >> (8 * i) & 0xFF);
    }
    return size + times * len;
}

/* Numbers that may be a count or length become smaller or larger. */
static void change_number(uint8_t *data, size_t size)
{
    size_t width = (size_t)1 << pick(4), at = (size_t)pick(size - 8);
    uint64_t number = pick(2) == 0 ? pick(256) : pick((uint64_t)size);
    for (size_t i = 0; i < width; i++)
        data[at + i] = (uint8_t)(number >> (8 * i) & 0xFF);
}

static size_t change(uint8_t *data, size_t size)
{
    for (uint64_t times = 1 + pick(3); times > 0 && size >= LEAST; times--) {
        switch (pick(6)) {
        case 0:
            size = repeat(data, size, MOST);
            break;
        case 1:
            change_number(data, size);
            break;
        default:
            size = mutate_change(data, size, MOST, pick(UINT64_MAX), NULL);
            break;
        }
    }
    return size;
}

static const input *any_input(int format)
{
    const pool *p = &pools[format][pick(2)][pick(MEASURES)];
    return p->count > 0 ? &p->inputs[pick(p->count)] : NULL;
}

static uint64_t climb(double seconds)
{
    static uint8_t data[MOST], copy[MOST];
    struct timespec start, t;
    uint64_t runs = 0;
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    do {
        int format = (int)pick(FORMATS);
        const input *from = any_input(format), *other = any_input(format);
        if (from != NULL && other != NULL) {
            size_t size = from->size;
            memcpy(data, from->data, size);
            if (pick(8) == 0) {
                memcpy(copy, data, size);
                size = mutate_cross(copy, size, other->data, other->size, data, MOST, pick(UINT64_MAX), NULL);
            }
            size = change(data, size);
            judge(data, size);
        }
        runs++;
        (void)clock_gettime(CLOCK_MONOTONIC, &t);
    } while ((double)(t.tv_sec - start.tv_sec) + (double)(t.tv_nsec - start.tv_nsec) * 1e-9 < seconds);
    return runs;
}

/* ---- The end ---- */

static void write_input(const char *out, const char *name, const input *in)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s", out, name);
    FILE *f = fopen(path, "wb");
    if (f == NULL || fwrite(in->data, 1, in->size, f) != in->size || fclose(f) != 0)
        die("cannot write to OUT");
}

static void report(const char *out)
{
    printf("%-12s %-8s %-6s %12s %12s %7s  %s\n", "format", "verdict", "by", "edges/byte", "heap/byte", "bytes",
           "status");
    for (int format = 0; format < FORMATS; format++)
        for (int rejected = 0; rejected < 2; rejected++)
            for (int m = 0; m < MEASURES; m++) {
                const pool *p = &pools[format][rejected][m];
                for (size_t i = 0; i < p->count; i++) {
                    char name[128];
                    const input *in = &p->inputs[i];
                    (void)snprintf(name, sizeof name, "%s-%s-%s-%02u", format_names[format],
                                   rejected ? "rejected" : "accepted", measure_names[m], (unsigned)i);
                    write_input(out, name, in);
                    if (i < 2)
                        printf("%-12s %-8s %-6s %12.1f %12.1f %7u  %s\n", format_names[format],
                               rejected ? "rejected" : "accepted", measure_names[m],
                               score(&in->cost, format, EDGES, in->size), score(&in->cost, format, HEAP, in->size),
                               (unsigned)in->size, tg_status_name(in->cost.status));
                }
            }
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: fuzz_worst SECONDS SEED OUT FOLDER...\n");
        return 2;
    }
    state = strtoull(argv[2], NULL, 10) * UINT64_C(0x9E3779B97F4A7C15) | 1;
    for (int i = 4; i < argc; i++)
        for_each_file(argv[i], learn_least);
    for (int i = 4; i < argc; i++)
        for_each_file(argv[i], judge);
    uint64_t runs = climb(atof(argv[1]));
    report(argv[3]);
    printf("%llu inputs were opened\n", (unsigned long long)runs);
    return 0;
}

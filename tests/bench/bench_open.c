/* SPDX-License-Identifier: MIT */
/* Opening against the yardstick (see yardstick.h), and against peers, in one process and in turn; then each in
 * processes of its own, with the file in the page cache and without. Prints medians, and the ratios that matter: the
 * times alone mean little on a shared machine.
 *
 *     bench_open FOLDER [SHAPE...]      writes the files into FOLDER, and leaves them there
 *
 * TENSORGATE_GGML in the environment names ggml's library. */
#if !defined(_FILE_OFFSET_BITS)
#define _FILE_OFFSET_BITS 64
#endif
#define _DEFAULT_SOURCE

#include "headers.h"
#include "measure.h"
#include "peer_ggml.h"
#include "yardstick.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    RUNS = 21,
    FRESH_RUNS = 11,
    PEER_RUNS = 5,
    PEER_MOST = 100000, /* tensors or keys: a million would take it an hour */
    TOUCHED = 10        /* tensors */
};

static const char *self; /* the path of this program */
static bool with_ggml;

static double time_open(const char *path, uint32_t flags)
{
    double start = now_ms();
    tg_model *model = must_open(path, flags, NULL);
    double time = now_ms() - start;
    tg_close(model);
    return time;
}

/* ---- In one process, warm ---- */

static void print_costs(const char *path, size_t len)
{
    heap h;
    heap_start(&h);
    usage before = usage_now(), between = usage_now();
    tg_model *model = must_open(path, 0, NULL);
    usage after = usage_now();
    uint64_t own = between.reads - before.reads, own_bytes = between.bytes_read - before.bytes_read;
    printf("  warm: %" PRIu64 " reads of %.2f x header, %" PRIu64 " page faults\n", after.reads - between.reads - own,
           (double)(after.bytes_read - between.bytes_read - own_bytes) / (double)len, after.faults - between.faults);
    tg_close(model);
    model = must_open(path, 0, &h.allocator);
    printf("  heap: peak %.2f x header, open %.2f x header (%zu and %zu bytes), %zu calls of the allocator\n",
           (double)h.peak / (double)len, (double)h.now / (double)len, h.peak, h.now, h.calls);
    tg_close(model);
    if (h.now != 0)
        fail("memory leaked");
}

/* Once where it is slow: its time for many tensors or keys grows with their square. */
static void print_peer(const char *path, double open)
{
    double times[PEER_RUNS];
    int runs = 0;
    do {
        times[runs] = peer_ggml_time(path);
    } while (times[runs++] < 1000 && runs < PEER_RUNS);
    double peer = median(times, (size_t)runs);
    if (times[0] < 0)
        printf("  ggml: does not open it\n");
    else
        printf("  ggml: %.3f ms = %.1f x tensorgate\n", peer, peer / open);
}

static void compare_warm(const bench_shape *shape, const char *path, const bench_header *header)
{
    double whole[RUNS], reads[RUNS], plain[RUNS], text[RUNS];
    (void)time_open(path, 0);
    for (int i = 0; i < RUNS; i++) {
        yardstick y = time_yardstick(path, header->len, header->bytes);
        whole[i] = y.read + y.walk;
        reads[i] = y.read;
        plain[i] = time_open(path, 0);
        text[i] = time_open(path, TG_CHECK_TEXT);
    }
    double base = median(whole, RUNS), open = median(plain, RUNS), checked = median(text, RUNS);
    printf("  R + W %.3f ms (R %.3f)   open %.3f ms = %.2f x   with TG_CHECK_TEXT %.3f ms = %.2f x   %.2f ns/byte\n",
           base, median(reads, RUNS), open, open / base, checked, checked / base, checked * 1e6 / (double)header->len);
    print_costs(path, header->len);
    if (with_ggml && shape->tensors <= PEER_MOST && shape->keys <= PEER_MOST)
        print_peer(path, open);
}

/* ---- In fresh processes ---- */

/* What a child does: one of the two, once, and prints the milliseconds. */
static int be_child(const char *what, const char *path, const char *len)
{
    double time = strcmp(what, "--read") == 0 ? time_fresh_read(path, strtoul(len, NULL, 10)) : time_open(path, 0);
    printf("%.6f\n", time);
    return 0;
}

static double run_child(const char *what, const char *path, size_t len)
{
    char number[32], line[64] = "";
    int ends[2];
    (void)snprintf(number, sizeof number, "%zu", len);
    if (pipe(ends) != 0)
        fail("pipe");
    pid_t child = fork();
    if (child == 0) {
        (void)dup2(ends[1], 1);
        (void)execl(self, self, what, path, number, (char *)NULL);
        _exit(127);
    }
    (void)close(ends[1]);
    ssize_t got = read(ends[0], line, sizeof line - 1);
    (void)close(ends[0]);
    int status = 1;
    if (child < 0 || got <= 0 || waitpid(child, &status, 0) != child || status != 0)
        fail("a child failed");
    return strtod(line, NULL);
}

/* Asks the system to forget the file, which it does where nothing else holds its pages. */
static void make_cold(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fdatasync(fd) != 0 || posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0)
        fail("the page cache cannot be emptied");
    (void)close(fd);
}

static void compare_fresh(const char *path, size_t len, bool cold)
{
    double reads[FRESH_RUNS], opens[FRESH_RUNS];
    for (int i = 0; i < FRESH_RUNS; i++) {
        if (cold)
            make_cold(path);
        reads[i] = run_child("--read", path, len);
        if (cold)
            make_cold(path);
        opens[i] = run_child("--open", path, len);
    }
    double read = median(reads, FRESH_RUNS), open = median(opens, FRESH_RUNS);
    printf("  first open of a process, %s: read %.3f ms   open %.3f ms = %.2f x\n", cold ? "cold" : "warm", read, open,
           open / read);
}

/* ---- After opening ---- */

static uint64_t walk_strings(const tg_model *model, uint64_t *bytes)
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < tg_model_num_keys(model); i++) {
        tg_value array = tg_model_value(model, tg_model_key(model, i)), element;
        if (array.type != TG_VALUE_ARRAY || array.element_type != TG_VALUE_STRING)
            continue;
        tg_bytes text;
        for (tg_array_iter at = tg_array_begin(&array); tg_array_next(&at, &element); count++)
            if (tg_value_string(&element, &text))
                *bytes += text.len;
    }
    return count;
}

/* Nanoseconds for each name that is found, in an order that caches do not like. */
static double find_all(const tg_model *model, bool keys, uint64_t *found)
{
    uint64_t count = keys ? tg_model_num_keys(model) : tg_model_num_tensors(model);
    double start = now_ms();
    for (uint64_t i = 0; i < count; i++) {
        uint64_t index = i * 7919 % count;
        *found += keys ? tg_model_find_key_n(model, tg_model_key(model, index)->name) != NULL
                       : tg_model_find_tensor_n(model, tg_model_tensor(model, index)->name) != NULL;
    }
    return count > 0 ? (now_ms() - start) * 1e6 / (double)count : 0;
}

/* Few, since the system fills many pages around each that is touched. */
static uint64_t touch(const tg_model *model)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < TOUCHED && i < tg_model_num_tensors(model); i++) {
        const void *data = NULL;
        size_t len = 0;
        if (tg_tensor_data(model, tg_model_tensor(model, i), &data, &len, NULL) != TG_OK)
            fail("tg_tensor_data");
        sum += len > 0 ? *(const unsigned char *)data : 0;
    }
    return sum;
}

static void print_access(const char *path)
{
    tg_model *model = must_open(path, 0, NULL);
    uint64_t bytes = 0, found = 0, tensors = tg_model_num_tensors(model), keys = tg_model_num_keys(model);
    double tensor = find_all(model, false, &found), key = find_all(model, true, &found);
    if (found != tensors + keys)
        fail("a name was not found");
    double start = now_ms();
    uint64_t strings = walk_strings(model, &bytes);
    double walk = (now_ms() - start) * 1e6;
    start = now_ms();
    bytes += touch(model);
    double first = now_ms() - start;
    start = now_ms();
    bytes += touch(model);
    double again = now_ms() - start, most = tensors > TOUCHED ? TOUCHED : tensors > 0 ? (double)tensors : 1;
    printf("  access: find a tensor %.0f ns, a key %.0f ns; next string %.1f ns; map and touch a tensor %.0f ns, again "
           "%.0f ns (sum %" PRIu64 ")\n",
           tensor, key, strings > 0 ? walk / (double)strings : 0, first * 1e6 / most, again * 1e6 / most, bytes);
    tg_close(model);
}

/* ---- Shapes ---- */

static void run_shape(const bench_shape *shape, const char *folder)
{
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/%s.gguf", folder, shape->name);
    bench_header header = bench_make_header(shape);
    bench_write_file(&header, path);
    printf("%s: header %zu bytes, file %" PRIu64 " bytes\n", shape->name, header.len, header.file_size);
    compare_warm(shape, path, &header);
    free(header.bytes);
    compare_fresh(path, header.len, false);
    compare_fresh(path, header.len, true);
    print_access(path);
    (void)fflush(stdout);
}

/* Files for which there is no walk to compare with. */
static void run_file(const bench_file *file, const char *folder)
{
    char path[4096];
    uint64_t len = file->write(folder, path, sizeof path);
    double opens[RUNS];
    (void)time_open(path, 0);
    for (int i = 0; i < RUNS; i++)
        opens[i] = time_open(path, TG_CHECK_TEXT);
    double open = median(opens, RUNS);
    printf("%s: header %" PRIu64 " bytes\n  open with TG_CHECK_TEXT %.3f ms   %.2f ns/byte\n", file->name, len, open,
           open * 1e6 / (double)len);
    print_costs(path, (size_t)len);
    print_access(path);
    (void)fflush(stdout);
}

static bool is_wanted(const char *name, int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], name) == 0)
            return true;
    return argc == 2;
}

static int usage_text(void)
{
    fprintf(stderr, "usage: bench_open FOLDER [SHAPE...]\nshapes:");
    for (const bench_shape *shape = bench_shapes; shape->name != NULL; shape++)
        fprintf(stderr, " %s", shape->name);
    for (const bench_file *file = bench_files; file->name != NULL; file++)
        fprintf(stderr, " %s", file->name);
    fprintf(stderr, "\n");
    return 2;
}

int main(int argc, char **argv)
{
    self = argv[0];
    if (argc == 4 && argv[1][0] == '-')
        return be_child(argv[1], argv[2], argv[3]);
    if (argc < 2 || argv[1][0] == '-')
        return usage_text();
    const char *library = getenv("TENSORGATE_GGML");
    with_ggml = library != NULL && library[0] != '\0' && peer_ggml_load(library);
    if (!with_ggml)
        printf("ggml's reader is not compared: TENSORGATE_GGML names no library that can be loaded\n");
    for (const bench_shape *shape = bench_shapes; shape->name != NULL; shape++)
        if (is_wanted(shape->name, argc, argv))
            run_shape(shape, argv[1]);
    for (const bench_file *file = bench_files; file->name != NULL; file++)
        if (is_wanted(file->name, argc, argv))
            run_file(file, argv[1]);
    return 0;
}

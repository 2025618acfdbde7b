/* SPDX-License-Identifier: MIT */
/* What engines want from a mapping: prefetch, lock and drop with progress; the alignment of pointers; regions; files
 * far larger than memory, of which nothing but the header is touched. */
#define _GNU_SOURCE
#include "expect.h"
#include "sources.h"
#include "tempfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifndef _WIN32
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#define ELEMENTS (5u << 20) /* a tensor of 20 MiB: two pieces of work */
#define HUGE_BYTES (UINT64_C(45) << 30)

/* ---- Prefetch, lock, drop --------------------------------------------------------------------- */

typedef struct large {
    gb_model *m;
    tempfile file;
    tg_model *model;
    const tg_tensor *tensors[2];
} large;

static large open_large(void)
{
    large l;
    memset(&l, 0, sizeof l);
    l.m = gb_base();
    gb_add_tensor(l.m, "large", GB_T_F32, GB_DIMS(ELEMENTS));
    gb_write(l.m);
    l.file = tempfile_new(l.m->file.data, l.m->file.len);
    uint64_t data = l.m->at.data + l.m->tensors[1].offset;
    must(tempfile_resize(&l.file, data + ELEMENTS * 4), "a file of 20 MiB");
    tempfile_write(&l.file, data, "first", 5);
    assert_int_equal(tg_open_path(l.file.path, NULL, &l.model, NULL), TG_OK);
    l.tensors[0] = tg_model_tensor(l.model, 0);
    l.tensors[1] = tg_model_tensor(l.model, 1);
    return l;
}

static void close_large(large *l)
{
    tg_close(l->model);
    tempfile_remove(&l->file);
    gb_free(l->m);
}

typedef struct watcher {
    uint64_t calls, done, total;
    uint64_t stop_at; /* this call says no; 0: none does */
    bool wrong;
} watcher;

static bool watch(void *context, uint64_t done, uint64_t total)
{
    watcher *w = (watcher *)context;
    w->wrong = w->wrong || done > total || done < w->done || (w->calls == 0) != (done == 0);
    w->calls++;
    w->done = done;
    w->total = total;
    return w->calls != w->stop_at;
}

static tg_progress progress_to(watcher *w)
{
    tg_progress progress = {sizeof progress, watch, w};
    memset(w, 0, sizeof *w);
    return progress;
}

static void prefetch_tells_how_far_it_is(void **state)
{
    (void)state;
    large l = open_large();
    watcher w;
    tg_progress progress = progress_to(&w);
    assert_int_equal(tg_model_prefetch(l.model, NULL, 0, &progress, NULL), TG_OK);
    assert_false(w.wrong);
    assert_int_equal(w.total, l.tensors[0]->size + l.tensors[1]->size);
    assert_int_equal(w.done, w.total);
    assert_in_range(w.calls, 4, 100);
    progress = progress_to(&w);
    assert_int_equal(tg_model_prefetch(l.model, l.tensors, 1, &progress, NULL), TG_OK);
    assert_int_equal(w.done, l.tensors[0]->size);
    assert_int_equal(tg_model_prefetch(l.model, NULL, 0, NULL, NULL), TG_OK);
    close_large(&l);
}

static void a_callback_that_says_no_cancels(void **state)
{
    (void)state;
    large l = open_large();
    watcher w;
    for (uint64_t stop = 1; stop <= 3; stop++) {
        tg_progress progress = progress_to(&w);
        tg_error error;
        w.stop_at = stop;
        assert_int_equal(tg_model_prefetch(l.model, NULL, 0, &progress, &error), TG_E_CANCELLED);
        assert_int_equal(error.status, TG_E_CANCELLED);
        assert_int_equal(w.calls, stop);
    }
    close_large(&l);
}

static void arguments_are_checked_before_anything_is_done(void **state)
{
    (void)state;
    large l = open_large();
    large other = open_large();
    watcher w;
    tg_progress progress = progress_to(&w);
    const tg_tensor *mixed[2] = {l.tensors[0], other.tensors[0]};
    const tg_tensor *missing[2] = {l.tensors[0], NULL};
    assert_int_equal(tg_model_prefetch(l.model, mixed, 2, &progress, NULL), TG_E_FOREIGN_TENSOR);
    assert_int_equal(tg_model_lock(l.model, missing, 2, &progress, NULL), TG_E_ARGUMENT);
    assert_int_equal(tg_model_drop(NULL, NULL, 0, NULL), TG_E_ARGUMENT);
    assert_int_equal(w.calls, 0);
    progress.report = NULL;
    assert_int_equal(tg_model_prefetch(l.model, NULL, 0, &progress, NULL), TG_E_ARGUMENT);
    progress = progress_to(&w);
    progress.struct_size--;
    assert_int_equal(tg_model_prefetch(l.model, NULL, 0, &progress, NULL), TG_E_ARGUMENT);
    close_large(&other);
    close_large(&l);
}

static void a_reader_has_nothing_to_prefetch(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    span s = span_over(m->file.data, m->file.len);
    tg_reader reader = span_reader(&s);
    tg_model *model = NULL;
    assert_int_equal(tg_open_reader(&reader, NULL, &model, NULL), TG_OK);
    assert_int_equal(tg_model_prefetch(model, NULL, 0, NULL, NULL), TG_E_NOT_MAPPABLE);
    assert_int_equal(tg_tensor_alignment(model, tg_model_tensor(model, 0)), 0);
    tg_close(model);
    gb_free(m);
}

static void what_was_dropped_comes_back(void **state)
{
    (void)state;
    large l = open_large();
    const void *data = NULL, *again = NULL;
    size_t len = 0;
    assert_int_equal(tg_tensor_data(l.model, l.tensors[1], &data, &len, NULL), TG_OK);
    assert_int_equal(tg_model_drop(l.model, NULL, 0, NULL), TG_OK);
    assert_int_equal(tg_tensor_data(l.model, l.tensors[1], &again, &len, NULL), TG_OK);
    assert_ptr_equal(again, data);
    assert_memory_equal(data, "first", 5);
    assert_int_equal(((const uint8_t *)data)[len - 1], 0);
    close_large(&l);
}

#ifndef _WIN32

static void a_file_that_was_cut_cannot_be_prefetched_or_locked(void **state)
{
    (void)state;
    large l = open_large();
    const void *data = NULL;
    size_t len = 0;
    assert_int_equal(tg_tensor_data(l.model, l.tensors[1], &data, &len, NULL), TG_OK);
    assert_true(tempfile_resize(&l.file, l.tensors[1]->offset + 10000));
    assert_int_equal(tg_model_prefetch(l.model, NULL, 0, NULL, NULL), TG_E_FILE_CHANGED);
    assert_int_equal(tg_model_prefetch(l.model, l.tensors, 1, NULL, NULL), TG_OK);
    close_large(&l);
}

/* In a process of its own, as a user without privileges. */
static int lock_as_nobody(large *l, uint64_t limit)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct rlimit bound = {(rlim_t)limit, (rlim_t)limit};
        tg_error error;
        if (setrlimit(RLIMIT_MEMLOCK, &bound) != 0 || (getuid() == 0 && setuid(65534) != 0))
            _exit(99);
        tg_status status = tg_model_lock(l->model, NULL, 0, NULL, &error);
        bool right = status == TG_E_LOCK_LIMIT && error.status == status && error.limit == limit &&
                     error.found == l->tensors[0]->size + l->tensors[1]->size && error.os_code != 0;
        _exit(status == TG_OK ? 0 : right ? 1 : 2);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void a_lock_beyond_the_limit_of_the_process_says_so(void **state)
{
    (void)state;
    large l = open_large();
    int without = lock_as_nobody(&l, 0);
    if (without == 0 || without == 99) {
        close_large(&l);
        print_message("skipped: this system does not limit what is locked\n");
        skip();
    }
    assert_int_equal(without, 1);
    assert_int_equal(lock_as_nobody(&l, 1 << 20), 1);
    close_large(&l);
}

static void what_is_locked_can_be_read_and_dropped(void **state)
{
    (void)state;
    large l = open_large();
    watcher w;
    tg_progress progress = progress_to(&w);
    assert_int_equal(tg_model_lock(l.model, l.tensors, 1, &progress, NULL), TG_OK);
    assert_int_equal(w.done, l.tensors[0]->size);
    assert_int_equal(tg_model_drop(l.model, NULL, 0, NULL), TG_OK);
    close_large(&l);
}

#endif

/* ---- Alignment and regions --------------------------------------------------------------------- */

static void the_alignment_that_is_told_is_that_of_the_pointer(void **state)
{
    (void)state;
    gb_model *m = gb_rich(3, false);
    for (size_t before = 0; before < 9000; before = before * 2 + 1) {
        bytes wide = bytes_new(false);
        bytes_fill(&wide, before, 'x');
        bytes_raw(&wide, m->file.data, m->file.len);
        tempfile file = tempfile_new(wide.data, wide.len);
        tg_options options = options_with_flags(0);
        options.region_offset = before;
        for (int from_file = 0; from_file < 2; from_file++) {
            tg_model *model = NULL;
            tg_status status = from_file != 0 ? tg_open_path(file.path, &options, &model, NULL)
                                              : tg_open_memory(wide.data, wide.len, &options, &model, NULL);
            assert_int_equal(status, TG_OK);
            assert_int_equal(tg_model_region_offset(model), before);
            for (uint64_t i = 0; i < tg_model_num_tensors(model); i++) {
                const tg_tensor *t = tg_model_tensor(model, i);
                const void *data = NULL;
                size_t len = 0;
                assert_int_equal(tg_tensor_data(model, t, &data, &len, NULL), TG_OK);
                uint64_t alignment = tg_tensor_alignment(model, t);
                assert_true(alignment > 0 && (alignment & (alignment - 1)) == 0);
                assert_int_equal((uintptr_t)data % alignment, 0);
                assert_true(alignment >= 4096 || (uintptr_t)data % (2 * alignment) != 0);
                assert_int_equal(((const uint8_t *)data)[len - 1], gb_data_byte((size_t)i, len - 1));
            }
            tg_close(model);
        }
        tempfile_remove(&file);
        bytes_free(&wide);
    }
    gb_free(m);
}

static void a_region_outside_of_the_file_is_refused(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    tempfile file = tempfile_new(m->file.data, m->file.len);
    span s = span_over(m->file.data, m->file.len);
    tg_reader reader = span_reader(&s);
    static const struct {
        uint64_t offset, len; /* of a file of 192 bytes */
        tg_status status;
    } cases[] = {
        {0, 192, TG_OK},
        {0, 193, TG_E_REGION},
        {1, 192, TG_E_REGION},
        {192, 0, TG_E_EMPTY_FILE},
        {193, 0, TG_E_REGION},
        {UINT64_MAX, 0, TG_E_REGION},
        {0, 0, TG_OK},
        {0, UINT64_MAX, TG_E_REGION},
        {UINT64_MAX, 2, TG_E_REGION},
        {0, 191, TG_E_TENSOR_TRUNCATED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tg_options options = options_with_flags(0);
        tg_model *model = NULL;
        options.region_offset = cases[i].offset;
        options.region_len = cases[i].len;
        assert_int_equal(tg_open_memory(m->file.data, m->file.len, &options, &model, NULL), cases[i].status);
        tg_close(model);
        model = NULL;
        assert_int_equal(tg_open_path(file.path, &options, &model, NULL), cases[i].status);
        tg_close(model);
        model = NULL;
        assert_int_equal(tg_open_reader(&reader, &options, &model, NULL), cases[i].status);
        tg_close(model);
    }
    tempfile_remove(&file);
    gb_free(m);
}

/* ---- Files larger than memory --------------------------------------------------------------------- */

/* A model whose last tensor ends at HUGE_BYTES, with holes for data. */
static tempfile huge_file(gb_model *m)
{
    uint64_t row = UINT64_C(1) << 20;
    gb_add_tensor(m, "huge", GB_T_F32, GB_DIMS(row, HUGE_BYTES / row / 4));
    gb_tensor *t = &m->tensors[m->num_tensors - 1];
    uint64_t dims[2] = {32, 1}; /* write a small one, then say that it is huge */
    gb_set_dims(m, m->num_tensors - 1, 2, dims);
    gb_write(m);
    bytes_put_u64(&m->file, t->at.dims[0], row);
    bytes_put_u64(&m->file, t->at.dims[1], HUGE_BYTES / row / 4);
    return tempfile_new(m->file.data, m->file.len);
}

#ifdef __linux__
/* Pages of this process that are in memory, in bytes. */
static uint64_t resident(void)
{
    unsigned long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*u %lu", &pages), 1);
    (void)fclose(file);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Mappings of a file in this process. */
static int mappings_of(const char *path)
{
    char line[1024];
    int count = 0;
    FILE *file = fopen("/proc/self/maps", "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        count += strstr(line, path) != NULL;
    (void)fclose(file);
    return count;
}
#endif

static void of_a_huge_file_only_what_is_asked_for_is_touched(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    tempfile file = huge_file(m);
    if (!tempfile_resize(&file, m->at.data + m->tensors[1].offset + HUGE_BYTES)) {
        tempfile_remove(&file);
        gb_free(m);
        print_message("skipped: no room for a file this large\n");
        skip();
    }
    tg_model *model = NULL;
    static uint8_t row[4 << 20];
#ifdef __linux__
    memset(row, 1, sizeof row);
    uint64_t before = resident();
#endif
    assert_int_equal(tg_open_path(file.path, NULL, &model, NULL), TG_OK);
    const tg_tensor *t = tg_model_find_tensor(model, "huge");
    assert_non_null(t);
    assert_true(t->size == HUGE_BYTES);
    assert_int_equal(tg_tensor_read(model, t, 0, row, sizeof row, NULL), TG_OK);
    assert_int_equal(row[0], gb_data_byte(1, 0));
    assert_int_equal(tg_tensor_read(model, t, HUGE_BYTES - 1, row, 1, NULL), TG_OK);
    const void *data = NULL;
    size_t len = 0;
#ifdef __linux__
    assert_int_equal(mappings_of(file.path), 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__has_feature)
    assert_true(resident() - before < (1 << 20));
#endif
#endif
    tg_status status = tg_tensor_data(model, t, &data, &len, NULL);
    assert_int_equal(status, SIZE_MAX > UINT32_MAX ? TG_OK : TG_E_ADDRESS_SPACE);
    if (status == TG_OK) {
        assert_int_equal(((const uint8_t *)data)[0], gb_data_byte(1, 0));
        assert_int_equal(((const uint8_t *)data)[len - 1], 0);
#ifdef __linux__
        assert_int_equal(mappings_of(file.path), 1);
        assert_true(resident() - before < (4 << 20));
#endif
    }
    tg_close(model);
    tempfile_remove(&file);
    gb_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prefetch_tells_how_far_it_is),
        cmocka_unit_test(a_callback_that_says_no_cancels),
        cmocka_unit_test(arguments_are_checked_before_anything_is_done),
        cmocka_unit_test(a_reader_has_nothing_to_prefetch),
        cmocka_unit_test(what_was_dropped_comes_back),
#ifndef _WIN32
        cmocka_unit_test(a_file_that_was_cut_cannot_be_prefetched_or_locked),
        cmocka_unit_test(a_lock_beyond_the_limit_of_the_process_says_so),
        cmocka_unit_test(what_is_locked_can_be_read_and_dropped),
#endif
        cmocka_unit_test(the_alignment_that_is_told_is_that_of_the_pointer),
        cmocka_unit_test(a_region_outside_of_the_file_is_refused),
        cmocka_unit_test(of_a_huge_file_only_what_is_asked_for_is_touched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

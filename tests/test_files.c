/* SPDX-License-Identifier: MIT */
/* Files as a source: what is not a file, who owns the descriptor, what is mapped when, and files that
 * change while a model of them is open. And readers, which may fail at any time. */
#define _DEFAULT_SOURCE /* mkfifo, symlink */
#include "expect.h"
#include "tempfile.h"
#include "track_alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifndef _WIN32
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#else
#include <io.h>
#include <windows.h>
#endif

/* A rich model in a file that was not changed for years, and open. */
typedef struct open_file {
    gb_model *m;
    tempfile file;
    tg_model *model;
} open_file;

static open_file open_rich_file(void)
{
    open_file f;
    memset(&f, 0, sizeof f);
    f.m = gb_rich(3, false);
    f.file = tempfile_new(f.m->file.data, f.m->file.len);
    tempfile_make_old(&f.file);
    assert_int_equal(tg_open_path(f.file.path, NULL, &f.model, NULL), TG_OK);
    return f;
}

static void close_file(open_file *f)
{
    tg_close(f->model);
    tempfile_remove(&f->file);
    gb_free(f->m);
}

/* All data of the model is what the writer wrote, by both ways to get it. */
static void assert_data(const tg_model *model)
{
    for (size_t i = 0; i < tg_model_num_tensors(model); i++) {
        const tg_tensor *t = tg_model_tensor(model, i);
        const void *data = NULL;
        size_t len = 0;
        uint8_t *copy = (uint8_t *)must_alloc((size_t)t->size);
        assert_int_equal(tg_tensor_data(model, t, &data, &len, NULL), TG_OK);
        assert_int_equal(len, t->size);
        assert_int_equal(tg_tensor_read(model, t, 0, copy, len, NULL), TG_OK);
        for (size_t k = 0; k < len; k++) {
            assert_int_equal(((const uint8_t *)data)[k], gb_data_byte(i, k));
            assert_int_equal(copy[k], gb_data_byte(i, k));
        }
        free(copy);
    }
}

static void data_of_a_file_is_mapped_and_read_alike(void **state)
{
    (void)state;
    open_file f = open_rich_file();
    assert_data(f.model);
    assert_data(f.model);
    close_file(&f);
}

static void a_range_that_is_not_in_the_tensor_is_not_read_from_the_file(void **state)
{
    (void)state;
    open_file f = open_rich_file();
    const tg_tensor *t = tg_model_tensor(f.model, 0);
    uint8_t buffer[8];
    assert_int_equal(tg_tensor_read(f.model, t, t->size - 7, buffer, 8, NULL), TG_E_READ_RANGE);
    assert_int_equal(tg_tensor_read(f.model, t, UINT64_MAX - 3, buffer, 8, NULL), TG_E_READ_RANGE);
    assert_int_equal(tg_tensor_read(f.model, t, t->size - 8, buffer, 8, NULL), TG_OK);
    close_file(&f);
}

/* ---- Changes behind an open model ------------------------------------------------------------------ */

static void an_unchanged_file_rechecks_as_such(void **state)
{
    (void)state;
    open_file f = open_rich_file();
    assert_int_equal(tg_model_recheck(f.model, NULL), TG_OK);
    assert_data(f.model);
    assert_int_equal(tg_model_recheck(f.model, NULL), TG_OK);
    close_file(&f);
}

#ifndef _WIN32

static void expect_changed(const tg_model *model)
{
    tg_error error;
    memset(&error, 0, sizeof error);
    assert_int_equal(tg_model_recheck(model, &error), TG_E_FILE_CHANGED);
    assert_int_equal(error.status, TG_E_FILE_CHANGED);
}

static void a_byte_that_was_overwritten_is_seen_by_a_recheck(void **state)
{
    (void)state;
    open_file f = open_rich_file();
    tempfile_write(&f.file, f.m->file.len - 1, "x", 1);
    expect_changed(f.model);
    close_file(&f);
}

static void a_file_that_grew_is_seen_by_a_recheck(void **state)
{
    (void)state;
    open_file f = open_rich_file();
    tempfile_write(&f.file, f.m->file.len, "x", 1);
    expect_changed(f.model);
    assert_data(f.model); /* what was vetted is still there */
    close_file(&f);
}

static void a_time_that_was_changed_is_seen_by_a_recheck(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    tempfile file = tempfile_new(m->file.data, m->file.len);
    tg_model *model = NULL;
    assert_int_equal(tg_open_path(file.path, NULL, &model, NULL), TG_OK);
    tempfile_make_old(&file);
    expect_changed(model);
    tg_close(model);
    tempfile_remove(&file);
    gb_free(m);
}

/* The header was fetched when the model was opened: whatever is in the file now, it says what it said. */
static void a_header_that_was_overwritten_changes_nothing(void **state)
{
    (void)state;
    open_file f = open_rich_file();
    uint8_t *junk = (uint8_t *)must_alloc((size_t)f.m->at.data);
    memset(junk, 0xEE, (size_t)f.m->at.data);
    tempfile_write(&f.file, 0, junk, (size_t)f.m->at.data);
    free(junk);
    tg_value tokens = tg_model_value(f.model, tg_model_find_key(f.model, "tokenizer.ggml.tokens")), token;
    tg_bytes text = {NULL, 0};
    assert_true(tg_array_get(&tokens, 2, &token));
    assert_true(tg_value_string(&token, &text));
    assert_int_equal(text.len, 5);
    assert_memory_equal(text.ptr, "hello", 5);
    assert_data(f.model);
    close_file(&f);
}

/* Cuts the file behind the model; skips the test where the system does not allow that. */
static void cut_or_skip(open_file *f, uint64_t size)
{
    if (tempfile_resize(&f->file, size))
        return;
    close_file(f);
    print_message("skipped: an open file cannot be cut here\n");
    skip();
}

static void data_that_was_cut_off_is_not_mapped(void **state)
{
    (void)state;
    open_file f = open_rich_file();
    const tg_tensor *t = tg_model_tensor(f.model, f.m->num_tensors - 1);
    cut_or_skip(&f, t->offset + t->size - 1);
    const void *data = f.m;
    size_t len = 77;
    tg_error error;
    assert_int_equal(tg_tensor_data(f.model, t, &data, &len, &error), TG_E_FILE_CHANGED);
    assert_int_equal(error.status, TG_E_FILE_CHANGED);
    assert_ptr_equal(data, f.m);
    assert_int_equal(len, 77);
    expect_changed(f.model);
    close_file(&f);
}

static void data_that_was_cut_off_is_not_read(void **state)
{
    (void)state;
    open_file f = open_rich_file();
    const tg_tensor *t = tg_model_tensor(f.model, f.m->num_tensors - 1);
    uint8_t buffer[64];
    assert_in_range(t->size, 2, sizeof buffer);
    cut_or_skip(&f, t->offset + t->size - 1);
    tg_error error;
    assert_int_equal(tg_tensor_read(f.model, t, 0, buffer, (size_t)t->size, &error), TG_E_FILE_CHANGED);
    assert_int_equal(error.status, TG_E_FILE_CHANGED);
    assert_int_equal(tg_tensor_read(f.model, t, t->size - 1, buffer, 1, &error), TG_E_FILE_CHANGED);
    cut_or_skip(&f, 0);
    assert_int_equal(tg_tensor_read(f.model, t, 0, buffer, 1, &error), TG_E_FILE_CHANGED);
    close_file(&f);
}

/* Mapped first, cut then: reading goes on to say so, and never faults. */
static void reading_does_not_fault_where_a_mapping_would(void **state)
{
    (void)state;
    open_file f = open_rich_file();
    const tg_tensor *t = tg_model_tensor(f.model, 0);
    const void *data = NULL;
    size_t len = 0;
    uint8_t byte;
    assert_int_equal(tg_tensor_data(f.model, t, &data, &len, NULL), TG_OK);
    cut_or_skip(&f, 0);
    assert_int_equal(tg_tensor_read(f.model, t, 0, &byte, 1, NULL), TG_E_FILE_CHANGED);
    close_file(&f);
}

#else

/* How the file is opened keeps all others from writing, cutting and removing it. */
static void nobody_can_change_a_file_that_is_open(void **state)
{
    (void)state;
    open_file f = open_rich_file();
    assert_null(fopen(f.file.path, "r+b"));
    assert_null(fopen(f.file.path, "wb"));
    assert_int_not_equal(remove(f.file.path), 0);
    FILE *reader = fopen(f.file.path, "rb");
    assert_non_null(reader);
    assert_int_equal(fclose(reader), 0);
    assert_data(f.model);
    assert_int_equal(tg_model_recheck(f.model, NULL), TG_OK);
    tg_close(f.model);
    f.model = NULL;
    tempfile_write(&f.file, 0, "x", 1);
    FILE *writer = fopen(f.file.path, "r+b");
    assert_non_null(writer);
    assert_int_equal(tg_open_path(f.file.path, NULL, &f.model, NULL), TG_E_OPEN);
    assert_int_equal(fclose(writer), 0);
    close_file(&f);
}

#endif

/* ---- Readers ------------------------------------------------------------------------------------------- */

static void a_reader_that_fails_passes_on_its_code(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    span s = span_over(m->file.data, m->file.len);
    tg_reader reader = span_reader(&s);
    s.fail_with = 4711;
    track memory = track_new();
    tg_allocator allocator = track_allocator(&memory);
    tg_options options = options_with_flags(0);
    options.allocator = &allocator;
    tg_model *model = NULL;
    tg_error error;
    assert_int_equal(tg_open_reader(&reader, &options, &model, &error), TG_E_READ);
    assert_int_equal(error.status, TG_E_READ);
    assert_int_equal(error.os_code, 4711);
    assert_null(model);
    assert_int_equal(memory.live_blocks, 0);
    gb_free(m);
}

static void a_reader_cannot_be_mapped_but_read(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    span s = span_over(m->file.data, m->file.len);
    tg_reader reader = span_reader(&s);
    tg_model *model = NULL;
    assert_int_equal(tg_open_reader(&reader, NULL, &model, NULL), TG_OK);
    memset(&reader, 0, sizeof reader); /* it was copied */
    const tg_tensor *t = tg_model_tensor(model, 0);
    const void *data = m;
    size_t len = 77;
    uint8_t buffer[32];
    tg_error error;
    assert_int_equal(tg_tensor_data(model, t, &data, &len, &error), TG_E_NOT_MAPPABLE);
    assert_ptr_equal(data, m);
    assert_int_equal(len, 77);
    assert_int_equal(tg_tensor_read(model, t, 0, buffer, 32, NULL), TG_OK);
    for (size_t i = 0; i < 32; i++)
        assert_int_equal(buffer[i], gb_data_byte(0, i));
    assert_int_equal(tg_model_recheck(model, NULL), TG_OK);
    s.fail_with = -5;
    assert_int_equal(tg_tensor_read(model, t, 0, buffer, 32, &error), TG_E_READ);
    assert_int_equal(error.os_code, -5);
    assert_false(s.strayed);
    tg_close(model);
    gb_free(m);
}

/* ---- Paths and descriptors ------------------------------------------------------------------------------- */

static void a_missing_file_cannot_be_opened(void **state)
{
    (void)state;
    tg_model *model = NULL;
    tg_error error;
    assert_int_equal(tg_open_path("no-such-folder/no-such-file.gguf", NULL, &model, &error), TG_E_OPEN);
    assert_int_equal(tg_status_class(error.status), TG_CLASS_IO);
    assert_int_not_equal(error.os_code, 0);
    assert_int_equal(tg_open_path("", NULL, &model, &error), TG_E_OPEN);
    assert_null(model);
}

static void the_callers_descriptor_stays_his(void **state)
{
    (void)state;
    gb_model *m = gb_rich(3, false);
    tempfile file = tempfile_new(m->file.data, m->file.len);
    int fd = tempfile_open(&file);
    tg_model *model = NULL;
    assert_int_equal(tg_open_fd(fd, NULL, &model, NULL), TG_OK);
    tempfile_close(fd); /* the model has its own */
    assert_data(model);
    assert_int_equal(tg_model_recheck(model, NULL), TG_OK);
    tg_close(model);
    tempfile_remove(&file);
    gb_free(m);
}

/* A name with letters of several scripts; Windows keeps it in UTF-16. */
static void a_path_is_utf8(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    tempfile file = tempfile_new(m->file.data, m->file.len), renamed = file;
    size_t len = strlen(renamed.path);
    assert_true(len + 32 < sizeof renamed.path);
    memcpy(renamed.path + len, "-mod\xC3\xA8le-\xE6\xA8\xA1\xE5\x9E\x8B-\xF0\x9F\xA6\x99", 21);
#ifdef _WIN32
    wchar_t from[512], to[512];
    must(MultiByteToWideChar(CP_UTF8, 0, file.path, -1, from, 512) > 0, "from UTF-8");
    must(MultiByteToWideChar(CP_UTF8, 0, renamed.path, -1, to, 512) > 0, "from UTF-8");
    must(MoveFileW(from, to) != 0, "MoveFile");
#else
    assert_int_equal(rename(file.path, renamed.path), 0);
#endif
    tg_model *model = NULL;
    assert_int_equal(tg_open_path(renamed.path, NULL, &model, NULL), TG_OK);
    assert_int_equal(tg_open_path(file.path, NULL, &model, NULL), TG_E_OPEN);
    tg_close(model);
#ifdef _WIN32
    must(MoveFileW(to, from) != 0, "MoveFile");
    assert_int_equal(tg_open_path("not \xFF UTF-8", NULL, &model, NULL), TG_E_OPEN);
#else
    assert_int_equal(rename(renamed.path, file.path), 0);
#endif
    tempfile_remove(&file);
    gb_free(m);
}

static void the_position_of_a_descriptor_is_neither_used_nor_moved(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    tempfile file = tempfile_new(m->file.data, m->file.len);
    int fd = tempfile_open(&file);
    assert_int_equal(lseek(fd, 7, SEEK_SET), 7);
    tg_model *model = NULL;
    uint8_t byte;
    assert_int_equal(tg_open_fd(fd, NULL, &model, NULL), TG_OK);
    assert_int_equal(tg_tensor_read(model, tg_model_tensor(model, 0), 3, &byte, 1, NULL), TG_OK);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 7);
    tg_close(model);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 7); /* and it is still open */
    tempfile_close(fd);
    tempfile_remove(&file);
    gb_free(m);
}

#ifndef _WIN32

static void a_descriptor_that_cannot_be_read_is_refused(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    tempfile file = tempfile_new(m->file.data, m->file.len);
    int writing = open(file.path, O_WRONLY);
    assert_true(writing >= 0);
    int closed = dup(writing);
    tempfile_close(closed);
    tg_model *model = NULL;
    tg_error error;
    assert_int_equal(tg_status_class(tg_open_fd(writing, NULL, &model, &error)), TG_CLASS_IO);
    assert_int_not_equal(error.os_code, 0);
    assert_int_equal(tg_status_class(tg_open_fd(closed, NULL, &model, &error)), TG_CLASS_IO);
    assert_int_not_equal(error.os_code, 0);
    assert_null(model);
    tempfile_close(writing);
    tempfile_remove(&file);
    gb_free(m);
}

static void only_regular_files_are_opened(void **state)
{
    (void)state;
    tempfile fifo = tempfile_new("", 0);
    tempfile_remove(&fifo);
    assert_int_equal(mkfifo(fifo.path, 0600), 0);
    const char *const paths[] = {"/", ".", "/dev/null", "/dev/zero", fifo.path};
    tg_model *model = NULL;
    tg_error error;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        assert_int_equal(tg_open_path(paths[i], NULL, &model, &error), TG_E_NOT_REGULAR);
    tempfile_remove(&fifo);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(tg_open_fd(ends[0], NULL, &model, &error), TG_E_NOT_REGULAR);
    assert_null(model);
    tempfile_close(ends[0]);
    tempfile_close(ends[1]);
}

static void a_link_is_followed(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    tempfile file = tempfile_new(m->file.data, m->file.len), link = tempfile_new("", 0);
    tempfile_remove(&link);
    assert_int_equal(symlink(file.path, link.path), 0);
    tg_model *model = NULL;
    assert_int_equal(tg_open_path(link.path, NULL, &model, NULL), TG_OK);
    tempfile_remove(&link);
    tg_close(model);
    tempfile_remove(&file);
    gb_free(m);
}

/* Another file under the same name is not the file that was vetted. */
static void a_file_that_was_replaced_stays_open(void **state)
{
    (void)state;
    open_file f = open_rich_file();
    tempfile other = tempfile_new("junk", 4);
    assert_int_equal(rename(other.path, f.file.path), 0);
    assert_data(f.model);
    close_file(&f);
}

/* How many descriptors of this process are open. */
static int open_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) != -1;
    return count;
}

static void no_descriptor_is_left_open(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    tempfile good = tempfile_new(m->file.data, m->file.len), bad = tempfile_new(m->file.data, 100);
    int before = open_descriptors();
    tg_model *model = NULL;
    assert_int_equal(tg_open_path(good.path, NULL, &model, NULL), TG_OK);
    assert_int_equal(open_descriptors(), before + 1);
    tg_close(model);
    assert_int_equal(open_descriptors(), before);
    model = NULL;
    assert_int_equal(tg_open_path(bad.path, NULL, &model, NULL), TG_E_TRUNCATED);
    assert_int_equal(tg_open_path("/", NULL, &model, NULL), TG_E_NOT_REGULAR);
    tg_options options = options_with_flags(0x80);
    assert_int_equal(tg_open_path(good.path, &options, &model, NULL), TG_E_ARGUMENT);
    assert_int_equal(open_descriptors(), before);
    tempfile_remove(&good);
    tempfile_remove(&bad);
    gb_free(m);
}

#endif

#ifdef __linux__

/* Whether this process has a mapping of the file at `path`. */
static bool is_mapped(const char *path)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    assert_non_null(maps);
    char line[4096];
    bool found = false;
    while (fgets(line, sizeof line, maps) != NULL)
        found = found || strstr(line, path) != NULL;
    fclose(maps);
    return found;
}

static void nothing_is_mapped_before_data_is_asked_for(void **state)
{
    (void)state;
    open_file f = open_rich_file();
    const tg_tensor *t = tg_model_tensor(f.model, 1);
    const void *data = NULL;
    size_t len = 0;
    uint8_t byte;
    assert_false(is_mapped(f.file.path));
    assert_int_equal(tg_tensor_read(f.model, t, 0, &byte, 1, NULL), TG_OK);
    assert_false(is_mapped(f.file.path));
    assert_int_equal(tg_tensor_data(f.model, t, &data, &len, NULL), TG_OK);
    assert_true(is_mapped(f.file.path));
    tg_close(f.model);
    f.model = NULL;
    assert_false(is_mapped(f.file.path));
    close_file(&f);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(data_of_a_file_is_mapped_and_read_alike),
        cmocka_unit_test(a_range_that_is_not_in_the_tensor_is_not_read_from_the_file),
        cmocka_unit_test(an_unchanged_file_rechecks_as_such),
#ifndef _WIN32
        cmocka_unit_test(a_byte_that_was_overwritten_is_seen_by_a_recheck),
        cmocka_unit_test(a_file_that_grew_is_seen_by_a_recheck),
        cmocka_unit_test(a_time_that_was_changed_is_seen_by_a_recheck),
        cmocka_unit_test(a_header_that_was_overwritten_changes_nothing),
        cmocka_unit_test(data_that_was_cut_off_is_not_mapped),
        cmocka_unit_test(data_that_was_cut_off_is_not_read),
        cmocka_unit_test(reading_does_not_fault_where_a_mapping_would),
#else
        cmocka_unit_test(nobody_can_change_a_file_that_is_open),
#endif
        cmocka_unit_test(a_reader_that_fails_passes_on_its_code),
        cmocka_unit_test(a_reader_cannot_be_mapped_but_read),
        cmocka_unit_test(a_missing_file_cannot_be_opened),
        cmocka_unit_test(the_callers_descriptor_stays_his),
        cmocka_unit_test(a_path_is_utf8),
        cmocka_unit_test(the_position_of_a_descriptor_is_neither_used_nor_moved),
#ifndef _WIN32
        cmocka_unit_test(a_descriptor_that_cannot_be_read_is_refused),
        cmocka_unit_test(only_regular_files_are_opened),
        cmocka_unit_test(a_link_is_followed),
        cmocka_unit_test(a_file_that_was_replaced_stays_open),
        cmocka_unit_test(no_descriptor_is_left_open),
#endif
#ifdef __linux__
        cmocka_unit_test(nothing_is_mapped_before_data_is_asked_for),
#endif
    };
    return cmocka_run_group_tests_name("files and readers", tests, NULL, NULL);
}

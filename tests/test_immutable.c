/* SPDX-License-Identifier: MIT */
/* Models that nobody can change: sealed copies, and what is reported as immutable, and what is not. */
#define _GNU_SOURCE
#include "expect.h"
#include "sources.h"
#include "tempfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifdef __linux__

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void assert_data(const tg_model *model)
{
    for (size_t i = 0; i < tg_model_num_tensors(model); i++) {
        const tg_tensor *t = tg_model_tensor(model, i);
        const void *data = NULL;
        size_t len = 0;
        assert_int_equal(tg_tensor_data(model, t, &data, &len, NULL), TG_OK);
        for (size_t k = 0; k < len; k++)
            assert_int_equal(((const uint8_t *)data)[k], gb_data_byte(i, k));
    }
}

static void a_sealed_copy_outlives_whatever_happens_to_the_file(void **state)
{
    (void)state;
    gb_model *m = gb_rich(3, false);
    tempfile file = tempfile_new(m->file.data, m->file.len);
    tg_options options = options_with_flags(TG_SEALED_COPY);
    tg_model *model = NULL;
    assert_int_equal(tg_open_path(file.path, &options, &model, NULL), TG_OK);
    assert_true(tg_model_is_immutable(model));
    uint8_t *junk = (uint8_t *)must_alloc(m->file.len);
    memset(junk, 0xEE, m->file.len);
    tempfile_write(&file, 0, junk, m->file.len);
    assert_data(model);
    assert_true(tempfile_resize(&file, 0));
    assert_data(model);
    assert_int_equal(tg_model_recheck(model, NULL), TG_OK);
    tg_close(model);
    tempfile_remove(&file);
    free(junk);
    gb_free(m);
}

/* The copy is of the region alone, so that its tensors are aligned whatever stood in front. */
static void a_region_is_copied_alone(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    bytes wide = bytes_new(false);
    bytes_fill(&wide, 4097, 'x');
    bytes_raw(&wide, m->file.data, m->file.len);
    tg_options options = options_with_flags(TG_SEALED_COPY);
    options.region_offset = 4097;
    tg_model *model = NULL;
    assert_int_equal(tg_open_memory(wide.data, wide.len, &options, &model, NULL), TG_OK);
    bytes_free(&wide);
    assert_true(tg_model_is_immutable(model));
    assert_int_equal(tg_model_region_offset(model), 4097);
    assert_int_equal(tg_tensor_alignment(model, tg_model_tensor(model, 0)), 32);
    assert_data(model);
    tg_close(model);
    gb_free(m);
}

static void a_reader_is_copied_and_can_then_be_mapped(void **state)
{
    (void)state;
    gb_model *m = gb_rich(3, false);
    span s = span_over(m->file.data, m->file.len);
    tg_reader reader = span_reader(&s);
    tg_options options = options_with_flags(TG_SEALED_COPY);
    tg_model *model = NULL;
    assert_int_equal(tg_open_reader(&reader, &options, &model, NULL), TG_OK);
    assert_data(model);
    tg_close(model);
    model = NULL;
    s.fail_with = 5;
    tg_error error;
    assert_int_equal(tg_open_reader(&reader, &options, &model, &error), TG_E_READ);
    assert_int_equal(error.os_code, 5);
    assert_null(model);
    gb_free(m);
}

/* Memory that can be sealed, with a model in it. */
static int new_memory(const gb_model *m)
{
    int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, m->file.data, m->file.len), (ssize_t)m->file.len);
    return fd;
}

static bool immutable_with(const gb_model *m, int seals)
{
    int fd = new_memory(m);
    tg_model *model = NULL;
    assert_true(seals == 0 || fcntl(fd, F_ADD_SEALS, seals) == 0);
    assert_int_equal(tg_open_fd(fd, NULL, &model, NULL), TG_OK);
    assert_data(model);
    bool immutable = tg_model_is_immutable(model);
    tg_close(model);
    assert_int_equal(close(fd), 0);
    return immutable;
}

static void both_seals_make_a_descriptor_immutable_and_one_does_not(void **state)
{
    (void)state;
    gb_model *m = gb_rich(3, false);
    assert_true(immutable_with(m, F_SEAL_WRITE | F_SEAL_SHRINK));
    assert_true(immutable_with(m, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL));
    assert_false(immutable_with(m, F_SEAL_WRITE | F_SEAL_GROW));
    assert_false(immutable_with(m, F_SEAL_SHRINK | F_SEAL_GROW));
    assert_false(immutable_with(m, F_SEAL_SEAL));
    assert_false(immutable_with(m, 0));
    gb_free(m);
}

static void seals_that_come_after_the_open_do_not_count(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    int fd = new_memory(m);
    tg_model *model = NULL;
    assert_int_equal(tg_open_fd(fd, NULL, &model, NULL), TG_OK);
    assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK), 0);
    assert_false(tg_model_is_immutable(model));
    tg_close(model);
    assert_int_equal(close(fd), 0);
    gb_free(m);
}

static void nothing_else_is_immutable(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    tempfile file = tempfile_new(m->file.data, m->file.len);
    tg_options options = options_with_flags(TG_STABLE_MEMORY);
    tg_model *model = NULL;
    assert_int_equal(chmod(file.path, 0400), 0);
    assert_int_equal(tg_open_path(file.path, NULL, &model, NULL), TG_OK);
    assert_false(tg_model_is_immutable(model));
    tg_close(model);
    assert_int_equal(tg_open_memory(m->file.data, m->file.len, &options, &model, NULL), TG_OK);
    assert_false(tg_model_is_immutable(model));
    tg_close(model);
    assert_false(tg_model_is_immutable(NULL));
    tempfile_remove(&file);
    gb_free(m);
}

/* Files of /proc call themselves regular and empty, and are neither. */
static void a_file_that_lies_about_its_size_is_not_regular(void **state)
{
    (void)state;
    tg_model *model = NULL;
    assert_int_equal(tg_open_path("/proc/version", NULL, &model, NULL), TG_E_NOT_REGULAR);
    tempfile file = tempfile_new("", 0);
    assert_int_equal(tg_open_path(file.path, NULL, &model, NULL), TG_E_EMPTY_FILE);
    tempfile_remove(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sealed_copy_outlives_whatever_happens_to_the_file),
        cmocka_unit_test(a_region_is_copied_alone),
        cmocka_unit_test(a_reader_is_copied_and_can_then_be_mapped),
        cmocka_unit_test(both_seals_make_a_descriptor_immutable_and_one_does_not),
        cmocka_unit_test(seals_that_come_after_the_open_do_not_count),
        cmocka_unit_test(nothing_else_is_immutable),
        cmocka_unit_test(a_file_that_lies_about_its_size_is_not_regular),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

static void a_system_without_seals_says_so(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    tg_options options = options_with_flags(TG_SEALED_COPY);
    tg_model *model = NULL;
    assert_int_equal(tg_open_memory(m->file.data, m->file.len, &options, &model, NULL), TG_E_NO_SEALS);
    assert_null(model);
    gb_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_system_without_seals_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif

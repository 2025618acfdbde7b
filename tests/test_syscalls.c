/* SPDX-License-Identifier: MIT */
/* Calls of the system that do less than they were asked for, are interrupted, or fail: the linker puts the functions
 * below in front of those of libc (CMakeLists.txt), and nothing else of the library is changed. */
#define _GNU_SOURCE
#include "expect.h"
#include "sources.h"
#include "st_build.h"
#include "tempfile.h"
#include "zip_build.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#if !defined(STATX_ATTR_VERITY)
#define STATX_ATTR_VERITY 0x00100000
#endif
#if !defined(MADV_POPULATE_READ)
#define MADV_POPULATE_READ 22
#endif

/* ---- What stands in front of libc ------------------------------------------------------------------------ */

/* How calls of one kind behave. All zero: as ever. */
typedef struct fault_plan {
    size_t most;      /* bytes that a call does at most; 0: all */
    unsigned every;   /* each call that this divides is interrupted; 0: none */
    unsigned fail_at; /* the call, from 1, that fails with `code`, and all after it; 0: none */
    int code;         /* 0: it returns 0, as at the end of a file */
    unsigned calls, interrupted;
} fault_plan;

static struct {
    fault_plan reads, writes, opens;
    int map_code, populate_code, memfd_code, seal_code; /* errno of every such call; 0: as ever */
    unsigned populate_again;                            /* times that the next call asks to be tried again */
    bool has_statx;
    int statx_code;
    uint64_t attributes, mask;
} plan;

static void behave(void)
{
    memset(&plan, 0, sizeof plan);
}

/* Counts a call: 0 to go on, else the call returns what is in `*out`. */
static bool intervene(fault_plan *p, ssize_t *out)
{
    p->calls++;
    if (p->fail_at != 0 && p->calls >= p->fail_at) {
        errno = p->code;
        *out = p->code != 0 ? -1 : 0;
        return true;
    }
    if (p->every != 0 && p->calls % p->every == 0) {
        p->interrupted++;
        errno = EINTR;
        *out = -1;
        return true;
    }
    return false;
}

static size_t shorten(const fault_plan *p, size_t len)
{
    return p->most != 0 && len > p->most ? p->most : len;
}

ssize_t __real_pread64(int fd, void *buffer, size_t len, off64_t offset);
ssize_t __wrap_pread64(int fd, void *buffer, size_t len, off64_t offset);
ssize_t __wrap_pread64(int fd, void *buffer, size_t len, off64_t offset)
{
    ssize_t result;
    return intervene(&plan.reads, &result) ? result : __real_pread64(fd, buffer, shorten(&plan.reads, len), offset);
}

ssize_t __real_write(int fd, const void *buffer, size_t len);
ssize_t __wrap_write(int fd, const void *buffer, size_t len);
ssize_t __wrap_write(int fd, const void *buffer, size_t len)
{
    ssize_t result;
    return intervene(&plan.writes, &result) ? result : __real_write(fd, buffer, shorten(&plan.writes, len));
}

int __real_open64(const char *path, int flags, mode_t mode);
int __wrap_open64(const char *path, int flags, mode_t mode);
int __wrap_open64(const char *path, int flags, mode_t mode)
{
    ssize_t result;
    if ((flags & O_NONBLOCK) != 0 && intervene(&plan.opens, &result))
        return (int)result;
    return __real_open64(path, flags, mode);
}

void *__real_mmap64(void *at, size_t len, int prot, int flags, int fd, off64_t offset);
void *__wrap_mmap64(void *at, size_t len, int prot, int flags, int fd, off64_t offset);
void *__wrap_mmap64(void *at, size_t len, int prot, int flags, int fd, off64_t offset)
{
    if (plan.map_code == 0 || fd < 0)
        return __real_mmap64(at, len, prot, flags, fd, offset);
    errno = plan.map_code;
    return MAP_FAILED;
}

int __real_madvise(void *at, size_t len, int advice);
int __wrap_madvise(void *at, size_t len, int advice);
int __wrap_madvise(void *at, size_t len, int advice)
{
    if (advice != MADV_POPULATE_READ)
        return __real_madvise(at, len, advice);
    if (plan.populate_again > 0) {
        errno = plan.populate_again % 2 == 0 ? EAGAIN : EINTR;
        plan.populate_again--;
        return -1;
    }
    errno = plan.populate_code;
    return plan.populate_code == 0 ? 0 : -1;
}

int __real_memfd_create(const char *name, unsigned flags);
int __wrap_memfd_create(const char *name, unsigned flags);
int __wrap_memfd_create(const char *name, unsigned flags)
{
    if (plan.memfd_code == 0)
        return __real_memfd_create(name, flags);
    errno = plan.memfd_code;
    return -1;
}

/* With times of 64 bits, fcntl has another name on 32 bits. */
#if UINTPTR_MAX < UINT64_MAX
#define __real_fcntl64 __real___fcntl_time64
#define __wrap_fcntl64 __wrap___fcntl_time64
#endif
int __real_fcntl64(int fd, int command, int argument);
int __wrap_fcntl64(int fd, int command, int argument);
int __wrap_fcntl64(int fd, int command, int argument)
{
    if (plan.seal_code == 0 || command != F_ADD_SEALS)
        return __real_fcntl64(fd, command, argument);
    errno = plan.seal_code;
    return -1;
}

int __real_statx(int fd, const char *path, int flags, unsigned mask, struct statx *st);
int __wrap_statx(int fd, const char *path, int flags, unsigned mask, struct statx *st);
int __wrap_statx(int fd, const char *path, int flags, unsigned mask, struct statx *st)
{
    if (!plan.has_statx)
        return __real_statx(fd, path, flags, mask, st);
    memset(st, 0, sizeof *st);
    st->stx_attributes = plan.attributes;
    st->stx_attributes_mask = plan.mask;
    errno = plan.statx_code;
    return plan.statx_code == 0 ? 0 : -1;
}

/* ---- Models ------------------------------------------------------------------------------------------------ */

/* Some of everything that reads in its own way; the last three are rejected, at the start and at the end. */
static bytes make_file(size_t number)
{
    gb_model *m = gb_rich(3, number % 2 == 1);
    bytes file = bytes_copy(&m->file);
    if (number == 2 || number == 3) { /* an archive with and without zip64 */
        zb_archive z;
        memset(&z, 0, sizeof z);
        z.before = "MZ";
        z.before_len = 2;
        z.zip64 = number == 3;
        zb_add(&z, "readme", "x", 1)->zip64 = z.zip64;
        zb_add(&z, "model.gguf", m->file.data, m->file.len)->zip64 = z.zip64;
        zb_write(&z);
        bytes_free(&file);
        file = bytes_copy(&z.file);
        zb_free(&z);
    } else if (number == 4) {
        st_file f = st_make("{'a':" ST_TENSOR("F32", "[2]", "[0,8]") "}", 8);
        bytes_free(&file);
        file = bytes_copy(&f.file);
        st_free(&f);
    } else if (number == 5) {
        bytes_cut(&file, m->at.data);
    } else if (number == 6) {
        bytes_put_u32(&file, m->at.version, 99);
    } else if (number == 7) {
        bytes_cut(&file, 30);
    }
    gb_free(m);
    return file;
}

#define NUM_FILES 8

static void assert_copies(const tg_model *model, const bytes *file)
{
    uint64_t base = tg_model_region_offset(model);
    for (uint64_t i = 0; i < tg_model_num_tensors(model); i++) {
        const tg_tensor *t = tg_model_tensor(model, i);
        uint8_t *copy = (uint8_t *)must_alloc((size_t)t->size + 1);
        assert_int_equal(tg_tensor_read(model, t, 0, copy, (size_t)t->size, NULL), TG_OK);
        assert_memory_equal(copy, file->data + base + t->offset, (size_t)t->size);
        free(copy);
    }
}

/* ---- Less than was asked for ------------------------------------------------------------------------------- */

static void short_and_interrupted_reads_change_nothing(void **state)
{
    static const size_t pieces[] = {1, 7, 4096};
    (void)state;
    for (size_t number = 0; number < NUM_FILES; number++) {
        bytes file = make_file(number);
        for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
            behave();
            plan.reads.most = pieces[i];
            plan.reads.every = 2;
            plan.opens.every = 2;
            opened o = open_everywhere(file.data, file.len, NULL); /* compares what each source gives */
            assert_int_equal(o.status == TG_OK, number < 5);
            assert_true(plan.reads.interrupted > 0);
            opened_close(&o);
            tempfile temp = tempfile_new(file.data, file.len);
            tg_model *model = NULL;
            if (tg_open_path(temp.path, NULL, &model, NULL) == TG_OK)
                assert_copies(model, &file);
            tg_close(model);
            behave();
            tempfile_remove(&temp);
        }
        bytes_free(&file);
    }
}

static void an_open_that_is_interrupted_is_tried_again(void **state)
{
    (void)state;
    bytes file = make_file(0);
    tempfile temp = tempfile_new(file.data, file.len);
    behave();
    plan.opens.calls = 1;
    plan.opens.every = 2; /* the next call */
    tg_model *model = NULL;
    assert_int_equal(tg_open_path(temp.path, NULL, &model, NULL), TG_OK);
    assert_int_equal(plan.opens.interrupted, 1);
    tg_close(model);
    behave();
    tempfile_remove(&temp);
    bytes_free(&file);
}

/* ---- Failures at each call ----------------------------------------------------------------------------------- */

/* With `code`, or as at the end of a file for 0: whichever call it is, that is what comes out, and nothing else. */
static void expect_read_failures(const bytes *file, int code, tg_status status)
{
    tempfile temp = tempfile_new(file->data, file->len);
    unsigned at = 1;
    for (;; at++) {
        tg_model *const untouched = (tg_model *)(void *)&temp;
        tg_model *model = untouched;
        tg_error error;
        behave();
        plan.reads.fail_at = at;
        plan.reads.code = code;
        tg_status got = tg_open_path(temp.path, NULL, &model, &error);
        if (plan.reads.calls < at) {
            assert_int_equal(got, TG_OK);
            assert_true(tg_model_num_tensors(model) > 0);
            uint8_t byte;
            assert_int_equal(tg_tensor_read(model, tg_model_tensor(model, 0), 0, &byte, 1, &error), status);
            assert_int_equal(error.os_code, code);
            tg_close(model);
            break;
        }
        assert_int_equal(got, status);
        assert_int_equal(error.os_code, code);
        assert_ptr_equal(model, untouched);
    }
    assert_true(at > 1);
    behave();
    tempfile_remove(&temp);
}

static void a_read_that_fails_is_told_with_the_code_of_the_system(void **state)
{
    (void)state;
    for (size_t number = 0; number < 5; number++) {
        bytes file = make_file(number);
        expect_read_failures(&file, EIO, TG_E_READ);
        expect_read_failures(&file, 0, TG_E_FILE_CHANGED);
        bytes_free(&file);
    }
}

/* Some files of /proc call themselves empty and are not; an empty one is told as such, also if interrupted. */
static void an_empty_file_is_asked_for_a_byte(void **state)
{
    (void)state;
    tempfile temp = tempfile_new("", 0);
    tg_model *model = NULL;
    behave();
    plan.reads.calls = 1;
    plan.reads.every = 2;
    assert_int_equal(tg_open_path(temp.path, NULL, &model, NULL), TG_E_EMPTY_FILE);
    assert_int_equal(plan.reads.interrupted, 1);
    behave();
    tempfile_remove(&temp);
    assert_int_equal(tg_open_path("/proc/self/status", NULL, &model, NULL), TG_E_NOT_REGULAR);
    plan.reads.calls = 1;
    plan.reads.every = 2;
    assert_int_equal(tg_open_path("/proc/self/status", NULL, &model, NULL), TG_E_NOT_REGULAR);
    assert_int_equal(plan.reads.interrupted, 1);
    behave();
}

/* ---- Mappings ------------------------------------------------------------------------------------------------- */

static void a_mapping_that_fails_says_why(void **state)
{
    static const struct {
        int code;
        tg_status status;
    } rows[] = {{ENOMEM, TG_E_ADDRESS_SPACE}, {EACCES, TG_E_MAP}, {ENODEV, TG_E_MAP}};
    (void)state;
    bytes file = make_file(0);
    tempfile temp = tempfile_new(file.data, file.len);
    tg_model *model = NULL;
    behave();
    assert_int_equal(tg_open_path(temp.path, NULL, &model, NULL), TG_OK);
    const void *data = &temp;
    size_t len = 77;
    tg_error error;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        plan.map_code = rows[i].code;
        assert_int_equal(tg_tensor_data(model, tg_model_tensor(model, 0), &data, &len, &error), rows[i].status);
        assert_int_equal(error.os_code, rows[i].code);
        assert_ptr_equal(data, &temp);
        assert_int_equal(len, 77);
    }
    /* The last byte cannot be read: sizes can lie. */
    behave();
    plan.reads.fail_at = 1;
    assert_int_equal(tg_tensor_data(model, tg_model_tensor(model, 0), &data, &len, &error), TG_E_FILE_CHANGED);
    behave();
    assert_int_equal(tg_tensor_data(model, tg_model_tensor(model, 0), &data, &len, &error), TG_OK);
    tg_close(model);
    tempfile_remove(&temp);
    bytes_free(&file);
}

static void prefetching_is_tried_again_and_falls_back_to_reading(void **state)
{
    static const struct {
        int code;
        tg_status status;
        bool reads;
    } rows[] = {
        {0, TG_OK, false},
        {EINVAL, TG_OK, true},
        {ENOSYS, TG_OK, true},
        {EFAULT, TG_E_FILE_CHANGED, false},
        {ENOMEM, TG_E_NO_MEMORY, false},
        {EIO, TG_E_READ, false},
    };
    (void)state;
    bytes file = make_file(0);
    tempfile temp = tempfile_new(file.data, file.len);
    tg_model *model = NULL;
    behave();
    assert_int_equal(tg_open_path(temp.path, NULL, &model, NULL), TG_OK);
    assert_int_equal(tg_model_prefetch(model, NULL, 0, NULL, NULL), TG_OK);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        behave();
        plan.populate_code = rows[i].code;
        plan.populate_again = 5;
        assert_int_equal(tg_model_prefetch(model, NULL, 0, NULL, NULL), rows[i].status);
        assert_int_equal(plan.populate_again, 0);
        assert_int_equal(plan.reads.calls > 0, rows[i].reads);
    }
    behave();
    plan.populate_code = EINVAL;
    plan.reads.fail_at = 1;
    plan.reads.code = EIO;
    assert_int_equal(tg_model_prefetch(model, NULL, 0, NULL, NULL), TG_E_READ);
    behave();
    tg_close(model);
    tempfile_remove(&temp);
    bytes_free(&file);
}

/* ---- Immutable files -------------------------------------------------------------------------------------------- */

/* Few machines that test have a kernel with fs-verity, so its answer is made up; what is made of it is not. */
static void fs_verity_is_believed_only_where_the_kernel_knows_it(void **state)
{
    static const struct {
        uint64_t attributes, mask;
        int code;
        bool immutable;
    } rows[] = {
        {STATX_ATTR_VERITY, STATX_ATTR_VERITY, 0, true},
        {STATX_ATTR_VERITY | STATX_ATTR_APPEND, STATX_ATTR_VERITY | STATX_ATTR_APPEND, 0, true},
        {0, STATX_ATTR_VERITY, 0, false},
        {STATX_ATTR_VERITY, 0, 0, false}, /* a bit that the file system does not answer for */
        {STATX_ATTR_IMMUTABLE, STATX_ATTR_IMMUTABLE | STATX_ATTR_VERITY, 0, false}, /* root takes it off again */
        {STATX_ATTR_VERITY, STATX_ATTR_VERITY, ENOSYS, false},
    };
    (void)state;
    bytes file = make_file(0);
    tempfile temp = tempfile_new(file.data, file.len);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        tg_model *model = NULL;
        behave();
        plan.has_statx = true;
        plan.attributes = rows[i].attributes;
        plan.mask = rows[i].mask;
        plan.statx_code = rows[i].code;
        assert_int_equal(tg_open_path(temp.path, NULL, &model, NULL), TG_OK);
        assert_int_equal(tg_model_is_immutable(model), rows[i].immutable);
        assert_copies(model, &file);
        tg_close(model);
    }
    behave();
    tempfile_remove(&temp);
    bytes_free(&file);
}

static tg_status open_sealed(const tempfile *temp, tg_model **out_model, tg_error *out_error)
{
    tg_options options = options_with_flags(TG_SEALED_COPY);
    return tg_open_path(temp->path, &options, out_model, out_error);
}

static void a_sealed_copy_is_whole_or_not_at_all(void **state)
{
    (void)state;
    bytes file = make_file(0);
    tempfile temp = tempfile_new(file.data, file.len);
    tg_model *model = NULL;
    tg_error error;
    behave();
    plan.reads.most = plan.writes.most = 3;
    plan.reads.every = plan.writes.every = 2;
    assert_int_equal(open_sealed(&temp, &model, NULL), TG_OK);
    assert_true(plan.writes.interrupted > 0);
    assert_true(tg_model_is_immutable(model));
    behave();
    assert_copies(model, &file);
    tg_close(model);
    static const struct {
        int write, memfd, seal;
        tg_status status;
    } rows[] = {
        {ENOSPC, 0, 0, TG_E_NO_MEMORY}, {ENOMEM, 0, 0, TG_E_NO_MEMORY}, {EIO, 0, 0, TG_E_SEAL},
        {0, ENOSYS, 0, TG_E_NO_SEALS},  {0, EINVAL, 0, TG_E_NO_SEALS},  {0, EMFILE, 0, TG_E_SEAL},
        {0, 0, EPERM, TG_E_SEAL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        behave();
        plan.writes.fail_at = rows[i].write != 0 ? 1 : 0;
        plan.writes.code = rows[i].write;
        plan.memfd_code = rows[i].memfd;
        plan.seal_code = rows[i].seal;
        model = NULL;
        assert_int_equal(open_sealed(&temp, &model, &error), rows[i].status);
        assert_int_equal(error.os_code, rows[i].write + rows[i].memfd + rows[i].seal);
        assert_null(model);
    }
    behave();
    tempfile_remove(&temp);
    bytes_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(short_and_interrupted_reads_change_nothing),
        cmocka_unit_test(an_open_that_is_interrupted_is_tried_again),
        cmocka_unit_test(a_read_that_fails_is_told_with_the_code_of_the_system),
        cmocka_unit_test(an_empty_file_is_asked_for_a_byte),
        cmocka_unit_test(a_mapping_that_fails_says_why),
        cmocka_unit_test(prefetching_is_tried_again_and_falls_back_to_reading),
        cmocka_unit_test(fs_verity_is_believed_only_where_the_kernel_knows_it),
        cmocka_unit_test(a_sealed_copy_is_whole_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* The guard: reads through a mapping survive that the file is cut; nothing else of the process changes. Handlers stay
 * for good, so each test runs in a process of its own. */
#define _DEFAULT_SOURCE
#include "faults.h"
#include "gguf_build.h"
#include "source/guard.h"
#include "tempfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifndef _WIN32

#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the processes of the tests: ends with a word on what did not hold. */
#define CHECK(holds)                                                                                                   \
    do {                                                                                                               \
        if (!(holds)) {                                                                                                \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #holds);                                                \
            _exit(1);                                                                                                  \
        }                                                                                                              \
    } while (0)

static void fail_with(const char *what)
{
    fprintf(stderr, "%s\n", what);
    _exit(1);
}

#define ELEMENTS 65536

typedef struct mapped {
    gb_model *m;
    tempfile file;
    tg_model *model;
    const tg_tensor *tensor;
    const volatile uint8_t *data;
    size_t len;
} mapped;

/* A model of many pages, mapped. The file has no name any more, so that nothing is left of it. */
static mapped map_model(uint32_t flags)
{
    mapped x;
    tg_options options;
    const void *data = NULL;
    memset(&x, 0, sizeof x);
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.flags = flags;
    x.m = gb_base();
    gb_set_dims(x.m, 0, GB_DIMS(ELEMENTS));
    gb_write(x.m);
    x.file = tempfile_new(x.m->file.data, x.m->file.len);
    tempfile_make_old(&x.file);
    CHECK(tg_open_path(x.file.path, &options, &x.model, NULL) == TG_OK);
    x.tensor = tg_model_tensor(x.model, 0);
    CHECK(tg_tensor_data(x.model, x.tensor, &data, &x.len, NULL) == TG_OK);
    x.data = (const volatile uint8_t *)data;
    return x;
}

static void unmap_model(mapped *x)
{
    tg_close(x->model);
    tempfile_remove(&x->file);
    gb_free(x->m);
}

/* To TSan, the page of zeros that the guard puts in place is a write; to the others who read there it is none. */
__attribute__((no_sanitize("thread"))) static uint64_t sum_of(const mapped *x)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < x->len; i++)
        sum += x->data[i];
    return sum;
}

/* Another mapping of another file, which was cut: reading it is a fault that is not ours. */
static const volatile uint8_t *foreign_fault(void)
{
    tempfile file = tempfile_new("x", 1);
    int fd = tempfile_open(&file);
    const volatile uint8_t *data = (const volatile uint8_t *)mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0);
    CHECK(data != MAP_FAILED);
    CHECK(tempfile_resize(&file, 0));
    tempfile_close(fd);
    tempfile_remove(&file);
    return data;
}

/* Runs a test in its own process, and returns how that ended. The sanitizers' handler is not to be asked. */
static int run(void (*test)(void))
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)signal(SIGBUS, SIG_DFL);
        (void)alarm(120);
        test();
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void passes(void (*test)(void))
{
    int status = run(test);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static void dies_of_bus_error(void (*test)(void))
{
    int status = run(test);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGBUS);
}

/* ---- The guard itself ------------------------------------------------------------------------ */

static void read_a_cut_file(void)
{
    mapped x = map_model(TG_GUARD);
    const void *data = NULL;
    size_t len = 0;
    uint8_t byte;
    CHECK(tg_model_recheck(x.model, NULL) == TG_OK);
    uint64_t whole = sum_of(&x);
    CHECK(tempfile_resize(&x.file, x.tensor->offset + 1));
    CHECK(sum_of(&x) < whole);
    CHECK(x.data[0] == gb_data_byte(0, 0));
    CHECK(x.data[x.len - 1] == 0);
    CHECK(tg_model_recheck(x.model, NULL) == TG_E_FILE_CHANGED);
    CHECK(tg_tensor_data(x.model, x.tensor, &data, &len, NULL) == TG_E_FILE_CHANGED);
    CHECK(tg_tensor_read(x.model, x.tensor, x.len - 1, &byte, 1, NULL) == TG_E_FILE_CHANGED);
    unmap_model(&x);
}

static void a_guarded_read_survives_that_the_file_is_cut(void **state)
{
    (void)state;
    passes(read_a_cut_file);
}

/* Cut, read, and put back as it was, times and all but the last change: the latch remembers. */
static void read_and_restore(void)
{
    mapped x = map_model(TG_GUARD);
    CHECK(tempfile_resize(&x.file, 0));
    CHECK(sum_of(&x) == 0);
    tempfile_write(&x.file, 0, x.m->file.data, x.m->file.len);
    CHECK(tg_model_recheck(x.model, NULL) == TG_E_FILE_CHANGED);
    const void *data = NULL;
    size_t len = 0;
    CHECK(tg_tensor_data(x.model, x.tensor, &data, &len, NULL) == TG_E_FILE_CHANGED);
    mapped y = map_model(TG_GUARD); /* another model is none the worse */
    CHECK(tg_model_recheck(y.model, NULL) == TG_OK);
    CHECK(sum_of(&y) > 0);
    unmap_model(&y);
    unmap_model(&x);
}

static void a_file_that_was_restored_stays_marked_as_changed(void **state)
{
    (void)state;
    passes(read_and_restore);
}

static void read_without_guard(void)
{
    mapped x = map_model(0);
    uint8_t byte;
    CHECK(tempfile_resize(&x.file, 0));
    CHECK(tg_tensor_read(x.model, x.tensor, 0, &byte, 1, NULL) == TG_E_FILE_CHANGED);
    tempfile_remove(&x.file);
    (void)sum_of(&x);
}

static void without_the_guard_a_cut_file_is_a_bus_error_but_reading_is_a_status(void **state)
{
    (void)state;
    dies_of_bus_error(read_without_guard);
}

static void read_after_close(void)
{
    mapped x = map_model(TG_GUARD);
    tg_close(x.model);
    tempfile_remove(&x.file);
    (void)*foreign_fault();
}

static void a_range_that_was_given_back_is_guarded_no_more(void **state)
{
    (void)state;
    dies_of_bus_error(read_after_close);
}

static void fill_the_guard(void)
{
    static uint8_t memory[1 << 16];
    static atomic_bool latch;
    size_t added = 0;
    while (added < 2000 && tgi_guard_add(memory, 1, &latch).status == TG_OK)
        added++;
    CHECK(added == 1024);
    CHECK(tgi_guard_add(memory, 1, &latch).status == TG_E_GUARD);
    mapped x;
    memset(&x, 0, sizeof x);
    tgi_guard_remove(memory);
    x = map_model(TG_GUARD);
    tg_options options;
    tg_model *model = NULL;
    tg_error error;
    const void *data = NULL;
    size_t len = 0;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.flags = TG_GUARD;
    CHECK(tg_open_path(x.file.path, &options, &model, NULL) == TG_OK);
    CHECK(tg_tensor_data(model, tg_model_tensor(model, 0), &data, &len, &error) == TG_E_GUARD);
    CHECK(error.status == TG_E_GUARD && data == NULL);
    tgi_guard_remove(memory);
    CHECK(tg_tensor_data(model, tg_model_tensor(model, 0), &data, &len, &error) == TG_OK);
    tg_close(model);
    unmap_model(&x);
}

static void a_full_guard_says_so(void **state)
{
    (void)state;
    passes(fill_the_guard);
}

/* ---- Threads ------------------------------------------------------------------------------------ */

static void *read_until_changed(void *context)
{
    const mapped *x = (const mapped *)context;
    while (tg_model_recheck(x->model, NULL) == TG_OK)
        (void)sum_of(x);
    return NULL;
}

/* Others come and go meanwhile, each with a range of its own. */
static void *map_and_unmap(void *context)
{
    (void)context;
    for (int i = 0; i < 50; i++) {
        mapped x = map_model(TG_GUARD);
        CHECK(tempfile_resize(&x.file, 0));
        CHECK(sum_of(&x) == 0);
        CHECK(tg_model_recheck(x.model, NULL) == TG_E_FILE_CHANGED);
        unmap_model(&x);
    }
    return NULL;
}

static void read_in_threads(void)
{
    enum {
        READERS = 6,
        OTHERS = 2
    };
    pthread_t threads[READERS + OTHERS];
    mapped x = map_model(TG_GUARD);
    for (int i = 0; i < READERS + OTHERS; i++)
        CHECK(pthread_create(&threads[i], NULL, i < READERS ? read_until_changed : map_and_unmap, &x) == 0);
    (void)usleep(20000);
    CHECK(tempfile_resize(&x.file, x.tensor->offset));
    for (int i = 0; i < READERS + OTHERS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(tg_model_recheck(x.model, NULL) == TG_E_FILE_CHANGED);
    unmap_model(&x);
}

static void threads_that_read_while_the_file_is_cut_end_with_a_status(void **state)
{
    (void)state;
    passes(read_in_threads);
}

/* ---- Other handlers ----------------------------------------------------------------------------- */

static sigjmp_buf escape;
static volatile sig_atomic_t foreign_calls;
static struct sigaction below_foreign;

static void foreign_jump(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    (void)context;
    foreign_calls = foreign_calls + 1;
    siglongjmp(escape, 1);
}

static void foreign_plain(int number)
{
    (void)number;
    foreign_calls = foreign_calls + 1;
}

static void foreign_chain(int number, siginfo_t *info, void *context)
{
    foreign_calls = foreign_calls + 1;
    below_foreign.sa_sigaction(number, info, context);
}

static void install(void (*handler)(int, siginfo_t *, void *), struct sigaction *out_before)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    CHECK(sigaction(SIGBUS, &action, out_before) == 0);
}

static void use_beside_an_earlier_handler(void)
{
    install(foreign_jump, NULL);
    mapped x = map_model(TG_GUARD);
    const volatile uint8_t *foreign = foreign_fault();
    if (sigsetjmp(escape, 1) == 0) {
        (void)*foreign;
        fail_with("the foreign fault did not reach its handler");
    }
    CHECK(foreign_calls == 1);
    CHECK(tg_model_recheck(x.model, NULL) == TG_OK);
    if (sigsetjmp(escape, 1) == 0) {
        (void)raise(SIGBUS);
        fail_with("the signal did not reach its handler");
    }
    CHECK(foreign_calls == 2);
    CHECK(tempfile_resize(&x.file, 0));
    CHECK(sum_of(&x) == 0);
    CHECK(foreign_calls == 2);
    CHECK(tg_model_recheck(x.model, NULL) == TG_E_FILE_CHANGED);
    unmap_model(&x);
}

static void a_handler_that_was_there_before_gets_every_other_fault(void **state)
{
    (void)state;
    passes(use_beside_an_earlier_handler);
}

static void use_beside_a_plain_handler(void)
{
    CHECK(signal(SIGBUS, foreign_plain) != SIG_ERR);
    mapped x = map_model(TG_GUARD);
    CHECK(raise(SIGBUS) == 0);
    CHECK(foreign_calls == 1);
    unmap_model(&x);
}

static void a_handler_without_siginfo_gets_them_too(void **state)
{
    (void)state;
    passes(use_beside_a_plain_handler);
}

static void fault_elsewhere(void)
{
    mapped x = map_model(TG_GUARD);
    tempfile_remove(&x.file);
    (void)*foreign_fault();
}

static void raise_elsewhere(void)
{
    mapped x = map_model(TG_GUARD);
    tempfile_remove(&x.file);
    (void)raise(SIGBUS);
}

static void without_a_handler_before_other_faults_still_kill(void **state)
{
    (void)state;
    dies_of_bus_error(fault_elsewhere);
    dies_of_bus_error(raise_elsewhere);
}

static void raise_while_ignored(void)
{
    CHECK(signal(SIGBUS, SIG_IGN) != SIG_ERR);
    mapped x = map_model(TG_GUARD);
    CHECK(raise(SIGBUS) == 0);
    unmap_model(&x);
}

static void signals_that_were_ignored_still_are(void **state)
{
    (void)state;
    passes(raise_while_ignored);
}

static void use_below_a_later_handler(void)
{
    mapped x = map_model(TG_GUARD);
    uint8_t byte;
    install(foreign_jump, NULL);
    CHECK(tempfile_resize(&x.file, 0));
    if (sigsetjmp(escape, 1) == 0) {
        (void)sum_of(&x);
        fail_with("the later handler was not asked");
    }
    CHECK(foreign_calls == 1);
    CHECK(tg_tensor_read(x.model, x.tensor, 0, &byte, 1, NULL) == TG_E_FILE_CHANGED);
    CHECK(tg_model_recheck(x.model, NULL) == TG_E_FILE_CHANGED);
    mapped y = map_model(TG_GUARD); /* and all else goes on */
    CHECK(sum_of(&y) > 0);
    CHECK(tg_model_recheck(y.model, NULL) == TG_OK);
    unmap_model(&y);
    unmap_model(&x);
}

static void a_later_handler_that_does_not_chain_switches_the_guard_off_and_no_more(void **state)
{
    (void)state;
    passes(use_below_a_later_handler);
}

static void use_below_a_chaining_handler(void)
{
    mapped x = map_model(TG_GUARD);
    install(foreign_chain, &below_foreign);
    CHECK(tempfile_resize(&x.file, 0));
    CHECK(sum_of(&x) == 0);
    CHECK(foreign_calls > 0);
    CHECK(tg_model_recheck(x.model, NULL) == TG_E_FILE_CHANGED);
    unmap_model(&x);
}

static void a_later_handler_that_chains_keeps_the_guard(void **state)
{
    (void)state;
    passes(use_below_a_chaining_handler);
}

static void open_without_guard(void)
{
    struct sigaction action;
    mapped x = map_model(0);
    CHECK(sigaction(SIGBUS, NULL, &action) == 0);
    CHECK(action.sa_handler == SIG_DFL);
    unmap_model(&x);
}

static void nobody_who_did_not_ask_gets_a_handler(void **state)
{
    (void)state;
    passes(open_without_guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_guarded_read_survives_that_the_file_is_cut),
        cmocka_unit_test(a_file_that_was_restored_stays_marked_as_changed),
        cmocka_unit_test(without_the_guard_a_cut_file_is_a_bus_error_but_reading_is_a_status),
        cmocka_unit_test(a_range_that_was_given_back_is_guarded_no_more),
        cmocka_unit_test(a_full_guard_says_so),
        cmocka_unit_test(threads_that_read_while_the_file_is_cut_end_with_a_status),
        cmocka_unit_test(a_handler_that_was_there_before_gets_every_other_fault),
        cmocka_unit_test(a_handler_without_siginfo_gets_them_too),
        cmocka_unit_test(without_a_handler_before_other_faults_still_kill),
        cmocka_unit_test(signals_that_were_ignored_still_are),
        cmocka_unit_test(a_later_handler_that_does_not_chain_switches_the_guard_off_and_no_more),
        cmocka_unit_test(a_later_handler_that_chains_keeps_the_guard),
        cmocka_unit_test(nobody_who_did_not_ask_gets_a_handler),
    };
    if (!faults_are_told())
        return 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

/* Nobody can cut a file that is mapped: there is nothing to guard against. */
static void a_file_that_is_mapped_cannot_be_cut(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    tempfile file = tempfile_new(m->file.data, m->file.len);
    tg_options options;
    tg_model *model = NULL;
    const void *data = NULL;
    size_t len = 0;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.flags = TG_GUARD;
    assert_int_equal(tg_open_path(file.path, &options, &model, NULL), TG_OK);
    assert_int_equal(tg_tensor_data(model, tg_model_tensor(model, 0), &data, &len, NULL), TG_OK);
    assert_null(fopen(file.path, "r+b"));
    tg_close(model);
    tempfile_remove(&file);
    gb_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_is_mapped_cannot_be_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif

/* SPDX-License-Identifier: MIT */
/* One model used by many threads at once, and many models opened at once.
 *
 * The race that matters is the first call of tg_tensor_data, which maps: it is run on a fresh model again
 * and again. Threads note what went wrong; only the main thread asserts.
 */
#include "expect.h"
#include "tempfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>

#define NUM_THREADS 16
#define NUM_ROUNDS 40

typedef struct worker {
    const tg_model *model;
    const char *path;
    atomic_int *waiting; /* counts down to 0, when all begin */
    const void *first;   /* where this thread was told that tensor 0 is */
    bool wrong;
} worker;

static void wait_for_all(atomic_int *waiting)
{
    atomic_fetch_sub(waiting, 1);
    while (atomic_load(waiting) > 0) {
    }
}

static bool has_right_data(const tg_model *model, uint64_t index)
{
    const tg_tensor *t = tg_model_tensor(model, index);
    const void *data = NULL;
    size_t len = 0;
    uint8_t byte = 0;
    if (tg_tensor_data(model, t, &data, &len, NULL) != TG_OK || len != t->size)
        return false;
    for (size_t k = 0; k < len; k++)
        if (((const uint8_t *)data)[k] != gb_data_byte((size_t)index, k))
            return false;
    return tg_tensor_read(model, t, t->size - 1, &byte, 1, NULL) == TG_OK &&
           byte == gb_data_byte((size_t)index, t->size - 1);
}

static bool has_right_keys(const tg_model *model)
{
    uint64_t alignment = 0;
    tg_value value = tg_model_value(model, tg_model_find_key(model, "general.alignment"));
    return tg_value_u64(&value, &alignment) && alignment == 64;
}

static void *use_shared(void *context)
{
    worker *w = (worker *)context;
    size_t len;
    wait_for_all(w->waiting);
    if (tg_tensor_data(w->model, tg_model_tensor(w->model, 0), &w->first, &len, NULL) != TG_OK)
        w->wrong = true;
    for (uint64_t i = 0; i < tg_model_num_tensors(w->model); i++)
        if (!has_right_data(w->model, i))
            w->wrong = true;
    if (!has_right_keys(w->model) || tg_model_recheck(w->model, NULL) != TG_OK)
        w->wrong = true;
    return NULL;
}

static void *use_own(void *context)
{
    worker *w = (worker *)context;
    wait_for_all(w->waiting);
    for (int round = 0; round < 10; round++) {
        tg_model *model = NULL;
        if (tg_open_path(w->path, NULL, &model, NULL) != TG_OK || !has_right_data(model, 1) || !has_right_keys(model))
            w->wrong = true;
        tg_close(model);
    }
    return NULL;
}

static void run(void *(*work)(void *), worker *workers, const tg_model *model, const char *path)
{
    pthread_t threads[NUM_THREADS];
    atomic_int waiting;
    atomic_init(&waiting, NUM_THREADS);
    for (size_t i = 0; i < NUM_THREADS; i++) {
        worker fresh = {model, path, &waiting, NULL, false};
        workers[i] = fresh;
        must(pthread_create(&threads[i], NULL, work, &workers[i]) == 0, "pthread_create");
    }
    for (size_t i = 0; i < NUM_THREADS; i++)
        must(pthread_join(threads[i], NULL) == 0, "pthread_join");
}

static void threads_that_race_to_map_get_one_mapping(void **state)
{
    (void)state;
    gb_model *m = gb_rich(3, false);
    tempfile file = tempfile_new(m->file.data, m->file.len);
    size_t wrong = 0, elsewhere = 0;
    for (int round = 0; round < NUM_ROUNDS; round++) {
        worker workers[NUM_THREADS];
        tg_model *model = NULL;
        assert_int_equal(tg_open_path(file.path, NULL, &model, NULL), TG_OK);
        run(use_shared, workers, model, file.path);
        for (size_t i = 0; i < NUM_THREADS; i++) {
            wrong += workers[i].wrong;
            elsewhere += workers[i].first != workers[0].first;
        }
        tg_close(model);
    }
    tempfile_remove(&file);
    gb_free(m);
    assert_int_equal(wrong, 0);
    assert_int_equal(elsewhere, 0);
}

static void threads_open_the_same_file_at_once(void **state)
{
    (void)state;
    gb_model *m = gb_rich(3, false);
    tempfile file = tempfile_new(m->file.data, m->file.len);
    worker workers[NUM_THREADS];
    run(use_own, workers, NULL, file.path);
    size_t wrong = 0;
    for (size_t i = 0; i < NUM_THREADS; i++)
        wrong += workers[i].wrong;
    tempfile_remove(&file);
    gb_free(m);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_that_race_to_map_get_one_mapping),
        cmocka_unit_test(threads_open_the_same_file_at_once),
    };
    return cmocka_run_group_tests_name("threads", tests, NULL, NULL);
}

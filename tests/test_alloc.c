/* SPDX-License-Identifier: MIT */
/* Memory: every single request may fail, and nothing leaks, however an open ends. */
#include "expect.h"
#include "tempfile.h"
#include "track_alloc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* One file, and all ways to open it with a tracking allocator. */
typedef struct fixture {
    gb_model *m;
    tempfile file;
    span reads;
} fixture;

typedef tg_status (*opener)(fixture *f, const tg_options *options, tg_model **out_model, tg_error *out_error);

static tg_status from_memory(fixture *f, const tg_options *options, tg_model **out_model, tg_error *out_error)
{
    return tg_open_memory(f->m->file.data, f->m->file.len, options, out_model, out_error);
}

static tg_status from_stable_memory(fixture *f, const tg_options *options, tg_model **out_model, tg_error *out_error)
{
    tg_options stable = *options;
    stable.flags |= TG_STABLE_MEMORY;
    return tg_open_memory(f->m->file.data, f->m->file.len, &stable, out_model, out_error);
}

static tg_status from_reader(fixture *f, const tg_options *options, tg_model **out_model, tg_error *out_error)
{
    f->reads = span_over(f->m->file.data, f->m->file.len);
    tg_reader reader = span_reader(&f->reads);
    return tg_open_reader(&reader, options, out_model, out_error);
}

static tg_status from_path(fixture *f, const tg_options *options, tg_model **out_model, tg_error *out_error)
{
    return tg_open_path(f->file.path, options, out_model, out_error);
}

static tg_status from_descriptor(fixture *f, const tg_options *options, tg_model **out_model, tg_error *out_error)
{
    int fd = tempfile_open(&f->file);
    tg_status status = tg_open_fd(fd, options, out_model, out_error);
    tempfile_close(fd);
    return status;
}

static const opener openers[] = {from_memory, from_stable_memory, from_reader, from_path, from_descriptor};
#define NUM_OPENERS (sizeof openers / sizeof openers[0])

static fixture fixture_of(gb_model *m)
{
    fixture f;
    memset(&f, 0, sizeof f);
    f.m = m;
    f.file = tempfile_new(m->file.data, m->file.len);
    return f;
}

static void fixture_free(fixture *f)
{
    tempfile_remove(&f->file);
    gb_free(f->m);
}

/* A model larger than one read, whose tables grow while it is read, and whose data is out of order. */
static gb_model *large_model(void)
{
    enum {
        TOKENS = 12000,
        TENSORS = 400
    };
    gb_model *m = gb_rich(3, false);
    gb_value tokens = gb_array(GB_STRING);
    for (unsigned i = 0; i < TOKENS; i++)
        gb_push(&tokens, gb_string_n("abcdefghijklmnop", i % 17));
    gb_add_key(m, "more.tokens", tokens);
    for (unsigned i = 0; i < TENSORS; i++) {
        char name[4] = {'t', (char)('0' + i / 100), (char)('0' + i / 10 % 10), (char)('0' + i % 10)};
        size_t t = gb_add_tensor(m, "", GB_T_F32, GB_DIMS(4, 4));
        gb_set_tensor_name(m, t, name, sizeof name);
        gb_set_offset(m, t, 4096 + 64 * (TENSORS - 1 - i));
    }
    gb_write(m);
    return m;
}

static void assert_nothing_left(const track *t)
{
    assert_int_equal(t->live_blocks, 0);
    assert_int_equal(t->live_bytes, 0);
    assert_false(t->misused);
}

/* ---- Failing requests --------------------------------------------------------------------------- */

/* Opens with an allocator that fails from request `k` on, or only then. */
static tg_status open_failing(fixture *f, opener open, track *memory, tg_error *out_error)
{
    static char untouched = 0;
    tg_model *const before = (tg_model *)(void *)&untouched;
    tg_model *model = before;
    tg_allocator allocator = track_allocator(memory);
    tg_options options = options_with_flags(TG_CHECK_TEXT);
    options.allocator = &allocator;
    tg_status status = open(f, &options, &model, out_error);
    if (status == TG_OK) {
        assert_true(model != before && model != NULL);
        tg_close(model);
    } else {
        assert_ptr_equal(model, before);
        assert_int_equal(out_error->status, status);
    }
    assert_nothing_left(memory);
    return status;
}

/* Fails the first request, then the second, and so on, until the open needs no more of them. A request that
 * is refused may be one that can be done without: then the model must be whole. */
static uint64_t fail_each_request(fixture *f, opener open, bool once)
{
    for (uint64_t k = 1;; k++) {
        tg_error error, pattern;
        memset(&error, 0xA5, sizeof error);
        memset(&pattern, 0xA5, sizeof pattern);
        track memory = track_new();
        memory.fail_from = k;
        memory.fail_once = once;
        tg_status status = open_failing(f, open, &memory, &error);
        if (status == TG_OK)
            assert_memory_equal(&error, &pattern, sizeof error);
        else
            assert_int_equal(status, TG_E_NO_MEMORY);
        if (memory.requests < k)
            return k - 1;
    }
}

static void fail_everywhere(gb_model *m)
{
    fixture f = fixture_of(m);
    for (size_t i = 0; i < NUM_OPENERS; i++) {
        for (int once = 0; once <= 1; once++) {
            uint64_t requests = fail_each_request(&f, openers[i], once == 1);
            assert_in_range(requests, 1, 10000);
        }
    }
    fixture_free(&f);
}

static void every_request_may_fail_for_the_smallest_model(void **state)
{
    (void)state;
    fail_everywhere(gb_base());
}

static void every_request_may_fail_for_a_rich_model(void **state)
{
    (void)state;
    fail_everywhere(gb_rich(3, false));
    fail_everywhere(gb_rich(1, true));
}

static void every_request_may_fail_for_a_large_model(void **state)
{
    (void)state;
    fail_everywhere(large_model());
}

/* ---- No leaks on rejection ------------------------------------------------------------------------ */

static void what_was_allocated_for_a_rejected_file_is_freed(void **state)
{
    (void)state;
    gb_model *m = gb_rich(3, false);
    gb_add_tensor(m, "output.bias", GB_T_F32, GB_DIMS(8)); /* found at the very end: a name twice */
    gb_write(m);
    fixture f = fixture_of(m);
    for (size_t i = 0; i < NUM_OPENERS; i++) {
        tg_error error;
        track memory = track_new();
        assert_int_equal(open_failing(&f, openers[i], &memory, &error), TG_E_NAME_DUPLICATE);
        assert_true(memory.requests > 0);
    }
    fixture_free(&f);
}

static void what_was_allocated_for_a_prefix_is_freed(void **state)
{
    (void)state;
    fixture f = fixture_of(gb_rich(3, false));
    while (f.m->file.len > 0) {
        bytes_cut(&f.m->file, f.m->file.len - 1);
        tg_error error;
        track memory = track_new();
        open_failing(&f, from_memory, &memory, &error);
        track again = track_new();
        open_failing(&f, from_reader, &again, &error);
    }
    fixture_free(&f);
}

/* ---- After the open ---------------------------------------------------------------------------------- */

static void use(const tg_model *model)
{
    uint8_t byte;
    const void *data;
    size_t len;
    for (uint64_t i = 0; i < tg_model_num_tensors(model); i++) {
        const tg_tensor *t = tg_model_tensor(model, i);
        (void)tg_tensor_data(model, t, &data, &len, NULL);
        (void)tg_tensor_read(model, t, 0, &byte, 1, NULL);
        assert_ptr_equal(tg_model_find_tensor_n(model, t->name), t);
    }
    for (uint64_t i = 0; i < tg_model_num_keys(model); i++) {
        tg_value value = tg_model_value(model, tg_model_key(model, i)), element;
        assert_true(value.type != TG_VALUE_NONE);
        for (tg_array_iter k = tg_array_begin(&value); tg_array_next(&k, &element);)
            assert_true(element.type != TG_VALUE_NONE);
    }
    assert_int_equal(tg_model_recheck(model, NULL), TG_OK);
}

/* Only the thread that opens or closes a model calls its allocator: using it must not. */
static void an_open_model_asks_for_no_more_memory(void **state)
{
    (void)state;
    fixture f = fixture_of(large_model());
    for (size_t i = 0; i < NUM_OPENERS; i++) {
        track memory = track_new();
        tg_allocator allocator = track_allocator(&memory);
        tg_options options = options_with_flags(0);
        options.allocator = &allocator;
        tg_model *model = NULL;
        assert_int_equal(openers[i](&f, &options, &model, NULL), TG_OK);
        memset(&allocator, 0, sizeof allocator); /* the model has its own copy */
        uint64_t requests = memory.requests, blocks = memory.live_blocks;
        assert_true(blocks > 0);
        memory.fail_from = requests + 1;
        use(model);
        assert_int_equal(memory.requests, requests);
        assert_int_equal(memory.live_blocks, blocks);
        tg_close(model);
        assert_nothing_left(&memory);
    }
    fixture_free(&f);
}

/* ---- How much ------------------------------------------------------------------------------------------ */

static void the_heap_stays_within_its_limit(void **state)
{
    (void)state;
    fixture f = fixture_of(large_model());
    for (size_t i = 0; i < NUM_OPENERS; i++) {
        tg_error error;
        track memory = track_new();
        assert_int_equal(open_failing(&f, openers[i], &memory, &error), TG_OK);
        assert_in_range(memory.peak_bytes, 1, ((uint64_t)16 << 20) + 8 * f.m->at.header_end);
    }
    fixture_free(&f);
}

/* Lowers the limit until it refuses the model, and asks whether the allocator would have seen the same. */
static void the_heap_limit_is_what_the_allocator_sees(void **state)
{
    (void)state;
    fixture f = fixture_of(large_model());
    size_t refused = 0, accepted = 0;
    for (uint64_t base = 1; base <= (uint64_t)1 << 24; base *= 2) {
        track memory = track_new();
        tg_allocator allocator = track_allocator(&memory);
        tg_limits limits = default_limits();
        limits.heap_base = base;
        limits.heap_factor = 1;
        tg_options options = options_with_limits(&limits);
        options.allocator = &allocator;
        tg_model *model = NULL;
        tg_error error;
        tg_status status = from_path(&f, &options, &model, &error);
        assert_in_range(memory.peak_bytes, 0, base + f.m->file.len);
        if (status == TG_OK) {
            accepted++;
            tg_close(model);
        } else {
            refused++;
            assert_int_equal(status, TG_E_LIMIT_HEAP);
            assert_in_range(error.limit, base, base + f.m->file.len);
        }
        assert_nothing_left(&memory);
    }
    assert_true(refused > 0 && accepted > 0);
    fixture_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_request_may_fail_for_the_smallest_model),
        cmocka_unit_test(every_request_may_fail_for_a_rich_model),
        cmocka_unit_test(every_request_may_fail_for_a_large_model),
        cmocka_unit_test(what_was_allocated_for_a_rejected_file_is_freed),
        cmocka_unit_test(what_was_allocated_for_a_prefix_is_freed),
        cmocka_unit_test(an_open_model_asks_for_no_more_memory),
        cmocka_unit_test(the_heap_stays_within_its_limit),
        cmocka_unit_test(the_heap_limit_is_what_the_allocator_sees),
    };
    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Options and arguments of the open functions: what is refused before the file is looked at. */
#include "expect.h"
#include "tempfile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The file is fine: only the options can be at fault. */
static void expect_options(const tg_options *options, tg_status wanted)
{
    gb_model *m = gb_base();
    opened o = open_everywhere(m->file.data, m->file.len, options);
    assert_int_equal(o.status, wanted);
    if (wanted != TG_OK)
        assert_int_equal(tg_status_class(o.status), TG_CLASS_USAGE);
    opened_close(&o);
    gb_free(m);
}

static void zeroed_options_are_the_defaults(void **state)
{
    (void)state;
    tg_options options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    expect_options(&options, TG_OK);
    tg_limits limits;
    memset(&limits, 0, sizeof limits);
    limits.struct_size = sizeof limits;
    options.limits = &limits;
    expect_options(&options, TG_OK);
    options.strict = NULL;
    options.num_strict = 0;
    expect_options(&options, TG_OK);
}

static void structs_without_their_size_are_refused(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, sizeof(size_t), sizeof(size_t) + 1};
    gb_model *m = gb_base();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        tg_options options = options_with_flags(0);
        options.struct_size = sizes[i];
        tg_model *model = NULL;
        assert_int_equal(tg_open_memory(m->file.data, m->file.len, &options, &model, NULL), TG_E_ARGUMENT);
        tg_limits limits = default_limits();
        limits.struct_size = sizes[i];
        options = options_with_limits(&limits);
        expect_options(&options, TG_E_ARGUMENT);
        span s = span_over(m->file.data, m->file.len);
        tg_reader reader = span_reader(&s);
        reader.struct_size = sizes[i];
        assert_int_equal(tg_open_reader(&reader, NULL, &model, NULL), TG_E_ARGUMENT);
        assert_int_equal(s.num_reads, 0);
        assert_null(model);
    }
    gb_free(m);
}

/* A caller that was built against a later header has larger structs. */
static void larger_structs_are_read_as_far_as_they_are_known(void **state)
{
    (void)state;
    struct {
        tg_options known;
        uint64_t later[4];
    } options;
    struct {
        tg_limits known;
        uint64_t later[4];
    } limits;
    memset(&options, 0, sizeof options);
    memset(&limits, 0, sizeof limits);
    limits.known.struct_size = sizeof limits;
    limits.known.max_keys = 1;
    options.known.struct_size = sizeof options;
    options.known.limits = &limits.known;
    gb_model *m = gb_base();
    tg_model *model = NULL;
    assert_int_equal(tg_open_memory(m->file.data, m->file.len, &options.known, &model, NULL), TG_E_LIMIT_KEYS);
    limits.known.max_keys = 2;
    assert_int_equal(tg_open_memory(m->file.data, m->file.len, &options.known, &model, NULL), TG_OK);
    tg_close(model);
    gb_free(m);
}

static void unknown_flags_are_refused(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 32; bit++) {
        uint32_t flag = (uint32_t)1 << bit;
        tg_options options = options_with_flags(flag);
        bool known = (flag & (TG_CHECK_TEXT | TG_STABLE_MEMORY | TG_STRICT | TG_GPT4ALL_VOCABULARY | TG_GUARD |
                              TG_SINGLE_FILE | TG_NO_FOLLOW)) != 0;
        if (flag != TG_SEALED_COPY) /* not every system has it */
            expect_options(&options, known ? TG_OK : TG_E_ARGUMENT);
    }
}

static void unknown_profiles_are_refused(void **state)
{
    (void)state;
    static const uint32_t profiles[] = {0, 1, 2, 255, 0x80000000, UINT32_MAX};
    for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++) {
        tg_options options = options_with_flags(0);
        options.profile = profiles[i];
        expect_options(&options, profiles[i] <= TG_PROFILE_LLAMA_CPP ? TG_OK : TG_E_ARGUMENT);
    }
}

static void only_warnings_can_be_made_strict(void **state)
{
    (void)state;
    tg_status status;
    for (size_t i = 0; tg_status_at(i, &status); i++) {
        tg_options options = options_with_flags(0);
        options.strict = &status;
        options.num_strict = 1;
        expect_options(&options, tg_status_is_warning(status) ? TG_OK : TG_E_ARGUMENT);
    }
    const tg_status unknown[] = {TG_W_DATA_GAP, (tg_status)999};
    tg_options options = options_with_flags(0);
    options.strict = unknown;
    options.num_strict = 2;
    expect_options(&options, TG_E_ARGUMENT);
    options.strict = NULL; /* a number, but no list */
    expect_options(&options, TG_E_ARGUMENT);
}

static void an_allocator_has_a_function(void **state)
{
    (void)state;
    static const tg_allocator empty = {NULL, NULL};
    tg_options options = options_with_flags(0);
    options.allocator = &empty;
    expect_options(&options, TG_E_ARGUMENT);
}

static void the_limit_on_depth_is_at_most_16(void **state)
{
    (void)state;
    tg_limits limits = default_limits();
    tg_options options = options_with_limits(&limits);
    limits.max_array_depth = 16;
    expect_options(&options, TG_OK);
    limits.max_array_depth = 17;
    expect_options(&options, TG_E_ARGUMENT);
    limits.max_array_depth = UINT64_MAX;
    expect_options(&options, TG_E_ARGUMENT);
}

static void missing_arguments_are_refused(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    span s = span_over(m->file.data, m->file.len);
    tg_reader reader = span_reader(&s), without = reader, endless = reader;
    without.read_at = NULL;
    endless.size = UINT64_MAX;
    tempfile file = tempfile_new(m->file.data, m->file.len);
    int fd = tempfile_open(&file);
    tg_model *model = NULL;
    tg_error error;
    assert_int_equal(tg_open_memory(NULL, 1, NULL, &model, &error), TG_E_ARGUMENT);
    assert_int_equal(error.status, TG_E_ARGUMENT);
    assert_int_equal(error.offset, 0);
    assert_int_equal(error.index, TG_NO_INDEX);
    assert_int_equal(tg_open_memory(m->file.data, m->file.len, NULL, NULL, &error), TG_E_ARGUMENT);
    assert_int_equal(tg_open_reader(NULL, NULL, &model, &error), TG_E_ARGUMENT);
    assert_int_equal(tg_open_reader(&without, NULL, &model, &error), TG_E_ARGUMENT);
    assert_int_equal(tg_open_reader(&endless, NULL, &model, &error), TG_E_ARGUMENT);
    assert_int_equal(tg_open_reader(&reader, NULL, NULL, &error), TG_E_ARGUMENT);
    assert_int_equal(tg_open_path(NULL, NULL, &model, &error), TG_E_ARGUMENT);
    assert_int_equal(tg_open_path(file.path, NULL, NULL, &error), TG_E_ARGUMENT);
    assert_int_equal(tg_open_fd(-1, NULL, &model, &error), TG_E_ARGUMENT);
    assert_int_equal(tg_open_fd(fd, NULL, NULL, &error), TG_E_ARGUMENT);
    assert_null(model);
    assert_int_equal(s.num_reads, 0);
    tempfile_close(fd);
    tempfile_remove(&file);
    gb_free(m);
}

static void memory_of_no_bytes_may_be_null(void **state)
{
    (void)state;
    tg_model *model = NULL;
    assert_int_equal(tg_open_memory(NULL, 0, NULL, &model, NULL), TG_E_EMPTY_FILE);
    tg_options options = options_with_flags(TG_STABLE_MEMORY);
    assert_int_equal(tg_open_memory(NULL, 0, &options, &model, NULL), TG_E_EMPTY_FILE);
    assert_null(model);
}

/* The error is for those who want it: without it, the verdicts are the same. */
static void the_error_may_be_null(void **state)
{
    (void)state;
    gb_model *m = gb_base();
    tg_model *model = NULL;
    assert_int_equal(tg_open_memory(m->file.data, 100, NULL, &model, NULL), TG_E_TRUNCATED);
    assert_int_equal(tg_open_path("no/such/file", NULL, &model, NULL), TG_E_OPEN);
    assert_null(model);
    assert_int_equal(tg_open_memory(m->file.data, m->file.len, NULL, &model, NULL), TG_OK);
    tg_close(model);
    gb_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zeroed_options_are_the_defaults),
        cmocka_unit_test(structs_without_their_size_are_refused),
        cmocka_unit_test(larger_structs_are_read_as_far_as_they_are_known),
        cmocka_unit_test(unknown_flags_are_refused),
        cmocka_unit_test(unknown_profiles_are_refused),
        cmocka_unit_test(only_warnings_can_be_made_strict),
        cmocka_unit_test(an_allocator_has_a_function),
        cmocka_unit_test(the_limit_on_depth_is_at_most_16),
        cmocka_unit_test(missing_arguments_are_refused),
        cmocka_unit_test(memory_of_no_bytes_may_be_null),
        cmocka_unit_test(the_error_may_be_null),
    };
    return cmocka_run_group_tests_name("options and arguments", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* One file of each layout in each container: accepted as what it is, with everything that it holds; cut anywhere:
 * rejected; and never accepted as anything else. */
#include "legacy_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Layouts that are read only by name, and options that ask for a layout. */
static bool only_by_name(const lb_spec *spec)
{
    return strcmp(spec->layout, "stable-diffusion-lora") == 0;
}

/* The bark file has three models with the same names: the library puts the model in front. */
static void expected_name(const lb_file *f, size_t tensor, char *out, size_t len)
{
    static const char *const models[] = {"semantic/", "coarse/", "fine/", "codec/"};
    const char *prefix = "";
    if (strcmp(f->spec.layout, "bark") == 0) {
        size_t model = 0;
        for (size_t i = 0; i <= tensor; i++)
            if (i > 0 && (strcmp(f->tensors[i].name, "model/wte/0") == 0 ||
                          strcmp(f->tensors[i].name, "encoder.model.0.conv.conv.weight") == 0))
                model++;
        prefix = models[model];
    }
    (void)snprintf(out, len, "%s%s", prefix, f->tensors[tensor].name);
}

static const char *type_name(const lb_file *f, uint32_t id)
{
    size_t count;
    const lb_type *types = lb_types(&f->spec, &count);
    for (size_t i = 0; i < count; i++)
        if (types[i].id == id)
            return types[i].name;
    return "";
}

static void compare_tensor(const lb_file *f, size_t number, const tg_model *model)
{
    const lb_tensor *t = &f->tensors[number];
    char name[128];
    expected_name(f, number, name, sizeof name);
    const tg_tensor *found = tg_model_find_tensor(model, name);
    assert_non_null(found);
    assert_ptr_equal(found, tg_model_tensor(model, number));
    assert_int_equal(found->offset, t->at.data);
    assert_int_equal(found->size, t->size);
    assert_int_equal(found->entry_offset, t->at.record);
    assert_string_equal(tg_dtype_name(found->dtype), type_name(f, t->type));
    assert_int_equal(found->num_dims, t->num_dims);
    for (uint32_t i = 0; i < t->num_dims; i++)
        assert_int_equal(found->dims[i], t->dims[i]);
    const void *data = NULL;
    size_t len = 0;
    assert_int_equal(tg_tensor_data(model, found, &data, &len, NULL), TG_OK);
    assert_int_equal(len, t->size);
    assert_memory_equal(data, f->file.data + t->at.data, len);
    uint64_t alignment = tg_tensor_alignment(model, found);
    assert_true(alignment >= 1 && (uintptr_t)data % alignment == 0);
}

static void compare_model(const lb_file *f, const tg_model *model)
{
    assert_string_equal(tg_layout_name(tg_model_layout(model)), f->spec.layout);
    assert_int_equal(tg_model_alignment(model), f->padding);
    assert_int_equal(tg_model_num_tensors(model), f->num_tensors);
    for (size_t i = 0; i < f->num_tensors; i++)
        compare_tensor(f, i, model);
    tg_value v = tg_model_value(model, tg_model_find_key(model, "general.architecture"));
    tg_bytes text;
    assert_true(tg_value_string(&v, &text));
    assert_int_equal(text.len, strlen(f->spec.layout));
    assert_memory_equal(text.ptr, f->spec.layout, text.len);
}

/* Are there tensors whose bits may be arranged in several ways? */
static bool arrangement_unknown(const lb_file *f)
{
    size_t count;
    const lb_type *types = lb_types(&f->spec, &count);
    bool old = types[count - 1].bytes == 36 && strcmp(types[2].name, "q4_0_ggjt1") == 0;
    bool says = strcmp(f->spec.container, "ggml") != 0 && strcmp(f->spec.container, "ggmf100") != 0 &&
                strcmp(f->spec.container, "repl") != 0;
    for (size_t i = 0; i < f->num_tensors; i++)
        if (f->tensors[i].type > 1)
            return old && !says;
    return false;
}

/* Large files are opened from one source only. */
static opened open_file(const lb_file *f, const tg_options *options)
{
    if (f->file.len < 1 << 18)
        return open_everywhere(f->file.data, f->file.len, options);
    opened o;
    memset(&o, 0, sizeof o);
    o.bytes = guarded_copy("", 0);
    o.status = tg_open_memory(f->file.data, f->file.len, options, &o.model, &o.error);
    return o;
}

static void accept(lb_spec spec, bool by_name)
{
    lb_file *f = lb_make(spec);
    tg_options options = lc_options(by_name ? spec.layout : NULL);
    opened o = open_file(f, &options);
    if (o.status != TG_OK) {
        char line[TG_ERROR_LINE];
        tg_error_format(&o.error, line, sizeof line);
        print_error("%s in %s, type %u: %s\n", spec.layout, spec.container, spec.type, line);
    }
    assert_int_equal(o.status, TG_OK);
    compare_model(f, o.model);
    assert_int_equal(tg_model_num_warnings(o.model), arrangement_unknown(f) ? 1 : 0);
    opened_close(&o);
    lb_free(f);
}

static void each_layout_is_known_for_what_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < lb_num_specs; i++) {
        if (!only_by_name(&lb_specs[i]))
            accept(lb_specs[i], false);
        accept(lb_specs[i], true);
    }
}

/* Quantized types want rows of whole blocks: 256 elements do for all. */
static void each_layout_takes_every_type_of_its_container(void **state)
{
    (void)state;
    for (size_t i = 0; i < lb_num_specs; i++) {
        lb_spec spec = lb_specs[i];
        size_t count;
        const lb_type *types = lb_types(&spec, &count);
        bool small = strcmp(spec.layout, "silero-vad") == 0 || strcmp(spec.layout, "encodec") == 0;
        for (size_t k = 0; k < count && !small; k++) {
            spec.width = types[k].elements < 32 ? 32 : types[k].elements;
            spec.type = types[k].id;
            accept(spec, only_by_name(&spec));
        }
    }
}

static void layouts_without_anchors_are_read_by_name_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < lb_num_specs; i++) {
        if (!only_by_name(&lb_specs[i]))
            continue;
        lb_file *f = lb_make(lb_specs[i]);
        opened o = open_everywhere(f->file.data, f->file.len, NULL);
        assert_int_not_equal(o.status, TG_OK);
        opened_close(&o);
        lb_free(f);
    }
}

/* ---- Prefixes ------------------------------------------------------------------------------------- */

/* May a file of this layout, which does not say how many tensors there are, end here? */
static bool may_end(const lb_file *f, uint64_t len)
{
    bool counted = strcmp(f->spec.layout, "lora") != 0 && !only_by_name(&f->spec);
    for (size_t i = 0; i < f->num_tensors; i++)
        if (f->tensors[i].at.end == len && !counted)
            return true;
    return false;
}

/* Cuts that are like others: in the data of a tensor; and in any field of a record, but for the first and last. */
static bool is_dull(const lb_file *f, uint64_t len)
{
    for (size_t i = 0; i < f->num_tensors; i++) {
        bool first_or_last = i < 3 || i + 2 > f->num_tensors;
        uint64_t from = first_or_last ? f->tensors[i].at.data + 1 : f->tensors[i].at.record + 1;
        if (len > from && len + 1 < f->tensors[i].at.end)
            return true;
    }
    return false;
}

static bool is_truncated(tg_status status)
{
    return tg_status_class(status) == TG_CLASS_TRUNCATED;
}

static void check_prefix(const lb_file *f, uint64_t len, const tg_options *options)
{
    tg_model *model = NULL;
    tg_error error;
    uint8_t *copy = (uint8_t *)must_alloc((size_t)len); /* so that the sanitizer sees a read behind it */
    memcpy(copy, f->file.data, (size_t)len);
    tg_status status = tg_open_memory(copy, (size_t)len, options, &model, &error);
    if (status == TG_OK && len != f->header_end)
        print_error("%s in %s: accepted when cut to %llu bytes\n", f->spec.layout, f->spec.container,
                    (unsigned long long)len);
    if (status == TG_OK) {
        assert_int_equal(len, f->header_end);
        assert_int_equal(tg_model_num_warnings(model), 1);
        assert_int_equal(tg_model_warning(model, 0)->status, TG_W_NO_TENSORS);
    } else if (len == f->header_end) {
        assert_true(status == TG_E_LAYOUT_AMBIGUOUS || is_truncated(status));
    } else if (len >= 4) {
        if (!is_truncated(status))
            print_error("%s in %s, cut to %llu bytes: %s at %llu\n", f->spec.layout, f->spec.container,
                        (unsigned long long)len, tg_status_name(status), (unsigned long long)error.offset);
        assert_true(is_truncated(status));
    }
    tg_close(model);
    free(copy);
}

static void every_prefix_is_truncated(void **state)
{
    (void)state;
    for (size_t i = 0; i < lb_num_specs; i++) {
        lb_spec spec = lb_specs[i];
        spec.width = 16;
        lb_file *f = lb_make(spec);
        tg_options by_name = lc_options(f->spec.layout);
        for (uint64_t len = 1; len < f->file.len; len++) {
            if (is_dull(f, len) || may_end(f, len))
                continue;
            check_prefix(f, len, &by_name);
            if (!only_by_name(&f->spec))
                check_prefix(f, len, NULL);
        }
        lb_free(f);
    }
}

/* Of so few tokens nobody can tell whose they are. */
static void is_no_evidence(lb_spec spec)
{
    lb_file *f = lb_make(spec);
    opened o = open_everywhere(f->file.data, f->file.len, NULL);
    assert_true(is_truncated(o.status));
    opened_close(&o);
    lb_free(f);
}

/* A vocabulary alone is a file that exists. Named, it is accepted; else it is accepted or ambiguous, and then the
 * error names the layout; but a few tokens are no evidence. */
static void a_vocabulary_alone_is_accepted(void **state)
{
    (void)state;
    for (size_t i = 0; i < lb_num_specs; i++) {
        lb_spec spec = lb_specs[i];
        spec.no_tensors = true;
        lb_file *f = lb_make(spec);
        tg_options options = lc_options(spec.layout);
        opened o = open_everywhere(f->file.data, f->file.len, &options);
        if (!lb_has(f, "tokens") || strcmp(spec.layout, "bark") == 0) {
            assert_true(is_truncated(o.status));
            opened_close(&o);
            lb_free(f);
            continue;
        }
        assert_int_equal(o.status, TG_OK);
        compare_model(f, o.model);
        opened_close(&o);
        lb_free(f);
        is_no_evidence(spec);
        spec.tokens = 255;
        is_no_evidence(spec);
        spec.tokens = 256;
        f = lb_make(spec);
        o = open_everywhere(f->file.data, f->file.len, NULL);
        if (o.status == TG_OK)
            compare_model(f, o.model);
        else if (!only_by_name(&spec))
            assert_true(o.status == TG_E_LAYOUT_AMBIGUOUS && lc_error_names(&o.error, spec.layout));
        opened_close(&o);
        lb_free(f);
    }
}

/* ---- Asked for as something else ------------------------------------------------------------------------ */

static void no_file_is_accepted_as_another_layout(void **state)
{
    (void)state;
    tg_layout layout;
    for (size_t i = 0; i < lb_num_specs; i++) {
        lb_file *f = lb_make(lb_specs[i]);
        for (size_t k = 0; tg_layout_at(k, &layout); k++) {
            if (strcmp(tg_layout_name(layout), f->spec.layout) == 0 || layout == TG_LAYOUT_STABLE_DIFFUSION_LORA)
                continue;
            tg_options options = lc_options(tg_layout_name(layout));
            tg_model *model = NULL;
            tg_status status = tg_open_memory(f->file.data, f->file.len, &options, &model, NULL);
            if (status == TG_OK)
                print_error("%s in %s was accepted as %s\n", f->spec.layout, f->spec.container, tg_layout_name(layout));
            assert_int_not_equal(status, TG_OK);
        }
        lb_free(f);
    }
}

/* ---- What the keys say ------------------------------------------------------------------------------------ */

static uint64_t number_of(const tg_model *model, const char *name)
{
    tg_value v = tg_model_value(model, tg_model_find_key(model, name));
    uint64_t number = 0;
    assert_true(tg_value_u64(&v, &number));
    return number;
}

static tg_value array_of(const tg_model *model, const char *name, uint64_t count)
{
    tg_value v = tg_model_value(model, tg_model_find_key(model, name));
    assert_int_equal(v.type, TG_VALUE_ARRAY);
    assert_int_equal(v.count, count);
    return v;
}

static void check_tokens(const tg_model *model, bool scores)
{
    static const char *const words[] = {"<unk>", "", "\xff", "a", "b", " the", "\xe2\x96\x81"};
    tg_value tokens = array_of(model, "tokenizer.ggml.tokens", 7), element;
    tg_array_iter iter = tg_array_begin(&tokens);
    for (uint64_t i = 0; i < 7; i++) {
        tg_bytes text;
        assert_true(tg_array_next(&iter, &element) && tg_value_string(&element, &text));
        assert_int_equal(text.len, strlen(words[i]));
        assert_memory_equal(text.ptr, words[i], text.len);
        assert_true(tg_array_get(&tokens, i, &element) && tg_value_string(&element, &text));
        assert_int_equal(text.len, strlen(words[i]));
    }
    assert_false(tg_array_next(&iter, &element));
    if (!scores) {
        assert_null(tg_model_find_key(model, "tokenizer.ggml.scores"));
        return;
    }
    tg_value values = array_of(model, "tokenizer.ggml.scores", 7);
    float copied[7];
    double number;
    assert_true(tg_array_copy(&values, 0, 7, copied, sizeof copied));
    for (uint64_t i = 0; i < 7; i++) {
        assert_true(tg_array_get(&values, i, &element) && tg_value_f64(&element, &number));
        assert_true(number == -(double)i && copied[i] == -(float)i);
    }
    assert_true(tg_array_copy(&values, 5, 2, copied, sizeof copied));
    assert_true(copied[0] == -5.0f && copied[1] == -6.0f);
    assert_false(tg_array_copy(&values, 6, 2, copied, sizeof copied));
    assert_false(tg_array_copy(&values, 0, 7, copied, sizeof copied - 1));
}

static opened open_spec(const char *layout, const char *container)
{
    for (size_t i = 0; i < lb_num_specs; i++) {
        if (strcmp(lb_specs[i].layout, layout) != 0 || strcmp(lb_specs[i].container, container) != 0)
            continue;
        lb_file *f = lb_make(lb_specs[i]);
        opened o = open_everywhere(f->file.data, f->file.len, NULL);
        lb_free(f);
        assert_int_equal(o.status, TG_OK);
        return o;
    }
    fail();
    opened none;
    memset(&none, 0, sizeof none);
    return none;
}

static void tokens_are_bytes_and_scores_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *layout, *container;
        bool scores;
    } cases[] = {
        {"llama", "ggml", false},         {"llama", "ggmf1", true},   {"llama", "ggjt3", true},
        {"gpt2", "ggml", false},          {"gpt2", "ggjt3", true},    {"replit", "ggml", true},
        {"gpt4all-replit", "repl", true}, {"bark", "ggml", false},    {"clip", "ggml", false},
        {"gpt4all-mpt", "ggmm", false},   {"whisper", "ggml", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        opened o = open_spec(cases[i].layout, cases[i].container);
        check_tokens(o.model, cases[i].scores);
        opened_close(&o);
    }
}

static void hyper_parameters_are_keys(void **state)
{
    (void)state;
    opened o = open_spec("llama", "ggjt1");
    assert_int_equal(number_of(o.model, "llama.n_embd"), 32);
    assert_int_equal(number_of(o.model, "llama.n_mult"), 32);
    assert_int_equal(number_of(o.model, "llama.ftype"), 1);
    assert_int_equal(tg_model_find_key(o.model, "llama.n_embd")->entry_offset, 12);
    assert_int_equal(tg_model_format(o.model), TG_FORMAT_GGJT);
    assert_int_equal(tg_model_version(o.model), 1);
    opened_close(&o);
    o = open_spec("bark", "ggml");
    assert_int_equal(number_of(o.model, "bark.fine.n_wtes"), 2);
    assert_int_equal(number_of(o.model, "bark.codec.n_bins"), 6);
    opened_close(&o);
    o = open_spec("silero-vad", "ggml");
    assert_int_equal(number_of(o.model, "silero-vad.encoder.1.in_channels"), 8);
    opened_close(&o);
    o = open_spec("mpt", "ggml");
    tg_value v = tg_model_value(o.model, tg_model_find_key(o.model, "mpt.alibi_bias_max"));
    double number = 0;
    assert_true(tg_value_f64(&v, &number) && number == 8);
    opened_close(&o);
}

static void tables_are_arrays(void **state)
{
    (void)state;
    opened o = open_spec("parakeet", "ggml");
    tg_value filters = array_of(o.model, "parakeet.mel_filters", 80), element;
    double number = 0;
    assert_true(tg_array_get(&filters, 24, &element) && tg_value_f64(&element, &number) && number == 3);
    tg_value durations = array_of(o.model, "parakeet.tdt_durations", 3);
    uint64_t duration = 0;
    assert_true(tg_array_get(&durations, 2, &element) && tg_value_u64(&element, &duration) && duration == 2);
    (void)array_of(o.model, "parakeet.window", 8);
    opened_close(&o);
    o = open_spec("falcon", "ggcc10");
    tg_value merges = array_of(o.model, "tokenizer.ggml.merge_pairs", 4);
    tg_bytes text;
    assert_true(tg_array_get(&merges, 1, &element) && tg_value_string(&element, &text) && text.len == 1);
    assert_true(tg_array_get(&merges, 3, &element) && tg_value_string(&element, &text) && text.len == 0);
    check_tokens(o.model, true);
    opened_close(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_layout_is_known_for_what_it_is),
        cmocka_unit_test(each_layout_takes_every_type_of_its_container),
        cmocka_unit_test(layouts_without_anchors_are_read_by_name_only),
        cmocka_unit_test(every_prefix_is_truncated),
        cmocka_unit_test(a_vocabulary_alone_is_accepted),
        cmocka_unit_test(no_file_is_accepted_as_another_layout),
        cmocka_unit_test(tokens_are_bytes_and_scores_numbers),
        cmocka_unit_test(hyper_parameters_are_keys),
        cmocka_unit_test(tables_are_arrays),
    };
    return cmocka_run_group_tests_name("layouts of the ggml family", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Files of the ggml family before GGUF with one thing wrong, of which nobody says what they are: the error names the
 * layout that the file has, as it names what is wrong with it. */
#include "legacy_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The parse of that file ends with an error that names the layout; TG_OK and ANY: whatever it is. */
static void is_named(const bytes *file, const char *layout, tg_status status, uint64_t offset, const char *what)
{
    tg_model *model = NULL;
    tg_error error;
    char line[TG_ERROR_LINE];
    tg_status found = tg_open_memory(file->data, file->len, NULL, &model, &error);
    tg_close(model);
    if (found == TG_OK && status == TG_OK) /* a number that no rule is about */
        return;
    bool named = lc_error_names(&error, layout);
    tg_error_format(&error, line, sizeof line);
    if (!named || (status != TG_OK && (found != status || (offset != ANY && error.offset != offset))))
        print_error("%s, %s: %s\n", layout, what, line);
    assert_true(named);
    assert_true(status == TG_OK || found == status);
    assert_true(status == TG_OK || offset == ANY || error.offset == offset);
}

static void with_number(lb_file *f, uint64_t at, uint32_t value, tg_status status, uint64_t offset, const char *what)
{
    uint32_t before = bytes_get_u32(&f->file, at);
    bytes_put_u32(&f->file, at, value);
    is_named(&f->file, f->spec.layout, status, offset, what);
    bytes_put_u32(&f->file, at, before);
}

/* A vocabulary as large as real ones, which have the 256 bytes at least: few tokens are no evidence. */
static lb_file *realistic(size_t i)
{
    lb_spec spec = lb_specs[i];
    spec.tokens = 300;
    return lb_make(spec);
}

static bool is_guessed(size_t i)
{
    return strcmp(lb_specs[i].layout, "stable-diffusion-lora") != 0;
}

/* Counts of tokens and sizes of tables are not among these: where such a number is wrong, nothing behind it is where it
 * seems, and what is read there may look like anything. */
static void a_wrong_number_is_blamed_in_its_own_layout(void **state)
{
    (void)state;
    static const char *const others[] = {
        "version",          "n_vocab",        "text.n_vocab", "n_tokens",    "tokens",          "tokens_end",
        "filters",          "filter_columns", "window",       "text",        "n_tdt_durations", "durations",
        "n_encoder_layers", "n_vocab_again",  "merges",       "codec_magic", "n_falcon_type"};
    static const char *const reals[] = {"alibi_bias_max", "clip_qkv"};
    static const char *const counts[] = {"semantic.n_tensors", "coarse.n_tensors", "fine.n_tensors"};
    for (size_t i = 0; i < lb_num_specs; i++) {
        if (!is_guessed(i))
            continue;
        lb_file *f = realistic(i);
        for (size_t m = 0; m < f->num_marks; m++) {
            const lb_mark *mark = &f->marks[m];
            if (IS_ONE_OF(mark->name, others) || IS_ONE_OF(mark->name, counts))
                continue;
            with_number(f, mark->at, 0, TG_OK, ANY, mark->name);
            if (!IS_ONE_OF(mark->name, reals))
                with_number(f, mark->at, UINT32_MAX, TG_E_HPARAM_NEGATIVE, mark->at, mark->name);
        }
        lb_free(f);
    }
}

static void a_wrong_record_is_blamed_in_its_own_layout(void **state)
{
    (void)state;
    for (size_t i = 0; i < lb_num_specs; i++) {
        if (!is_guessed(i))
            continue;
        lb_file *f = realistic(i);
        for (size_t k = f->num_tensors / 2; k < f->num_tensors; k += f->num_tensors / 2 - 1) {
            const lb_tensor *t = &f->tensors[k];
            with_number(f, t->at.record, UINT32_MAX, TG_E_RANK, t->at.record, "rank");
            with_number(f, t->at.name_len, UINT32_MAX, TG_E_NAME_LENGTH, t->at.name_len, "length of the name");
            with_number(f, t->at.name_len, 0, TG_E_NAME_EMPTY, t->at.name_len, "length of the name");
            with_number(f, t->at.type, UINT32_MAX, TG_E_DTYPE, t->at.type, "type");
            with_number(f, t->at.name, UINT32_MAX, TG_E_NAME_UTF8, t->at.name, "name");
            if (t->num_dims > 0)
                with_number(f, t->at.dims, UINT32_MAX, TG_E_DIM_NEGATIVE, t->at.dims, "dimension");
        }
        lb_free(f);
    }
}

/* The same of the first record: its name says what it is, or the vocabulary or the many numbers in front of it. SAM has
 * six numbers only. */
static void a_wrong_first_record_is_blamed_in_its_own_layout(void **state)
{
    (void)state;
    for (size_t i = 0; i < lb_num_specs; i++) {
        if (!is_guessed(i))
            continue;
        lb_file *f = realistic(i);
        const lb_tensor *t = &f->tensors[0];
        with_number(f, t->at.type, UINT32_MAX, TG_E_DTYPE, t->at.type, "type");
        if (strcmp(f->spec.layout, "sam") != 0) {
            with_number(f, t->at.record, UINT32_MAX, TG_E_RANK, t->at.record, "rank");
            with_number(f, t->at.name_len, UINT32_MAX, TG_E_NAME_LENGTH, t->at.name_len, "length of the name");
        }
        lb_free(f);
    }
}

/* Of a vocabulary that breaks off at once, nothing is known but that its size stands in front of it a second time. */
static void a_wrong_first_token_is_blamed_in_the_layout_with_two_counts(void **state)
{
    (void)state;
    size_t found = 0;
    for (size_t i = 0; i < lb_num_specs; i++) {
        lb_file *f = realistic(i);
        if (lb_has(f, "n_vocab_again") && strcmp(f->spec.layout, "gpt4all-mpt") != 0) { /* where bit 31 has a meaning */
            uint64_t at = lb_at(f, "tokens");
            with_number(f, at, UINT32_MAX, TG_E_TOKEN_LENGTH, at, "first token");
            with_number(f, at, 65536, TG_E_TOKEN_LENGTH, at, "first token");
            found++;
        }
        lb_free(f);
    }
    assert_int_equal(found, 5);
}

/* No tensors at all: that all is read to the last byte shows what it is, whatever the wrong number. Others have
 * as many numbers as LLaMA, which ends as well, and is named first. */
static void a_wrong_number_before_a_vocabulary_alone_is_blamed_in_its_own_layout(void **state)
{
    (void)state;
    static const char *const names[] = {"n_head", "n_heads", "n_audio_head"};
    static const char *const layouts[] = {"llama", "whisper"};
    for (size_t i = 0; i < lb_num_specs; i++) {
        lb_spec spec = lb_specs[i];
        spec.tokens = 300;
        spec.no_tensors = true;
        lb_file *f = lb_make(spec);
        for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
            if (!lb_has(f, names[k]) || !IS_ONE_OF(spec.layout, layouts))
                continue;
            with_number(f, lb_at(f, names[k]), UINT32_MAX, TG_E_HPARAM_NEGATIVE, ANY, names[k]);
            with_number(f, lb_at(f, names[k]), 0, TG_E_HPARAM_RANGE, ANY, names[k]);
        }
        lb_free(f);
    }
}

static void a_first_record_whose_size_wraps_is_known_by_its_name(void **state)
{
    (void)state;
    static const uint32_t dims[] = {1u << 30, 1u << 30, 1u << 4, 1};
    lb_spec spec = {"whisper", "ggml", 0, 0, 0, true, 0, 0, 0};
    lb_file *f = lb_make(spec);
    uint64_t at = lb_append_record(f, "encoder.positional_embedding", 0, 4, dims, 64);
    is_named(&f->file, "whisper", TG_E_ELEMENT_COUNT, at + 20, "size");
    lb_free(f);
    static const uint32_t large[] = {1u << 30, 1u << 30};
    spec.layout = "llama";
    for (int i = 0; i < 2; i++) {
        spec.container = i == 0 ? "ggml" : "ggjt3";
        f = lb_make(spec);
        at = lb_append_record(f, "tok_embeddings.weight", 0, 2, large, 64);
        is_named(&f->file, "llama", TG_E_TENSOR_TRUNCATED, ANY, "size");
        with_number(f, at + 8, 99, TG_E_DTYPE, at + 8, "type");
        lb_free(f);
    }
}

/* Which of the two is wrong, nobody knows; that they differ, the error says. */
static void two_counts_of_tokens_that_differ_are_both_tried(void **state)
{
    (void)state;
    static const uint32_t values[] = {0, 1, 299, 301, 70000, UINT32_MAX};
    size_t found = 0;
    for (size_t i = 0; i < lb_num_specs; i++) {
        lb_file *f = realistic(i);
        const char *first = lb_has(f, "text.n_vocab") ? "text.n_vocab" : "n_vocab";
        for (size_t k = 0; k < 6 && lb_has(f, "n_vocab_again"); k++) {
            bool last = values[k] == UINT32_MAX;
            uint64_t at = lb_at(f, "n_vocab_again");
            with_number(f, at, values[k], last ? TG_E_HPARAM_NEGATIVE : TG_E_VOCAB_COUNT, at, "second count");
            if (!last && k > 0)
                with_number(f, lb_at(f, first), values[k], TG_E_VOCAB_COUNT, at, "first count");
            found++;
        }
        lb_free(f);
    }
    assert_in_range(found, 6 * 5, 6 * 8);
}

/* Seven numbers that do for any layout with so many, and then nonsense: all are named that got as far. */
static void layouts_that_fail_alike_are_all_named(void **state)
{
    (void)state;
    bytes file = lb_seven_numbers(300);
    for (uint32_t i = 0; i < 299; i++) {
        bytes_u32(&file, 1);
        bytes_u8(&file, 'a');
    }
    uint64_t at = file.len;
    bytes_u32(&file, 65536);
    bytes_fill(&file, 70000, 'b');
    is_named(&file, "llama", TG_E_TOKEN_LENGTH, at, "a long token");
    is_named(&file, "gptneox-old", TG_E_TOKEN_LENGTH, at, "a long token");
    bytes_free(&file);
}

/* Where nothing shows that the guess is right, the hint says that it is one. */
static void a_hint_says_how_to_name_the_layout(void **state)
{
    (void)state;
    lb_spec spec = {"stable-diffusion-lora", "ggml", 0, 0, 0, false, 0, 0, 0};
    lb_file *f = lb_make(spec);
    assert_non_null(strstr(lc_hint(f, NULL), "another, `--layout NAME`"));
    lb_free(f);
    f = lc_make("llama", "ggjt3");
    bytes_put_u32(&f->file, f->tensors[1].at.dims, 1);
    assert_string_equal(lc_hint(f, NULL), ""); /* the first tensor shows it */
    tg_options options = lc_options("whisper");
    assert_non_null(strstr(lc_hint(f, &options), "`--layout list`"));
    lb_free(f);
    f = lc_make("replit", "ggml");
    bytes_put_u32(&f->file, lb_at(f, "tokens"), 65536);
    options = lc_options("replit");
    assert_string_equal(lc_hint(f, &options), ""); /* which has two lists of tensors */
    assert_non_null(strstr(lc_hint(f, NULL), "another, `--layout NAME`"));
    lb_free(f);
    lb_spec vocabulary = {"llama", "ggml", 0, 0, 0, true, 0, 0, 300};
    f = lb_make(vocabulary);
    assert_non_null(strstr(lc_hint(f, NULL), "say which one: `--layout NAME`"));
    lb_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_number_is_blamed_in_its_own_layout),
        cmocka_unit_test(a_wrong_record_is_blamed_in_its_own_layout),
        cmocka_unit_test(a_wrong_first_record_is_blamed_in_its_own_layout),
        cmocka_unit_test(a_wrong_number_before_a_vocabulary_alone_is_blamed_in_its_own_layout),
        cmocka_unit_test(a_first_record_whose_size_wraps_is_known_by_its_name),
        cmocka_unit_test(two_counts_of_tokens_that_differ_are_both_tried),
        cmocka_unit_test(layouts_that_fail_alike_are_all_named),
        cmocka_unit_test(a_wrong_first_token_is_blamed_in_the_layout_with_two_counts),
        cmocka_unit_test(a_hint_says_how_to_name_the_layout),
    };
    return cmocka_run_group_tests_name("which layout a broken file is of", tests, NULL, NULL);
}

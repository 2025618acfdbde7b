/* SPDX-License-Identifier: MIT */
/* Every rule for files of the ggml family before GGUF: the file just inside, the file just outside, and the field that
 * is blamed. Where the rest of the file shows what it is, the rule is found with and without the name of the layout.
 * Those about records and tensors are in legacy_rules_records.c. */
#include "legacy_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Magic and version --------------------------------------------------------------------------- */

static void only_known_versions_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *layout, *container;
        uint32_t bad[6], most;
    } rows[] = {
        {"llama", "ggmf1", {0, 2, 99, 102, 0x01000000, UINT32_MAX}, 101},
        {"llama", "ggjt1", {0, 4, 5, 100, 0x03000000, UINT32_MAX}, 3},
        {"lora", "ggla1", {0, 2, 3, 100, 0x01000000, UINT32_MAX}, 1},
        {"falcon", "ggcc10", {0, 9, 11, 1, 0x0A000000, UINT32_MAX}, 10},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lb_file *f = lc_make(rows[i].layout, rows[i].container);
        FINE(f);
        for (size_t k = 0; k < 6; k++)
            WITH(f, "version", rows[i].bad[k], TG_E_VERSION, rows[i].most);
        lb_free(f);
    }
}

static void a_layout_is_read_under_its_own_magic_only(void **state)
{
    (void)state;
    lb_file *f = lc_make("llama", "ggjt1");
    tg_options options = lc_options("whisper");
    expected e = {TG_E_LAYOUT_MAGIC, 0, ANY, ANY, ANY, 0};
    expect_rejected(&f->file, &options, e, __FILE__, __LINE__);
    options.layout = "no such layout";
    tg_model *model = NULL;
    assert_int_equal(tg_open_memory(f->file.data, f->file.len, &options, &model, NULL), TG_E_ARGUMENT);
    lb_free(f);
}

static void llama_cpp_loads_none_of_these(void **state)
{
    (void)state;
    lb_file *f = lc_make("llama", "ggjt3");
    tg_options options = options_with_profile();
    expected e = {TG_E_PROFILE_FORMAT, 0, ANY, ANY, ANY, 0};
    expect_rejected(&f->file, &options, e, __FILE__, __LINE__);
    lb_free(f);
}

/* ---- Hyper-parameters ------------------------------------------------------------------------------- */

static void numbers_are_not_negative(void **state)
{
    (void)state;
    lb_file *f = lc_make("llama", "ggjt1");
    WITH(f, "n_layer", 1u << 31, TG_E_HPARAM_NEGATIVE, INT32_MAX);
    WITH(f, "n_rot", UINT32_MAX, TG_E_HPARAM_NEGATIVE, INT32_MAX);
    WITH(f, "n_rot", INT32_MAX, TG_OK, 0);
    WITH(f, "ftype", UINT32_MAX, TG_E_HPARAM_NEGATIVE, INT32_MAX);
    lb_free(f);
}

static void divisors_are_not_zero(void **state)
{
    (void)state;
    lb_file *f = lc_make("llama", "ggjt1");
    WITH(f, "n_mult", 0, TG_E_HPARAM_RANGE, 1);
    WITH(f, "n_head", 0, TG_E_HPARAM_RANGE, 1);
    WITH(f, "n_head", 1, TG_OK, 0);
    lb_free(f);
    f = lc_make("lora", "ggla1");
    WITH(f, "r", 0, TG_E_HPARAM_RANGE, 1);
    lb_free(f);
    f = lc_make("parakeet", "ggml");
    WITH(f, "n_fft", 0, TG_E_HPARAM_RANGE, 1);
    lb_free(f);
    f = lc_make("gptneox", "ggml");
    WITH(f, "par_res", 2, TG_E_HPARAM_RANGE, 1);
    WITH(f, "par_res", 0, TG_OK, 0);
    lb_free(f);
}

/* A vocabulary alone may say that the model has no width. A file with tensors may not. */
static void a_width_of_zero_is_for_vocabularies_alone(void **state)
{
    (void)state;
    lb_spec spec = {"llama", "ggjt1", 0, 0, 0, true, 0, 0, 300};
    lb_file *f = lb_make(spec);
    bytes_put_u32(&f->file, lb_at(f, "n_embd"), 0);
    bytes_put_u32(&f->file, lb_at(f, "n_mult"), 0);
    bytes_put_u32(&f->file, lb_at(f, "n_head"), 1);
    bytes_put_u32(&f->file, lb_at(f, "n_layer"), 0);
    bytes_put_u32(&f->file, lb_at(f, "n_rot"), 0);
    FINE(f);
    const uint32_t dims[] = {1};
    lb_append_record(f, "norm.weight", 0, 1, dims, 4);
    NAMED(f, TG_E_HPARAM_RANGE, lb_at(f, "n_embd"), 0, 1);
    lb_free(f);
}

static void numbers_fit_together(void **state)
{
    (void)state;
    lb_file *f = lc_make("llama", "ggml");
    uint64_t at = lb_at(f, "n_embd");
    bytes_put_u32(&f->file, lb_at(f, "n_head"), 3);
    NAMED(f, TG_E_HPARAM_RELATION, at, 32, 3);
    lb_free(f);
    f = lc_make("gptj", "ggml");
    WITH(f, "n_rot", 17, TG_E_HPARAM_RELATION, 16);
    WITH(f, "n_rot", 16, TG_OK, 0);
    lb_free(f);
    f = lc_make("falcon", "ggjt3");
    WITH(f, "n_falcon_type", 8, TG_E_HPARAM_RELATION, 7);
    WITH(f, "n_falcon_type", 40, TG_OK, 0);
    WITH(f, "n_falcon_type", 41, TG_E_HPARAM_RANGE, 40);
    lb_free(f);
}

/* With `value` in `field`, `blamed` does not fit. */
static void numbers_of_each_layout_fit_together(void **state)
{
    (void)state;
    static const struct {
        const char *layout, *container, *field;
        uint32_t value;
        const char *blamed;
    } rows[] = {
        {"gpt2", "ggml", "n_head", 3, "n_embd"},
        {"gptj", "ggjt3", "n_head", 3, "n_embd"},
        {"gptneox", "ggml", "n_head", 3, "n_embd"},
        {"gptneox", "ggml", "n_rot", 17, "n_rot"},
        {"gptneox-old", "ggml", "n_head", 3, "n_embd"},
        {"gptneox-old", "ggml", "n_rot", 17, "n_rot"},
        {"mpt", "ggml", "n_heads", 3, "d_model"},
        {"replit", "ggml", "n_heads", 3, "d_model"},
        {"bloom", "ggml", "n_head", 3, "n_embd"},
        {"falcon", "ggml", "n_head", 3, "n_embd"},
        {"falcon", "ggcc10", "n_head_kv", 5, "n_head"},
        {"falcon-rustformers", "ggml", "n_head", 3, "n_embd"},
        {"falcon-rustformers", "ggml", "n_head_kv", 5, "n_head"},
        {"bert", "ggml", "n_head", 3, "n_embd"},
        {"whisper", "ggml", "n_audio_head", 3, "n_audio_state"},
        {"whisper", "ggml", "n_text_head", 3, "n_text_state"},
        {"parakeet", "ggml", "n_audio_head", 3, "n_audio_state"},
        {"bark", "ggml", "semantic.n_head", 3, "semantic.n_embd"},
        {"bark", "ggml", "coarse.n_head", 3, "coarse.n_embd"},
        {"bark", "ggml", "fine.n_head", 3, "fine.n_embd"},
        {"clip", "ggml", "text.n_head", 3, "text.hidden_size"},
        {"clip", "ggml", "vision.n_head", 3, "vision.hidden_size"},
        {"clip", "ggml", "vision.patch_size", 29, "vision.image_size"},
        {"sam", "ggml", "n_enc_head", 3, "n_enc_state"},
        {"gpt4all-mpt", "ggmm", "n_head", 3, "n_embd"},
        {"gpt4all-replit", "repl", "n_head", 3, "n_embd"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lb_file *f = lc_make(rows[i].layout, rows[i].container);
        uint64_t at = lb_at(f, rows[i].blamed);
        bytes_put_u32(&f->file, lb_at(f, rows[i].field), rows[i].value);
        BOTH(f, TG_E_HPARAM_RELATION, at, bytes_get_u32(&f->file, at), ANY);
        lb_free(f);
    }
}

static void ftypes_are_known_in_their_container(void **state)
{
    (void)state;
    lb_file *f = lc_make("llama", "ggjt1");
    static const uint32_t good[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        WITH(f, "ftype", good[i], TG_OK, 0);
    WITH(f, "ftype", 10, TG_E_FTYPE, 0);
    WITH(f, "ftype", 99, TG_E_FTYPE, 0);
    WITH(f, "ftype", 1001, TG_E_FTYPE, 0);
    lb_free(f);
    f = lc_make("llama", "ggjt2");
    WITH(f, "ftype", 5, TG_E_FTYPE, 0);
    WITH(f, "ftype", 1002, TG_OK, 0);
    WITH(f, "ftype", 2002, TG_E_FTYPE, 0);
    lb_free(f);
    f = lc_make("llama", "ggjt3");
    WITH(f, "ftype", 18, TG_OK, 0);
    WITH(f, "ftype", 19, TG_E_FTYPE, 0);
    WITH(f, "ftype", 2018, TG_OK, 0);
    WITH(f, "ftype", 1002, TG_E_FTYPE, 0);
    WITH(f, "ftype", 3002, TG_E_FTYPE, 0);
    lb_free(f);
}

static void ftypes_of_ggml_say_the_quantization(void **state)
{
    (void)state;
    lb_file *f = lc_make("whisper", "ggml");
    WITH(f, "ftype", 2028, TG_OK, 0);
    WITH(f, "ftype", 2029, TG_E_FTYPE, 0);
    WITH(f, "ftype", 1010, TG_E_FTYPE, 0);
    WITH(f, "ftype", 3001, TG_E_FTYPE, 0);
    lb_free(f);
    f = lc_make("stable-diffusion", "ggml");
    WITH(f, "ftype", 0x10001, TG_OK, 0);
    WITH(f, "ftype", 0x20001, TG_E_FTYPE, 0);
    lb_free(f);
    f = lc_make("rwkv", "ggmf101");
    WITH(f, "data_type", 15, TG_OK, 0);
    WITH(f, "data_type", 4, TG_E_FTYPE, 16);
    WITH(f, "data_type", 6, TG_E_FTYPE, 16);
    WITH(f, "data_type", 17, TG_E_FTYPE, 16);
    lb_free(f);
    f = lc_make("clip", "ggml");
    WITH(f, "ftype", 2001, TG_E_FTYPE, 0);
    lb_free(f);
}

/* ---- Vocabulary and tables ----------------------------------------------------------------------------- */

static void the_second_count_of_tokens_is_the_first(void **state)
{
    (void)state;
    lb_file *f = lc_make("gpt2", "ggml");
    bytes_put_u32(&f->file, lb_at(f, "n_vocab"), 8);
    NAMED(f, TG_E_VOCAB_COUNT, lb_at(f, "n_vocab_again"), 7, 8);
    lb_free(f);
    f = lc_make("whisper", "ggml");
    bytes_put_u32(&f->file, lb_at(f, "n_vocab"), 6);
    NAMED(f, TG_E_VOCAB_COUNT, lb_at(f, "n_tokens"), 7, 6);
    lb_free(f);
}

static void counts_fit_the_file(void **state)
{
    (void)state;
    lb_file *f = lc_make("llama", "ggml");
    bytes_put_u32(&f->file, lb_at(f, "n_vocab"), 1000000);
    NAMED(f, TG_E_COUNT_TRUNCATED, lb_at(f, "tokens"), ANY, 4000000);
    bytes_put_u32(&f->file, lb_at(f, "n_vocab"), INT32_MAX);
    NAMED(f, TG_E_COUNT_TRUNCATED, lb_at(f, "tokens"), ANY, UINT64_C(4) * INT32_MAX);
    bytes_put_u32(&f->file, lb_at(f, "n_vocab"), UINT32_MAX);
    NAMED(f, TG_E_HPARAM_NEGATIVE, lb_at(f, "n_vocab"), UINT32_MAX, INT32_MAX);
    lb_free(f);
}

/* What goes beyond a limit is rejected for that, whether the layout is named or guessed. */
static void limits_are_not_evidence(void **state)
{
    (void)state;
    for (size_t i = 0; i < lb_num_specs; i++) {
        lb_file *f = lb_make(lb_specs[i]);
        tg_limits limits = default_limits();
        tg_options options = options_with_limits(&limits);
        options.layout = f->spec.layout;
        limits.max_tensors = f->num_tensors;
        expect_accepted(&f->file, &options, false, __FILE__, __LINE__);
        limits.max_tensors--;
        bool counted = strcmp(f->spec.layout, "bark") == 0; /* the counts come first */
        expected e = {TG_E_LIMIT_TENSORS,
                      counted ? ANY : f->tensors[f->num_tensors - 1].at.record,
                      ANY,
                      counted ? ANY : f->num_tensors,
                      limits.max_tensors,
                      0};
        expect_rejected(&f->file, &options, e, __FILE__, __LINE__);
        options.layout = NULL; /* then another layout may meet its limit first */
        e.offset = e.found = ANY;
        if (strcmp(f->spec.layout, "stable-diffusion-lora") != 0)
            expect_rejected(&f->file, &options, e, __FILE__, __LINE__);
        lb_free(f);
    }
    lb_file *f = lc_make("llama", "ggjt3");
    tg_limits limits = default_limits();
    tg_options options = options_with_limits(&limits);
    limits.max_array_elements = f->vocabulary;
    expect_accepted(&f->file, &options, false, __FILE__, __LINE__);
    limits.max_array_elements--;
    expected e = {TG_E_LIMIT_ARRAY_ELEMENTS, lb_at(f, "tokens"), ANY, f->vocabulary, limits.max_array_elements, 0};
    expect_rejected(&f->file, &options, e, __FILE__, __LINE__);
    lb_free(f);
}

static void tokens_are_at_most_65535_bytes(void **state)
{
    (void)state;
    lb_file *f = lc_make("llama", "ggml");
    uint64_t at = lb_at(f, "tokens");
    static const uint32_t bad[] = {65536, 1000000, 1u << 31, UINT32_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bytes_put_u32(&f->file, at, bad[i]);
        NAMED(f, TG_E_TOKEN_LENGTH, at, bad[i], 65535);
    }
    lb_free(f);
    for (uint32_t len = 65535; len <= 65536; len++) { /* whose bytes are all there */
        f = lc_make("llama", "ggml");
        size_t more = len - bytes_get_u32(&f->file, at), behind = f->file.len - (size_t)at - 4;
        bytes_put_u32(&f->file, at, len);
        bytes_fill(&f->file, more, 'x');
        memmove(f->file.data + at + 4 + more, f->file.data + at + 4, behind);
        if (len == 65535)
            FINE(f);
        else
            NAMED(f, TG_E_TOKEN_LENGTH, at, len, 65535);
        lb_free(f);
    }
    f = lc_make("silero-vad", "ggml");
    bytes_put_u32(&f->file, lb_at(f, "text"), 65536);
    NAMED(f, TG_E_STRING_LENGTH, lb_at(f, "text"), 65536, 65535);
    lb_free(f);
}

static void tables_have_the_size_that_the_header_says(void **state)
{
    (void)state;
    lb_file *f = lc_make("whisper", "ggml");
    bytes_put_u32(&f->file, lb_at(f, "n_mels"), 4);
    NAMED(f, TG_E_TABLE_SIZE, lb_at(f, "filters"), 5, 4);
    lb_free(f);
    f = lc_make("parakeet", "ggml");
    bytes_put_u32(&f->file, lb_at(f, "n_fft"), 10);
    BOTH(f, TG_E_TABLE_SIZE, lb_at(f, "filter_columns"), 5, 6);
    lb_free(f);
    f = lc_make("falcon", "ggcc10");
    bytes_put_u32(&f->file, lb_at(f, "n_bpe_merges"), 3);
    BOTH(f, TG_E_TABLE_SIZE, lb_at(f, "merges"), 2, 3);
    lb_free(f);
}

/* A file that says 32001 and has 32000 tokens, and `tensors` of that type as if there were all. */
static lb_file *gpt4all(bool tensors, uint32_t type)
{
    lb_spec spec = {"llama", "ggml", 16, type, 0, !tensors, 0, 0, 32001};
    lb_file *f = lb_make(spec);
    lb_spec fewer = spec;
    fewer.tokens--;
    fewer.no_tensors = true;
    lb_file *header = lb_make(fewer);
    bytes_put_u32(&header->file, lb_at(header, "n_vocab"), 32001);
    bytes_raw(&header->file, f->file.data + f->header_end, (size_t)(f->file.len - f->header_end));
    lb_free(f);
    return header;
}

static void the_gpt4all_vocabulary_is_read_on_request(void **state)
{
    (void)state;
    for (uint32_t type = 0; type < 3; type++) {
        bool tensors = type > 0; /* of F16; and F32, whose rows are no blocks of Q4_0 */
        lb_file *f = gpt4all(tensors, tensors ? type : 1);
        tg_options options = lc_options(NULL);
        tg_model *model = NULL;
        for (int named = 0; named < 2; named++) {
            options.layout = named > 0 ? "llama" : NULL;
            assert_non_null(strstr(lc_hint(f, &options), "--gpt4all-vocabulary"));
        }
        options.flags = TG_GPT4ALL_VOCABULARY;
        assert_int_equal(tg_open_memory(f->file.data, f->file.len, &options, &model, NULL), TG_OK);
        tg_value tokens = tg_model_value(model, tg_model_find_key(model, "tokenizer.ggml.tokens"));
        assert_int_equal(tokens.count, 32000);
        assert_int_equal(tg_model_num_tensors(model), tensors ? 21 : 0);
        tg_close(model);
        lb_free(f);
    }
}

static void a_vocabulary_of_32001_tokens_that_is_cut_is_not_of_gpt4all(void **state)
{
    (void)state;
    lb_spec spec = {"llama", "ggml", 16, 1, 0, false, 0, 0, 32001};
    lb_file *f = lb_make(spec);
    uint64_t at = lb_at(f, "tokens"), end = f->header_end, last = end - 4 - strlen("t32000");
    const struct {
        uint64_t len;
        tg_status status;
        uint64_t offset, limit;
    } rows[] = {
        {at + 1000, TG_E_COUNT_TRUNCATED, at, 32001 * 4}, {last - 10, TG_E_TRUNCATED, last - 10, 4},
        {last - 1, TG_E_TRUNCATED, last - 6, 6},          {last + 2, TG_E_TRUNCATED, last, 4},
        {last + 5, TG_E_TRUNCATED, last + 4, 6},          {end + 2, TG_E_TRUNCATED, end, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        f->file.len = (size_t)rows[i].len;
        NAMED(f, rows[i].status, rows[i].offset, rows[i].len - rows[i].offset, rows[i].limit);
        tg_options options = lc_options("llama");
        for (int named = 0; named < 2; named++)
            assert_non_null(strstr(lc_hint(f, named > 0 ? &options : NULL), "the download is probably incomplete"));
    }
    lb_free(f);
}

/* Nor is one whose bytes are all there, but for another reason no model. */
static void no_token_is_missing_where_something_else_is_wrong(void **state)
{
    (void)state;
    tg_options options = lc_options("llama");
    lb_file *f = gpt4all(false, 1);
    bytes_put_u32(&f->file, lb_at(f, "n_head"), 3);
    NAMED(f, TG_E_HPARAM_RELATION, lb_at(f, "n_embd"), 16, 3);
    assert_string_equal(lc_hint(f, &options), "");
    lb_free(f);
    lb_spec spec = {"llama", "ggml", 16, 1, 0, false, 0, 0, 32001};
    f = lb_make(spec);
    bytes_put_u8(&f->file, f->tensors[0].at.name, 'x');
    NAMED(f, TG_E_TENSOR_UNKNOWN, f->header_end, 0, 0);
    assert_string_equal(lc_hint(f, &options), "");
    bytes_put_u32(&f->file, f->tensors[1].at.record, 3);
    NAMED(f, TG_E_RANK, f->tensors[1].at.record, 3, 2);
    assert_string_equal(lc_hint(f, &options), "");
    lb_free(f);
}

/* ---- Warnings, and more than one layout -------------------------------------------------------------------------- */

static void a_vocabulary_alone_is_warned_about(void **state)
{
    (void)state;
    lb_spec spec = {"llama", "ggjt1", 0, 0, 0, true, 0, 0, 300};
    lb_file *f = lb_make(spec);
    expected e = {TG_W_NO_TENSORS, f->file.len, TG_NO_INDEX, 0, 1, 1};
    expect_warned(&f->file, NULL, e, __FILE__, __LINE__);
    lb_free(f);
}

static void bits_of_unknown_arrangement_are_warned_about(void **state)
{
    (void)state;
    lb_spec spec = {"llama", "ggml", 0, 2, 0, false, 0, 0, 0};
    lb_file *f = lb_make(spec);
    expected e = {TG_W_QUANTIZATION_UNKNOWN, f->tensors[0].at.type, 0, 0, 0, 1};
    expect_warned(&f->file, NULL, e, __FILE__, __LINE__);
    lb_free(f);
    spec.container = "ggmf1";
    f = lb_make(spec);
    expect_accepted(&f->file, NULL, true, __FILE__, __LINE__);
    lb_free(f);
}

/* A vocabulary under the bare magic, whose seven numbers make sense for LLaMA and for the old GPT-NeoX. */
static void what_two_layouts_explain_is_ambiguous(void **state)
{
    (void)state;
    lb_spec spec = {"llama", "ggml", 0, 0, 0, true, 0, 0, 300};
    lb_file *f = lb_make(spec);
    bytes_put_u32(&f->file, lb_at(f, "n_embd"), 64);
    bytes_put_u32(&f->file, lb_at(f, "n_mult"), 64);
    expected e = {TG_E_LAYOUT_AMBIGUOUS, 0, TG_NO_INDEX, 2, 1, 0};
    bytes_put_u32(&f->file, lb_at(f, "n_rot"), 32);
    expect_rejected(&f->file, NULL, e, __FILE__, __LINE__);
    tg_error error;
    tg_model *model = NULL;
    char line[TG_ERROR_LINE];
    assert_int_equal(tg_open_memory(f->file.data, f->file.len, NULL, &model, &error), TG_E_LAYOUT_AMBIGUOUS);
    assert_int_equal(tg_error_layout(&error, 0), TG_LAYOUT_LLAMA);
    assert_int_equal(tg_error_layout(&error, 1), TG_LAYOUT_GPTNEOX_OLD);
    assert_int_equal(tg_error_layout(&error, 2), TG_LAYOUT_NONE);
    tg_error_format(&error, line, sizeof line);
    assert_non_null(strstr(line, "llama, gptneox-old"));
    FINE(f);
    lb_free(f);
}

static void every_status_of_the_family_was_produced(void **state)
{
    (void)state;
    tg_status status;
    size_t missing = 0;
    for (size_t i = 0; tg_status_at(i, &status); i++) {
        bool ours = (status >= 500 && status < 540) || (status >= 340 && status < 350);
        if (!ours || status_seen(status))
            continue;
        print_error("no test produced %s\n", tg_status_name(status));
        missing++;
    }
    assert_int_equal(missing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_known_versions_are_read),
        cmocka_unit_test(a_layout_is_read_under_its_own_magic_only),
        cmocka_unit_test(llama_cpp_loads_none_of_these),
        cmocka_unit_test(numbers_are_not_negative),
        cmocka_unit_test(divisors_are_not_zero),
        cmocka_unit_test(a_width_of_zero_is_for_vocabularies_alone),
        cmocka_unit_test(numbers_fit_together),
        cmocka_unit_test(numbers_of_each_layout_fit_together),
        cmocka_unit_test(ftypes_are_known_in_their_container),
        cmocka_unit_test(ftypes_of_ggml_say_the_quantization),
        cmocka_unit_test(the_second_count_of_tokens_is_the_first),
        cmocka_unit_test(counts_fit_the_file),
        cmocka_unit_test(limits_are_not_evidence),
        cmocka_unit_test(tokens_are_at_most_65535_bytes),
        cmocka_unit_test(tables_have_the_size_that_the_header_says),
        cmocka_unit_test(the_gpt4all_vocabulary_is_read_on_request),
        cmocka_unit_test(a_vocabulary_of_32001_tokens_that_is_cut_is_not_of_gpt4all),
        cmocka_unit_test(no_token_is_missing_where_something_else_is_wrong),
        cmocka_unit_test(a_vocabulary_alone_is_warned_about),
        cmocka_unit_test(bits_of_unknown_arrangement_are_warned_about),
        cmocka_unit_test(what_two_layouts_explain_is_ambiguous),
    };
    const struct CMUnitTest coverage[] = {
        cmocka_unit_test(every_status_of_the_family_was_produced),
    };
    int failed = cmocka_run_group_tests_name("rules of the ggml family", tests, NULL, NULL);
    failed += run_legacy_record_rules();
    failed += cmocka_run_group_tests_name("coverage of the statuses", coverage, NULL, NULL);
    return failed == 0 ? 0 : 1;
}

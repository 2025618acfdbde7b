/* SPDX-License-Identifier: MIT */
/* Files that other projects wrote, read twice: by the library, and by the few lines of reader in here.
 *
 * The reader below trusts its input, as only a test may, and knows little-endian GGUF 2 and 3 without arrays in
 * arrays. The folder with the files is given when the tests are built (TENSORGATE_REAL_FILES); without one, or
 * where a file is missing, the test is skipped.
 */
#include "expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifndef TG_REAL_FILES
#define TG_REAL_FILES ""
#endif

/* ---- The plain reader --------------------------------------------------------------------------- */

typedef struct plain {
    bytes file;
    size_t at;
} plain;

static const uint8_t *take(plain *p, uint64_t len)
{
    assert_true(len <= p->file.len - p->at);
    const uint8_t *from = p->file.data + p->at;
    p->at += (size_t)len;
    return from;
}

static uint64_t take_number(plain *p, uint64_t size)
{
    const uint8_t *from = take(p, size);
    uint64_t number = 0;
    for (uint64_t i = 0; i < size; i++)
        number += (uint64_t)from[i] << 8 * i;
    return number;
}

static tg_bytes take_string(plain *p)
{
    tg_bytes text;
    text.len = (size_t)take_number(p, 8);
    text.ptr = (const char *)take(p, text.len);
    return text;
}

/* Loads a file of the folder; an empty one where it is not there. */
static bytes load(const char *name)
{
    char path[1024], buffer[4096];
    bytes file = bytes_new(false);
    snprintf(path, sizeof path, "%s/%s", TG_REAL_FILES, name);
    FILE *in = TG_REAL_FILES[0] != '\0' ? fopen(path, "rb") : NULL;
    if (in == NULL)
        return file;
    for (size_t len; (len = fread(buffer, 1, sizeof buffer, in)) > 0;)
        bytes_raw(&file, buffer, len);
    fclose(in);
    return file;
}

/* ---- Comparing ------------------------------------------------------------------------------------- */

static bool same_bytes(tg_bytes a, tg_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* The bits of a number, as wide as its type, sign and all. */
static uint64_t bits_of(const tg_value *value, uint32_t type)
{
    uint64_t u = 0;
    int64_t i = 0;
    double f = 0;
    bool b = false;
    uint64_t mask = gb_type_size(type) == 8 ? UINT64_MAX : ((uint64_t)1 << 8 * gb_type_size(type)) - 1;
    if (tg_value_bool(value, &b))
        return b ? 1 : 0;
    if (tg_value_u64(value, &u))
        return u;
    if (tg_value_i64(value, &i))
        return (uint64_t)i & mask;
    assert_true(tg_value_f64(value, &f));
    return type == GB_F32 ? bits_of_f32((float)f) : bits_of_f64(f);
}

static void compare_scalar(plain *p, const tg_value *value, uint32_t type)
{
    if (type == GB_STRING) {
        tg_bytes text = {NULL, 0};
        assert_true(tg_value_string(value, &text));
        assert_true(same_bytes(text, take_string(p)));
    } else {
        assert_int_equal(bits_of(value, type), take_number(p, gb_type_size(type)));
    }
}

/* The types of the library, by their number in the file. */
static const tg_value_type shown[] = {
    TG_VALUE_U8,   TG_VALUE_I8,     TG_VALUE_U16,   TG_VALUE_I16, TG_VALUE_U32, TG_VALUE_I32, TG_VALUE_F32,
    TG_VALUE_BOOL, TG_VALUE_STRING, TG_VALUE_ARRAY, TG_VALUE_U64, TG_VALUE_I64, TG_VALUE_F64,
};

/* Every element, by the walk and by its index. Returns how many. */
static uint64_t compare_array(plain *p, const tg_value *array)
{
    uint32_t type = (uint32_t)take_number(p, 4);
    uint64_t count = take_number(p, 8), walked = 0;
    assert_true(type <= GB_F64 && type != GB_ARRAY);
    assert_int_equal(array->element_type, shown[type]);
    assert_int_equal(array->count, count);
    tg_value element, found;
    size_t begin = p->at;
    for (tg_array_iter i = tg_array_begin(array); tg_array_next(&i, &element); walked++)
        compare_scalar(p, &element, type);
    assert_int_equal(walked, count);
    size_t end = p->at;
    p->at = begin;
    for (uint64_t i = 0; i < count; i++) {
        assert_true(tg_array_get(array, i, &found));
        compare_scalar(p, &found, type);
    }
    assert_int_equal(p->at, end);
    return count;
}

/* Returns how many values and elements were compared. */
static uint64_t compare_keys(plain *p, const tg_model *model, uint64_t num_keys)
{
    uint64_t compared = 0;
    for (uint64_t i = 0; i < num_keys; i++) {
        const tg_key *key = tg_model_key(model, i);
        assert_non_null(key);
        assert_int_equal(key->entry_offset, p->at);
        assert_true(same_bytes(key->name, take_string(p)));
        uint32_t type = (uint32_t)take_number(p, 4);
        assert_true(type <= GB_F64);
        assert_int_equal(key->type, shown[type]);
        assert_ptr_equal(tg_model_find_key_n(model, key->name), key);
        tg_value value = tg_model_value(model, key);
        if (type == GB_ARRAY)
            compare_array(p, &value);
        else
            compare_scalar(p, &value, type);
        compared += 1 + value.count;
    }
    return compared;
}

static void compare_file(const char *name)
{
    plain p = {load(name), 0};
    if (p.file.len == 0) {
        print_message("skipped: no %s in \"%s\"\n", name, TG_REAL_FILES);
        skip();
    }
    tg_options options = options_with_flags(TG_CHECK_TEXT);
    opened o = open_everywhere(p.file.data, p.file.len, &options);
    assert_int_equal(o.status, TG_OK);
    assert_memory_equal(take(&p, 4), "GGUF", 4);
    assert_int_equal(tg_model_version(o.model), take_number(&p, 4));
    assert_int_equal(tg_model_num_tensors(o.model), take_number(&p, 8));
    uint64_t num_keys = take_number(&p, 8);
    assert_int_equal(tg_model_num_keys(o.model), num_keys);
    assert_in_range(compare_keys(&p, o.model, num_keys), 10000, p.file.len);
    assert_int_equal(tg_model_num_tensors(o.model), 0);
    assert_int_equal(tg_model_data_offset(o.model), p.at);
    opened_close(&o);
    bytes_free(&p.file);
}

static void the_llama_vocabulary_reads_the_same_twice(void **state)
{
    (void)state;
    compare_file("ggml-vocab-llama-spm.gguf");
}

static void the_bert_vocabulary_reads_the_same_twice(void **state)
{
    (void)state;
    compare_file("ggml-vocab-bert-bge.gguf");
}

static void the_gpt_2_vocabulary_reads_the_same_twice(void **state)
{
    (void)state;
    compare_file("ggml-vocab-gpt-2.gguf");
}

/* ---- The ggml family before GGUF: what the folder says of each file ---------------------------------- */

static opened open_real(const char *name)
{
    bytes file = load(name);
    if (file.len == 0) {
        print_message("skipped: no %s in \"%s\"\n", name, TG_REAL_FILES);
        skip();
    }
    opened o = open_everywhere(file.data, file.len, NULL);
    bytes_free(&file);
    return o;
}

static void opens_as(const char *name, tg_layout layout, uint64_t num_tensors, uint64_t num_tokens)
{
    opened o = open_real(name);
    assert_int_equal(o.status, TG_OK);
    assert_int_equal(tg_model_layout(o.model), layout);
    assert_int_equal(tg_model_num_tensors(o.model), num_tensors);
    tg_value tokens = tg_model_value(o.model, tg_model_find_key(o.model, "tokenizer.ggml.tokens"));
    assert_int_equal(tokens.count, num_tokens);
    assert_int_equal(tg_model_num_warnings(o.model), num_tensors == 0 ? 1 : 0);
    if (num_tensors > 0) {
        const tg_tensor *last = tg_model_tensor(o.model, num_tensors - 1);
        assert_int_equal(last->offset + last->size, tg_model_file_size(o.model));
    }
    opened_close(&o);
}

static void the_vocabulary_of_2023_is_llama(void **state)
{
    (void)state;
    opens_as("ggml-vocab.bin", TG_LAYOUT_LLAMA, 0, 32000);
}

static void tiny_is_whisper_without_tensors(void **state)
{
    (void)state;
    opens_as("for-tests-ggml-tiny.bin", TG_LAYOUT_WHISPER, 0, 50257);
}

static void silero_has_a_scalar_among_its_tensors(void **state)
{
    (void)state;
    opens_as("for-tests-silero-v6.2.0-ggml.bin", TG_LAYOUT_SILERO_VAD, 15, 0);
}

static void parakeet_is_known_by_its_tensors(void **state)
{
    (void)state;
    opens_as("for-tests-ggml-parakeet-tdt.bin", TG_LAYOUT_PARAKEET, 51, 10);
}

static void parakeet_without_n_fft_is_rejected_for_it(void **state)
{
    (void)state;
    opened o = open_real("for-tests-ggml-parakeet-tdt-bad-nfft0.bin");
    assert_int_equal(o.status, TG_E_HPARAM_RANGE);
    assert_int_equal(o.error.offset, 32);
    assert_string_equal(o.error.what, "n_fft");
    assert_int_equal(tg_error_layout(&o.error, 0), TG_LAYOUT_PARAKEET);
    opened_close(&o);
}

/* One byte is wrong: the error is about that byte, and names what the file is all the same. */
static void a_wrong_byte_is_blamed_in_its_own_layout(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        tg_layout layout;
        uint32_t numbers, first; /* of the header (before one that says how many follow), and where they begin */
        uint32_t last_record;    /* bytes from the end; 0: none */
    } rows[] = {
        {"ggml-vocab.bin", TG_LAYOUT_LLAMA, 7, 8, 0},
        {"for-tests-ggml-tiny.bin", TG_LAYOUT_WHISPER, 11, 4, 0},
        {"for-tests-silero-v6.2.0-ggml.bin", TG_LAYOUT_SILERO_VAD, 5, 18, 0},
        {"for-tests-ggml-parakeet-tdt.bin", TG_LAYOUT_PARAKEET, 13, 4, 12 + 4 + 22 + 13 * 4},
    };
    size_t read = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bytes file = load(rows[i].name);
        read += file.len > 0;
        uint32_t count = file.len > 0 ? rows[i].numbers + (rows[i].last_record > 0) : 0;
        for (uint32_t k = 0; k < count; k++) {
            bool record = k == rows[i].numbers;
            uint64_t at = record ? file.len - rows[i].last_record : rows[i].first + 4 * k;
            tg_error error;
            tg_model *model = NULL;
            file.data[at + 3] ^= 0x80;
            tg_status status = tg_open_memory(file.data, file.len, NULL, &model, &error);
            file.data[at + 3] ^= 0x80;
            assert_int_equal(status, record ? TG_E_RANK : TG_E_HPARAM_NEGATIVE);
            assert_int_equal(error.offset, at);
            assert_int_equal(tg_error_layout(&error, 0), rows[i].layout);
        }
        bytes_free(&file);
    }
    if (read == 0) {
        print_message("skipped: no files in \"%s\"\n", TG_REAL_FILES);
        skip();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_llama_vocabulary_reads_the_same_twice),
        cmocka_unit_test(the_bert_vocabulary_reads_the_same_twice),
        cmocka_unit_test(the_gpt_2_vocabulary_reads_the_same_twice),
        cmocka_unit_test(the_vocabulary_of_2023_is_llama),
        cmocka_unit_test(tiny_is_whisper_without_tensors),
        cmocka_unit_test(silero_has_a_scalar_among_its_tensors),
        cmocka_unit_test(parakeet_is_known_by_its_tensors),
        cmocka_unit_test(parakeet_without_n_fft_is_rejected_for_it),
        cmocka_unit_test(a_wrong_byte_is_blamed_in_its_own_layout),
    };
    return cmocka_run_group_tests_name("real files", tests, NULL, NULL);
}

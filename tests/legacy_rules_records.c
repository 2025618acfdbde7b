/* SPDX-License-Identifier: MIT */
/* Rules for files of the ggml family before GGUF about records, and about which tensors a layout has. */
#include "legacy_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- Records ------------------------------------------------------------------------------------------------ */

static void ranks_are_those_of_the_layout(void **state)
{
    (void)state;
    static const struct {
        const char *layout, *container;
        uint32_t least, most;
    } rows[] = {
        {"llama", "ggjt1", 1, 2}, {"rwkv", "ggmf101", 1, 3}, {"whisper", "ggml", 1, 4}, {"lora", "ggla1", 2, 2}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lb_file *f = lc_make(rows[i].layout, rows[i].container);
        uint64_t at = f->tensors[3].at.record;
        uint32_t most = rows[i].most;
        const uint32_t bad[] = {most + 1, 5, INT32_MAX, 1u << 31, UINT32_MAX};
        for (size_t k = 0; k < 5; k++) {
            bytes_put_u32(&f->file, at, bad[k]);
            BOTH(f, TG_E_RANK, at, bad[k], bad[k] > 4 ? 4 : most);
        }
        bytes_put_u32(&f->file, at, rows[i].least - 1);
        BOTH(f, TG_E_RANK_SMALL, at, rows[i].least - 1, rows[i].least);
        lb_free(f);
    }
}

static void names_have_a_length_that_can_be(void **state)
{
    (void)state;
    lb_file *f = lc_make("llama", "ggjt1");
    uint64_t at = f->tensors[4].at.name_len;
    static const uint32_t bad[] = {65536, 1u << 31, UINT32_MAX};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        bytes_put_u32(&f->file, at, bad[i]);
        BOTH(f, TG_E_NAME_LENGTH, at, bad[i], 65535);
    }
    bytes_put_u32(&f->file, at, 0);
    BOTH(f, TG_E_NAME_EMPTY, at, 0, 0);
    lb_free(f);
    f = lc_make("llama", "ggjt1");
    at = f->tensors[4].at.name + 3;
    bytes_put_u8(&f->file, at, 0);
    BOTH(f, TG_E_NAME_NUL, at, 0, 0);
    bytes_put_u8(&f->file, at, 0xFF);
    BOTH(f, TG_E_NAME_UTF8, at, 0, 0);
    lb_free(f);
}

static void adapters_have_names_below_1024_bytes(void **state)
{
    (void)state;
    for (size_t len = 1023; len <= 1024; len++) {
        lb_file *f = lc_make("lora", "ggla1");
        char name[1025];
        memset(name, 'a', len);
        const uint32_t dims[] = {4, 1};
        memcpy(name + len - 6, ".loraA", 7);
        uint64_t at = lb_append_record(f, name, 0, 2, dims, 16);
        memcpy(name + len - 6, ".loraB", 7);
        (void)lb_append_record(f, name, 0, 2, dims, 16);
        if (len == 1023)
            FINE(f);
        else
            BOTH(f, TG_E_NAME_LENGTH, at + 4, 1024, 1023);
        lb_free(f);
    }
}

static void types_are_those_of_the_container(void **state)
{
    (void)state;
    static const struct {
        const char *layout, *container;
        uint32_t type;
        tg_status status;
    } rows[] = {
        {"llama", "ggjt1", 9, TG_E_DTYPE},          {"llama", "ggjt1", 10, TG_E_DTYPE},
        {"llama", "ggjt2", 4, TG_E_DTYPE_REMOVED},  {"llama", "ggjt2", 5, TG_E_DTYPE_REMOVED},
        {"llama", "ggjt2", 10, TG_E_DTYPE},         {"llama", "ggjt3", 4, TG_E_DTYPE_REMOVED},
        {"llama", "ggjt3", 9, TG_E_DTYPE},          {"llama", "ggjt3", 15, TG_E_DTYPE},
        {"llama", "ggjt3", 16, TG_E_DTYPE},         {"lora", "ggla1", 2, TG_E_DTYPE},
        {"rwkv", "ggmf100", 4, TG_E_DTYPE_REMOVED}, {"rwkv", "ggmf101", 5, TG_E_DTYPE_REMOVED},
        {"rwkv", "ggmf101", 10, TG_E_DTYPE},        {"rwkv", "ggmf101", 17, TG_E_DTYPE},
        {"whisper", "ggml", 9, TG_E_DTYPE},         {"llama", "ggjt1", 99, TG_E_DTYPE},
        {"llama", "ggjt1", UINT32_MAX, TG_E_DTYPE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        lb_file *f = lc_make(rows[i].layout, rows[i].container);
        uint64_t at = f->tensors[5 < f->num_tensors ? 5 : 1].at.type;
        bytes_put_u32(&f->file, at, rows[i].type);
        BOTH(f, rows[i].status, at, rows[i].type, ANY);
        lb_free(f);
    }
}

static void dimensions_are_positive(void **state)
{
    (void)state;
    lb_file *f = lc_make("llama", "ggjt1");
    uint64_t at = f->tensors[5].at.dims;
    bytes_put_u32(&f->file, at + 4, 0);
    BOTH(f, TG_E_DIM_ZERO, at + 4, 0, 0);
    bytes_put_u32(&f->file, at + 4, 1u << 31);
    BOTH(f, TG_E_DIM_NEGATIVE, at + 4, 1u << 31, INT32_MAX);
    lb_free(f);
}

static void rows_are_whole_blocks(void **state)
{
    (void)state;
    lb_file *f = lc_make("llama", "ggjt1");
    uint64_t at = f->tensors[5].at.dims;
    bytes_put_u32(&f->file, f->tensors[5].at.type, 2);
    bytes_put_u32(&f->file, at, 17);
    BOTH(f, TG_E_BLOCK, at, 17, 32);
    lb_free(f);
}

static void sizes_stay_below_2_to_the_63(void **state)
{
    (void)state;
    lb_file *f = lc_make("whisper", "ggml");
    const uint32_t large[] = {INT32_MAX, INT32_MAX, 3, 1};
    uint64_t at = lb_append_record(f, "decoder.more", 0, 4, large, 0);
    BOTH(f, TG_E_ELEMENT_COUNT, at + 20, 3, ANY);
    lb_free(f);
    f = lc_make("whisper", "ggml");
    const uint32_t wide[] = {INT32_MAX, INT32_MAX, 1};
    at = lb_append_record(f, "decoder.more", 0, 3, wide, 0);
    BOTH(f, TG_E_SIZE_OVERFLOW, at + 8, ANY, ANY);
    lb_free(f);
}

static void data_lies_inside_the_file(void **state)
{
    (void)state;
    lb_file *f = lc_make("llama", "ggjt1");
    const lb_tensor *last = &f->tensors[f->num_tensors - 1];
    bytes_cut(&f->file, last->at.end - 1);
    BOTH(f, TG_E_TENSOR_TRUNCATED, last->at.data, last->size - 1, last->size);
    bytes_cut(&f->file, last->at.name + strlen(last->name));
    BOTH(f, TG_E_TENSOR_TRUNCATED, f->file.len, 0, last->size);
    lb_free(f);
}

static void names_are_unique(void **state)
{
    (void)state;
    lb_file *f = lc_make("rwkv", "ggmf101");
    const uint32_t dims[] = {32};
    uint64_t at = lb_append_record(f, "ln_out.bias", 0, 1, dims, 128);
    BOTH(f, TG_E_NAME_DUPLICATE, at, ANY, ANY);
    lb_free(f);
}

/* ---- The tensors of a layout ----------------------------------------------------------------------------------- */

static void shapes_follow_from_the_hyper_parameters(void **state)
{
    (void)state;
    lb_file *f = lc_make("llama", "ggjt1");
    const lb_tensor *t = lb_find(f, "layers.1.attention.wo.weight");
    bytes_put_u32(&f->file, t->at.dims, 16);
    bytes_put_u32(&f->file, t->at.dims + 4, 64);
    BOTH(f, TG_E_TENSOR_SHAPE, t->at.dims, 0, 0);
    lb_free(f);
}

static void a_complete_layout_has_no_other_tensors(void **state)
{
    (void)state;
    lb_file *f = lc_make("llama", "ggjt1");
    const uint32_t dims[] = {8};
    static const char *const names[] = {"rope.freqs",
                                        "layers.2.ffn_norm.weight",
                                        "layers.01.ffn_norm.weight",
                                        "layers..ffn_norm.weight",
                                        "norm.weight.",
                                        "xnorm.weight"};
    uint64_t len = f->file.len;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        bytes_cut(&f->file, len);
        uint64_t at = lb_append_record(f, names[i], 0, 1, dims, 32);
        BOTH(f, TG_E_TENSOR_UNKNOWN, at, 0, 0);
    }
    lb_free(f);
    f = lc_make("rwkv", "ggmf101");
    lb_append_record(f, "blocks.0.something", 0, 1, dims, 32);
    FINE(f);
    lb_free(f);
}

static void all_tensors_of_a_layout_are_there(void **state)
{
    (void)state;
    lb_file *f = lc_make("llama", "ggjt1");
    bytes_cut(&f->file, f->tensors[f->num_tensors - 1].at.record);
    BOTH(f, TG_E_TENSOR_MISSING, f->file.len, 0, 14);
    bytes_cut(&f->file, f->tensors[0].at.end);
    BOTH(f, TG_E_TENSOR_MISSING, f->file.len, 0, (f->num_tensors - 1) * 14);
    lb_free(f);
    f = lc_make("lora", "ggla1");
    bytes_cut(&f->file, f->tensors[f->num_tensors - 1].at.record);
    BOTH(f, TG_E_TENSOR_MISSING, f->file.len, 0, 14);
    lb_free(f);
}

static void stray_bytes_are_no_record(void **state)
{
    (void)state;
    for (size_t stray = 1; stray <= 11; stray += 5) {
        lb_file *f = lc_make("llama", "ggjt1");
        uint64_t len = f->file.len;
        bytes_fill(&f->file, stray, 0);
        BOTH(f, TG_E_STRAY_BYTES, len, stray, 0);
        lb_free(f);
        f = lc_make("rwkv", "ggmf101");
        len = f->file.len;
        bytes_fill(&f->file, stray, 0);
        BOTH(f, TG_E_TRUNCATED, stray < 4 ? len : stray < 8 ? len + 4 : len + 8, ANY, 4);
        lb_free(f);
    }
}

static void parts_of_bark_are_counted_and_the_codec_has_its_magic(void **state)
{
    (void)state;
    lb_file *f = lc_make("bark", "ggml");
    uint64_t at = lb_at(f, "codec_magic");
    bytes_put_u32(&f->file, at, 0);
    BOTH(f, TG_E_NESTED_MAGIC, at, 0, 0x67676d6c);
    lb_free(f);
    f = lc_make("bark", "ggml");
    bytes_put_u32(&f->file, lb_at(f, "coarse.n_tensors"), INT32_MAX);
    BOTH(f, TG_E_COUNT_TRUNCATED, lb_at(f, "coarse.n_tensors"), ANY, UINT64_C(14) * INT32_MAX);
    lb_free(f);
}

/* ---- Every layout ------------------------------------------------------------------------------------------------ */

/* With another number in one place, and as it was again. */
static void broken(lb_file *f, uint64_t at, uint32_t value, tg_status status, uint64_t offset)
{
    uint32_t before = bytes_get_u32(&f->file, at);
    bytes_put_u32(&f->file, at, value);
    NAMED(f, status, offset, ANY, ANY);
    bytes_put_u32(&f->file, at, before);
}

static void a_broken_record(lb_file *f, const lb_tensor *t)
{
    uint64_t at = t->at.record;
    broken(f, at, 5, TG_E_RANK, at);
    broken(f, t->at.name_len, 65536, TG_E_NAME_LENGTH, t->at.name_len);
    broken(f, t->at.name_len, 0, TG_E_NAME_EMPTY, t->at.name_len);
    broken(f, t->at.type, 99, TG_E_DTYPE, t->at.type);
    broken(f, t->at.name, 0, TG_E_NAME_NUL, t->at.name);
    broken(f, t->at.name, UINT32_MAX, TG_E_NAME_UTF8, t->at.name);
    if (t->num_dims == 0)
        return;
    uint64_t last = t->at.dims + 4 * (t->num_dims - 1);
    broken(f, last, 0, TG_E_DIM_ZERO, last);
    broken(f, last, 1u << 31, TG_E_DIM_NEGATIVE, last);
}

/* 2^62 elements of four bytes. */
static void a_broken_size(lb_file *f, const lb_tensor *t)
{
    uint32_t type = t->type, rows = t->dims[1];
    bytes_put_u32(&f->file, t->at.type, 0);
    bytes_put_u32(&f->file, t->at.dims + 4, INT32_MAX);
    broken(f, t->at.dims, INT32_MAX, TG_E_SIZE_OVERFLOW, t->at.type);
    bytes_put_u32(&f->file, t->at.dims + 4, rows);
    bytes_put_u32(&f->file, t->at.type, type);
}

static void a_broken_end(lb_file *f)
{
    const lb_tensor last = f->tensors[f->num_tensors - 1];
    uint64_t len = f->file.len;
    if (strcmp(f->spec.layout, "lora") != 0) { /* where one of a pair is missing first */
        uint64_t at = lb_append_record(f, last.name, last.type, last.num_dims, last.dims, last.size);
        NAMED(f, TG_E_NAME_DUPLICATE, at, ANY, ANY);
    }
    bytes_cut(&f->file, len - 1);
    NAMED(f, TG_E_TENSOR_TRUNCATED, last.at.data, last.size - 1, last.size);
}

static void each_layout_refuses_what_none_may_have(void **state)
{
    (void)state;
    static const char *const ftypes[] = {"ftype", "data_type", "codec_ftype", "semantic.ftype", "fine.ftype"};
    for (size_t i = 0; i < lb_num_specs; i++) {
        lb_spec spec = lb_specs[i];
        spec.width = 16;
        lb_file *f = lb_make(spec);
        bool typed = strcmp(spec.layout, "lora") == 0 || strcmp(spec.layout, "silero-vad") == 0;
        for (size_t k = 0; k < sizeof ftypes / sizeof ftypes[0]; k++) {
            if (!lb_has(f, ftypes[k]))
                continue;
            broken(f, lb_at(f, ftypes[k]), 3001, TG_E_FTYPE, lb_at(f, ftypes[k]));
            typed = true;
        }
        assert_true(typed);
        if (lb_has(f, "tokens"))
            broken(f, lb_at(f, "tokens"), 65536, TG_E_TOKEN_LENGTH, lb_at(f, "tokens"));
        size_t matrices = 0;
        for (size_t k = 0; k < f->num_tensors; k += k < 2 ? 1 : f->num_tensors / 3) {
            a_broken_record(f, &f->tensors[k]);
            if (f->tensors[k].num_dims == 2 && matrices++ == 0)
                a_broken_size(f, &f->tensors[k]);
        }
        a_broken_end(f);
        lb_free(f);
    }
}

int run_legacy_record_rules(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks_are_those_of_the_layout),
        cmocka_unit_test(names_have_a_length_that_can_be),
        cmocka_unit_test(adapters_have_names_below_1024_bytes),
        cmocka_unit_test(types_are_those_of_the_container),
        cmocka_unit_test(dimensions_are_positive),
        cmocka_unit_test(rows_are_whole_blocks),
        cmocka_unit_test(sizes_stay_below_2_to_the_63),
        cmocka_unit_test(data_lies_inside_the_file),
        cmocka_unit_test(names_are_unique),
        cmocka_unit_test(shapes_follow_from_the_hyper_parameters),
        cmocka_unit_test(a_complete_layout_has_no_other_tensors),
        cmocka_unit_test(all_tensors_of_a_layout_are_there),
        cmocka_unit_test(stray_bytes_are_no_record),
        cmocka_unit_test(parts_of_bark_are_counted_and_the_codec_has_its_magic),
        cmocka_unit_test(each_layout_refuses_what_none_may_have),
    };
    return cmocka_run_group_tests_name("ggml before GGUF: records and tensors", tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/* Writing files of the ggml family before GGUF: see legacy_build.h. */
#include "legacy_writers.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 7 /* of the vocabulary that are written out */

/* ---- Containers and types ------------------------------------------------------------------ */

static const struct container {
    const char *name, *magic;
    uint32_t version, padding;
    bool scores;
} containers[] = {
    {"ggml", "lmgg", 0, 1, false},      {"ggmf1", "fmgg", 1, 1, true},   {"ggmf100", "fmgg", 100, 1, false},
    {"ggmf101", "fmgg", 101, 1, false}, {"ggjt1", "tjgg", 1, 32, true},  {"ggjt2", "tjgg", 2, 32, true},
    {"ggjt3", "tjgg", 3, 32, true},     {"ggla1", "algg", 1, 32, false}, {"ggcc10", "ccgg", 10, 32, true},
    {"ggmm", "mmgg", 0, 1, false},      {"repl", "lper", 0, 1, false},
};

static const lb_type floats[] = {{0, 1, 4, "f32"}, {1, 1, 2, "f16"}};
static const lb_type old_types[] = {
    {0, 1, 4, "f32"},          {1, 1, 2, "f16"},          {2, 32, 20, "q4_0_ggjt1"},
    {3, 32, 24, "q4_1_ggjt1"}, {4, 16, 10, "q4_2"},       {5, 16, 12, "q4_3"},
    {6, 32, 22, "q5_0_ggjt1"}, {7, 32, 24, "q5_1_ggjt1"}, {8, 32, 36, "q8_0_ggjt2"},
};
static const lb_type middle_types[] = {
    {0, 1, 4, "f32"},    {1, 1, 2, "f16"},    {2, 32, 20, "q4_0_ggjt2"}, {3, 32, 24, "q4_1_ggjt2"},
    {6, 32, 22, "q5_0"}, {7, 32, 24, "q5_1"}, {8, 32, 36, "q8_0_ggjt2"},
};
static const lb_type new_types[] = {
    {0, 1, 4, "f32"},       {1, 1, 2, "f16"},       {2, 32, 18, "q4_0"},    {3, 32, 20, "q4_1"},
    {6, 32, 22, "q5_0"},    {7, 32, 24, "q5_1"},    {8, 32, 34, "q8_0"},    {10, 256, 84, "q2_K"},
    {11, 256, 110, "q3_K"}, {12, 256, 144, "q4_K"}, {13, 256, 176, "q5_K"}, {14, 256, 210, "q6_K"},
};
/* rwkv.cpp counts one more from Q5_0 on. */
static const lb_type rwkv_old_types[] = {
    {0, 1, 4, "f32"},          {1, 1, 2, "f16"},          {2, 32, 20, "q4_0_ggjt1"},
    {3, 32, 24, "q4_1_ggjt1"}, {5, 16, 10, "q4_2"},       {6, 16, 12, "q4_3"},
    {7, 32, 22, "q5_0_ggjt1"}, {8, 32, 24, "q5_1_ggjt1"}, {9, 32, 36, "q8_0_ggjt2"},
};
static const lb_type rwkv_new_types[] = {
    {0, 1, 4, "f32"},       {1, 1, 2, "f16"},       {2, 32, 18, "q4_0"},    {3, 32, 20, "q4_1"},
    {7, 32, 22, "q5_0"},    {8, 32, 24, "q5_1"},    {9, 32, 34, "q8_0"},    {11, 256, 84, "q2_K"},
    {12, 256, 110, "q3_K"}, {13, 256, 144, "q4_K"}, {14, 256, 176, "q5_K"}, {15, 256, 210, "q6_K"},
};

#define LIST(list) (*out_count = sizeof list / sizeof list[0], list)

/* Layouts whose plain ftype means the blocks of today. */
static bool is_recent(const char *layout)
{
    static const char *const recent[] = {"mpt",
                                         "replit",
                                         "falcon",
                                         "falcon-rustformers",
                                         "bert",
                                         "silero-vad",
                                         "parakeet",
                                         "encodec",
                                         "bark",
                                         "clip",
                                         "sam",
                                         "stable-diffusion",
                                         "stable-diffusion-lora",
                                         "gpt4all-mpt",
                                         "gpt4all-replit"};
    for (size_t i = 0; i < sizeof recent / sizeof recent[0]; i++)
        if (strcmp(layout, recent[i]) == 0)
            return true;
    return false;
}

const lb_type *lb_types(const lb_spec *spec, size_t *out_count)
{
    const char *c = spec->container;
    if (strcmp(c, "ggla1") == 0)
        return LIST(floats);
    if (strcmp(c, "ggmf100") == 0)
        return LIST(rwkv_old_types);
    if (strcmp(c, "ggmf101") == 0)
        return LIST(rwkv_new_types);
    if (strcmp(c, "ggmf1") == 0 || strcmp(c, "ggjt1") == 0)
        return LIST(old_types);
    if (strcmp(c, "ggjt2") == 0)
        return LIST(middle_types);
    if (strcmp(c, "ggjt3") == 0 || strcmp(c, "ggcc10") == 0)
        return LIST(new_types);
    if (spec->quantization == 1)
        return LIST(middle_types);
    return spec->quantization == 2 || is_recent(spec->layout) ? LIST(new_types) : LIST(old_types);
}

static const lb_type *find_type(const lb_spec *spec, uint32_t id)
{
    size_t count;
    const lb_type *types = lb_types(spec, &count);
    for (size_t i = 0; i < count; i++)
        if (types[i].id == id)
            return &types[i];
    return NULL;
}

/* ---- Fields -------------------------------------------------------------------------------------- */

void lb_write_mark(lb_file *f, const char *name)
{
    must(f->num_marks < sizeof f->marks / sizeof f->marks[0], "marks of a legacy file");
    lb_mark *m = &f->marks[f->num_marks++];
    (void)snprintf(m->name, sizeof m->name, "%s", name);
    m->at = f->file.len;
}

void lb_write_num(lb_file *f, const char *name, uint32_t value)
{
    lb_write_mark(f, name);
    bytes_u32(&f->file, value);
}

void lb_write_real(lb_file *f, const char *name, float value)
{
    lb_write_mark(f, name);
    bytes_f32(&f->file, value);
}

uint32_t lb_write_ftype(const lb_file *f)
{
    return f->spec.quantization * 1000 + (f->spec.type > 0 ? 1u : 0u);
}

void lb_write_text(lb_file *f, const char *word)
{
    bytes_u32(&f->file, (uint32_t)strlen(word));
    bytes_raw(&f->file, word, strlen(word));
}

/* Tokens, one of them empty and one no UTF-8. */
void lb_write_tokens(lb_file *f, bool scores)
{
    static const char *const words[WORDS] = {"<unk>", "", "\xff", "a", "b", " the", "\xe2\x96\x81"};
    lb_write_mark(f, "tokens");
    for (uint32_t i = 0; i < f->vocabulary; i++) {
        char word[16];
        (void)snprintf(word, sizeof word, "t%u", i);
        lb_write_text(f, i < WORDS ? words[i] : word);
        if (scores)
            bytes_f32(&f->file, -(float)i);
    }
    lb_write_mark(f, "tokens_end");
}

void lb_write_numbers(lb_file *f, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        bytes_f32(&f->file, (float)i / 8);
}

/* ---- Tensors --------------------------------------------------------------------------------------- */

/* Bytes of data that differ from tensor to tensor. */
static void data(lb_file *f, uint64_t size, size_t tensor)
{
    for (uint64_t i = 0; i < size; i++)
        bytes_u8(&f->file, (uint8_t)((i * 7 + tensor * 31 + 5) & 0xFF));
}

static lb_tensor *begin_tensor(lb_file *f, const char *name, uint32_t type, uint32_t num_dims, const uint32_t *dims)
{
    f->tensors = (lb_tensor *)must_grow(f->tensors, f->num_tensors, sizeof(lb_tensor));
    lb_tensor *t = &f->tensors[f->num_tensors++];
    memset(t, 0, sizeof *t);
    (void)snprintf(t->name, sizeof t->name, "%s", name);
    t->num_dims = num_dims;
    t->type = type;
    t->at.record = f->file.len;
    bytes_u32(&f->file, num_dims);
    t->at.name_len = f->file.len;
    bytes_u32(&f->file, (uint32_t)strlen(name));
    t->at.type = f->file.len;
    bytes_u32(&f->file, type);
    t->at.dims = f->file.len;
    for (uint32_t i = 0; i < num_dims; i++) {
        bytes_u32(&f->file, dims[i]);
        t->dims[i < 4 ? i : 3] = dims[i];
    }
    t->at.name = f->file.len;
    bytes_raw(&f->file, name, strlen(name));
    bytes_pad(&f->file, f->padding);
    t->at.data = f->file.len;
    return t;
}

uint64_t lb_append_record(lb_file *f, const char *name, uint32_t type, uint32_t num_dims, const uint32_t *dims,
                          uint64_t size)
{
    lb_tensor *t = begin_tensor(f, name, type, num_dims, dims);
    bytes_fill(&f->file, (size_t)size, 0);
    t->size = size;
    t->at.end = f->file.len;
    return t->at.record;
}

void lb_write_tensor(lb_file *f, uint32_t type, uint32_t num_dims, const uint32_t *dims, const char *format, ...)
{
    char name[96];
    va_list list;
    va_start(list, format);
    (void)vsnprintf(name, sizeof name, format, list);
    va_end(list);
    const lb_type *t = find_type(&f->spec, type);
    uint64_t elements = 1;
    for (uint32_t i = 0; i < num_dims; i++)
        elements *= dims[i];
    if (t == NULL || (num_dims > 0 && dims[0] % t->elements != 0))
        t = &floats[0];
    lb_tensor *out = begin_tensor(f, name, t->id, num_dims, dims);
    out->size = elements / t->elements * t->bytes;
    data(f, out->size, f->num_tensors);
    out->at.end = f->file.len;
}

/* Weight and bias. */
void lb_write_linear(lb_file *f, uint32_t in, uint32_t out, const char *name, uint32_t layer)
{
    char full[80];
    (void)snprintf(full, sizeof full, name, layer);
    MAT(f, in, out, "%s.weight", full);
    VEC(f, out, "%s.bias", full);
}

void lb_write_norm(lb_file *f, uint32_t n, const char *name, uint32_t layer)
{
    char full[80];
    (void)snprintf(full, sizeof full, name, layer);
    VEC(f, n, "%s.weight", full);
    VEC(f, n, "%s.bias", full);
}

/* ---- All of them ------------------------------------------------------------------------------------------ */

#define SPEC(layout, container, type, quantization)                                                                    \
    {                                                                                                                  \
        layout, container, 0, type, quantization, false, 0, 0, 0                                                       \
    }

const lb_spec lb_specs[] = {
    SPEC("llama", "ggml", 1, 0),
    SPEC("llama", "ggmf1", 1, 0),
    SPEC("llama", "ggjt1", 1, 0),
    SPEC("llama", "ggjt2", 1, 0),
    SPEC("llama", "ggjt3", 1, 0),
    SPEC("lora", "ggla1", 0, 0),
    SPEC("gpt2", "ggml", 1, 0),
    SPEC("gpt2", "ggjt3", 1, 0),
    SPEC("gptj", "ggml", 1, 1),
    SPEC("gptj", "ggjt3", 1, 2),
    SPEC("gptneox", "ggml", 1, 2),
    SPEC("gptneox", "ggjt3", 1, 0),
    SPEC("gptneox-old", "ggml", 1, 0),
    SPEC("mpt", "ggml", 1, 2),
    SPEC("mpt", "ggjt3", 1, 0),
    SPEC("replit", "ggml", 1, 2),
    SPEC("replit", "ggml", 1, 0),
    SPEC("bloom", "ggml", 1, 0),
    SPEC("bloom", "ggjt3", 1, 0),
    SPEC("falcon", "ggml", 1, 2),
    SPEC("falcon", "ggmf1", 1, 0),
    SPEC("falcon", "ggjt1", 1, 0),
    SPEC("falcon", "ggjt2", 1, 0),
    SPEC("falcon", "ggjt3", 1, 0),
    SPEC("falcon", "ggcc10", 1, 0),
    SPEC("falcon-rustformers", "ggml", 1, 2),
    SPEC("falcon-rustformers", "ggjt3", 1, 0),
    SPEC("rwkv", "ggmf100", 1, 0),
    SPEC("rwkv", "ggmf101", 1, 0),
    SPEC("bert", "ggml", 1, 0),
    SPEC("whisper", "ggml", 1, 0),
    SPEC("silero-vad", "ggml", 1, 0),
    SPEC("parakeet", "ggml", 1, 0),
    SPEC("encodec", "ggml", 1, 0),
    SPEC("bark", "ggml", 1, 2),
    SPEC("clip", "ggml", 1, 0),
    SPEC("sam", "ggml", 1, 2),
    SPEC("stable-diffusion", "ggml", 1, 0),
    SPEC("stable-diffusion-lora", "ggml", 1, 0),
    SPEC("gpt4all-mpt", "ggmm", 1, 0),
    SPEC("gpt4all-replit", "repl", 1, 0),
};
const size_t lb_num_specs = sizeof lb_specs / sizeof lb_specs[0];

static void write_layout(lb_file *f, uint32_t e)
{
    const char *layout = f->spec.layout;
#define LAYOUT(name, call)                                                                                             \
    if (strcmp(layout, name) == 0) {                                                                                   \
        call;                                                                                                          \
        return;                                                                                                        \
    }
    LAYOUT("llama", lb_write_llama(f, e))
    LAYOUT("lora", lb_write_lora(f, e))
    LAYOUT("gpt2", lb_write_gpt2(f, e))
    LAYOUT("gptj", lb_write_gptj(f, e))
    LAYOUT("gptneox", lb_write_gptneox(f, e, false))
    LAYOUT("gptneox-old", lb_write_gptneox(f, e, true))
    LAYOUT("mpt", lb_write_mpt(f, e, false))
    LAYOUT("replit", lb_write_mpt(f, e, true))
    LAYOUT("bloom", lb_write_bloom(f, e))
    LAYOUT("falcon", lb_write_falcon(f, e, false))
    LAYOUT("falcon-rustformers", lb_write_falcon(f, e, true))
    LAYOUT("rwkv", lb_write_rwkv(f, e))
    LAYOUT("bert", lb_write_bert(f, e))
    LAYOUT("whisper", lb_write_whisper(f, e))
    LAYOUT("silero-vad", lb_write_silero(f))
    LAYOUT("parakeet", lb_write_parakeet(f, e))
    LAYOUT("encodec", lb_write_encodec(f))
    LAYOUT("bark", lb_write_bark(f, e))
    LAYOUT("clip", lb_write_clip(f, e))
    LAYOUT("sam", lb_write_sam(f, e))
    LAYOUT("stable-diffusion", lb_write_stable_diffusion(f, e, false))
    LAYOUT("stable-diffusion-lora", lb_write_stable_diffusion(f, e, true))
    LAYOUT("gpt4all-mpt", lb_write_gpt4all_mpt(f, e))
    LAYOUT("gpt4all-replit", lb_write_gpt4all_replit(f, e))
#undef LAYOUT
    must(false, "a layout that the tests write");
}

lb_file *lb_make(lb_spec spec)
{
    lb_file *f = (lb_file *)must_alloc(sizeof *f);
    memset(f, 0, sizeof *f);
    f->spec = spec;
    f->file = bytes_new(false);
    f->vocabulary = spec.tokens > 0 ? spec.tokens : spec.parts > 0 ? 8 : WORDS;
    for (size_t i = 0; i < sizeof containers / sizeof containers[0]; i++) {
        if (strcmp(containers[i].name, spec.container) != 0)
            continue;
        bytes_raw(&f->file, containers[i].magic, 4);
        if (containers[i].version > 0)
            lb_write_num(f, "version", containers[i].version);
        f->padding = containers[i].padding;
        f->scores = containers[i].scores;
    }
    must(f->padding > 0, "a container that the tests write");
    write_layout(f, spec.width > 0 ? spec.width : 32);
    return f;
}

void lb_free(lb_file *f)
{
    bytes_free(&f->file);
    free(f->tensors);
    free(f);
}

bool lb_has(const lb_file *f, const char *field)
{
    for (size_t i = 0; i < f->num_marks; i++)
        if (strcmp(f->marks[i].name, field) == 0)
            return true;
    return false;
}

uint64_t lb_at(const lb_file *f, const char *field)
{
    for (size_t i = 0; i < f->num_marks; i++)
        if (strcmp(f->marks[i].name, field) == 0)
            return f->marks[i].at;
    must(false, field);
    return 0;
}

const lb_tensor *lb_find(const lb_file *f, const char *name)
{
    for (size_t i = 0; i < f->num_tensors; i++)
        if (strcmp(f->tensors[i].name, name) == 0)
            return &f->tensors[i];
    must(false, name);
    return NULL;
}

bytes lb_seven_numbers(uint32_t num_tokens)
{
    const uint32_t numbers[] = {num_tokens, 64, 64, 2, 2, 32, 0};
    bytes file = bytes_new(false);
    bytes_raw(&file, "lmgg", 4);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        bytes_u32(&file, numbers[i]);
    return file;
}

/* SPDX-License-Identifier: MIT */
/* Writing files of the ggml family before GGUF: see legacy_build.h. */
#include "legacy_build.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 7 /* of the vocabulary that are written out */
#define LAYERS 2

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

static void mark(lb_file *f, const char *name)
{
    must(f->num_marks < sizeof f->marks / sizeof f->marks[0], "marks of a legacy file");
    lb_mark *m = &f->marks[f->num_marks++];
    (void)snprintf(m->name, sizeof m->name, "%s", name);
    m->at = f->file.len;
}

static void num(lb_file *f, const char *name, uint32_t value)
{
    mark(f, name);
    bytes_u32(&f->file, value);
}

static void real(lb_file *f, const char *name, float value)
{
    mark(f, name);
    bytes_f32(&f->file, value);
}

static uint32_t ftype(const lb_file *f)
{
    return f->spec.quantization * 1000 + (f->spec.type > 0 ? 1u : 0u);
}

static void text(lb_file *f, const char *word)
{
    bytes_u32(&f->file, (uint32_t)strlen(word));
    bytes_raw(&f->file, word, strlen(word));
}

/* Tokens, one of them empty and one no UTF-8. */
static void tokens(lb_file *f, bool scores)
{
    static const char *const words[WORDS] = {"<unk>", "", "\xff", "a", "b", " the", "\xe2\x96\x81"};
    mark(f, "tokens");
    for (uint32_t i = 0; i < f->vocabulary; i++) {
        char word[16];
        (void)snprintf(word, sizeof word, "t%u", i);
        text(f, i < WORDS ? words[i] : word);
        if (scores)
            bytes_f32(&f->file, -(float)i);
    }
    mark(f, "tokens_end");
}

static void numbers(lb_file *f, uint32_t count)
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

static void tensor(lb_file *f, uint32_t type, uint32_t num_dims, const uint32_t *dims, const char *format, ...)
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

#define DIMS(...)                                                                                                      \
    sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t), (const uint32_t[])                                     \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }
#define VEC(f, n, ...) tensor(f, 0, DIMS(n), __VA_ARGS__)
#define MAT(f, a, b, ...) tensor(f, (f)->spec.type, DIMS(a, b), __VA_ARGS__)

/* Weight and bias. */
static void linear(lb_file *f, uint32_t in, uint32_t out, const char *name, uint32_t layer)
{
    char full[80];
    (void)snprintf(full, sizeof full, name, layer);
    MAT(f, in, out, "%s.weight", full);
    VEC(f, out, "%s.bias", full);
}

static void norm(lb_file *f, uint32_t n, const char *name, uint32_t layer)
{
    char full[80];
    (void)snprintf(full, sizeof full, name, layer);
    VEC(f, n, "%s.weight", full);
    VEC(f, n, "%s.bias", full);
}

/* ---- Text models ---------------------------------------------------------------------------------- */

/* A matrix of LLaMA: in a part, its share of the columns or of the rows. */
static void llama_matrix(lb_file *f, uint32_t a, uint32_t b, bool columns, const char *name, uint32_t layer)
{
    char full[80];
    uint32_t parts = f->spec.parts > 0 ? f->spec.parts : 1;
    (void)snprintf(full, sizeof full, name, layer);
    MAT(f, columns ? a / parts : a, columns ? b : b / parts, "%s", full);
}

static void llama_tensors(lb_file *f, uint32_t e, uint32_t ff)
{
    llama_matrix(f, e, f->vocabulary, true, "tok_embeddings.weight", 0);
    VEC(f, e, "norm.weight");
    llama_matrix(f, e, f->vocabulary, false, "output.weight", 0);
    for (uint32_t i = 0; i < LAYERS; i++) {
        llama_matrix(f, e, e, false, "layers.%u.attention.wq.weight", i);
        llama_matrix(f, e, e, false, "layers.%u.attention.wk.weight", i);
        llama_matrix(f, e, e, false, "layers.%u.attention.wv.weight", i);
        llama_matrix(f, e, e, true, "layers.%u.attention.wo.weight", i);
        llama_matrix(f, e, ff, false, "layers.%u.feed_forward.w1.weight", i);
        llama_matrix(f, ff, e, true, "layers.%u.feed_forward.w2.weight", i);
        llama_matrix(f, e, ff, false, "layers.%u.feed_forward.w3.weight", i);
        VEC(f, e, "layers.%u.attention_norm.weight", i);
        VEC(f, e, "layers.%u.ffn_norm.weight", i);
    }
}

static void llama(lb_file *f, uint32_t e)
{
    uint32_t mult = e < 256 ? 32 : 256, ff = (8 * e / 3 + mult - 1) / mult * mult;
    num(f, "n_vocab", f->vocabulary);
    num(f, "n_embd", e);
    num(f, "n_mult", mult);
    num(f, "n_head", 2);
    num(f, "n_layer", LAYERS);
    num(f, "n_rot", e / 2);
    num(f, "ftype", ftype(f));
    tokens(f, f->scores);
    f->header_end = f->file.len;
    if (!f->spec.no_tensors)
        llama_tensors(f, e, ff);
}

static void lora(lb_file *f, uint32_t e)
{
    num(f, "r", 4);
    num(f, "alpha", 8);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    for (uint32_t i = 0; i < LAYERS; i++) {
        MAT(f, 4, e, "layers.%u.attention.wq.weight.loraA", i);
        MAT(f, 4, e, "layers.%u.attention.wq.weight.loraB", i);
    }
}

static void gpt2_tensors(lb_file *f, uint32_t e)
{
    MAT(f, e, f->vocabulary, "model/wte");
    MAT(f, e, 16, "model/wpe");
    VEC(f, e, "model/ln_f/g");
    VEC(f, e, "model/ln_f/b");
    for (uint32_t i = 0; i < LAYERS; i++) {
        VEC(f, e, "model/h%u/ln_1/g", i);
        VEC(f, e, "model/h%u/ln_1/b", i);
        VEC(f, e, "model/h%u/ln_2/g", i);
        VEC(f, e, "model/h%u/ln_2/b", i);
        MAT(f, e, 3 * e, "model/h%u/attn/c_attn/w", i);
        VEC(f, 3 * e, "model/h%u/attn/c_attn/b", i);
        MAT(f, e, e, "model/h%u/attn/c_proj/w", i);
        VEC(f, e, "model/h%u/attn/c_proj/b", i);
        MAT(f, e, 4 * e, "model/h%u/mlp/c_fc/w", i);
        VEC(f, 4 * e, "model/h%u/mlp/c_fc/b", i);
        MAT(f, 4 * e, e, "model/h%u/mlp/c_proj/w", i);
        VEC(f, e, "model/h%u/mlp/c_proj/b", i);
    }
}

/* n_vocab, n_ctx, n_embd, n_head, n_layer: what many begin with. */
static void gpt_numbers(lb_file *f, uint32_t e)
{
    num(f, "n_vocab", f->vocabulary);
    num(f, "n_ctx", 16);
    num(f, "n_embd", e);
    num(f, "n_head", 2);
    num(f, "n_layer", LAYERS);
}

static void gpt2(lb_file *f, uint32_t e)
{
    gpt_numbers(f, e);
    num(f, "ftype", ftype(f));
    num(f, "n_vocab_again", f->vocabulary);
    tokens(f, f->scores);
    f->header_end = f->file.len;
    if (!f->spec.no_tensors)
        gpt2_tensors(f, e);
}

static void gptj(lb_file *f, uint32_t e)
{
    gpt_numbers(f, e);
    num(f, "n_rot", e / 4);
    num(f, "ftype", ftype(f));
    num(f, "n_vocab_again", f->vocabulary);
    tokens(f, f->scores);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    MAT(f, e, f->vocabulary, "transformer.wte.weight");
    norm(f, e, "transformer.ln_f", 0);
    linear(f, e, f->vocabulary, "lm_head", 0);
    for (uint32_t i = 0; i < LAYERS; i++) {
        norm(f, e, "transformer.h.%u.ln_1", i);
        MAT(f, e, e, "transformer.h.%u.attn.q_proj.weight", i);
        MAT(f, e, e, "transformer.h.%u.attn.k_proj.weight", i);
        MAT(f, e, e, "transformer.h.%u.attn.v_proj.weight", i);
        MAT(f, e, e, "transformer.h.%u.attn.out_proj.weight", i);
        linear(f, e, 4 * e, "transformer.h.%u.mlp.fc_in", i);
        linear(f, 4 * e, e, "transformer.h.%u.mlp.fc_out", i);
    }
}

static void gptneox(lb_file *f, uint32_t e, bool old)
{
    gpt_numbers(f, e);
    num(f, "n_rot", e / 4);
    if (!old)
        num(f, "par_res", 1);
    num(f, "ftype", ftype(f));
    tokens(f, f->scores);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    MAT(f, e, f->vocabulary, "gpt_neox.embed_in.weight");
    norm(f, e, "gpt_neox.final_layer_norm", 0);
    MAT(f, e, f->vocabulary, "embed_out.weight");
    for (uint32_t i = 0; i < LAYERS; i++) {
        norm(f, e, "gpt_neox.layers.%u.input_layernorm", i);
        linear(f, e, 3 * e, "gpt_neox.layers.%u.attention.query_key_value", i);
        linear(f, e, e, "gpt_neox.layers.%u.attention.dense", i);
        norm(f, e, "gpt_neox.layers.%u.post_attention_layernorm", i);
        linear(f, e, 4 * e, "gpt_neox.layers.%u.mlp.dense_h_to_4h", i);
        linear(f, 4 * e, e, "gpt_neox.layers.%u.mlp.dense_4h_to_h", i);
    }
}

/* MPT and Replit. GPT4All's Replit has other names. */
static void mpt_tensors(lb_file *f, uint32_t e, bool other_names)
{
    const char *n = other_names ? "ln" : "norm";
    MAT(f, e, f->vocabulary, "transformer.wte.weight");
    VEC(f, e, "transformer.%s_f.weight", n);
    for (uint32_t i = 0; i < LAYERS; i++) {
        VEC(f, e, "transformer.blocks.%u.%s_1.weight", i, n);
        VEC(f, e, "transformer.blocks.%u.%s_2.weight", i, n);
        MAT(f, e, 3 * e, "transformer.blocks.%u.attn.Wqkv.weight", i);
        MAT(f, e, e, "transformer.blocks.%u.attn.out_proj.weight", i);
        MAT(f, e, 4 * e, "transformer.blocks.%u.%s.weight", i, other_names ? "mlp.mlp_up" : "ffn.up_proj");
        MAT(f, 4 * e, e, "transformer.blocks.%u.%s.weight", i, other_names ? "mlp.mlp_down" : "ffn.down_proj");
    }
}

static void mpt(lb_file *f, uint32_t e, bool replit)
{
    num(f, "d_model", e);
    num(f, "max_seq_len", 16);
    num(f, "n_heads", 2);
    num(f, "n_layers", LAYERS);
    num(f, "n_vocab", f->vocabulary);
    if (!replit) {
        real(f, "alibi_bias_max", 8);
        real(f, "clip_qkv", 0);
    }
    num(f, "ftype", ftype(f));
    tokens(f, replit || f->scores);
    f->header_end = f->file.len;
    if (!f->spec.no_tensors)
        mpt_tensors(f, e, false);
}

static void gpt4all_mpt(lb_file *f, uint32_t e)
{
    num(f, "n_vocab", f->vocabulary);
    num(f, "n_ctx", 16);
    num(f, "n_layer", LAYERS);
    num(f, "n_head", 2);
    num(f, "n_embd", e);
    real(f, "alibi_bias_max", 8);
    real(f, "clip_qkv", 0);
    num(f, "ftype", ftype(f));
    num(f, "n_vocab_again", f->vocabulary);
    tokens(f, false);
    bytes_put_u32(&f->file, lb_at(f, "tokens"), 5u | 1u << 31); /* <unk> is a special token */
    f->header_end = f->file.len;
    if (!f->spec.no_tensors)
        mpt_tensors(f, e, false);
}

static void gpt4all_replit(lb_file *f, uint32_t e)
{
    gpt_numbers(f, e);
    num(f, "ftype", ftype(f));
    tokens(f, true);
    f->header_end = f->file.len;
    if (!f->spec.no_tensors)
        mpt_tensors(f, e, true);
}

static void bloom(lb_file *f, uint32_t e)
{
    num(f, "n_vocab", f->vocabulary);
    num(f, "n_embd", e);
    num(f, "n_mult", 1);
    num(f, "n_head", 2);
    num(f, "n_layer", LAYERS);
    num(f, "ftype", ftype(f));
    tokens(f, f->scores);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    MAT(f, e, f->vocabulary, "tok_embeddings.weight");
    norm(f, e, "norm", 0);
    norm(f, e, "output_norm", 0);
    MAT(f, e, f->vocabulary, "output.weight");
    for (uint32_t i = 0; i < LAYERS; i++) {
        norm(f, e, "layers.%u.attention_norm", i);
        linear(f, e, 3 * e, "layers.%u.attention.query_key_value", i);
        linear(f, e, e, "layers.%u.attention.wo", i);
        norm(f, e, "layers.%u.ffn_norm", i);
        linear(f, e, 4 * e, "layers.%u.feed_forward.w1", i);
        linear(f, 4 * e, e, "layers.%u.feed_forward.w2", i);
    }
}

static void falcon_merges(lb_file *f)
{
    num(f, "merges", 2);
    for (int i = 0; i < 2; i++) {
        text(f, "a");
        text(f, i == 0 ? "b" : "");
    }
}

static void falcon(lb_file *f, uint32_t e, bool rustformers)
{
    bool ggcc = strcmp(f->spec.container, "ggcc10") == 0;
    num(f, "n_vocab", f->vocabulary);
    num(f, "n_embd", e);
    num(f, "n_head", 4);
    num(f, "n_head_kv", 1);
    num(f, "n_layer", LAYERS);
    if (!rustformers)
        num(f, "n_falcon_type", 7);
    num(f, "ftype", ftype(f));
    if (ggcc)
        num(f, "n_bpe_merges", 2);
    tokens(f, f->scores);
    if (ggcc)
        falcon_merges(f);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    MAT(f, e, f->vocabulary, "transformer.word_embeddings.weight");
    norm(f, e, "transformer.ln_f", 0);
    MAT(f, e, f->vocabulary, "lm_head.weight");
    for (uint32_t i = 0; i < LAYERS; i++) {
        norm(f, e, "transformer.h.%u.input_layernorm", i);
        MAT(f, e, e + 2 * e / 4, "transformer.h.%u.self_attention.query_key_value.weight", i);
        MAT(f, e, e, "transformer.h.%u.self_attention.dense.weight", i);
        MAT(f, e, 4 * e, "transformer.h.%u.mlp.dense_h_to_4h.weight", i);
        MAT(f, 4 * e, e, "transformer.h.%u.mlp.dense_4h_to_h.weight", i);
    }
}

static void rwkv(lb_file *f, uint32_t e)
{
    num(f, "n_vocab", f->vocabulary);
    num(f, "n_embed", e);
    num(f, "n_layer", LAYERS);
    num(f, "data_type", f->spec.type > 0 ? 1u : 0u);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    MAT(f, e, f->vocabulary, "emb.weight");
    norm(f, e, "blocks.0.ln0", 0);
    for (uint32_t i = 0; i < LAYERS; i++) {
        norm(f, e, "blocks.%u.ln1", i);
        norm(f, e, "blocks.%u.ln2", i);
        VEC(f, e, "blocks.%u.att.time_mix_k", i);
        tensor(f, 0, DIMS(2, 2, e / 4), "blocks.%u.att.time_decay", i);
        MAT(f, e, e, "blocks.%u.att.key.weight", i);
        MAT(f, e, e, "blocks.%u.att.value.weight", i);
        MAT(f, e, e, "blocks.%u.att.receptance.weight", i);
        MAT(f, e, 4 * e, "blocks.%u.ffn.key.weight", i);
        MAT(f, 4 * e, e, "blocks.%u.ffn.value.weight", i);
    }
    norm(f, e, "ln_out", 0);
    MAT(f, e, f->vocabulary, "head.weight");
}

static void bert(lb_file *f, uint32_t e)
{
    num(f, "n_vocab", f->vocabulary);
    num(f, "n_max_tokens", 16);
    num(f, "n_embd", e);
    num(f, "n_intermediate", 2 * e);
    num(f, "n_head", 2);
    num(f, "n_layer", LAYERS);
    num(f, "ftype", ftype(f));
    tokens(f, false);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    MAT(f, e, f->vocabulary, "embeddings.word_embeddings.weight");
    MAT(f, e, 2, "embeddings.token_type_embeddings.weight");
    MAT(f, e, 16, "embeddings.position_embeddings.weight");
    norm(f, e, "embeddings.LayerNorm", 0);
    for (uint32_t i = 0; i < LAYERS; i++) {
        linear(f, e, e, "encoder.layer.%u.attention.self.query", i);
        linear(f, e, e, "encoder.layer.%u.attention.self.key", i);
        linear(f, e, e, "encoder.layer.%u.attention.self.value", i);
        linear(f, e, e, "encoder.layer.%u.attention.output.dense", i);
        norm(f, e, "encoder.layer.%u.attention.output.LayerNorm", i);
        linear(f, e, 2 * e, "encoder.layer.%u.intermediate.dense", i);
        linear(f, 2 * e, e, "encoder.layer.%u.output.dense", i);
        norm(f, e, "encoder.layer.%u.output.LayerNorm", i);
    }
}

/* ---- Sound ---------------------------------------------------------------------------------------------- */

static void whisper_attention(lb_file *f, uint32_t n, const char *side, const char *name, uint32_t i)
{
    char full[64], part[80];
    (void)snprintf(full, sizeof full, "%s.blocks.%u.%s", side, i, name);
    VEC(f, n, "%s_ln.weight", full);
    VEC(f, n, "%s_ln.bias", full);
    static const char *const parts[] = {"query", "key", "value", "out"};
    for (size_t k = 0; k < 4; k++) {
        (void)snprintf(part, sizeof part, "%s.%s", full, parts[k]);
        MAT(f, n, n, "%s.weight", part);
        if (k != 1)
            VEC(f, n, "%s.bias", part);
    }
}

static void whisper_mlp(lb_file *f, uint32_t n, const char *side, uint32_t i)
{
    VEC(f, n, "%s.blocks.%u.mlp_ln.weight", side, i);
    VEC(f, n, "%s.blocks.%u.mlp_ln.bias", side, i);
    MAT(f, n, 4 * n, "%s.blocks.%u.mlp.0.weight", side, i);
    VEC(f, 4 * n, "%s.blocks.%u.mlp.0.bias", side, i);
    MAT(f, 4 * n, n, "%s.blocks.%u.mlp.2.weight", side, i);
    VEC(f, n, "%s.blocks.%u.mlp.2.bias", side, i);
}

static void whisper_tensors(lb_file *f, uint32_t n)
{
    tensor(f, 0, DIMS(n, 12), "encoder.positional_embedding");
    tensor(f, 1, DIMS(3, 5, n), "encoder.conv1.weight");
    tensor(f, 0, DIMS(1, n), "encoder.conv1.bias");
    tensor(f, 1, DIMS(3, n, n), "encoder.conv2.weight");
    tensor(f, 0, DIMS(1, n), "encoder.conv2.bias");
    norm(f, n, "encoder.ln_post", 0);
    tensor(f, 0, DIMS(n, 14), "decoder.positional_embedding");
    MAT(f, n, f->vocabulary + 3, "decoder.token_embedding.weight");
    norm(f, n, "decoder.ln", 0);
    for (uint32_t i = 0; i < LAYERS; i++) {
        whisper_mlp(f, n, "encoder", i);
        whisper_attention(f, n, "encoder", "attn", i);
        whisper_mlp(f, n, "decoder", i);
        whisper_attention(f, n, "decoder", "attn", i);
        whisper_attention(f, n, "decoder", "cross_attn", i);
    }
}

static void whisper(lb_file *f, uint32_t n)
{
    num(f, "n_vocab", f->vocabulary + 3);
    num(f, "n_audio_ctx", 12);
    num(f, "n_audio_state", n);
    num(f, "n_audio_head", 2);
    num(f, "n_audio_layer", LAYERS);
    num(f, "n_text_ctx", 14);
    num(f, "n_text_state", n);
    num(f, "n_text_head", 2);
    num(f, "n_text_layer", LAYERS);
    num(f, "n_mels", 5);
    num(f, "ftype", ftype(f));
    num(f, "filters", 5);
    num(f, "filter_columns", 3);
    numbers(f, 15);
    num(f, "n_tokens", f->vocabulary);
    tokens(f, false);
    f->header_end = f->file.len;
    if (!f->spec.no_tensors)
        whisper_tensors(f, n);
}

static void silero(lb_file *f)
{
    static const uint32_t sizes[LAYERS][3] = {{9, 8, 3}, {8, 6, 3}};
    mark(f, "text");
    text(f, "silero-16k");
    num(f, "version_major", 6);
    num(f, "version_minor", 2);
    num(f, "version_patch", 0);
    num(f, "n_window", 512);
    num(f, "n_context", 64);
    num(f, "n_encoder_layers", LAYERS);
    for (uint32_t i = 0; i < LAYERS; i++) {
        num(f, "in_channels", sizes[i][0]);
        num(f, "out_channels", sizes[i][1]);
        num(f, "kernel_size", sizes[i][2]);
    }
    num(f, "lstm_input_size", 6);
    num(f, "lstm_hidden_size", 6);
    num(f, "final_conv_in", 6);
    num(f, "final_conv_out", 1);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    for (uint32_t i = 0; i < LAYERS; i++) {
        tensor(f, 1, DIMS(3, sizes[i][0], sizes[i][1]), "_model.encoder.%u.reparam_conv.weight", i);
        VEC(f, sizes[i][1], "_model.encoder.%u.reparam_conv.bias", i);
    }
    MAT(f, 6, 24, "_model.decoder.rnn.weight_ih");
    MAT(f, 6, 24, "_model.decoder.rnn.weight_hh");
    VEC(f, 24, "_model.decoder.rnn.bias_ih");
    VEC(f, 24, "_model.decoder.rnn.bias_hh");
    VEC(f, 6, "_model.decoder.decoder.2.weight");
    tensor(f, 0, 0, NULL, "_model.decoder.decoder.2.bias");
    tensor(f, 1, DIMS(8, 1, 10), "_model.stft.forward_basis_buffer");
}

static void parakeet_layer(lb_file *f, uint32_t n, uint32_t i)
{
    static const char *const square[] = {"linear_q", "linear_k", "linear_v", "linear_out", "linear_pos"};
    for (uint32_t k = 1; k <= 2; k++) {
        VEC(f, n, "encoder.layers.%u.norm_feed_forward%u.weight", i, k);
        MAT(f, n, 4 * n, "encoder.layers.%u.feed_forward%u.linear1.weight", i, k);
        MAT(f, 4 * n, n, "encoder.layers.%u.feed_forward%u.linear2.weight", i, k);
    }
    MAT(f, n, 2 * n, "encoder.layers.%u.conv.pointwise_conv1.weight", i);
    tensor(f, 0, DIMS(3, n), "encoder.layers.%u.conv.depthwise_conv.weight", i);
    MAT(f, n, n, "encoder.layers.%u.conv.pointwise_conv2.weight", i);
    for (size_t k = 0; k < 5; k++)
        MAT(f, n, n, "encoder.layers.%u.self_attn.%s.weight", i, square[k]);
    VEC(f, n, "encoder.layers.%u.norm_out.weight", i);
}

static void parakeet_numbers(lb_file *f, uint32_t n)
{
    num(f, "n_vocab", f->vocabulary);
    num(f, "n_audio_ctx", 12);
    num(f, "n_audio_state", n);
    num(f, "n_audio_head", 2);
    num(f, "n_audio_layer", LAYERS);
    num(f, "n_mels", 5);
    num(f, "ftype", ftype(f));
    num(f, "n_fft", 8);
    num(f, "subsampling_factor", 8);
    num(f, "n_subsampling_channels", 4);
    num(f, "n_conv_kernel", 3);
    num(f, "n_pred_dim", 6);
    num(f, "n_pred_layers", 2);
    num(f, "n_tdt_durations", 3);
    num(f, "n_max_tokens", 5);
    num(f, "filters", 5);
    num(f, "filter_columns", 5);
    numbers(f, 25);
    num(f, "window", 8);
    numbers(f, 8);
    mark(f, "durations");
    for (uint32_t i = 0; i < 3; i++)
        bytes_u32(&f->file, i);
    num(f, "n_tokens", f->vocabulary);
    tokens(f, false);
    f->header_end = f->file.len;
}

static void parakeet(lb_file *f, uint32_t n)
{
    parakeet_numbers(f, n);
    if (f->spec.no_tensors)
        return;
    MAT(f, n, n, "encoder.pre_encode.out.weight");
    VEC(f, n, "encoder.pre_encode.out.bias");
    tensor(f, 0, DIMS(3, 3, 1, 4), "encoder.pre_encode.conv.0.weight");
    tensor(f, 0, DIMS(1, 1, 4, 1), "encoder.pre_encode.conv.0.bias");
    for (uint32_t i = 0; i < LAYERS; i++)
        parakeet_layer(f, n, i);
    MAT(f, 6, f->vocabulary + 1, "decoder.prediction.embed.weight");
    for (uint32_t i = 0; i < 2; i++) {
        MAT(f, 6, 24, "decoder.prediction.dec_rnn.lstm.weight_ih_l%u", i);
        MAT(f, 6, 24, "decoder.prediction.dec_rnn.lstm.weight_hh_l%u", i);
    }
    linear(f, 6, 10, "joint.pred", 0);
    linear(f, n, 10, "joint.enc", 0);
    linear(f, 10, f->vocabulary + 1 + 3, "joint.joint_net.2", 0);
}

static void encodec(lb_file *f)
{
    num(f, "in_channels", 1);
    num(f, "hidden_dim", 8);
    num(f, "n_filters", 4);
    num(f, "kernel_size", 7);
    num(f, "residual_kernel_size", 3);
    num(f, "n_bins", 6);
    num(f, "bandwidth", 24);
    num(f, "sampling_rate", 24000);
    num(f, "codec_ftype", f->spec.type > 0 ? 1u : 0u);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    tensor(f, 1, DIMS(7, 1, 4), "encoder.model.0.conv.conv.weight");
    VEC(f, 4, "encoder.model.0.conv.conv.bias");
    MAT(f, 32, 4, "encoder.model.13.lstm.weight_ih_l0");
    MAT(f, 8, 6, "quantizer.vq.layers.0._codebook.embed");
}

static void bark_model(lb_file *f, uint32_t e, const char *model)
{
    char field[48];
    uint32_t heads = strcmp(model, "fine") == 0 ? 2 : 1;
    static const char *const names[] = {"n_layer",    "n_head",      "n_embd",     "block_size", "bias",
                                        "n_in_vocab", "n_out_vocab", "n_lm_heads", "n_wtes",     "ftype"};
    const uint32_t values[] = {LAYERS, 2, e, 16, 0, 9, 11, heads, heads, ftype(f)};
    for (size_t i = 0; i < 10; i++) {
        (void)snprintf(field, sizeof field, "%s.%s", model, names[i]);
        num(f, field, values[i]);
    }
    (void)snprintf(field, sizeof field, "%s.n_tensors", model);
    num(f, field, 2 * heads + 2 + 6 * LAYERS);
    if (f->header_end == 0)
        f->header_end = f->file.len;
    for (uint32_t i = 0; i < heads; i++) {
        MAT(f, e, 9, "model/wte/%u", i);
        MAT(f, e, 11, "model/lm_head/%u", i);
    }
    MAT(f, e, 16, "model/wpe");
    VEC(f, e, "model/ln_f/g");
    for (uint32_t i = 0; i < LAYERS; i++) {
        VEC(f, e, "model/h%u/ln_1/g", i);
        VEC(f, e, "model/h%u/ln_2/g", i);
        MAT(f, e, 3 * e, "model/h%u/attn/c_attn/w", i);
        MAT(f, e, e, "model/h%u/attn/c_proj/w", i);
        MAT(f, e, 4 * e, "model/h%u/mlp/c_fc/w", i);
        MAT(f, 4 * e, e, "model/h%u/mlp/c_proj/w", i);
    }
}

static void bark(lb_file *f, uint32_t e)
{
    num(f, "n_tokens", f->vocabulary);
    tokens(f, false);
    if (f->spec.no_tensors)
        return;
    bark_model(f, e, "semantic");
    bark_model(f, e, "coarse");
    bark_model(f, e, "fine");
    uint64_t header_end = f->header_end;
    mark(f, "codec_magic");
    bytes_raw(&f->file, "lmgg", 4);
    encodec(f);
    f->header_end = header_end;
}

/* ---- Pictures --------------------------------------------------------------------------------------------- */

static void clip_side(lb_file *f, const char *side, uint32_t first, uint32_t second, uint32_t e)
{
    static const char *const names[] = {"", "", "hidden_size", "n_intermediate", "projection_dim", "n_head", "n_layer"};
    const uint32_t values[] = {first, second, e, 2 * e, 8, 2, LAYERS};
    char field[48];
    bool is_text = strcmp(side, "text") == 0;
    for (size_t i = 0; i < 7; i++) {
        const char *name = i == 0   ? (is_text ? "n_vocab" : "image_size")
                           : i == 1 ? (is_text ? "num_positions" : "patch_size")
                                    : names[i];
        (void)snprintf(field, sizeof field, "%s.%s", side, name);
        num(f, field, values[i]);
    }
}

static void clip_layers(lb_file *f, const char *side, uint32_t e)
{
    char name[80];
    for (uint32_t i = 0; i < LAYERS; i++) {
        (void)snprintf(name, sizeof name, "%s_model.encoder.layers.%u.", side, i);
        MAT(f, e, e, "%sself_attn.q_proj.weight", name);
        VEC(f, e, "%sself_attn.q_proj.bias", name);
        MAT(f, e, e, "%sself_attn.out_proj.weight", name);
        VEC(f, e, "%sself_attn.out_proj.bias", name);
        MAT(f, e, 2 * e, "%smlp.fc1.weight", name);
        VEC(f, 2 * e, "%smlp.fc1.bias", name);
        MAT(f, 2 * e, e, "%smlp.fc2.weight", name);
        VEC(f, e, "%smlp.fc2.bias", name);
    }
}

static void clip(lb_file *f, uint32_t e)
{
    clip_side(f, "text", f->vocabulary, 10, e);
    clip_side(f, "vision", 28, 14, e);
    num(f, "use_gelu", 0);
    num(f, "ftype", f->spec.type > 0 ? 1u : 0u);
    num(f, "n_vocab_again", f->vocabulary);
    tokens(f, false);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    MAT(f, e, f->vocabulary, "text_model.embeddings.token_embedding.weight");
    MAT(f, e, 10, "text_model.embeddings.position_embedding.weight");
    clip_layers(f, "text", e);
    VEC(f, e, "vision_model.embeddings.class_embedding");
    tensor(f, 1, DIMS(14, 14, 3, e), "vision_model.embeddings.patch_embedding.weight");
    clip_layers(f, "vision", e);
    MAT(f, e, 8, "text_projection.weight");
    MAT(f, e, 8, "visual_projection.weight");
}

static void sam(lb_file *f, uint32_t e)
{
    num(f, "n_enc_state", e);
    num(f, "n_enc_layer", LAYERS);
    num(f, "n_enc_head", 2);
    num(f, "n_enc_out_chans", 8);
    num(f, "n_pt_embd", 4);
    num(f, "ftype", ftype(f));
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    tensor(f, 0, DIMS(e, 4, 4, 1), "image_encoder.pos_embed");
    tensor(f, 1, DIMS(2, 2, 3, e), "image_encoder.patch_embed.proj.weight");
    for (uint32_t i = 0; i < LAYERS; i++) {
        norm(f, e, "image_encoder.blocks.%u.norm1", i);
        linear(f, e, 3 * e, "image_encoder.blocks.%u.attn.qkv", i);
        linear(f, e, e, "image_encoder.blocks.%u.attn.proj", i);
        norm(f, e, "image_encoder.blocks.%u.norm2", i);
        linear(f, e, 4 * e, "image_encoder.blocks.%u.mlp.lin1", i);
        linear(f, 4 * e, e, "image_encoder.blocks.%u.mlp.lin2", i);
    }
    tensor(f, 1, DIMS(1, 1, e, 8), "image_encoder.neck.0.weight");
    tensor(f, 1, DIMS(3, 3, 8, 8), "image_encoder.neck.2.weight");
    tensor(f, 0, DIMS(4, 2), "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix");
}

static void stable_diffusion(lb_file *f, uint32_t e, bool adapter)
{
    num(f, "ftype", f->spec.type > 0 ? 1u : 0u);
    if (!adapter) {
        num(f, "n_tokens", f->vocabulary);
        tokens(f, false);
    }
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    if (adapter) {
        MAT(f, e, 4, "lora.unet_mid_block.lora_down.weight");
        MAT(f, e, 4, "lora.unet_mid_block.lora_up.weight");
        return;
    }
    MAT(f, e, f->vocabulary, "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight");
    tensor(f, 1, DIMS(3, 3, 4, 8), "model.diffusion_model.input_blocks.0.0.weight");
    MAT(f, e, 4 * e, "model.diffusion_model.time_embed.0.weight");
    tensor(f, 1, DIMS(3, 3, 4, 8), "first_stage_model.decoder.conv_in.weight");
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
    LAYOUT("llama", llama(f, e))
    LAYOUT("lora", lora(f, e))
    LAYOUT("gpt2", gpt2(f, e))
    LAYOUT("gptj", gptj(f, e))
    LAYOUT("gptneox", gptneox(f, e, false))
    LAYOUT("gptneox-old", gptneox(f, e, true))
    LAYOUT("mpt", mpt(f, e, false))
    LAYOUT("replit", mpt(f, e, true))
    LAYOUT("bloom", bloom(f, e))
    LAYOUT("falcon", falcon(f, e, false))
    LAYOUT("falcon-rustformers", falcon(f, e, true))
    LAYOUT("rwkv", rwkv(f, e))
    LAYOUT("bert", bert(f, e))
    LAYOUT("whisper", whisper(f, e))
    LAYOUT("silero-vad", silero(f))
    LAYOUT("parakeet", parakeet(f, e))
    LAYOUT("encodec", encodec(f))
    LAYOUT("bark", bark(f, e))
    LAYOUT("clip", clip(f, e))
    LAYOUT("sam", sam(f, e))
    LAYOUT("stable-diffusion", stable_diffusion(f, e, false))
    LAYOUT("stable-diffusion-lora", stable_diffusion(f, e, true))
    LAYOUT("gpt4all-mpt", gpt4all_mpt(f, e))
    LAYOUT("gpt4all-replit", gpt4all_replit(f, e))
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
            num(f, "version", containers[i].version);
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

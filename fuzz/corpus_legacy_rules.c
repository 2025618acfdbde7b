/* SPDX-License-Identifier: MIT */
/* The corpus of the ggml family before GGUF, continued: files just inside and just outside of the rules of one layout,
 * most opened as the layout that they are, and files that two layouts explain as well for a while. */
#include "corpus_legacy.h"

#include <stdio.h>
#include <string.h>

static void put_raw(corpus *c, bytes *file, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "legacy/%s.bin", name);
    corpus_add(c, path, file->data, file->len);
    bytes_free(file);
}

static lb_file *make(const char *layout, const char *container)
{
    const lb_spec spec = {layout, container, 8, 1, 0, false, 0, 0, 0};
    return lb_make(spec);
}

static lb_file *make_vocabulary(const char *layout, const char *container, uint32_t tokens)
{
    const lb_spec spec = {layout, container, 8, 0, 0, true, 0, 0, tokens};
    return lb_make(spec);
}

static void set(corpus *c, lb_file *f, const char *field, uint32_t value, const char *name)
{
    corpus_put_with(c, f, lb_at(f, field), value, name);
}

/* Replaces `gone` bytes at `at`. */
static void splice(bytes *file, uint64_t at, size_t gone, const void *data, size_t len)
{
    bytes after = bytes_new(false);
    bytes_raw(&after, file->data, (size_t)at);
    bytes_raw(&after, data, len);
    bytes_raw(&after, file->data + at + gone, file->len - (size_t)at - gone);
    bytes_free(file);
    *file = after;
}

/* ---- Numbers and tables ---- */

static void add_numbers(corpus *c)
{
    lb_file *f = make_vocabulary("llama", "ggjt1", 256);
    static const char *const zeros[] = {"n_embd", "n_mult", "n_layer", "n_rot"};
    for (size_t i = 0; i < sizeof zeros / sizeof zeros[0]; i++)
        bytes_put_u32(&f->file, lb_at(f, zeros[i]), 0);
    corpus_put(c, f, "accept/W_NO_TENSORS--llama-without-numbers");
    set(c, make("llama", "ggml"), "n_rot", 5, "accept/another-n_rot@layout=llama");
    set(c, make("llama", "ggml"), "n_rot", 5, "reject/E_HPARAM_RELATION--n_rot-of-llama");
    set(c, make("silero-vad", "ggml"), "n_encoder_layers", 65, "reject/E_HPARAM_RANGE--65-layers@layout=silero-vad");
    /* They would be read up to the end of the file, and kept. */
    set(c, make("silero-vad", "ggml"), "n_encoder_layers", 1025,
        "reject/E_HPARAM_RANGE--1025-layers@layout=silero-vad,heap_base=280000,heap_factor=1,tail=65536");
    set(c, make("silero-vad", "ggml"), "text", 65536, "reject/E_STRING_LENGTH--65536@layout=silero-vad,tail=70000");
    set(c, make("gptj", "ggml"), "n_vocab_again", UINT32_MAX, "reject/E_HPARAM_NEGATIVE--gptj-second-count");
    set(c, make("whisper", "ggml"), "n_vocab", 6, "reject/E_VOCAB_COUNT--more-than-n_vocab@layout=whisper");
    f = make_vocabulary("gpt4all-mpt", "ggmm", 300);
    bytes_put_u32(&f->file, lb_at(f, "tokens_end") - 8, 4u | 1u << 31);
    corpus_put(c, f, "accept/W_NO_TENSORS--special-token-at-the-end@layout=gpt4all-mpt");
    set(c, make("llama", "ggjt1"), "ftype", 8, "accept/ftype-8");
    corpus_put(c, make("llama", "ggml"), "reject/E_LIMIT_KEYS--llama@max_keys=8");
    corpus_put(c, make("llama", "ggml"), "accept/as-many-keys@max_keys=9");
}

/* ---- Records ---- */

static void append_lora(lb_file *f, size_t name_len, const char *end)
{
    char name[1100];
    const uint32_t dims[] = {4, 8};
    memset(name, 'x', sizeof name);
    (void)snprintf(name + name_len - strlen(end), sizeof name - (name_len - strlen(end)), "%s", end);
    (void)lb_append_record(f, name, 0, 2, dims, 128);
}

static void add_lora(corpus *c)
{
    lb_file *f = make_vocabulary("lora", "ggla1", 0);
    corpus_put(c, f, "reject/E_TENSOR_MISSING--lora-of-nothing");
    f = make_vocabulary("lora", "ggla1", 0);
    append_lora(f, 12, ".loraA");
    corpus_put(c, f, "reject/E_TENSOR_MISSING--lora-one-of-a-pair");
    f = make_vocabulary("lora", "ggla1", 0);
    append_lora(f, 1023, ".loraA");
    append_lora(f, 1023, ".loraB");
    corpus_put(c, f, "accept/names-of-1023-bytes");
    f = make_vocabulary("lora", "ggla1", 0);
    append_lora(f, 1023, ".loraA");
    append_lora(f, 1024, ".loraB");
    corpus_put(c, f, "reject/E_NAME_LENGTH--1024-in-lora");
}

static void add_records(corpus *c)
{
    const uint8_t one[] = {1, 0, 0, 0};
    lb_file *f = make("llama", "ggml");
    bytes_put_u32(&f->file, f->tensors[0].at.record, 3);
    splice(&f->file, f->tensors[0].at.name, 0, one, sizeof one);
    corpus_put(c, f, "reject/E_RANK--a-third-dimension-of-1@layout=llama");
    f = make("llama", "ggml");
    bytes_cut(&f->file, f->tensors[f->num_tensors - 1].at.record);
    corpus_put(c, f, "reject/E_TENSOR_MISSING--last-tensor@layout=llama");
    f = make("llama", "ggml");
    const uint32_t dims[] = {8, 7};
    (void)lb_append_record(f, "tok_embeddings.weight", 0, 2, dims, 224);
    corpus_put(c, f, "reject/E_NAME_DUPLICATE--first-tensor");
    f = make("llama", "ggml");
    char name[96];
    (void)snprintf(name, sizeof name, "reject/E_LIMIT_TENSORS--llama@max_tensors=%zu", f->num_tensors - 1);
    corpus_put(c, f, name);
    f = make("llama", "ggml");
    (void)snprintf(name, sizeof name, "accept/as-many-tensors@max_tensors=%zu", f->num_tensors);
    corpus_put(c, f, name);
    /* The number of parts is that of the first tensor of the layout, not of the file. */
    const lb_spec part = {"llama", "ggml", 32, 1, 0, false, 2, 1, 0};
    f = lb_make(part);
    const lb_tensor *norm = lb_find(f, "norm.weight");
    uint64_t from = norm->at.record, len = norm->at.end - from;
    bytes moved = bytes_new(false);
    bytes_raw(&moved, f->file.data + from, (size_t)len);
    splice(&f->file, from, (size_t)len, NULL, 0);
    splice(&f->file, f->header_end, 0, moved.data, moved.len);
    bytes_free(&moved);
    corpus_put(c, f, "accept/W_PART--llama-norm-first");
    static const char *const layouts[] = {"llama", "gpt2", "gptj", "gptneox", "mpt", "bloom", "falcon", "bert"};
    for (size_t i = 0; i < sizeof layouts / sizeof layouts[0]; i++) {
        f = make(layouts[i], "ggml");
        bytes_put_u32(&f->file, f->tensors[0].at.record, 3);
        (void)snprintf(name, sizeof name, "seed/%s-rank-3-first", layouts[i]);
        corpus_put(c, f, name);
    }
}

/* Layers whose numbers have two digits. */
static void add_layers(corpus *c)
{
    static const struct {
        const char *name;
        uint32_t rank, dims[2];
    } rows[] = {
        {"attention.wq", 2, {8, 8}},     {"attention.wk", 2, {8, 8}},     {"attention.wv", 2, {8, 8}},
        {"attention.wo", 2, {8, 8}},     {"feed_forward.w1", 2, {8, 32}}, {"feed_forward.w2", 2, {32, 8}},
        {"feed_forward.w3", 2, {8, 32}}, {"attention_norm", 1, {8, 0}},   {"ffn_norm", 1, {8, 0}},
    };
    lb_file *f = make("llama", "ggml");
    for (unsigned layer = 2; layer < 12; layer++) {
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            char name[64];
            (void)snprintf(name, sizeof name, "layers.%u.%s.weight", layer, rows[i].name);
            uint32_t elements = rows[i].dims[0] * (rows[i].rank == 2 ? rows[i].dims[1] : 1);
            (void)lb_append_record(f, name, 1, rows[i].rank, rows[i].dims, elements * (uint64_t)2);
        }
    }
    set(c, f, "n_layer", 12, "accept/twelve-layers");
}

/* The list of names is full to the last byte, which is in the middle of a name. */
static void add_full_list(corpus *c)
{
    char name[512];
    const uint32_t dims[] = {1};
    lb_file *f = make_vocabulary("llama", "ggml", 0);
    memset(name, 'x', sizeof name);
    name[100] = '\0'; /* makes room for 381 bytes */
    (void)lb_append_record(f, name, 0, 1, dims, 4);
    name[100] = 'x';
    name[261] = '\0';
    (void)lb_append_record(f, name, 0, 1, dims, 4);
    (void)lb_append_record(f, "tok_embeddings.weigh", 0, 1, dims, 4);
    corpus_put(c, f, "reject/E_TENSOR_UNKNOWN--a-name-at-the-end-of-its-list@layout=llama");
}

/* Until March 2023 some matrices of gpt2 stood the other way round. */
static void add_transposed(corpus *c)
{
    static const char *const ends[] = {"attn/c_attn/w", "mlp/c_fc/w", "mlp/c_proj/w"};
    lb_file *f = make("gpt2", "ggml");
    for (size_t i = 0; i < f->num_tensors; i++) {
        const lb_tensor *t = &f->tensors[i];
        for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++) {
            if (strstr(t->name, ends[k]) == NULL)
                continue;
            bytes_put_u32(&f->file, t->at.dims, t->dims[1]);
            bytes_put_u32(&f->file, t->at.dims + 4, t->dims[0]);
        }
    }
    corpus_put(c, f, "accept/gpt2-transposed");
    f = make("rwkv", "ggmf101");
    corpus_put_with(c, f, f->tensors[3].at.type, 4, "reject/E_DTYPE_REMOVED--type-4-of-rwkv");
    f = make("rwkv", "ggmf100");
    corpus_put_with(c, f, f->tensors[3].at.type, 4, "reject/E_DTYPE_REMOVED--type-4-of-rwkv-100");
    f = make("rwkv", "ggmf101"); /* which may have more tensors than are known, but not less */
    for (size_t i = 0; i < 3; i++)
        bytes_put_u8(&f->file, f->tensors[i].at.name, 'X');
    bytes_cut(&f->file, f->tensors[2].at.end);
    corpus_put(c, f, "reject/E_TENSOR_MISSING--rwkv-under-other-names@layout=rwkv");
    f = make("encodec", "ggml");
    bytes_cut(&f->file, f->header_end);
    corpus_put(c, f, "reject/E_TENSOR_MISSING--no-record-of-encodec@layout=encodec");
}

/* ---- Two layouts at once ---- */

static void put_numbers(bytes *file, const uint32_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        bytes_u32(file, numbers[i]);
}

/* What several layouts read as far, and then each misses something else. */
static void add_cut(corpus *c)
{
    bytes f = lb_seven_numbers(7);
    put_raw(c, &f, "seed/cut-behind-seven-numbers");
    /* Five numbers of mpt and the first of two floats, or a text of two letters and five numbers of silero-vad. */
    f = bytes_new(false);
    bytes_raw(&f, "lmgg\2\0\0\0ab", 10);
    const uint32_t numbers[] = {1, 1, 1, 1, 0x8000};
    put_numbers(&f, numbers, sizeof numbers / sizeof numbers[0]);
    bytes_u8(&f, 0);
    put_raw(c, &f, "seed/cut-in-mpt-or-silero-vad");
}

/* A record with something wrong, whose name says what the file is. */
static void add_named(corpus *c)
{
    bytes f = lb_seven_numbers(7);
    static const char name[] = "gpt_neox.embed_in.weight";
    const uint32_t tokens[7] = {0}, record[] = {2, sizeof name - 1, 99, 64, 7};
    put_numbers(&f, tokens, 7);
    put_numbers(&f, record, sizeof record / sizeof record[0]);
    bytes_raw(&f, name, sizeof name - 1);
    put_raw(c, &f, "reject/E_DTYPE--the-name-says-gptneox");
}

/* A record of one element, and nothing behind it. */
static void put_record(bytes *file, uint32_t rank, const char *name)
{
    const uint32_t record[] = {rank, (uint32_t)strlen(name), 0, 1, 1, 1};
    put_numbers(file, record, 3 + rank);
    bytes_raw(file, name, strlen(name));
    bytes_fill(file, 4, 0);
}

/* A header that is one of llama, with 24 tokens, and one of silero-vad, with 12 layers: both end at the same byte, and
 * only the second may have a tensor without dimensions. */
static void add_rank_0(corpus *c)
{
    const uint32_t numbers[] = {24, 64, 64, 2, 1, 32, 2000, 0, 0, 0, 8, 0, 12};
    bytes f = bytes_new(false);
    bytes_raw(&f, "lmgg", 4);
    put_numbers(&f, numbers, sizeof numbers / sizeof numbers[0]);
    for (int i = 0; i < 20; i++) {
        bytes_u32(&f, 4);
        bytes_u32(&f, 1);
    }
    put_record(&f, 0, "tok_embeddings.weight");
    put_raw(c, &f, "reject/E_RANK_SMALL--llama-or-silero-vad");
}

/* A header that is one of llama, with 5 tokens, and one of whisper, without any: both end at the same byte, and both
 * have explained 11 numbers and words by then. Then comes a tensor with three dimensions, which only the second may
 * have, and something that neither reads. The one that came further is what the file is rejected as. */
static void add_tie(corpus *c, bool small, const char *name)
{
    /* n_text_layer is the token "\1" of llama, and the beginning of an empty one that ends with n_mels; n_mels itself
     * is the length of the next, and again, as the rows of the filters, that of the one behind. */
    const uint32_t numbers[] = {5, 4, 4, 2, 1, 2, 2, 1, 1, 768, 0, 768, 1};
    bytes f = bytes_new(false);
    bytes_raw(&f, "lmgg", 4);
    put_numbers(&f, numbers, sizeof numbers / sizeof numbers[0]);
    bytes_fill(&f, (size_t)768 * 4, 0);
    bytes_put_u32(&f, 820, 3132 - 824); /* the last token of llama ends behind the number of those of whisper */
    bytes_u32(&f, 0);
    put_record(&f, 3, "x");
    if (small)
        put_record(&f, 0, "y");
    else
        bytes_u32(&f, 9);
    put_raw(c, &f, name);
}

/* A file of bloom, of which sam would read the tokens as a record with a name of 8000 bytes. Where sam takes `n_mult`
 * for heads that do not divide the rest, more of the file would not make it one of sam. */
static void add_limit(corpus *c, uint32_t n_mult, const char *name)
{
    const lb_spec spec = {"bloom", "ggml", 12, 0, 0, false, 0, 0, 0};
    lb_file *f = lb_make(spec);
    uint8_t tokens[60] = {1, 0, 0, 0, 0x40, 31, 0, 0, 0, 0, 0, 0};
    memset(tokens + 12, 'a', 28);
    splice(&f->file, lb_at(f, "tokens"), (size_t)(lb_at(f, "tokens_end") - lb_at(f, "tokens")), tokens, sizeof tokens);
    set(c, f, "n_mult", n_mult, name);
}

void corpus_legacy_rules(corpus *c)
{
    add_numbers(c);
    add_lora(c);
    add_records(c);
    add_transposed(c);
    add_layers(c);
    add_full_list(c);
    add_cut(c);
    add_named(c);
    add_rank_0(c);
    add_tie(c, false, "seed/whisper-comes-further-than-llama");
    add_tie(c, true, "seed/whisper-comes-one-tensor-further-than-llama");
    add_limit(c, 1, "reject/E_LIMIT_HEADER--bloom-or-sam@max_header_bytes=4000");
    add_limit(c, 3, "accept/bloom-but-not-sam@max_header_bytes=4000");
}

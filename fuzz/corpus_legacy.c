/* SPDX-License-Identifier: MIT */
/* The corpus of the ggml family before GGUF: each layout in each container, small but complete; and what is rejected,
 * a file for each rule. */
#include "corpus_legacy.h"

#include <stdio.h>
#include <string.h>

static lb_file *small(const char *layout, const char *container, uint32_t type)
{
    const lb_spec spec = {layout, container, 8, type, 0, false, 0, 0, 0};
    return lb_make(spec);
}

void corpus_put(corpus *c, lb_file *f, const char *name)
{
    char path[256];
    (void)snprintf(path, sizeof path, "legacy/%s.bin", name);
    corpus_add(c, path, f->file.data, f->file.len);
    lb_free(f);
}

void corpus_put_with(corpus *c, lb_file *f, uint64_t at, uint32_t value, const char *name)
{
    bytes_put_u32(&f->file, at, value);
    corpus_put(c, f, name);
}

static void add_accepted(corpus *c)
{
    for (size_t i = 0; i < lb_num_specs; i++) {
        lb_spec spec = lb_specs[i];
        char name[128];
        spec.width = 8;
        bool by_name = strcmp(spec.layout, "stable-diffusion-lora") == 0;
        bool again = i > 0 && strcmp(spec.layout, lb_specs[i - 1].layout) == 0 &&
                     strcmp(spec.container, lb_specs[i - 1].container) == 0;
        (void)snprintf(name, sizeof name, "%s/%s-%s%s", by_name ? "seed" : "accept", spec.layout, spec.container,
                       again ? "-with-other-names" : "");
        corpus_put(c, lb_make(spec), name);
    }
    lb_spec vocabulary = {"llama", "ggjt1", 8, 0, 0, true, 0, 0, 256};
    corpus_put(c, lb_make(vocabulary), "accept/W_NO_TENSORS--llama-vocabulary");
    lb_spec quantized = {"llama", "ggml", 32, 2, 0, false, 0, 0, 0};
    corpus_put(c, lb_make(quantized), "accept/W_QUANTIZATION_UNKNOWN--llama-q4_0");
    quantized.container = "ggjt3";
    corpus_put(c, lb_make(quantized), "accept/llama-ggjt3-q4_0");
}

/* A number of the header changed in a file of floats; which of the layouts then comes closest is up to the library. */
static void seed_with(corpus *c, const char *layout, const char *container, const char *field, uint32_t value)
{
    char name[160];
    lb_file *f = small(layout, container, 1);
    (void)snprintf(name, sizeof name, "seed/%s-%s-%s-%lu", layout, container, field, (unsigned long)value);
    corpus_put_with(c, f, lb_at(f, field), value, name);
}

/* Types by their numbers in each container, ftypes with their thousands, and numbers at the edges of their rules. */
static void add_seeds(corpus *c)
{
    static const struct {
        const char *layout, *container;
        uint32_t type, quantization;
    } typed[] = {
        {"gpt2", "ggml", 2, 1},    {"gpt2", "ggml", 8, 2},     {"bert", "ggml", 2, 0},     {"rwkv", "ggmf100", 7, 0},
        {"rwkv", "ggmf101", 9, 0}, {"rwkv", "ggmf101", 13, 0}, {"llama", "ggjt2", 6, 0},   {"llama", "ggjt1", 4, 0},
        {"llama", "ggjt3", 12, 0}, {"whisper", "ggml", 7, 2},  {"falcon", "ggcc10", 3, 0}, {"gptj", "ggjt3", 2, 2},
    };
    for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
        char name[160];
        const lb_spec spec = {typed[i].layout,
                              typed[i].container,
                              typed[i].type >= 10 ? 256 : 32,
                              typed[i].type,
                              typed[i].quantization,
                              false,
                              0,
                              0,
                              0};
        lb_file *f = lb_make(spec);
        (void)snprintf(name, sizeof name, "seed/%s-%s-type-%lu-%lu", spec.layout, spec.container,
                       (unsigned long)spec.type, (unsigned long)spec.quantization);
        if (f->file.len <= 60000)
            corpus_put(c, f, name);
        else
            lb_free(f);
    }
    static const uint32_t ftypes[] = {5, 10, 18, 19, 1001, 2001, 2028, 2029, 3001, UINT32_MAX};
    for (size_t i = 0; i < sizeof ftypes / sizeof ftypes[0]; i++) {
        seed_with(c, "gpt2", "ggml", "ftype", ftypes[i]);
        seed_with(c, "llama", "ggjt3", "ftype", ftypes[i]);
    }
    seed_with(c, "stable-diffusion", "ggml", "ftype", 0x10001);
    seed_with(c, "stable-diffusion", "ggml", "ftype", 0x20001);
    static const uint32_t ids[] = {4, 5, 6, 10, 16, 17, UINT32_MAX};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        seed_with(c, "rwkv", "ggmf101", "data_type", ids[i]);
    seed_with(c, "whisper", "ggml", "n_audio_head", 0);
    seed_with(c, "llama", "ggml", "n_vocab", UINT32_MAX);
    seed_with(c, "llama", "ggml", "n_vocab", 1000000);
    seed_with(c, "llama", "ggml", "tokens", 65536);
    seed_with(c, "falcon", "ggcc10", "n_falcon_type", 8);
    seed_with(c, "silero-vad", "ggml", "n_encoder_layers", 65);
    seed_with(c, "bark", "ggml", "coarse.n_tensors", 3);
    seed_with(c, "bark", "ggml", "coarse.n_tensors", INT32_MAX);
    seed_with(c, "bark", "ggml", "fine.n_tensors", UINT32_MAX);
}

/* A vocabulary that may be of llama or of gptneox. */
static lb_file *two_vocabularies(void)
{
    lb_spec both = {"llama", "ggml", 0, 0, 0, true, 0, 0, 300};
    lb_file *f = lb_make(both);
    bytes_put_u32(&f->file, lb_at(f, "n_embd"), 64);
    bytes_put_u32(&f->file, lb_at(f, "n_mult"), 64);
    bytes_put_u32(&f->file, lb_at(f, "n_rot"), 32);
    return f;
}

/* What the caller asks for. */
static void add_asked(corpus *c)
{
    corpus_put(c, two_vocabularies(), "accept/W_NO_TENSORS--of-two-the-one-asked-for@layout=llama");
    corpus_put(c, small("llama", "ggml", 1), "accept/llama-as-asked-for@layout=llama");
    corpus_put(c, small("stable-diffusion-lora", "ggml", 1), "accept/by-its-name-only@layout=stable-diffusion-lora");
    corpus_put(c, small("llama", "ggjt1", 1), "reject/E_LAYOUT_MAGIC--no-bark-in-ggjt@layout=bark");
    corpus_put(c, small("llama", "ggjt3", 1), "reject/E_PROFILE_FORMAT--llama@llama.cpp");
}

/* Records whose rank, type, name or shape is not that of their layout. */
static void add_record_seeds(corpus *c)
{
    static const uint32_t ids[] = {9, 14, 15, 16};
    lb_file *f;
    char name[160];
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        f = small("llama", "ggjt3", 1);
        (void)snprintf(name, sizeof name, "seed/llama-ggjt3-record-of-type-%lu", (unsigned long)ids[i]);
        corpus_put_with(c, f, f->tensors[3].at.type, ids[i], name);
        f = small("rwkv", "ggmf101", 1);
        (void)snprintf(name, sizeof name, "seed/rwkv-ggmf101-record-of-type-%lu", (unsigned long)ids[i]);
        corpus_put_with(c, f, f->tensors[3].at.type, ids[i] - 8, name);
    }
    f = small("llama", "ggml", 1);
    bytes_put_u8(&f->file, f->tensors[4].at.name + 7, '7'); /* a layer that there is not */
    corpus_put(c, f, "reject/E_TENSOR_UNKNOWN--layer-7");
    f = small("llama", "ggml", 1);
    bytes_put_u8(&f->file, f->tensors[4].at.name + 3, 0xFF);
    corpus_put(c, f, "reject/E_NAME_UTF8--legacy");
    f = small("llama", "ggml", 1);
    bytes_put_u8(&f->file, f->tensors[4].at.name + 3, 0);
    corpus_put(c, f, "reject/E_NAME_NUL--legacy");
    f = small("gptj", "ggml", 1);
    corpus_put_with(c, f, lb_at(f, "n_vocab"), 8, "reject/E_VOCAB_COUNT--gptj");
    f = small("gptj", "ggml", 1);
    corpus_put_with(c, f, lb_at(f, "n_vocab_again"), 8, "reject/E_VOCAB_COUNT--gptj-second-count");
    const lb_spec numbers = {"whisper", "ggml", 8, 0, 0, true, 0, 0, 0};
    const uint32_t wrapping[] = {1u << 30, 1u << 30, 1u << 4, 1};
    f = lb_make(numbers);
    lb_append_record(f, "encoder.positional_embedding", 0, 4, wrapping, 64);
    corpus_put(c, f, "reject/E_ELEMENT_COUNT--first-record-of-whisper");
    f = small("gptj", "ggml", 1);
    corpus_put_with(c, f, lb_at(f, "tokens"), UINT32_MAX, "seed/gptj-token-length");
    f = small("llama", "ggml", 1);
    corpus_put_with(c, f, lb_at(f, "n_vocab"), 1000000, "reject/E_COUNT_TRUNCATED--tokens");
    f = small("llama", "ggjt3", 1);
    corpus_put_with(c, f, f->tensors[0].at.dims, 7, "seed/llama-ggjt3-shape");
    f = small("llama", "ggjt3", 1);
    corpus_put_with(c, f, f->tensors[2].at.dims + 4, 3, "seed/llama-ggjt3-shape-of-the-third");
    f = small("mpt", "ggml", 1);
    bytes_cut(&f->file, f->header_end + 5);
    corpus_put(c, f, "seed/mpt-cut-in-a-record");
    f = small("encodec", "ggml", 1);
    bytes_cut(&f->file, f->header_end);
    corpus_put(c, f, "seed/encodec-numbers-alone");
    corpus_put(c, two_vocabularies(), "reject/E_LAYOUT_AMBIGUOUS--vocabulary-of-llama-or-gptneox");
    lb_spec part = {"llama", "ggjt1", 32, 1, 0, false, 2, 1, 0};
    corpus_put(c, lb_make(part), "accept/W_PART--llama");
    part.container = "ggml";
    part.part = 0;
    corpus_put(c, lb_make(part), "accept/W_PART--llama-ggml");
}

static void add_rejected_headers(corpus *c)
{
    lb_file *f = small("llama", "ggjt1", 1);
    corpus_put_with(c, f, lb_at(f, "version"), 4, "reject/E_VERSION--ggjt-4");
    f = small("llama", "ggjt1", 1);
    corpus_put_with(c, f, lb_at(f, "n_layer"), 1u << 31, "reject/E_HPARAM_NEGATIVE--n_layer");
    f = small("llama", "ggjt1", 1);
    corpus_put_with(c, f, lb_at(f, "n_mult"), 0, "reject/E_HPARAM_RANGE--n_mult-0");
    f = small("parakeet", "ggml", 1);
    corpus_put_with(c, f, lb_at(f, "n_fft"), 0, "reject/E_HPARAM_RANGE--n_fft-0");
    f = small("gptj", "ggml", 1);
    corpus_put_with(c, f, lb_at(f, "n_rot"), 5, "reject/E_HPARAM_RELATION--n_rot");
    f = small("llama", "ggjt2", 1);
    corpus_put_with(c, f, lb_at(f, "ftype"), 5, "reject/E_FTYPE--q4_2-in-ggjt2");
    f = small("parakeet", "ggml", 1);
    corpus_put_with(c, f, lb_at(f, "n_fft"), 10, "reject/E_TABLE_SIZE--mel-filters");
    f = small("bark", "ggml", 1);
    corpus_put_with(c, f, lb_at(f, "codec_magic"), 0, "reject/E_NESTED_MAGIC--bark-without-codec");
}

static void add_rejected_records(corpus *c)
{
    lb_file *f = small("llama", "ggjt1", 1);
    corpus_put_with(c, f, f->tensors[3].at.record, INT32_MAX, "reject/E_RANK--2147483647");
    f = small("lora", "ggla1", 1);
    corpus_put_with(c, f, f->tensors[1].at.record, 1, "reject/E_RANK_SMALL--lora-vector");
    f = small("llama", "ggjt1", 1);
    corpus_put_with(c, f, f->tensors[3].at.name_len, UINT32_MAX, "reject/E_NAME_LENGTH--4294967295");
    f = small("llama", "ggjt3", 1);
    corpus_put_with(c, f, f->tensors[3].at.type, 4, "reject/E_DTYPE_REMOVED--q4_2-in-ggjt3");
    f = small("llama", "ggjt1", 1);
    corpus_put_with(c, f, f->tensors[3].at.type, 9, "reject/E_DTYPE--q8_1");
    f = small("llama", "ggjt1", 1);
    corpus_put_with(c, f, f->tensors[3].at.dims, 0, "reject/E_DIM_ZERO--columns");
    f = small("llama", "ggjt1", 1);
    const uint32_t back[] = {2147483644u, 2147483652u};
    lb_append_record(f, "layers.0.attention.wq.weight", 0, 2, back, 64);
    corpus_put(c, f, "reject/E_DIM_NEGATIVE--seeks-back-by-64");
}

static void add_rejected_ends(corpus *c)
{
    lb_file *f = small("llama", "ggjt1", 1);
    bytes_fill(&f->file, 11, 0);
    corpus_put(c, f, "reject/E_STRAY_BYTES--11");
    f = small("llama", "ggml", 1);
    bytes_cut(&f->file, f->file.len - 1);
    corpus_put(c, f, "reject/E_TENSOR_TRUNCATED--last-byte");
    f = small("llama", "ggml", 1);
    bytes_cut(&f->file, f->tensors[f->num_tensors - 1].at.record);
    corpus_put(c, f, "reject/E_TENSOR_MISSING--last-tensor");
    f = small("llama", "ggjt1", 1);
    const uint32_t dims[] = {8};
    lb_append_record(f, "rope.freqs", 0, 1, dims, 32);
    corpus_put(c, f, "reject/E_TENSOR_UNKNOWN--rope");
    f = small("rwkv", "ggmf101", 1);
    lb_append_record(f, "ln_out.bias", 0, 1, dims, 32);
    corpus_put(c, f, "reject/E_NAME_DUPLICATE--rwkv");
}

void corpus_legacy(corpus *c)
{
    add_accepted(c);
    add_seeds(c);
    add_asked(c);
    add_record_seeds(c);
    add_rejected_headers(c);
    add_rejected_records(c);
    add_rejected_ends(c);
}

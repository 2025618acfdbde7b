/* SPDX-License-Identifier: MIT */
/* The corpus of the ggml family before GGUF: each layout in each container, small but complete; and what is rejected,
 * a file for each rule. */
#include "corpus_gen.h"

#include "legacy_build.h"

#include <stdio.h>
#include <string.h>

static lb_file *small(const char *layout, const char *container, uint32_t type)
{
    const lb_spec spec = {layout, container, 8, type, 0, false, 0, 0, 0};
    return lb_make(spec);
}

static void put(corpus *c, lb_file *f, const char *name)
{
    char path[160];
    (void)snprintf(path, sizeof path, "legacy/%s.bin", name);
    corpus_add(c, path, f->file.data, f->file.len);
    lb_free(f);
}

/* With another number in one field. */
static void put_with(corpus *c, lb_file *f, uint64_t at, uint32_t value, const char *name)
{
    bytes_put_u32(&f->file, at, value);
    put(c, f, name);
}

static void add_accepted(corpus *c)
{
    for (size_t i = 0; i < lb_num_specs; i++) {
        lb_spec spec = lb_specs[i];
        char name[128];
        spec.width = 8;
        bool by_name = strcmp(spec.layout, "stable-diffusion-lora") == 0;
        (void)snprintf(name, sizeof name, "%s/%s-%s", by_name ? "seed" : "accept", spec.layout, spec.container);
        put(c, lb_make(spec), name);
    }
    lb_spec vocabulary = {"llama", "ggjt1", 8, 0, 0, true, 0, 0, 256};
    put(c, lb_make(vocabulary), "accept/W_NO_TENSORS--llama-vocabulary");
    lb_spec quantized = {"llama", "ggml", 32, 2, 0, false, 0, 0, 0};
    put(c, lb_make(quantized), "accept/W_QUANTIZATION_UNKNOWN--llama-q4_0");
    quantized.container = "ggjt3";
    put(c, lb_make(quantized), "accept/llama-ggjt3-q4_0");
}

static void add_rejected_headers(corpus *c)
{
    lb_file *f = small("llama", "ggjt1", 1);
    put_with(c, f, lb_at(f, "version"), 4, "reject/E_VERSION--ggjt-4");
    f = small("llama", "ggjt1", 1);
    put_with(c, f, lb_at(f, "n_layer"), 1u << 31, "reject/E_HPARAM_NEGATIVE--n_layer");
    f = small("llama", "ggjt1", 1);
    put_with(c, f, lb_at(f, "n_mult"), 0, "reject/E_HPARAM_RANGE--n_mult-0");
    f = small("parakeet", "ggml", 1);
    put_with(c, f, lb_at(f, "n_fft"), 0, "reject/E_HPARAM_RANGE--n_fft-0");
    f = small("gptj", "ggml", 1);
    put_with(c, f, lb_at(f, "n_rot"), 5, "reject/E_HPARAM_RELATION--n_rot");
    f = small("llama", "ggjt2", 1);
    put_with(c, f, lb_at(f, "ftype"), 5, "reject/E_FTYPE--q4_2-in-ggjt2");
    f = small("parakeet", "ggml", 1);
    put_with(c, f, lb_at(f, "n_fft"), 10, "reject/E_TABLE_SIZE--mel-filters");
    f = small("bark", "ggml", 1);
    put_with(c, f, lb_at(f, "codec_magic"), 0, "reject/E_NESTED_MAGIC--bark-without-codec");
}

static void add_rejected_records(corpus *c)
{
    lb_file *f = small("llama", "ggjt1", 1);
    put_with(c, f, f->tensors[3].at.record, INT32_MAX, "reject/E_RANK--2147483647");
    f = small("lora", "ggla1", 1);
    put_with(c, f, f->tensors[1].at.record, 1, "reject/E_RANK_SMALL--lora-vector");
    f = small("llama", "ggjt1", 1);
    put_with(c, f, f->tensors[3].at.name_len, UINT32_MAX, "reject/E_NAME_LENGTH--4294967295");
    f = small("llama", "ggjt3", 1);
    put_with(c, f, f->tensors[3].at.type, 4, "reject/E_DTYPE_REMOVED--q4_2-in-ggjt3");
    f = small("llama", "ggjt1", 1);
    put_with(c, f, f->tensors[3].at.type, 9, "reject/E_DTYPE--q8_1");
    f = small("llama", "ggjt1", 1);
    put_with(c, f, f->tensors[3].at.dims, 0, "reject/E_DIM_ZERO--columns");
    f = small("llama", "ggjt1", 1);
    const uint32_t back[] = {2147483644u, 2147483652u};
    lb_append_record(f, "layers.0.attention.wq.weight", 0, 2, back, 64);
    put(c, f, "reject/E_DIM_NEGATIVE--seeks-back-by-64");
}

static void add_rejected_ends(corpus *c)
{
    lb_file *f = small("llama", "ggjt1", 1);
    bytes_fill(&f->file, 11, 0);
    put(c, f, "reject/E_STRAY_BYTES--11");
    f = small("llama", "ggml", 1);
    bytes_cut(&f->file, f->file.len - 1);
    put(c, f, "reject/E_TENSOR_TRUNCATED--last-byte");
    f = small("llama", "ggml", 1);
    bytes_cut(&f->file, f->tensors[f->num_tensors - 1].at.record);
    put(c, f, "reject/E_TENSOR_MISSING--last-tensor");
    f = small("llama", "ggjt1", 1);
    const uint32_t dims[] = {8};
    lb_append_record(f, "rope.freqs", 0, 1, dims, 32);
    put(c, f, "reject/E_TENSOR_UNKNOWN--rope");
    f = small("rwkv", "ggmf101", 1);
    lb_append_record(f, "ln_out.bias", 0, 1, dims, 32);
    put(c, f, "reject/E_NAME_DUPLICATE--rwkv");
}

void corpus_legacy(corpus *c)
{
    add_accepted(c);
    add_rejected_headers(c);
    add_rejected_records(c);
    add_rejected_ends(c);
}

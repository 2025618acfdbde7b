/* SPDX-License-Identifier: MIT */
/* Writes files of the ggml family before GGUF: the layouts of text models. */
#include "legacy_writers.h"

#include <stdio.h>
#include <string.h>

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

void lb_write_llama(lb_file *f, uint32_t e)
{
    uint32_t mult = e < 256 ? 32 : 256, ff = (8 * e / 3 + mult - 1) / mult * mult;
    lb_write_num(f, "n_vocab", f->vocabulary);
    lb_write_num(f, "n_embd", e);
    lb_write_num(f, "n_mult", mult);
    lb_write_num(f, "n_head", 2);
    lb_write_num(f, "n_layer", LAYERS);
    lb_write_num(f, "n_rot", e / 2);
    lb_write_num(f, "ftype", lb_write_ftype(f));
    lb_write_tokens(f, f->scores);
    f->header_end = f->file.len;
    if (!f->spec.no_tensors)
        llama_tensors(f, e, ff);
}

void lb_write_lora(lb_file *f, uint32_t e)
{
    lb_write_num(f, "r", 4);
    lb_write_num(f, "alpha", 8);
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
    lb_write_num(f, "n_vocab", f->vocabulary);
    lb_write_num(f, "n_ctx", 16);
    lb_write_num(f, "n_embd", e);
    lb_write_num(f, "n_head", 2);
    lb_write_num(f, "n_layer", LAYERS);
}

void lb_write_gpt2(lb_file *f, uint32_t e)
{
    gpt_numbers(f, e);
    lb_write_num(f, "ftype", lb_write_ftype(f));
    lb_write_num(f, "n_vocab_again", f->vocabulary);
    lb_write_tokens(f, f->scores);
    f->header_end = f->file.len;
    if (!f->spec.no_tensors)
        gpt2_tensors(f, e);
}

void lb_write_gptj(lb_file *f, uint32_t e)
{
    gpt_numbers(f, e);
    lb_write_num(f, "n_rot", e / 4);
    lb_write_num(f, "ftype", lb_write_ftype(f));
    lb_write_num(f, "n_vocab_again", f->vocabulary);
    lb_write_tokens(f, f->scores);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    MAT(f, e, f->vocabulary, "transformer.wte.weight");
    lb_write_norm(f, e, "transformer.ln_f", 0);
    lb_write_linear(f, e, f->vocabulary, "lm_head", 0);
    for (uint32_t i = 0; i < LAYERS; i++) {
        lb_write_norm(f, e, "transformer.h.%u.ln_1", i);
        MAT(f, e, e, "transformer.h.%u.attn.q_proj.weight", i);
        MAT(f, e, e, "transformer.h.%u.attn.k_proj.weight", i);
        MAT(f, e, e, "transformer.h.%u.attn.v_proj.weight", i);
        MAT(f, e, e, "transformer.h.%u.attn.out_proj.weight", i);
        lb_write_linear(f, e, 4 * e, "transformer.h.%u.mlp.fc_in", i);
        lb_write_linear(f, 4 * e, e, "transformer.h.%u.mlp.fc_out", i);
    }
}

void lb_write_gptneox(lb_file *f, uint32_t e, bool old)
{
    gpt_numbers(f, e);
    lb_write_num(f, "n_rot", e / 4);
    if (!old)
        lb_write_num(f, "par_res", 1);
    lb_write_num(f, "ftype", lb_write_ftype(f));
    lb_write_tokens(f, f->scores);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    MAT(f, e, f->vocabulary, "gpt_neox.embed_in.weight");
    lb_write_norm(f, e, "gpt_neox.final_layer_norm", 0);
    MAT(f, e, f->vocabulary, "embed_out.weight");
    for (uint32_t i = 0; i < LAYERS; i++) {
        lb_write_norm(f, e, "gpt_neox.layers.%u.input_layernorm", i);
        lb_write_linear(f, e, 3 * e, "gpt_neox.layers.%u.attention.query_key_value", i);
        lb_write_linear(f, e, e, "gpt_neox.layers.%u.attention.dense", i);
        lb_write_norm(f, e, "gpt_neox.layers.%u.post_attention_layernorm", i);
        lb_write_linear(f, e, 4 * e, "gpt_neox.layers.%u.mlp.dense_h_to_4h", i);
        lb_write_linear(f, 4 * e, e, "gpt_neox.layers.%u.mlp.dense_4h_to_h", i);
    }
}

/* MPT and Replit. GPT4All's Replit and that of May 2023 have other names. */
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

void lb_write_mpt(lb_file *f, uint32_t e, bool replit)
{
    lb_write_num(f, "d_model", e);
    lb_write_num(f, "max_seq_len", 16);
    lb_write_num(f, "n_heads", 2);
    lb_write_num(f, "n_layers", LAYERS);
    lb_write_num(f, "n_vocab", f->vocabulary);
    if (!replit) {
        lb_write_real(f, "alibi_bias_max", 8);
        lb_write_real(f, "clip_qkv", 0);
    }
    lb_write_num(f, "ftype", lb_write_ftype(f));
    lb_write_tokens(f, replit || f->scores);
    f->header_end = f->file.len;
    if (!f->spec.no_tensors)
        mpt_tensors(f, e, replit && f->spec.quantization == 0); /* which files of May 2023 do not say */
}

void lb_write_gpt4all_mpt(lb_file *f, uint32_t e)
{
    lb_write_num(f, "n_vocab", f->vocabulary);
    lb_write_num(f, "n_ctx", 16);
    lb_write_num(f, "n_layer", LAYERS);
    lb_write_num(f, "n_head", 2);
    lb_write_num(f, "n_embd", e);
    lb_write_real(f, "alibi_bias_max", 8);
    lb_write_real(f, "clip_qkv", 0);
    lb_write_num(f, "ftype", lb_write_ftype(f));
    lb_write_num(f, "n_vocab_again", f->vocabulary);
    lb_write_tokens(f, false);
    bytes_put_u32(&f->file, lb_at(f, "tokens"), 5u | 1u << 31); /* <unk> is a special token */
    f->header_end = f->file.len;
    if (!f->spec.no_tensors)
        mpt_tensors(f, e, false);
}

void lb_write_gpt4all_replit(lb_file *f, uint32_t e)
{
    gpt_numbers(f, e);
    lb_write_num(f, "ftype", lb_write_ftype(f));
    lb_write_tokens(f, true);
    f->header_end = f->file.len;
    if (!f->spec.no_tensors)
        mpt_tensors(f, e, true);
}

void lb_write_bloom(lb_file *f, uint32_t e)
{
    lb_write_num(f, "n_vocab", f->vocabulary);
    lb_write_num(f, "n_embd", e);
    lb_write_num(f, "n_mult", 1);
    lb_write_num(f, "n_head", 2);
    lb_write_num(f, "n_layer", LAYERS);
    lb_write_num(f, "ftype", lb_write_ftype(f));
    lb_write_tokens(f, f->scores);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    MAT(f, e, f->vocabulary, "tok_embeddings.weight");
    lb_write_norm(f, e, "norm", 0);
    lb_write_norm(f, e, "output_norm", 0);
    MAT(f, e, f->vocabulary, "output.weight");
    for (uint32_t i = 0; i < LAYERS; i++) {
        lb_write_norm(f, e, "layers.%u.attention_norm", i);
        lb_write_linear(f, e, 3 * e, "layers.%u.attention.query_key_value", i);
        lb_write_linear(f, e, e, "layers.%u.attention.wo", i);
        lb_write_norm(f, e, "layers.%u.ffn_norm", i);
        lb_write_linear(f, e, 4 * e, "layers.%u.feed_forward.w1", i);
        lb_write_linear(f, 4 * e, e, "layers.%u.feed_forward.w2", i);
    }
}

static void falcon_merges(lb_file *f)
{
    lb_write_num(f, "merges", 2);
    for (int i = 0; i < 2; i++) {
        lb_write_text(f, "a");
        lb_write_text(f, i == 0 ? "b" : "");
    }
}

void lb_write_falcon(lb_file *f, uint32_t e, bool rustformers)
{
    bool ggcc = strcmp(f->spec.container, "ggcc10") == 0;
    lb_write_num(f, "n_vocab", f->vocabulary);
    lb_write_num(f, "n_embd", e);
    lb_write_num(f, "n_head", 4);
    lb_write_num(f, "n_head_kv", 1);
    lb_write_num(f, "n_layer", LAYERS);
    if (!rustformers)
        lb_write_num(f, "n_falcon_type", 7);
    lb_write_num(f, "ftype", lb_write_ftype(f));
    if (ggcc)
        lb_write_num(f, "n_bpe_merges", 2);
    lb_write_tokens(f, f->scores);
    if (ggcc)
        falcon_merges(f);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    MAT(f, e, f->vocabulary, "transformer.word_embeddings.weight");
    lb_write_norm(f, e, "transformer.ln_f", 0);
    MAT(f, e, f->vocabulary, "lm_head.weight");
    for (uint32_t i = 0; i < LAYERS; i++) {
        lb_write_norm(f, e, "transformer.h.%u.input_layernorm", i);
        MAT(f, e, e + 2 * e / 4, "transformer.h.%u.self_attention.query_key_value.weight", i);
        MAT(f, e, e, "transformer.h.%u.self_attention.dense.weight", i);
        MAT(f, e, 4 * e, "transformer.h.%u.mlp.dense_h_to_4h.weight", i);
        MAT(f, 4 * e, e, "transformer.h.%u.mlp.dense_4h_to_h.weight", i);
    }
}

void lb_write_rwkv(lb_file *f, uint32_t e)
{
    lb_write_num(f, "n_vocab", f->vocabulary);
    lb_write_num(f, "n_embed", e);
    lb_write_num(f, "n_layer", LAYERS);
    lb_write_num(f, "data_type", f->spec.type > 0 ? 1u : 0u);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    MAT(f, e, f->vocabulary, "emb.weight");
    lb_write_norm(f, e, "blocks.0.ln0", 0);
    for (uint32_t i = 0; i < LAYERS; i++) {
        lb_write_norm(f, e, "blocks.%u.ln1", i);
        lb_write_norm(f, e, "blocks.%u.ln2", i);
        VEC(f, e, "blocks.%u.att.time_mix_k", i);
        lb_write_tensor(f, 0, DIMS(2, 2, e / 4), "blocks.%u.att.time_decay", i);
        MAT(f, e, e, "blocks.%u.att.key.weight", i);
        MAT(f, e, e, "blocks.%u.att.value.weight", i);
        MAT(f, e, e, "blocks.%u.att.receptance.weight", i);
        MAT(f, e, e, "blocks.%u.att.output.weight", i);
        MAT(f, e, 4 * e, "blocks.%u.ffn.key.weight", i);
        MAT(f, 4 * e, e, "blocks.%u.ffn.value.weight", i);
    }
    lb_write_norm(f, e, "ln_out", 0);
    MAT(f, e, f->vocabulary, "head.weight");
}

void lb_write_bert(lb_file *f, uint32_t e)
{
    lb_write_num(f, "n_vocab", f->vocabulary);
    lb_write_num(f, "n_max_tokens", 16);
    lb_write_num(f, "n_embd", e);
    lb_write_num(f, "n_intermediate", 2 * e);
    lb_write_num(f, "n_head", 2);
    lb_write_num(f, "n_layer", LAYERS);
    lb_write_num(f, "ftype", lb_write_ftype(f));
    lb_write_tokens(f, false);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    MAT(f, e, f->vocabulary, "embeddings.word_embeddings.weight");
    MAT(f, e, 2, "embeddings.token_type_embeddings.weight");
    MAT(f, e, 16, "embeddings.position_embeddings.weight");
    lb_write_norm(f, e, "embeddings.LayerNorm", 0);
    for (uint32_t i = 0; i < LAYERS; i++) {
        lb_write_linear(f, e, e, "encoder.layer.%u.attention.self.query", i);
        lb_write_linear(f, e, e, "encoder.layer.%u.attention.self.key", i);
        lb_write_linear(f, e, e, "encoder.layer.%u.attention.self.value", i);
        lb_write_linear(f, e, e, "encoder.layer.%u.attention.output.dense", i);
        lb_write_norm(f, e, "encoder.layer.%u.attention.output.LayerNorm", i);
        lb_write_linear(f, e, 2 * e, "encoder.layer.%u.intermediate.dense", i);
        lb_write_linear(f, 2 * e, e, "encoder.layer.%u.output.dense", i);
        lb_write_norm(f, e, "encoder.layer.%u.output.LayerNorm", i);
    }
}

/* SPDX-License-Identifier: MIT */
/* Writes files of the ggml family before GGUF: the layouts of models of sound and pictures. */
#include "legacy_writers.h"

#include <stdio.h>
#include <string.h>

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
    lb_write_tensor(f, 0, DIMS(n, 12), "encoder.positional_embedding");
    lb_write_tensor(f, 1, DIMS(3, 5, n), "encoder.conv1.weight");
    lb_write_tensor(f, 0, DIMS(1, n), "encoder.conv1.bias");
    lb_write_tensor(f, 1, DIMS(3, n, n), "encoder.conv2.weight");
    lb_write_tensor(f, 0, DIMS(1, n), "encoder.conv2.bias");
    lb_write_norm(f, n, "encoder.ln_post", 0);
    lb_write_tensor(f, 0, DIMS(n, 14), "decoder.positional_embedding");
    MAT(f, n, f->vocabulary + 3, "decoder.token_embedding.weight");
    lb_write_norm(f, n, "decoder.ln", 0);
    for (uint32_t i = 0; i < LAYERS; i++) {
        whisper_mlp(f, n, "encoder", i);
        whisper_attention(f, n, "encoder", "attn", i);
        whisper_mlp(f, n, "decoder", i);
        whisper_attention(f, n, "decoder", "attn", i);
        whisper_attention(f, n, "decoder", "cross_attn", i);
    }
}

void lb_write_whisper(lb_file *f, uint32_t n)
{
    lb_write_num(f, "n_vocab", f->vocabulary + 3);
    lb_write_num(f, "n_audio_ctx", 12);
    lb_write_num(f, "n_audio_state", n);
    lb_write_num(f, "n_audio_head", 2);
    lb_write_num(f, "n_audio_layer", LAYERS);
    lb_write_num(f, "n_text_ctx", 14);
    lb_write_num(f, "n_text_state", n);
    lb_write_num(f, "n_text_head", 2);
    lb_write_num(f, "n_text_layer", LAYERS);
    lb_write_num(f, "n_mels", 5);
    lb_write_num(f, "ftype", lb_write_ftype(f));
    lb_write_num(f, "filters", 5);
    lb_write_num(f, "filter_columns", 3);
    lb_write_numbers(f, 15);
    lb_write_num(f, "n_tokens", f->vocabulary);
    lb_write_tokens(f, false);
    f->header_end = f->file.len;
    if (!f->spec.no_tensors)
        whisper_tensors(f, n);
}

void lb_write_silero(lb_file *f)
{
    static const uint32_t sizes[LAYERS][3] = {{9, 8, 3}, {8, 6, 3}};
    lb_write_mark(f, "text");
    lb_write_text(f, "silero-16k");
    lb_write_num(f, "version_major", 6);
    lb_write_num(f, "version_minor", 2);
    lb_write_num(f, "version_patch", 0);
    lb_write_num(f, "n_window", 512);
    lb_write_num(f, "n_context", 64);
    lb_write_num(f, "n_encoder_layers", LAYERS);
    for (uint32_t i = 0; i < LAYERS; i++) {
        lb_write_num(f, "in_channels", sizes[i][0]);
        lb_write_num(f, "out_channels", sizes[i][1]);
        lb_write_num(f, "kernel_size", sizes[i][2]);
    }
    lb_write_num(f, "lstm_input_size", 6);
    lb_write_num(f, "lstm_hidden_size", 6);
    lb_write_num(f, "final_conv_in", 6);
    lb_write_num(f, "final_conv_out", 1);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    for (uint32_t i = 0; i < LAYERS; i++) {
        lb_write_tensor(f, 1, DIMS(3, sizes[i][0], sizes[i][1]), "_model.encoder.%u.reparam_conv.weight", i);
        VEC(f, sizes[i][1], "_model.encoder.%u.reparam_conv.bias", i);
    }
    MAT(f, 6, 24, "_model.decoder.rnn.weight_ih");
    MAT(f, 6, 24, "_model.decoder.rnn.weight_hh");
    VEC(f, 24, "_model.decoder.rnn.bias_ih");
    VEC(f, 24, "_model.decoder.rnn.bias_hh");
    VEC(f, 6, "_model.decoder.decoder.2.weight");
    lb_write_tensor(f, 0, 0, NULL, "_model.decoder.decoder.2.bias");
    lb_write_tensor(f, 1, DIMS(8, 1, 10), "_model.stft.forward_basis_buffer");
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
    lb_write_tensor(f, 0, DIMS(3, n), "encoder.layers.%u.conv.depthwise_conv.weight", i);
    MAT(f, n, n, "encoder.layers.%u.conv.pointwise_conv2.weight", i);
    for (size_t k = 0; k < 5; k++)
        MAT(f, n, n, "encoder.layers.%u.self_attn.%s.weight", i, square[k]);
    VEC(f, n, "encoder.layers.%u.norm_out.weight", i);
}

static void parakeet_numbers(lb_file *f, uint32_t n)
{
    lb_write_num(f, "n_vocab", f->vocabulary);
    lb_write_num(f, "n_audio_ctx", 12);
    lb_write_num(f, "n_audio_state", n);
    lb_write_num(f, "n_audio_head", 2);
    lb_write_num(f, "n_audio_layer", LAYERS);
    lb_write_num(f, "n_mels", 5);
    lb_write_num(f, "ftype", lb_write_ftype(f));
    lb_write_num(f, "n_fft", 8);
    lb_write_num(f, "subsampling_factor", 8);
    lb_write_num(f, "n_subsampling_channels", 4);
    lb_write_num(f, "n_conv_kernel", 3);
    lb_write_num(f, "n_pred_dim", 6);
    lb_write_num(f, "n_pred_layers", 2);
    lb_write_num(f, "n_tdt_durations", 3);
    lb_write_num(f, "n_max_tokens", 5);
    lb_write_num(f, "filters", 5);
    lb_write_num(f, "filter_columns", 5);
    lb_write_numbers(f, 25);
    lb_write_num(f, "window", 8);
    lb_write_numbers(f, 8);
    lb_write_mark(f, "durations");
    for (uint32_t i = 0; i < 3; i++)
        bytes_u32(&f->file, i);
    lb_write_num(f, "n_tokens", f->vocabulary);
    lb_write_tokens(f, false);
    f->header_end = f->file.len;
}

void lb_write_parakeet(lb_file *f, uint32_t n)
{
    parakeet_numbers(f, n);
    if (f->spec.no_tensors)
        return;
    MAT(f, n, n, "encoder.pre_encode.out.weight");
    VEC(f, n, "encoder.pre_encode.out.bias");
    lb_write_tensor(f, 0, DIMS(3, 3, 1, 4), "encoder.pre_encode.conv.0.weight");
    lb_write_tensor(f, 0, DIMS(1, 1, 4, 1), "encoder.pre_encode.conv.0.bias");
    for (uint32_t i = 0; i < LAYERS; i++)
        parakeet_layer(f, n, i);
    MAT(f, 6, f->vocabulary + 1, "decoder.prediction.embed.weight");
    for (uint32_t i = 0; i < 2; i++) {
        MAT(f, 6, 24, "decoder.prediction.dec_rnn.lstm.weight_ih_l%u", i);
        MAT(f, 6, 24, "decoder.prediction.dec_rnn.lstm.weight_hh_l%u", i);
    }
    lb_write_linear(f, 6, 10, "joint.pred", 0);
    lb_write_linear(f, n, 10, "joint.enc", 0);
    lb_write_linear(f, 10, f->vocabulary + 1 + 3, "joint.joint_net.2", 0);
}

void lb_write_encodec(lb_file *f)
{
    lb_write_num(f, "in_channels", 1);
    lb_write_num(f, "hidden_dim", 8);
    lb_write_num(f, "n_filters", 4);
    lb_write_num(f, "kernel_size", 7);
    lb_write_num(f, "residual_kernel_size", 3);
    lb_write_num(f, "n_bins", 6);
    lb_write_num(f, "bandwidth", 24);
    lb_write_num(f, "sampling_rate", 24000);
    lb_write_num(f, "codec_ftype", f->spec.type > 0 ? 1u : 0u);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    lb_write_tensor(f, 1, DIMS(7, 1, 4), "encoder.model.0.conv.conv.weight");
    VEC(f, 4, "encoder.model.0.conv.conv.bias");
    lb_write_tensor(f, 1, DIMS(7, 64, 8), "encoder.model.15.conv.conv.weight");
    VEC(f, 8, "encoder.model.15.conv.conv.bias");
    lb_write_tensor(f, 1, DIMS(7, 8, 64), "decoder.model.0.conv.conv.weight");
    VEC(f, 64, "decoder.model.0.conv.conv.bias");
    lb_write_tensor(f, 1, DIMS(7, 4, 1), "decoder.model.15.conv.conv.weight");
    VEC(f, 1, "decoder.model.15.conv.conv.bias");
    MAT(f, 32, 4, "encoder.model.13.lstm.weight_ih_l0");
    MAT(f, 8, 6, "quantizer.vq.layers.0._codebook.embed");
}

static void bark_model(lb_file *f, uint32_t e, const char *model)
{
    char field[48];
    uint32_t heads = strcmp(model, "fine") == 0 ? 2 : 1;
    static const char *const names[] = {"n_layer",    "n_head",      "n_embd",     "block_size", "bias",
                                        "n_in_vocab", "n_out_vocab", "n_lm_heads", "n_wtes",     "ftype"};
    const uint32_t values[] = {LAYERS, 2, e, 16, 0, 9, 11, heads, heads, lb_write_ftype(f)};
    for (size_t i = 0; i < 10; i++) {
        (void)snprintf(field, sizeof field, "%s.%s", model, names[i]);
        lb_write_num(f, field, values[i]);
    }
    (void)snprintf(field, sizeof field, "%s.n_tensors", model);
    lb_write_num(f, field, 2 * heads + 2 + 6 * LAYERS);
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

void lb_write_bark(lb_file *f, uint32_t e)
{
    lb_write_num(f, "n_tokens", f->vocabulary);
    lb_write_tokens(f, false);
    if (f->spec.no_tensors)
        return;
    bark_model(f, e, "semantic");
    bark_model(f, e, "coarse");
    bark_model(f, e, "fine");
    uint64_t header_end = f->header_end;
    lb_write_mark(f, "codec_magic");
    bytes_raw(&f->file, "lmgg", 4);
    lb_write_encodec(f);
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
        lb_write_num(f, field, values[i]);
    }
}

static void clip_layers(lb_file *f, const char *side, uint32_t e)
{
    static const char *const heads[] = {"k", "v", "q", "out"};
    char name[80];
    for (uint32_t i = 0; i < LAYERS; i++) {
        (void)snprintf(name, sizeof name, "%s_model.encoder.layers.%u.", side, i);
        for (size_t k = 0; k < 4; k++) {
            MAT(f, e, e, "%sself_attn.%s_proj.weight", name, heads[k]);
            VEC(f, e, "%sself_attn.%s_proj.bias", name, heads[k]);
        }
        for (uint32_t k = 1; k <= 2; k++) {
            VEC(f, e, "%slayer_norm%u.weight", name, k);
            VEC(f, e, "%slayer_norm%u.bias", name, k);
        }
        MAT(f, e, 2 * e, "%smlp.fc1.weight", name);
        VEC(f, 2 * e, "%smlp.fc1.bias", name);
        MAT(f, 2 * e, e, "%smlp.fc2.weight", name);
        VEC(f, e, "%smlp.fc2.bias", name);
    }
}

void lb_write_clip(lb_file *f, uint32_t e)
{
    clip_side(f, "text", f->vocabulary, 10, e);
    clip_side(f, "vision", 28, 14, e);
    lb_write_num(f, "use_gelu", 0);
    lb_write_num(f, "ftype", f->spec.type > 0 ? 1u : 0u);
    lb_write_num(f, "n_vocab_again", f->vocabulary);
    lb_write_tokens(f, false);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    MAT(f, e, f->vocabulary, "text_model.embeddings.token_embedding.weight");
    MAT(f, e, 10, "text_model.embeddings.position_embedding.weight");
    clip_layers(f, "text", e);
    lb_write_norm(f, e, "text_model.final_layer_norm", 0);
    VEC(f, e, "vision_model.embeddings.class_embedding");
    lb_write_tensor(f, 1, DIMS(14, 14, 3, e), "vision_model.embeddings.patch_embedding.weight");
    MAT(f, e, 5, "vision_model.embeddings.position_embedding.weight");
    lb_write_norm(f, e, "vision_model.pre_layrnorm", 0);
    clip_layers(f, "vision", e);
    lb_write_norm(f, e, "vision_model.post_layernorm", 0);
    MAT(f, e, 8, "text_projection.weight");
    MAT(f, e, 8, "visual_projection.weight");
}

void lb_write_sam(lb_file *f, uint32_t e)
{
    lb_write_num(f, "n_enc_state", e);
    lb_write_num(f, "n_enc_layer", LAYERS);
    lb_write_num(f, "n_enc_head", 2);
    lb_write_num(f, "n_enc_out_chans", 8);
    lb_write_num(f, "n_pt_embd", 4);
    lb_write_num(f, "ftype", lb_write_ftype(f));
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    lb_write_tensor(f, 0, DIMS(e, 4, 4, 1), "image_encoder.pos_embed");
    lb_write_tensor(f, 1, DIMS(2, 2, 3, e), "image_encoder.patch_embed.proj.weight");
    for (uint32_t i = 0; i < LAYERS; i++) {
        lb_write_norm(f, e, "image_encoder.blocks.%u.norm1", i);
        lb_write_linear(f, e, 3 * e, "image_encoder.blocks.%u.attn.qkv", i);
        lb_write_linear(f, e, e, "image_encoder.blocks.%u.attn.proj", i);
        lb_write_norm(f, e, "image_encoder.blocks.%u.norm2", i);
        lb_write_linear(f, e, 4 * e, "image_encoder.blocks.%u.mlp.lin1", i);
        lb_write_linear(f, 4 * e, e, "image_encoder.blocks.%u.mlp.lin2", i);
    }
    lb_write_tensor(f, 1, DIMS(1, 1, e, 8), "image_encoder.neck.0.weight");
    lb_write_tensor(f, 1, DIMS(3, 3, 8, 8), "image_encoder.neck.2.weight");
    lb_write_tensor(f, 0, DIMS(4, 2), "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix");
}

void lb_write_stable_diffusion(lb_file *f, uint32_t e, bool adapter)
{
    lb_write_num(f, "ftype", f->spec.type > 0 ? 1u : 0u);
    if (!adapter) {
        lb_write_num(f, "n_tokens", f->vocabulary);
        lb_write_tokens(f, false);
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
    lb_write_tensor(f, 1, DIMS(3, 3, 4, 8), "model.diffusion_model.input_blocks.0.0.weight");
    MAT(f, e, 4 * e, "model.diffusion_model.time_embed.0.weight");
    lb_write_tensor(f, 1, DIMS(3, 3, 4, 8), "first_stage_model.decoder.conv_in.weight");
}

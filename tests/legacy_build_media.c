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

static void parakeet_feed_forward(lb_file *f, uint32_t n, uint32_t i, uint32_t k)
{
    VEC(f, n, "encoder.layers.%u.norm_feed_forward%u.weight", i, k);
    VEC(f, n, "encoder.layers.%u.norm_feed_forward%u.bias", i, k);
    MAT(f, n, 4 * n, "encoder.layers.%u.feed_forward%u.linear1.weight", i, k);
    MAT(f, 4 * n, n, "encoder.layers.%u.feed_forward%u.linear2.weight", i, k);
}

static void parakeet_layer(lb_file *f, uint32_t n, uint32_t i)
{
    static const char *const square[] = {"linear_q", "linear_k", "linear_v", "linear_out", "linear_pos"};
    parakeet_feed_forward(f, n, i, 1);
    lb_write_norm(f, n, "encoder.layers.%u.norm_conv", i);
    MAT(f, n, 2 * n, "encoder.layers.%u.conv.pointwise_conv1.weight", i);
    lb_write_tensor(f, 0, DIMS(3, n), "encoder.layers.%u.conv.depthwise_conv.weight", i);
    lb_write_norm(f, n, "encoder.layers.%u.conv.batch_norm", i);
    VEC(f, n, "encoder.layers.%u.conv.batch_norm.running_mean", i);
    VEC(f, n, "encoder.layers.%u.conv.batch_norm.running_var", i);
    lb_write_tensor(f, 0, 0, NULL, "encoder.layers.%u.conv.batch_norm.num_batches_tracked", i);
    MAT(f, n, n, "encoder.layers.%u.conv.pointwise_conv2.weight", i);
    lb_write_norm(f, n, "encoder.layers.%u.norm_self_att", i);
    MAT(f, n / 2, 2, "encoder.layers.%u.self_attn.pos_bias_u", i);
    MAT(f, n / 2, 2, "encoder.layers.%u.self_attn.pos_bias_v", i);
    for (size_t k = 0; k < 5; k++)
        MAT(f, n, n, "encoder.layers.%u.self_attn.%s.weight", i, square[k]);
    parakeet_feed_forward(f, n, i, 2);
    lb_write_norm(f, n, "encoder.layers.%u.norm_out", i);
}

static void parakeet_numbers(lb_file *f, uint32_t n)
{
    lb_write_num(f, "n_vocab", f->vocabulary);
    lb_write_num(f, "n_audio_ctx", 12);
    lb_write_num(f, "n_audio_state", n);
    lb_write_num(f, "n_audio_head", 2);
    lb_write_num(f, "n_audio_layer", LAYERS);
    lb_write_num(f, "n_mels", 16);
    lb_write_num(f, "ftype", lb_write_ftype(f));
    lb_write_num(f, "n_fft", 8);
    lb_write_num(f, "subsampling_factor", 8);
    lb_write_num(f, "n_subsampling_channels", 4);
    lb_write_num(f, "n_conv_kernel", 3);
    lb_write_num(f, "n_pred_dim", 6);
    lb_write_num(f, "n_pred_layers", 2);
    lb_write_num(f, "n_tdt_durations", 3);
    lb_write_num(f, "n_max_tokens", 5);
    lb_write_num(f, "filters", 16);
    lb_write_num(f, "filter_columns", 5);
    lb_write_numbers(f, 80);
    lb_write_num(f, "window", 8);
    lb_write_numbers(f, 8);
    lb_write_mark(f, "durations");
    for (uint32_t i = 0; i < 3; i++)
        bytes_u32(&f->file, i);
    lb_write_num(f, "n_tokens", f->vocabulary);
    lb_write_tokens(f, false);
    f->header_end = f->file.len;
}

static void parakeet_strided(lb_file *f, uint32_t at, uint32_t kernel, uint32_t in)
{
    lb_write_tensor(f, 0, DIMS(kernel, kernel, in, 4), "encoder.pre_encode.conv.%u.weight", at);
    lb_write_tensor(f, 0, DIMS(1, 1, 4, 1), "encoder.pre_encode.conv.%u.bias", at);
}

void lb_write_parakeet(lb_file *f, uint32_t n)
{
    parakeet_numbers(f, n);
    if (f->spec.no_tensors)
        return;
    lb_write_linear(f, 16 / 8 * 4, n, "encoder.pre_encode.out", 0);
    parakeet_strided(f, 0, 3, 1);
    parakeet_strided(f, 2, 3, 1);
    parakeet_strided(f, 3, 1, 4);
    parakeet_strided(f, 5, 3, 1);
    parakeet_strided(f, 6, 1, 4);
    for (uint32_t i = 0; i < LAYERS; i++)
        parakeet_layer(f, n, i);
    MAT(f, 6, f->vocabulary + 1, "decoder.prediction.embed.weight");
    for (uint32_t i = 0; i < 2; i++) {
        MAT(f, 6, 24, "decoder.prediction.dec_rnn.lstm.weight_ih_l%u", i);
        MAT(f, 6, 24, "decoder.prediction.dec_rnn.lstm.weight_hh_l%u", i);
        VEC(f, 24, "decoder.prediction.dec_rnn.lstm.bias_ih_l%u", i);
        VEC(f, 24, "decoder.prediction.dec_rnn.lstm.bias_hh_l%u", i);
    }
    lb_write_linear(f, 6, 6, "joint.pred", 0);
    lb_write_linear(f, n, 6, "joint.enc", 0);
    lb_write_linear(f, 6, f->vocabulary + 1 + 3, "joint.joint_net.2", 0);
}

#define FILTERS 2u /* of the codec: the least that can be halved */
#define HIDDEN 2u

/* A convolution of the codec. */
static void codec_conv(lb_file *f, uint32_t kernel, uint32_t in, uint32_t out, const char *name, uint32_t number)
{
    char full[64];
    (void)snprintf(full, sizeof full, name, number);
    lb_write_tensor(f, 1, DIMS(kernel, in, out), "%s.weight", full);
    VEC(f, out, "%s.bias", full);
}

static void codec_block(lb_file *f, uint32_t channels, const char *side, uint32_t number)
{
    char name[64];
    (void)snprintf(name, sizeof name, "%s.model.%%u.block.1.conv.conv", side);
    codec_conv(f, 3, channels, channels / 2, name, number);
    (void)snprintf(name, sizeof name, "%s.model.%%u.block.3.conv.conv", side);
    codec_conv(f, 1, channels / 2, channels, name, number);
    (void)snprintf(name, sizeof name, "%s.model.%%u.shortcut.conv.conv", side);
    codec_conv(f, 1, channels, channels, name, number);
}

/* Their matrices are the largest tensors: in blocks, the file stays small. */
static void codec_lstm(lb_file *f, const char *name)
{
    for (uint32_t i = 0; i < 2; i++) {
        lb_write_tensor(f, 2, DIMS(16 * FILTERS, 64 * FILTERS), "%s.lstm.weight_ih_l%u", name, i);
        lb_write_tensor(f, 2, DIMS(16 * FILTERS, 64 * FILTERS), "%s.lstm.weight_hh_l%u", name, i);
        VEC(f, 64 * FILTERS, "%s.lstm.bias_ih_l%u", name, i);
        VEC(f, 64 * FILTERS, "%s.lstm.bias_hh_l%u", name, i);
    }
}

static void codec_tensors(lb_file *f)
{
    codec_conv(f, 3, 1, FILTERS, "encoder.model.0.conv.conv", 0);
    for (uint32_t i = 0, channels = FILTERS; i < 4; i++, channels *= 2) {
        codec_block(f, channels, "encoder", 3 * i + 1);
        codec_conv(f, 2, channels, 2 * channels, "encoder.model.%u.conv.conv", 3 * i + 3);
    }
    codec_lstm(f, "encoder.model.13");
    codec_conv(f, 3, 16 * FILTERS, HIDDEN, "encoder.model.15.conv.conv", 0);
    codec_conv(f, 3, HIDDEN, 16 * FILTERS, "decoder.model.0.conv.conv", 0);
    codec_lstm(f, "decoder.model.1");
    for (uint32_t i = 0, channels = 16 * FILTERS; i < 4; i++, channels /= 2) {
        lb_write_tensor(f, 1, DIMS(2, channels / 2, channels), "decoder.model.%u.convtr.convtr.weight", 3 * i + 3);
        VEC(f, channels / 2, "decoder.model.%u.convtr.convtr.bias", 3 * i + 3);
        codec_block(f, channels / 2, "decoder", 3 * i + 4);
    }
    lb_write_tensor(f, 1, DIMS(3, FILTERS, 1), "decoder.model.15.conv.conv.weight");
    lb_write_tensor(f, 0, 0, NULL, "decoder.model.15.conv.conv.bias"); /* of one element: a scalar */
    for (uint32_t i = 0; i < 32; i++)
        lb_write_tensor(f, 0, DIMS(HIDDEN, 6), "quantizer.vq.layers.%u._codebook.embed", i);
}

void lb_write_encodec(lb_file *f)
{
    lb_write_num(f, "in_channels", 1);
    lb_write_num(f, "hidden_dim", HIDDEN);
    lb_write_num(f, "n_filters", FILTERS);
    lb_write_num(f, "kernel_size", 3);
    lb_write_num(f, "residual_kernel_size", 3);
    lb_write_num(f, "n_bins", 6);
    lb_write_num(f, "bandwidth", 24);
    lb_write_num(f, "sampling_rate", 24000);
    lb_write_num(f, "codec_ftype", f->spec.type > 0 ? 1u : 0u);
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    codec_tensors(f);
}

static void bark_model(lb_file *f, uint32_t e, const char *model)
{
    char field[48];
    uint32_t heads = strcmp(model, "fine") == 0 ? 2 : 1;
    static const char *const names[] = {"n_layer",    "n_head",      "n_embd",     "block_size", "bias",
                                        "n_in_vocab", "n_out_vocab", "n_lm_heads", "n_wtes",     "ftype"};
    bool bias = strcmp(model, "fine") == 0; /* of the norms */
    const uint32_t values[] = {LAYERS, 2, e, 16, bias, 9, 11, heads, heads, lb_write_ftype(f)};
    for (size_t i = 0; i < 10; i++) {
        (void)snprintf(field, sizeof field, "%s.%s", model, names[i]);
        lb_write_num(f, field, values[i]);
    }
    (void)snprintf(field, sizeof field, "%s.n_tensors", model);
    lb_write_num(f, field, 2 * heads + 2 + 6 * LAYERS + (bias ? 1 + 2 * LAYERS : 0));
    if (f->header_end == 0)
        f->header_end = f->file.len;
    for (uint32_t i = 0; i < heads; i++) {
        MAT(f, e, 9, "model/wte/%u", i);
        MAT(f, e, 11, "model/lm_head/%u", i);
    }
    MAT(f, e, 16, "model/wpe");
    VEC(f, e, "model/ln_f/g");
    if (bias)
        VEC(f, e, "model/ln_f/b");
    for (uint32_t i = 0; i < LAYERS; i++) {
        VEC(f, e, "model/h%u/ln_1/g", i);
        VEC(f, e, "model/h%u/ln_2/g", i);
        if (bias) {
            VEC(f, e, "model/h%u/ln_1/b", i);
            VEC(f, e, "model/h%u/ln_2/b", i);
        }
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

#define OUT 8u /* channels of the encoder of SAM */

static void sam_attention(lb_file *f, uint32_t inner, const char *name)
{
    static const char *const parts[] = {"q_proj", "k_proj", "v_proj"};
    char full[96];
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(full, sizeof full, "mask_decoder.transformer.%s.%s", name, parts[i]);
        MAT(f, OUT, inner, "%s.weight", full);
        VEC(f, inner, "%s.bias", full);
    }
    MAT(f, inner, OUT, "mask_decoder.transformer.%s.out_proj.weight", name);
    VEC(f, OUT, "mask_decoder.transformer.%s.out_proj.bias", name);
}

static void sam_decoder_layer(lb_file *f, uint32_t i)
{
    char name[64];
    (void)snprintf(name, sizeof name, "layers.%u.self_attn", i);
    sam_attention(f, OUT, name);
    (void)snprintf(name, sizeof name, "layers.%u.cross_attn_token_to_image", i);
    sam_attention(f, OUT / 2, name);
    (void)snprintf(name, sizeof name, "layers.%u.cross_attn_image_to_token", i);
    sam_attention(f, OUT / 2, name);
    for (uint32_t k = 1; k <= 4; k++) {
        VEC(f, OUT, "mask_decoder.transformer.layers.%u.norm%u.weight", i, k);
        VEC(f, OUT, "mask_decoder.transformer.layers.%u.norm%u.bias", i, k);
    }
    lb_write_linear(f, OUT, 8 * OUT, "mask_decoder.transformer.layers.%u.mlp.lin1", i);
    lb_write_linear(f, 8 * OUT, OUT, "mask_decoder.transformer.layers.%u.mlp.lin2", i);
}

static void sam_decoder(lb_file *f)
{
    for (uint32_t i = 0; i < 2; i++)
        sam_decoder_layer(f, i);
    sam_attention(f, OUT / 2, "final_attn_token_to_image");
    lb_write_norm(f, OUT, "mask_decoder.transformer.norm_final_attn", 0);
    lb_write_tensor(f, 1, DIMS(2, 2, OUT / 4, OUT), "mask_decoder.output_upscaling.0.weight");
    VEC(f, OUT / 4, "mask_decoder.output_upscaling.0.bias");
    lb_write_norm(f, OUT / 4, "mask_decoder.output_upscaling.1", 0);
    lb_write_tensor(f, 1, DIMS(2, 2, OUT / 8, OUT / 4), "mask_decoder.output_upscaling.3.weight");
    VEC(f, OUT / 8, "mask_decoder.output_upscaling.3.bias");
    for (uint32_t i = 0; i < 4; i++) {
        lb_write_linear(f, OUT, OUT, "mask_decoder.output_hypernetworks_mlps.%u.layers.0", i);
        lb_write_linear(f, OUT, OUT, "mask_decoder.output_hypernetworks_mlps.%u.layers.1", i);
        lb_write_linear(f, OUT, OUT / 8, "mask_decoder.output_hypernetworks_mlps.%u.layers.2", i);
    }
    lb_write_linear(f, OUT, OUT, "mask_decoder.iou_prediction_head.layers.0", 0);
    lb_write_linear(f, OUT, OUT, "mask_decoder.iou_prediction_head.layers.1", 0);
    lb_write_linear(f, OUT, 4, "mask_decoder.iou_prediction_head.layers.2", 0);
    lb_write_tensor(f, 0, DIMS(OUT, 1), "mask_decoder.iou_token.weight");
    lb_write_tensor(f, 0, DIMS(OUT, 4), "mask_decoder.mask_tokens.weight");
}

void lb_write_sam(lb_file *f, uint32_t e)
{
    lb_write_num(f, "n_enc_state", e);
    lb_write_num(f, "n_enc_layer", LAYERS);
    lb_write_num(f, "n_enc_head", 2);
    lb_write_num(f, "n_enc_out_chans", OUT);
    lb_write_num(f, "n_pt_embd", 4);
    lb_write_num(f, "ftype", lb_write_ftype(f));
    f->header_end = f->file.len;
    if (f->spec.no_tensors)
        return;
    lb_write_tensor(f, 0, DIMS(e, 4, 4, 1), "image_encoder.pos_embed");
    lb_write_tensor(f, 1, DIMS(2, 2, 3, e), "image_encoder.patch_embed.proj.weight");
    lb_write_tensor(f, 0, DIMS(1, 1, e, 1), "image_encoder.patch_embed.proj.bias");
    for (uint32_t i = 0; i < LAYERS; i++) {
        lb_write_norm(f, e, "image_encoder.blocks.%u.norm1", i);
        MAT(f, e / 2, 5, "image_encoder.blocks.%u.attn.rel_pos_w", i);
        MAT(f, e / 2, 5, "image_encoder.blocks.%u.attn.rel_pos_h", i);
        lb_write_linear(f, e, 3 * e, "image_encoder.blocks.%u.attn.qkv", i);
        lb_write_linear(f, e, e, "image_encoder.blocks.%u.attn.proj", i);
        lb_write_norm(f, e, "image_encoder.blocks.%u.norm2", i);
        lb_write_linear(f, e, 4 * e, "image_encoder.blocks.%u.mlp.lin1", i);
        lb_write_linear(f, 4 * e, e, "image_encoder.blocks.%u.mlp.lin2", i);
    }
    lb_write_tensor(f, 1, DIMS(1, 1, e, OUT), "image_encoder.neck.0.weight");
    lb_write_norm(f, OUT, "image_encoder.neck.1", 0);
    lb_write_tensor(f, 1, DIMS(3, 3, OUT, OUT), "image_encoder.neck.2.weight");
    lb_write_norm(f, OUT, "image_encoder.neck.3", 0);
    lb_write_tensor(f, 0, DIMS(OUT / 2, 2), "prompt_encoder.pe_layer.positional_encoding_gaussian_matrix");
    lb_write_tensor(f, 0, DIMS(OUT, 1), "prompt_encoder.not_a_point_embed.weight");
    lb_write_tensor(f, 0, DIMS(OUT, 1), "prompt_encoder.no_mask_embed.weight");
    for (uint32_t i = 0; i < 4; i++)
        lb_write_tensor(f, 0, DIMS(OUT, 1), "prompt_encoder.point_embeddings.%u.weight", i);
    sam_decoder(f);
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
        lb_write_tensor(f, 0, 0, NULL, "lora.unet_mid_block.alpha");
        return;
    }
    MAT(f, e, f->vocabulary, "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight");
    lb_write_tensor(f, 1, DIMS(3, 3, 4, 8), "model.diffusion_model.input_blocks.0.0.weight");
    MAT(f, e, 4 * e, "model.diffusion_model.time_embed.0.weight");
    lb_write_tensor(f, 1, DIMS(3, 3, 4, 8), "first_stage_model.decoder.conv_in.weight");
}

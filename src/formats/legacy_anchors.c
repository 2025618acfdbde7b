/* SPDX-License-Identifier: MIT */
/* Which tensors a layout has (see legacy.h): names as the loaders ask for them, shapes in hyper-parameters, fastest
 * dimension first. % is the number of a layer. Lists are complete unless the row says otherwise. */
#include "legacy_layouts.h"

#define ONE(name, dims)                                                                                                \
    {                                                                                                                  \
        name, dims, NULL, false                                                                                        \
    }
#define ONE_MAYBE(name, dims)                                                                                          \
    {                                                                                                                  \
        name, dims, NULL, true                                                                                         \
    }
#define EACH(layers, name, dims)                                                                                       \
    {                                                                                                                  \
        name, dims, layers, false                                                                                      \
    }
#define EACH_MAYBE(layers, name, dims)                                                                                 \
    {                                                                                                                  \
        name, dims, layers, true                                                                                       \
    }
#define NO_MORE                                                                                                        \
    {                                                                                                                  \
        NULL, NULL, NULL, false                                                                                        \
    }

/* Weight and bias. */
#define PAIR(name, dims, bias) ONE(name ".weight", dims), ONE(name ".bias", bias)
#define EACH_PAIR(layers, name, dims, bias) EACH(layers, name ".weight", dims), EACH(layers, name ".bias", bias)
#define EACH_PAIR_MAYBE(layers, name, dims, bias)                                                                      \
    EACH_MAYBE(layers, name ".weight", dims), EACH_MAYBE(layers, name ".bias", bias)

/* ---- LLaMA ---- */

/* The dimension with a colon is the one that models in several files are cut along. */

/* Of LLaMA 2 and CodeLlama, the large ones share keys and values among 8 heads; the hyper-parameters do not say so. The
 * third choice is CodeLlama 34B. */
#define LLAMA_KV "n_embd, n_embd|n_embd/8|n_embd/8:"
#define LLAMA_FF "8*n_embd/3^n_mult|8*n_embd/3*13/10^n_mult|8*n_embd/3^n_mult"
#define LLAMA(name, dims) EACH("n_layer", "layers.%." name ".weight", dims)

const legacy_anchor legacy_llama_anchors[] = {
    ONE("tok_embeddings.weight", "n_embd:, n_vocab"),
    ONE("norm.weight", "n_embd"),
    ONE("output.weight", "n_embd, n_vocab:"),
    LLAMA("attention_norm", "n_embd"),
    LLAMA("attention.wq", "n_embd, n_embd:"),
    LLAMA("attention.wk", LLAMA_KV),
    LLAMA("attention.wv", LLAMA_KV),
    LLAMA("attention.wo", "n_embd:, n_embd"),
    LLAMA("ffn_norm", "n_embd"),
    LLAMA("feed_forward.w1", "n_embd, " LLAMA_FF ":"),
    LLAMA("feed_forward.w2", LLAMA_FF ":, n_embd"),
    LLAMA("feed_forward.w3", "n_embd, " LLAMA_FF ":"),
    NO_MORE,
};

const legacy_anchor legacy_lora_anchors[] = {
    ONE_MAYBE("*.loraA", "r, ?"),
    ONE_MAYBE("*.loraB", "r, ?"),
    NO_MORE,
};

/* ---- GPT-2 and its relatives ---- */

/* Until March 2023 the matrices stood the other way round. */
#define GPT2(name, dims) EACH("n_layer", "model/h%/" name, dims)

const legacy_anchor legacy_gpt2_anchors[] = {
    ONE("model/wte", "n_embd, n_vocab"),
    ONE("model/wpe", "n_embd, n_ctx"),
    ONE("model/ln_f/g", "n_embd"),
    ONE("model/ln_f/b", "n_embd"),
    ONE_MAYBE("model/lm_head", "n_embd, n_vocab"),
    GPT2("ln_1/g", "n_embd"),
    GPT2("ln_1/b", "n_embd"),
    GPT2("ln_2/g", "n_embd"),
    GPT2("ln_2/b", "n_embd"),
    GPT2("attn/c_attn/w", "n_embd|3*n_embd, 3*n_embd|n_embd"),
    GPT2("attn/c_attn/b", "3*n_embd"),
    GPT2("attn/c_proj/w", "n_embd, n_embd"),
    GPT2("attn/c_proj/b", "n_embd"),
    GPT2("mlp/c_fc/w", "n_embd|4*n_embd, 4*n_embd|n_embd"),
    GPT2("mlp/c_fc/b", "4*n_embd"),
    GPT2("mlp/c_proj/w", "4*n_embd|n_embd, n_embd|4*n_embd"),
    GPT2("mlp/c_proj/b", "n_embd"),
    NO_MORE,
};

#define GPTJ(name, dims) EACH("n_layer", "transformer.h.%." name, dims)

const legacy_anchor legacy_gptj_anchors[] = {
    ONE("transformer.wte.weight", "n_embd, n_vocab"),
    PAIR("transformer.ln_f", "n_embd", "n_embd"),
    PAIR("lm_head", "n_embd, n_vocab", "n_vocab"),
    EACH_PAIR("n_layer", "transformer.h.%.ln_1", "n_embd", "n_embd"),
    GPTJ("attn.q_proj.weight", "n_embd, n_embd"),
    GPTJ("attn.k_proj.weight", "n_embd, n_embd"),
    GPTJ("attn.v_proj.weight", "n_embd, n_embd"),
    GPTJ("attn.out_proj.weight", "n_embd, n_embd"),
    EACH_PAIR("n_layer", "transformer.h.%.mlp.fc_in", "n_embd|4*n_embd, 4*n_embd|n_embd", "4*n_embd"),
    EACH_PAIR("n_layer", "transformer.h.%.mlp.fc_out", "4*n_embd|n_embd, n_embd|4*n_embd", "n_embd"),
    NO_MORE,
};

#define NEOX(name, dims, bias) EACH_PAIR("n_layer", "gpt_neox.layers.%." name, dims, bias)

const legacy_anchor legacy_gptneox_anchors[] = {
    ONE("gpt_neox.embed_in.weight", "n_embd, n_vocab"),
    PAIR("gpt_neox.final_layer_norm", "n_embd", "n_embd"),
    ONE("embed_out.weight", "n_embd, n_vocab"),
    NEOX("input_layernorm", "n_embd", "n_embd"),
    NEOX("attention.query_key_value", "n_embd, 3*n_embd", "3*n_embd"),
    NEOX("attention.dense", "n_embd, n_embd", "n_embd"),
    NEOX("post_attention_layernorm", "n_embd", "n_embd"),
    NEOX("mlp.dense_h_to_4h", "n_embd, 4*n_embd", "4*n_embd"),
    NEOX("mlp.dense_4h_to_h", "4*n_embd, n_embd", "n_embd"),
    NO_MORE,
};

/* ---- MPT and Replit: one architecture, with other words for its numbers and, in GPT4All, its tensors ---- */

#define MPT(layers, name, dims) EACH(layers, "transformer.blocks.%." name ".weight", dims)
#define MPT_LIST(width, layers, norm, up, down, last)                                                                  \
    ONE("transformer.wte.weight", width ", n_vocab"), ONE("transformer." last ".weight", width),                       \
        MPT(layers, norm "_1", width), MPT(layers, norm "_2", width), MPT(layers, "attn.Wqkv", width ", 3*" width),    \
        MPT(layers, "attn.out_proj", width ", " width), MPT(layers, up, width ", 4*" width),                           \
        MPT(layers, down, "4*" width ", " width)

const legacy_anchor legacy_mpt_anchors[] = {
    MPT_LIST("d_model", "n_layers", "norm", "ffn.up_proj", "ffn.down_proj", "norm_f"),
    NO_MORE,
};
const legacy_anchor legacy_ggmm_anchors[] = {
    MPT_LIST("n_embd", "n_layer", "norm", "ffn.up_proj", "ffn.down_proj", "norm_f"),
    NO_MORE,
};
const legacy_anchor legacy_repl_anchors[] = {
    MPT_LIST("n_embd", "n_layer", "ln", "mlp.mlp_up", "mlp.mlp_down", "ln_f"),
    NO_MORE,
};

/* ---- BLOOM, Falcon, RWKV, BERT ---- */

#define BLOOM(name, dims, bias) EACH_PAIR("n_layer", "layers.%." name, dims, bias)

const legacy_anchor legacy_bloom_anchors[] = {
    ONE("tok_embeddings.weight", "n_embd, n_vocab"),
    PAIR("norm", "n_embd", "n_embd"),
    PAIR("output_norm", "n_embd", "n_embd"),
    ONE("output.weight", "n_embd, n_vocab"),
    BLOOM("attention_norm", "n_embd", "n_embd"),
    BLOOM("attention.query_key_value", "n_embd, 3*n_embd", "3*n_embd"),
    BLOOM("attention.wo", "n_embd, n_embd", "n_embd"),
    BLOOM("ffn_norm", "n_embd", "n_embd"),
    BLOOM("feed_forward.w1", "n_embd, 4*n_embd^n_mult", "4*n_embd^n_mult"),
    BLOOM("feed_forward.w2", "4*n_embd^n_mult, n_embd", "n_embd"),
    NO_MORE,
};

/* Falcon 7B has one norm for a layer, 40B has two. */
#define FALCON(name, dims) EACH("n_layer", "transformer.h.%." name ".weight", dims)
#define FALCON_NORM(name) EACH_PAIR_MAYBE("n_layer", "transformer.h.%." name, "n_embd", "n_embd")

const legacy_anchor legacy_falcon_anchors[] = {
    ONE("transformer.word_embeddings.weight", "n_embd, n_vocab"),
    PAIR("transformer.ln_f", "n_embd", "n_embd"),
    ONE("lm_head.weight", "n_embd, n_vocab"),
    FALCON_NORM("input_layernorm"),
    FALCON_NORM("ln_mlp"),
    FALCON_NORM("ln_attn"),
    FALCON("self_attention.query_key_value", "n_embd, n_embd+2*n_head_kv*n_embd/n_head"),
    FALCON("self_attention.dense", "n_embd, n_embd"),
    FALCON("mlp.dense_h_to_4h", "n_embd, 4*n_embd"),
    FALCON("mlp.dense_4h_to_h", "4*n_embd, n_embd"),
    NO_MORE,
};

/* What the loader of rwkv.cpp (rwkv_model_loading.inc) asks for in each of the versions 4 to 6 of RWKV. What else there
 * is, it tells the versions by: nothing in the header does. */
const legacy_anchor legacy_rwkv_anchors[] = {
    ONE("emb.weight", "n_embed, n_vocab"),
    PAIR("blocks.0.ln0", "n_embed", "n_embed"),
    EACH_PAIR("n_layer", "blocks.%.ln1", "n_embed", "n_embed"),
    EACH_PAIR("n_layer", "blocks.%.ln2", "n_embed", "n_embed"),
    EACH("n_layer", "blocks.%.att.key.weight", "n_embed, ?"),
    EACH("n_layer", "blocks.%.att.value.weight", "n_embed, ?"),
    EACH("n_layer", "blocks.%.att.receptance.weight", "n_embed, ?"),
    EACH("n_layer", "blocks.%.att.output.weight", "?, n_embed"),
    EACH("n_layer", "blocks.%.ffn.key.weight", "n_embed, ?"),
    EACH("n_layer", "blocks.%.ffn.value.weight", "?, n_embed"),
    PAIR("ln_out", "n_embed", "n_embed"),
    ONE("head.weight", "n_embed, n_vocab"),
    NO_MORE,
};

#define BERT(name, dims, bias) EACH_PAIR("n_layer", "encoder.layer.%." name, dims, bias)

const legacy_anchor legacy_bert_anchors[] = {
    ONE("embeddings.word_embeddings.weight", "n_embd, n_vocab"),
    ONE("embeddings.token_type_embeddings.weight", "n_embd, ?"),
    ONE("embeddings.position_embeddings.weight", "n_embd, n_max_tokens"),
    PAIR("embeddings.LayerNorm", "n_embd", "n_embd"),
    BERT("attention.self.query", "n_embd, n_embd", "n_embd"),
    BERT("attention.self.key", "n_embd, n_embd", "n_embd"),
    BERT("attention.self.value", "n_embd, n_embd", "n_embd"),
    BERT("attention.output.dense", "n_embd, n_embd", "n_embd"),
    BERT("attention.output.LayerNorm", "n_embd", "n_embd"),
    BERT("intermediate.dense", "n_embd, n_intermediate", "n_intermediate"),
    BERT("output.dense", "n_intermediate, n_embd", "n_embd"),
    BERT("output.LayerNorm", "n_embd", "n_embd"),
    NO_MORE,
};

/* ---- Sound ---- */

#define WHISPER_ATTENTION(layers, name, n)                                                                             \
    EACH_PAIR(layers, name "_ln", n, n), EACH_PAIR(layers, name ".query", n ", " n, n),                                \
        EACH(layers, name ".key.weight", n ", " n), EACH_PAIR(layers, name ".value", n ", " n, n),                     \
        EACH_PAIR(layers, name ".out", n ", " n, n)
#define WHISPER_MLP(layers, name, n)                                                                                   \
    EACH_PAIR(layers, name "_ln", n, n), EACH_PAIR(layers, name ".0", n ", 4*" n, "4*" n),                             \
        EACH_PAIR(layers, name ".2", "4*" n ", " n, n)

const legacy_anchor legacy_whisper_anchors[] = {
    ONE("encoder.positional_embedding", "n_audio_state, n_audio_ctx"),
    PAIR("encoder.conv1", "3, n_mels, n_audio_state", "1, n_audio_state"),
    PAIR("encoder.conv2", "3, n_audio_state, n_audio_state", "1, n_audio_state"),
    PAIR("encoder.ln_post", "n_audio_state", "n_audio_state"),
    WHISPER_MLP("n_audio_layer", "encoder.blocks.%.mlp", "n_audio_state"),
    WHISPER_ATTENTION("n_audio_layer", "encoder.blocks.%.attn", "n_audio_state"),
    ONE("decoder.positional_embedding", "n_text_state, n_text_ctx"),
    ONE("decoder.token_embedding.weight", "n_text_state, n_vocab"),
    PAIR("decoder.ln", "n_text_state", "n_text_state"),
    WHISPER_MLP("n_text_layer", "decoder.blocks.%.mlp", "n_text_state"),
    WHISPER_ATTENTION("n_text_layer", "decoder.blocks.%.attn", "n_text_state"),
    WHISPER_ATTENTION("n_text_layer", "decoder.blocks.%.cross_attn", "n_text_state"),
    NO_MORE,
};

const legacy_anchor legacy_silero_anchors[] = {
    EACH_PAIR("n_encoder_layers", "_model.encoder.%.reparam_conv", "?, ?, ?", "?"),
    ONE("_model.decoder.rnn.weight_ih", "lstm_input_size, 4*lstm_hidden_size"),
    ONE("_model.decoder.rnn.weight_hh", "lstm_hidden_size, 4*lstm_hidden_size"),
    ONE("_model.decoder.rnn.bias_ih", "4*lstm_hidden_size"),
    ONE("_model.decoder.rnn.bias_hh", "4*lstm_hidden_size"),
    PAIR("_model.decoder.decoder.2", "final_conv_in, ?", "final_conv_out"),
    ONE("_model.stft.forward_basis_buffer", "?, ?, ?"),
    NO_MORE,
};

#define PARAKEET(name, dims) EACH("n_audio_layer", "encoder.layers.%." name, dims)

/* Of whisper.cpp (parakeet.cpp and its test file). Without the biases that only some models have, and the strided
 * convolutions in front, of which there are more with a larger subsampling_factor. */
const legacy_anchor legacy_parakeet_anchors[] = {
    ONE("encoder.pre_encode.out.weight", "?, n_audio_state"),
    PAIR("encoder.pre_encode.conv.0", "?, ?, 1, n_subsampling_channels", "1, 1, n_subsampling_channels"),
    PARAKEET("norm_feed_forward1.weight", "n_audio_state"),
    PARAKEET("feed_forward1.linear1.weight", "n_audio_state, ?"),
    PARAKEET("feed_forward1.linear2.weight", "?, n_audio_state"),
    PARAKEET("conv.pointwise_conv1.weight", "n_audio_state, 2*n_audio_state"),
    PARAKEET("conv.depthwise_conv.weight", "n_conv_kernel, n_audio_state"),
    PARAKEET("conv.pointwise_conv2.weight", "n_audio_state, n_audio_state"),
    PARAKEET("self_attn.linear_q.weight", "n_audio_state, n_audio_state"),
    PARAKEET("self_attn.linear_k.weight", "n_audio_state, n_audio_state"),
    PARAKEET("self_attn.linear_v.weight", "n_audio_state, n_audio_state"),
    PARAKEET("self_attn.linear_out.weight", "n_audio_state, n_audio_state"),
    PARAKEET("self_attn.linear_pos.weight", "n_audio_state, n_audio_state"),
    PARAKEET("norm_feed_forward2.weight", "n_audio_state"),
    PARAKEET("feed_forward2.linear1.weight", "n_audio_state, ?"),
    PARAKEET("feed_forward2.linear2.weight", "?, n_audio_state"),
    PARAKEET("norm_out.weight", "n_audio_state"),
    ONE("decoder.prediction.embed.weight", "n_pred_dim, n_vocab+1"),
    EACH("n_pred_layers", "decoder.prediction.dec_rnn.lstm.weight_ih_l%", "n_pred_dim, 4*n_pred_dim"),
    EACH("n_pred_layers", "decoder.prediction.dec_rnn.lstm.weight_hh_l%", "n_pred_dim, 4*n_pred_dim"),
    ONE("joint.pred.weight", "n_pred_dim, ?"),
    ONE("joint.enc.weight", "n_audio_state, ?"),
    PAIR("joint.joint_net.2", "?, n_vocab+1+n_tdt_durations", "n_vocab+1+n_tdt_durations"),
    NO_MORE,
};

/* The convolutions at both ends of encoder and decoder, and the first codebook (encodec_model_load of encodec.cpp: four
 * times the channels double). What lies between depends on ratios that the header does not have, and the number of
 * codebooks on the release. */
#define ENCODEC_LIST(at, of)                                                                                           \
    PAIR(at "encoder.model.0.conv.conv", of "kernel_size, " of "in_channels, " of "n_filters", of "n_filters"),        \
        PAIR(at "encoder.model.15.conv.conv", of "kernel_size, 16*" of "n_filters, " of "hidden_dim",                  \
             of "hidden_dim"),                                                                                         \
        PAIR(at "decoder.model.0.conv.conv", of "kernel_size, " of "hidden_dim, 16*" of "n_filters",                   \
             "16*" of "n_filters"),                                                                                    \
        PAIR(at "decoder.model.15.conv.conv", of "kernel_size, " of "n_filters, " of "in_channels", of "in_channels"), \
        ONE(at "quantizer.vq.layers.0._codebook.embed", of "hidden_dim, " of "n_bins")

const legacy_anchor legacy_encodec_anchors[] = {ENCODEC_LIST("", ""), NO_MORE};

/* The names that convert.py of bark.cpp gives. Some models have biases, and those of the codec are as above. */

#define BARK(model, name, dims) EACH(#model ".n_layer", #model "/model/h%/" name, dims)
#define BARK_LIST(model)                                                                                               \
    EACH(#model ".n_wtes", #model "/model/wte/%", #model ".n_embd, " #model ".n_in_vocab"),                            \
        EACH(#model ".n_lm_heads", #model "/model/lm_head/%", #model ".n_embd, " #model ".n_out_vocab"),               \
        ONE(#model "/model/wpe", #model ".n_embd, " #model ".block_size"),                                             \
        ONE(#model "/model/ln_f/g", #model ".n_embd"), ONE_MAYBE(#model "/model/ln_f/b", #model ".n_embd"),            \
        BARK(model, "ln_1/g", #model ".n_embd"), BARK(model, "ln_2/g", #model ".n_embd"),                              \
        BARK(model, "attn/c_attn/w", #model ".n_embd, 3*" #model ".n_embd"),                                           \
        BARK(model, "attn/c_proj/w", #model ".n_embd, " #model ".n_embd"),                                             \
        BARK(model, "mlp/c_fc/w", #model ".n_embd, 4*" #model ".n_embd"),                                              \
        BARK(model, "mlp/c_proj/w", "4*" #model ".n_embd, " #model ".n_embd")

const legacy_anchor legacy_bark_anchors[] = {
    BARK_LIST(semantic), BARK_LIST(coarse), BARK_LIST(fine), ENCODEC_LIST("codec/", "codec."), NO_MORE,
};

/* ---- Pictures ---- */

/* All that convert_hf_to_ggml.py of clip.cpp writes of a CLIPModel. */
#define CLIP(part, name, dims, bias) EACH_PAIR(#part ".n_layer", #part "_model.encoder.layers.%." name, dims, bias)
#define CLIP_LIST(part)                                                                                                \
    CLIP(part, "layer_norm1", #part ".hidden_size", #part ".hidden_size"),                                             \
        CLIP(part, "layer_norm2", #part ".hidden_size", #part ".hidden_size"),                                         \
        CLIP(part, "self_attn.k_proj", #part ".hidden_size, " #part ".hidden_size", #part ".hidden_size"),             \
        CLIP(part, "self_attn.v_proj", #part ".hidden_size, " #part ".hidden_size", #part ".hidden_size"),             \
        CLIP(part, "self_attn.q_proj", #part ".hidden_size, " #part ".hidden_size", #part ".hidden_size"),             \
        CLIP(part, "self_attn.out_proj", #part ".hidden_size, " #part ".hidden_size", #part ".hidden_size"),           \
        CLIP(part, "mlp.fc1", #part ".hidden_size, " #part ".n_intermediate", #part ".n_intermediate"),                \
        CLIP(part, "mlp.fc2", #part ".n_intermediate, " #part ".hidden_size", #part ".hidden_size")

const legacy_anchor legacy_clip_anchors[] = {
    ONE("text_model.embeddings.token_embedding.weight", "text.hidden_size, text.n_vocab"),
    ONE("text_model.embeddings.position_embedding.weight", "text.hidden_size, text.num_positions"),
    CLIP_LIST(text),
    PAIR("text_model.final_layer_norm", "text.hidden_size", "text.hidden_size"),
    ONE("vision_model.embeddings.class_embedding", "vision.hidden_size"),
    ONE("vision_model.embeddings.patch_embedding.weight",
        "vision.patch_size, vision.patch_size, 3, vision.hidden_size"),
    ONE("vision_model.embeddings.position_embedding.weight",
        "vision.hidden_size, vision.image_size/vision.patch_size*vision.image_size/vision.patch_size+1"),
    PAIR("vision_model.pre_layrnorm", "vision.hidden_size", "vision.hidden_size"),
    CLIP_LIST(vision),
    PAIR("vision_model.post_layernorm", "vision.hidden_size", "vision.hidden_size"),
    ONE("text_projection.weight", "text.hidden_size, text.projection_dim"),
    ONE("visual_projection.weight", "vision.hidden_size, vision.projection_dim"),
    NO_MORE,
};

/* The image encoder, and one of the prompt encoder (sam_model_load of ggml's examples/sam). The loader asks for more, by
 * sizes that it knows from n_enc_state alone. */
#define SAM(name, dims, bias) EACH_PAIR("n_enc_layer", "image_encoder.blocks.%." name, dims, bias)

const legacy_anchor legacy_sam_anchors[] = {
    ONE("image_encoder.pos_embed", "n_enc_state, ?, ?, 1"),
    ONE("image_encoder.patch_embed.proj.weight", "?, ?, 3, n_enc_state"),
    SAM("norm1", "n_enc_state", "n_enc_state"),
    SAM("attn.qkv", "n_enc_state, 3*n_enc_state", "3*n_enc_state"),
    SAM("attn.proj", "n_enc_state, n_enc_state", "n_enc_state"),
    SAM("norm2", "n_enc_state", "n_enc_state"),
    SAM("mlp.lin1", "n_enc_state, 4*n_enc_state", "4*n_enc_state"),
    SAM("mlp.lin2", "4*n_enc_state, n_enc_state", "n_enc_state"),
    ONE("image_encoder.neck.0.weight", "1, 1, n_enc_state, n_enc_out_chans"),
    ONE("image_encoder.neck.2.weight", "3, 3, n_enc_out_chans, n_enc_out_chans"),
    ONE("prompt_encoder.pe_layer.positional_encoding_gaussian_matrix", "n_enc_out_chans/2, 2"),
    NO_MORE,
};

/* Of three models in one file, which has no hyper-parameters: a tensor of each (stable-diffusion.cpp of 2023). Stable
 * Diffusion 2 has another text encoder. */
const legacy_anchor legacy_sd_anchors[] = {
    ONE("model.diffusion_model.input_blocks.0.0.weight", "3, 3, ?, ?"),
    ONE("model.diffusion_model.time_embed.0.weight", "?, ?"),
    ONE("first_stage_model.decoder.conv_in.weight", "3, 3, ?, ?"),
    ONE_MAYBE("cond_stage_model.transformer.text_model.embeddings.token_embedding.weight", "?, ?"),
    NO_MORE,
};

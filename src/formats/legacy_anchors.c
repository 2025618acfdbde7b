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

/* ---- MPT and Replit: one architecture, with other words for its numbers and sometimes its tensors ---- */

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
/* Replit as ggml's example read it at first, in May 2023. */
const legacy_anchor legacy_replit_old_anchors[] = {
    MPT_LIST("d_model", "n_layers", "ln", "mlp.mlp_up", "mlp.mlp_down", "ln_f"),
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

/* What the loader of rwkv.cpp (rwkv_model_loading.inc) asks for in each of the versions 4 to 7 of RWKV. Open: nothing
 * in the header says which version it is, each has tensors of its own, converters write all that a checkpoint has, and
 * the loader takes no notice of what it does not know. */
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
#define PARAKEET_PAIR(name, dims, bias) EACH_PAIR("n_audio_layer", "encoder.layers.%." name, dims, bias)
/* Models differ in whether linear maps and convolutions have biases. */
#define PARAKEET_LINEAR(name, dims, bias)                                                                              \
    PARAKEET(name ".weight", dims), EACH_MAYBE("n_audio_layer", "encoder.layers.%." name ".bias", bias)
#define PARAKEET_STRIDED(at, dims)                                                                                     \
    PAIR("encoder.pre_encode.conv." at, dims ", n_subsampling_channels", "1, 1, n_subsampling_channels")
#define PARAKEET_FEED_FORWARD(at)                                                                                      \
    PARAKEET_PAIR("norm_feed_forward" at, "n_audio_state", "n_audio_state"),                                           \
        PARAKEET_LINEAR("feed_forward" at ".linear1", "n_audio_state, 4*n_audio_state", "4*n_audio_state"),            \
        PARAKEET_LINEAR("feed_forward" at ".linear2", "4*n_audio_state, n_audio_state", "n_audio_state")
#define PARAKEET_SQUARE(name) PARAKEET_LINEAR(name, "n_audio_state, n_audio_state", "n_audio_state")
#define PARAKEET_LSTM(optional, name, dims)                                                                            \
    optional("n_pred_layers", "decoder.prediction.dec_rnn.lstm." name "_l%", dims)

/* All that parakeet.cpp of whisper.cpp has asked for: at first with a table of positions, and with the two biases of an
 * LSTM in one or in two tensors. A converter writes the count of batches as a scalar. */
const legacy_anchor legacy_parakeet_anchors[] = {
    PAIR("encoder.pre_encode.out", "n_mels/subsampling_factor*n_subsampling_channels, n_audio_state", "n_audio_state"),
    PARAKEET_STRIDED("0", "3, 3, 1"),
    PARAKEET_STRIDED("2", "3, 3, 1"),
    PARAKEET_STRIDED("3", "1, 1, n_subsampling_channels"),
    PARAKEET_STRIDED("5", "3, 3, 1"),
    PARAKEET_STRIDED("6", "1, 1, n_subsampling_channels"),
    ONE_MAYBE("encoder.pe", "n_audio_state, ?"),
    PARAKEET_FEED_FORWARD("1"),
    PARAKEET_PAIR("norm_conv", "n_audio_state", "n_audio_state"),
    PARAKEET_LINEAR("conv.pointwise_conv1", "n_audio_state, 2*n_audio_state", "2*n_audio_state"),
    PARAKEET_LINEAR("conv.depthwise_conv", "n_conv_kernel, n_audio_state", "n_audio_state"),
    PARAKEET_LINEAR("conv.pointwise_conv2", "n_audio_state, n_audio_state", "n_audio_state"),
    PARAKEET_PAIR("conv.batch_norm", "n_audio_state", "n_audio_state"),
    PARAKEET("conv.batch_norm.running_mean", "n_audio_state"),
    PARAKEET("conv.batch_norm.running_var", "n_audio_state"),
    EACH_MAYBE("n_audio_layer", "encoder.layers.%.conv.batch_norm.num_batches_tracked", "1"),
    PARAKEET_PAIR("norm_self_att", "n_audio_state", "n_audio_state"),
    PARAKEET("self_attn.pos_bias_u", "n_audio_state/n_audio_head, n_audio_head"),
    PARAKEET("self_attn.pos_bias_v", "n_audio_state/n_audio_head, n_audio_head"),
    PARAKEET_SQUARE("self_attn.linear_q"),
    PARAKEET_SQUARE("self_attn.linear_k"),
    PARAKEET_SQUARE("self_attn.linear_v"),
    PARAKEET_SQUARE("self_attn.linear_out"),
    PARAKEET("self_attn.linear_pos.weight", "n_audio_state, n_audio_state"),
    PARAKEET_FEED_FORWARD("2"),
    PARAKEET_PAIR("norm_out", "n_audio_state", "n_audio_state"),
    ONE("decoder.prediction.embed.weight", "n_pred_dim, n_vocab+1"),
    PARAKEET_LSTM(EACH, "weight_ih", "n_pred_dim, 4*n_pred_dim"),
    PARAKEET_LSTM(EACH, "weight_hh", "n_pred_dim, 4*n_pred_dim"),
    PARAKEET_LSTM(EACH_MAYBE, "bias_ih", "4*n_pred_dim"),
    PARAKEET_LSTM(EACH_MAYBE, "bias_hh", "4*n_pred_dim"),
    PARAKEET_LSTM(EACH_MAYBE, "bias_h", "4*n_pred_dim"),
    PAIR("joint.pred", "n_pred_dim, n_pred_dim", "n_pred_dim"),
    PAIR("joint.enc", "n_audio_state, n_pred_dim", "n_pred_dim"),
    PAIR("joint.joint_net.2", "n_pred_dim, n_vocab+1+n_tdt_durations", "n_vocab+1+n_tdt_durations"),
    NO_MORE,
};

/* All that encodec_load_model_weights of encodec.cpp asks for. Four times the channels double, or halve: `in` and `out`
 * say how many times n_filters there are. The ratios of the strides, which give the width of kernels, are not in the
 * header: "?". Nor is the number of codebooks, which the loader knows: 32. */
#define CODEC_BLOCK(at, of, channels, half)                                                                            \
    PAIR(at ".block.1.conv.conv", of "residual_kernel_size, " channels ", " half, half),                               \
        PAIR(at ".block.3.conv.conv", "1, " half ", " channels, channels),                                             \
        PAIR(at ".shortcut.conv.conv", "1, " channels ", " channels, channels)
#define CODEC_DOWN(block, stride, of, in, half, out)                                                                   \
    CODEC_BLOCK(block, of, in of "n_filters", half),                                                                   \
        PAIR(stride ".conv.conv", "?, " in of "n_filters, " out of "n_filters", out of "n_filters")
#define CODEC_UP(stride, block, of, in, half, out)                                                                     \
    PAIR(stride ".convtr.convtr", "?, " out of "n_filters, " in of "n_filters", out of "n_filters"),                   \
        CODEC_BLOCK(block, of, out of "n_filters", half)
#define CODEC_LSTM(at, of, layer)                                                                                      \
    ONE(at ".lstm.weight_ih_l" layer, "16*" of "n_filters, 64*" of "n_filters"),                                       \
        ONE(at ".lstm.weight_hh_l" layer, "16*" of "n_filters, 64*" of "n_filters"),                                   \
        ONE(at ".lstm.bias_ih_l" layer, "64*" of "n_filters"), ONE(at ".lstm.bias_hh_l" layer, "64*" of "n_filters")
#define ENCODEC_LIST(at, of)                                                                                           \
    PAIR(at "encoder.model.0.conv.conv", of "kernel_size, " of "in_channels, " of "n_filters", of "n_filters"),        \
        CODEC_DOWN(at "encoder.model.1", at "encoder.model.3", of, "1*", of "n_filters/2", "2*"),                      \
        CODEC_DOWN(at "encoder.model.4", at "encoder.model.6", of, "2*", of "n_filters", "4*"),                        \
        CODEC_DOWN(at "encoder.model.7", at "encoder.model.9", of, "4*", "2*" of "n_filters", "8*"),                   \
        CODEC_DOWN(at "encoder.model.10", at "encoder.model.12", of, "8*", "4*" of "n_filters", "16*"),                \
        CODEC_LSTM(at "encoder.model.13", of, "0"), CODEC_LSTM(at "encoder.model.13", of, "1"),                        \
        PAIR(at "encoder.model.15.conv.conv", of "kernel_size, 16*" of "n_filters, " of "hidden_dim",                  \
             of "hidden_dim"),                                                                                         \
        PAIR(at "decoder.model.0.conv.conv", of "kernel_size, " of "hidden_dim, 16*" of "n_filters",                   \
             "16*" of "n_filters"),                                                                                    \
        CODEC_LSTM(at "decoder.model.1", of, "0"), CODEC_LSTM(at "decoder.model.1", of, "1"),                          \
        CODEC_UP(at "decoder.model.3", at "decoder.model.4", of, "16*", "4*" of "n_filters", "8*"),                    \
        CODEC_UP(at "decoder.model.6", at "decoder.model.7", of, "8*", "2*" of "n_filters", "4*"),                     \
        CODEC_UP(at "decoder.model.9", at "decoder.model.10", of, "4*", of "n_filters", "2*"),                         \
        CODEC_UP(at "decoder.model.12", at "decoder.model.13", of, "2*", of "n_filters/2", "1*"),                      \
        PAIR(at "decoder.model.15.conv.conv", of "kernel_size, " of "n_filters, " of "in_channels", of "in_channels"), \
        EACH("32", at "quantizer.vq.layers.%._codebook.embed", of "hidden_dim, " of "n_bins")

const legacy_anchor legacy_encodec_anchors[] = {ENCODEC_LIST("", ""), NO_MORE};

/* The names that convert.py of bark.cpp gives, and the biases that its loader knows too. The codec is as above. */

#define BARK(model, name, dims) EACH(#model ".n_layer", #model "/model/h%/" name, dims)
#define BARK_PAIR(model, name, w, b, dims, bias)                                                                       \
    BARK(model, name "/" w, dims), EACH_MAYBE(#model ".n_layer", #model "/model/h%/" name "/" b, bias)
#define BARK_LIST(model)                                                                                               \
    EACH(#model ".n_wtes", #model "/model/wte/%", #model ".n_embd, " #model ".n_in_vocab"),                            \
        EACH(#model ".n_lm_heads", #model "/model/lm_head/%", #model ".n_embd, " #model ".n_out_vocab"),               \
        ONE(#model "/model/wpe", #model ".n_embd, " #model ".block_size"),                                             \
        ONE(#model "/model/ln_f/g", #model ".n_embd"), ONE_MAYBE(#model "/model/ln_f/b", #model ".n_embd"),            \
        BARK_PAIR(model, "ln_1", "g", "b", #model ".n_embd", #model ".n_embd"),                                        \
        BARK_PAIR(model, "ln_2", "g", "b", #model ".n_embd", #model ".n_embd"),                                        \
        BARK_PAIR(model, "attn/c_attn", "w", "b", #model ".n_embd, 3*" #model ".n_embd", "3*" #model ".n_embd"),       \
        BARK_PAIR(model, "attn/c_proj", "w", "b", #model ".n_embd, " #model ".n_embd", #model ".n_embd"),              \
        BARK_PAIR(model, "mlp/c_fc", "w", "b", #model ".n_embd, 4*" #model ".n_embd", "4*" #model ".n_embd"),          \
        BARK_PAIR(model, "mlp/c_proj", "w", "b", "4*" #model ".n_embd, " #model ".n_embd", #model ".n_embd")

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

/* All that sam_model_load of ggml's examples/sam asks for. It takes the size of pictures, of patches and of windows for
 * granted: "?". The decoder is that of all models: two layers, and four masks. */
#define SAM_BLOCK(name, dims, bias) EACH_PAIR("n_enc_layer", "image_encoder.blocks.%." name, dims, bias)
#define SAM_NORM(name) PAIR(name, "n_enc_out_chans", "n_enc_out_chans")
#define SAM_LAYER(name, dims, bias) EACH_PAIR("2", "mask_decoder.transformer.layers.%." name, dims, bias)
#define SAM_LAYER_NORM(name) SAM_LAYER(name, "n_enc_out_chans", "n_enc_out_chans")
#define SAM_LAYER_ATTENTION(name, inner)                                                                               \
    SAM_LAYER(name ".q_proj", "n_enc_out_chans, " inner, inner),                                                       \
        SAM_LAYER(name ".k_proj", "n_enc_out_chans, " inner, inner),                                                   \
        SAM_LAYER(name ".v_proj", "n_enc_out_chans, " inner, inner),                                                   \
        SAM_LAYER(name ".out_proj", inner ", n_enc_out_chans", "n_enc_out_chans")
#define SAM_FINAL(name, dims, bias) PAIR("mask_decoder.transformer.final_attn_token_to_image." name, dims, bias)
#define SAM_HEAD(at, out) PAIR("mask_decoder.iou_prediction_head.layers." at, "n_enc_out_chans, " out, out)
#define SAM_MASK(at, out)                                                                                              \
    EACH_PAIR("4", "mask_decoder.output_hypernetworks_mlps.%.layers." at, "n_enc_out_chans, " out, out)

const legacy_anchor legacy_sam_anchors[] = {
    ONE("image_encoder.pos_embed", "n_enc_state, ?, ?, 1"),
    PAIR("image_encoder.patch_embed.proj", "?, ?, 3, n_enc_state", "1, 1, n_enc_state"),
    SAM_BLOCK("norm1", "n_enc_state", "n_enc_state"),
    EACH("n_enc_layer", "image_encoder.blocks.%.attn.rel_pos_w", "n_enc_state/n_enc_head, ?"),
    EACH("n_enc_layer", "image_encoder.blocks.%.attn.rel_pos_h", "n_enc_state/n_enc_head, ?"),
    SAM_BLOCK("attn.qkv", "n_enc_state, 3*n_enc_state", "3*n_enc_state"),
    SAM_BLOCK("attn.proj", "n_enc_state, n_enc_state", "n_enc_state"),
    SAM_BLOCK("norm2", "n_enc_state", "n_enc_state"),
    SAM_BLOCK("mlp.lin1", "n_enc_state, 4*n_enc_state", "4*n_enc_state"),
    SAM_BLOCK("mlp.lin2", "4*n_enc_state, n_enc_state", "n_enc_state"),
    ONE("image_encoder.neck.0.weight", "1, 1, n_enc_state, n_enc_out_chans"),
    SAM_NORM("image_encoder.neck.1"),
    ONE("image_encoder.neck.2.weight", "3, 3, n_enc_out_chans, n_enc_out_chans"),
    SAM_NORM("image_encoder.neck.3"),
    ONE("prompt_encoder.pe_layer.positional_encoding_gaussian_matrix", "n_enc_out_chans/2, 2"),
    EACH("n_pt_embd", "prompt_encoder.point_embeddings.%.weight", "n_enc_out_chans"),
    ONE("prompt_encoder.not_a_point_embed.weight", "n_enc_out_chans"),
    ONE("prompt_encoder.no_mask_embed.weight", "n_enc_out_chans"),
    SAM_LAYER_ATTENTION("self_attn", "n_enc_out_chans"),
    SAM_LAYER_NORM("norm1"),
    SAM_LAYER_ATTENTION("cross_attn_token_to_image", "n_enc_out_chans/2"),
    SAM_LAYER_NORM("norm2"),
    SAM_LAYER("mlp.lin1", "n_enc_out_chans, 8*n_enc_out_chans", "8*n_enc_out_chans"),
    SAM_LAYER("mlp.lin2", "8*n_enc_out_chans, n_enc_out_chans", "n_enc_out_chans"),
    SAM_LAYER_NORM("norm3"),
    SAM_LAYER_NORM("norm4"),
    SAM_LAYER_ATTENTION("cross_attn_image_to_token", "n_enc_out_chans/2"),
    SAM_FINAL("q_proj", "n_enc_out_chans, n_enc_out_chans/2", "n_enc_out_chans/2"),
    SAM_FINAL("k_proj", "n_enc_out_chans, n_enc_out_chans/2", "n_enc_out_chans/2"),
    SAM_FINAL("v_proj", "n_enc_out_chans, n_enc_out_chans/2", "n_enc_out_chans/2"),
    SAM_FINAL("out_proj", "n_enc_out_chans/2, n_enc_out_chans", "n_enc_out_chans"),
    SAM_NORM("mask_decoder.transformer.norm_final_attn"),
    PAIR("mask_decoder.output_upscaling.0", "2, 2, n_enc_out_chans/4, n_enc_out_chans", "n_enc_out_chans/4"),
    PAIR("mask_decoder.output_upscaling.1", "n_enc_out_chans/4", "n_enc_out_chans/4"),
    PAIR("mask_decoder.output_upscaling.3", "2, 2, n_enc_out_chans/8, n_enc_out_chans/4", "n_enc_out_chans/8"),
    SAM_MASK("0", "n_enc_out_chans"),
    SAM_MASK("1", "n_enc_out_chans"),
    SAM_MASK("2", "n_enc_out_chans/8"),
    SAM_HEAD("0", "n_enc_out_chans"),
    SAM_HEAD("1", "n_enc_out_chans"),
    SAM_HEAD("2", "n_pt_embd"),
    ONE("mask_decoder.iou_token.weight", "n_enc_out_chans, 1"),
    ONE("mask_decoder.mask_tokens.weight", "n_enc_out_chans, n_pt_embd"),
    NO_MORE,
};

/* Of three models in one file, a tensor of each (stable-diffusion.cpp of 2023). Stable Diffusion 2 has another text
 * encoder. Open, since the file has no hyper-parameters: which of some thousand tensors it has, and of what shapes,
 * depends on the model, and loaders pass over those that they do not know. */
const legacy_anchor legacy_sd_anchors[] = {
    ONE("model.diffusion_model.input_blocks.0.0.weight", "3, 3, ?, ?"),
    ONE("model.diffusion_model.time_embed.0.weight", "?, ?"),
    ONE("first_stage_model.decoder.conv_in.weight", "3, 3, ?, ?"),
    ONE_MAYBE("cond_stage_model.transformer.text_model.embeddings.token_embedding.weight", "?, ?"),
    NO_MORE,
};

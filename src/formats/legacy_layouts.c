/* SPDX-License-Identifier: MIT */
/* The table of layouts (see legacy.h): one row says what a file looks like, in the words of legacy_shape.c. A new
 * architecture is a new row here, its number in TG_LAYOUT_LIST, and its tests. A row without anchors cannot be told
 * from others and is by_name_only. Anchors of text models are in legacy_anchors.c.
 *
 * Every number of a header is an i32 of at least 0, little-endian; `least` raises that. */
#include "legacy_layouts.h"

#define FIELD(name, least)                                                                                             \
    {                                                                                                                  \
        name, LEGACY_NUMBER, least, 0, false                                                                           \
    }
#define MOST(name, least, most)                                                                                        \
    {                                                                                                                  \
        name, LEGACY_NUMBER, least, most, false                                                                        \
    }
#define ZERO_IF_EMPTY(name)                                                                                            \
    {                                                                                                                  \
        name, LEGACY_NUMBER, 1, 0, true                                                                                \
    }
#define FLOAT(name)                                                                                                    \
    {                                                                                                                  \
        name, LEGACY_FLOAT, 0, 0, false                                                                                \
    }
#define FTYPE(name, kind)                                                                                              \
    {                                                                                                                  \
        name, kind, 0, 0, false                                                                                        \
    }
#define NO_MORE_FIELDS                                                                                                 \
    {                                                                                                                  \
        NULL, LEGACY_NUMBER, 0, 0, false                                                                               \
    }

#define FIELDS(fields)                                                                                                 \
    {                                                                                                                  \
        LEGACY_FIELDS, NULL, fields, NULL, NULL, 0                                                                     \
    }
#define NAMED_FIELDS(name, fields)                                                                                     \
    {                                                                                                                  \
        LEGACY_FIELDS, name, fields, NULL, NULL, 0                                                                     \
    }
#define REPEATED_FIELDS(name, fields, times)                                                                           \
    {                                                                                                                  \
        LEGACY_FIELDS, name, fields, times, NULL, 0                                                                    \
    }
#define TEXT(name)                                                                                                     \
    {                                                                                                                  \
        LEGACY_TEXT, name, NULL, NULL, NULL, 0                                                                         \
    }
#define TOKENS(count, flags)                                                                                           \
    {                                                                                                                  \
        LEGACY_TOKENS, "tokenizer.ggml.tokens", NULL, count, NULL, flags                                               \
    }
#define PAIRS(count)                                                                                                   \
    {                                                                                                                  \
        LEGACY_PAIRS, "tokenizer.ggml.merge_pairs", NULL, count, NULL, 0                                               \
    }
#define MATRIX(name, rows, columns)                                                                                    \
    {                                                                                                                  \
        LEGACY_MATRIX, name, NULL, rows, columns, 0                                                                    \
    }
#define VECTOR(name, count)                                                                                            \
    {                                                                                                                  \
        LEGACY_VECTOR, name, NULL, count, NULL, 0                                                                      \
    }
#define U32S(name, count)                                                                                              \
    {                                                                                                                  \
        LEGACY_U32S, name, NULL, count, NULL, 0                                                                        \
    }
#define MAGIC(name)                                                                                                    \
    {                                                                                                                  \
        LEGACY_MAGIC, name, NULL, NULL, NULL, 0                                                                        \
    }
#define TENSORS                                                                                                        \
    {                                                                                                                  \
        LEGACY_TENSORS, NULL, NULL, NULL, NULL, 0                                                                      \
    }
#define NAMED_TENSORS(name, flags)                                                                                     \
    {                                                                                                                  \
        LEGACY_TENSORS, name, NULL, NULL, NULL, flags                                                                  \
    }
#define END                                                                                                            \
    {                                                                                                                  \
        LEGACY_END, NULL, NULL, NULL, NULL, 0                                                                          \
    }

#define NO_MORE_RULES                                                                                                  \
    {                                                                                                                  \
        NULL, LEGACY_EQUALS, NULL, false                                                                               \
    }

/* ---- Text models ---------------------------------------------------------------------------- */

/* A vocabulary alone has n_embd, n_mult and n_layer 0. */
static const legacy_field llama_fields[] = {
    FIELD("n_vocab", 1),
    ZERO_IF_EMPTY("n_embd"),
    ZERO_IF_EMPTY("n_mult"),
    FIELD("n_head", 1),
    FIELD("n_layer", 0),
    FIELD("n_rot", 0),
    FTYPE("ftype", LEGACY_FTYPE_LLAMA),
    NO_MORE_FIELDS,
};
static const legacy_section llama_sections[] = {FIELDS(llama_fields), TOKENS("n_vocab", 0), TENSORS, END};
static const legacy_rule llama_rules[] = {
    {"n_embd", LEGACY_MULTIPLE_OF, "n_head", false},
    {"n_rot", LEGACY_EQUALS, "n_embd/n_head", true},
    NO_MORE_RULES,
};

static const legacy_field lora_fields[] = {FIELD("r", 1), FIELD("alpha", 0), NO_MORE_FIELDS};
static const legacy_section lora_sections[] = {FIELDS(lora_fields), TENSORS, END};

static const legacy_rule head_rules[] = {{"n_embd", LEGACY_MULTIPLE_OF, "n_head", false}, NO_MORE_RULES};

static const legacy_field gpt2_fields[] = {
    FIELD("n_vocab", 1),          FIELD("n_ctx", 1), FIELD("n_embd", 1), FIELD("n_head", 1), FIELD("n_layer", 1),
    FTYPE("ftype", LEGACY_FTYPE), NO_MORE_FIELDS,
};
static const legacy_section gpt2_sections[] = {
    FIELDS(gpt2_fields),
    TOKENS("n_vocab", LEGACY_COUNT_AGAIN),
    TENSORS,
    END,
};

static const legacy_field gptj_fields[] = {
    FIELD("n_vocab", 1), FIELD("n_ctx", 1), FIELD("n_embd", 1),           FIELD("n_head", 1),
    FIELD("n_layer", 1), FIELD("n_rot", 0), FTYPE("ftype", LEGACY_FTYPE), NO_MORE_FIELDS,
};
static const legacy_section gptj_sections[] = {
    FIELDS(gptj_fields),
    TOKENS("n_vocab", LEGACY_COUNT_AGAIN),
    TENSORS,
    END,
};
static const legacy_rule rotary_rules[] = {
    {"n_embd", LEGACY_MULTIPLE_OF, "n_head", false},
    {"n_rot", LEGACY_AT_MOST, "n_embd/n_head", false},
    NO_MORE_RULES,
};

static const legacy_field gptneox_fields[] = {
    FIELD("n_vocab", 1), FIELD("n_ctx", 1),     FIELD("n_embd", 1),           FIELD("n_head", 1), FIELD("n_layer", 1),
    FIELD("n_rot", 0),   MOST("par_res", 0, 1), FTYPE("ftype", LEGACY_FTYPE), NO_MORE_FIELDS,
};
static const legacy_section gptneox_sections[] = {FIELDS(gptneox_fields), TOKENS("n_vocab", 0), TENSORS, END};
static const legacy_section gptneox_old_sections[] = {FIELDS(gptj_fields), TOKENS("n_vocab", 0), TENSORS, END};

static const legacy_field mpt_fields[] = {
    FIELD("d_model", 1),  FIELD("max_seq_len", 1),      FIELD("n_heads", 1),
    FIELD("n_layers", 1), FIELD("n_vocab", 1),          FLOAT("alibi_bias_max"),
    FLOAT("clip_qkv"),    FTYPE("ftype", LEGACY_FTYPE), NO_MORE_FIELDS,
};
static const legacy_section mpt_sections[] = {FIELDS(mpt_fields), TOKENS("n_vocab", 0), TENSORS, END};
static const legacy_rule model_rules[] = {{"d_model", LEGACY_MULTIPLE_OF, "n_heads", false}, NO_MORE_RULES};

static const legacy_field replit_fields[] = {
    FIELD("d_model", 1), FIELD("max_seq_len", 1),      FIELD("n_heads", 1), FIELD("n_layers", 1),
    FIELD("n_vocab", 1), FTYPE("ftype", LEGACY_FTYPE), NO_MORE_FIELDS,
};
static const legacy_section replit_sections[] = {
    FIELDS(replit_fields),
    TOKENS("n_vocab", LEGACY_SCORED),
    TENSORS,
    END,
};

static const legacy_field bloom_fields[] = {
    FIELD("n_vocab", 1), FIELD("n_embd", 1),           FIELD("n_mult", 1), FIELD("n_head", 1),
    FIELD("n_layer", 1), FTYPE("ftype", LEGACY_FTYPE), NO_MORE_FIELDS,
};
static const legacy_section bloom_sections[] = {FIELDS(bloom_fields), TOKENS("n_vocab", 0), TENSORS, END};

/* 7 is Falcon 7B, 40 is Falcon 40B: what tells these from LLaMA. */
static const legacy_field falcon_fields[] = {
    FIELD("n_vocab", 1), FIELD("n_embd", 1),           FIELD("n_head", 1),           FIELD("n_head_kv", 1),
    FIELD("n_layer", 1), MOST("n_falcon_type", 7, 40), FTYPE("ftype", LEGACY_FTYPE), NO_MORE_FIELDS,
};
static const legacy_section falcon_sections[] = {FIELDS(falcon_fields), TOKENS("n_vocab", 0), TENSORS, END};
static const legacy_rule falcon_rules[] = {
    {"n_embd", LEGACY_MULTIPLE_OF, "n_head", false},
    {"n_head", LEGACY_AT_LEAST, "n_head_kv", false},
    /* 7 or 40, and nothing between */
    {"n_falcon_type", LEGACY_EQUALS, "7+n_falcon_type/40*33", false},
    NO_MORE_RULES,
};

static const legacy_field ggcc_fields[] = {
    FIELD("n_vocab", 1),          FIELD("n_embd", 1),       FIELD("n_head", 1),
    FIELD("n_head_kv", 1),        FIELD("n_layer", 1),      MOST("n_falcon_type", 7, 40),
    FTYPE("ftype", LEGACY_FTYPE), FIELD("n_bpe_merges", 0), NO_MORE_FIELDS,
};
static const legacy_section ggcc_sections[] = {
    FIELDS(ggcc_fields), TOKENS("n_vocab", 0), PAIRS("n_bpe_merges"), TENSORS, END,
};

static const legacy_field falcon_rf_fields[] = {
    FIELD("n_vocab", 1), FIELD("n_embd", 1),           FIELD("n_head", 1), FIELD("n_head_kv", 1),
    FIELD("n_layer", 1), FTYPE("ftype", LEGACY_FTYPE), NO_MORE_FIELDS,
};
static const legacy_section falcon_rf_sections[] = {FIELDS(falcon_rf_fields), TOKENS("n_vocab", 0), TENSORS, END};
static const legacy_rule falcon_rf_rules[] = {
    {"n_embd", LEGACY_MULTIPLE_OF, "n_head", false},
    {"n_head", LEGACY_AT_LEAST, "n_head_kv", false},
    NO_MORE_RULES,
};

static const legacy_field rwkv_fields[] = {
    FIELD("n_vocab", 1), FIELD("n_embed", 1), FIELD("n_layer", 1), FTYPE("data_type", LEGACY_FTYPE_RWKV),
    NO_MORE_FIELDS,
};
static const legacy_section rwkv_sections[] = {FIELDS(rwkv_fields), TENSORS, END};

static const legacy_field bert_fields[] = {
    FIELD("n_vocab", 1), FIELD("n_max_tokens", 1), FIELD("n_embd", 1),           FIELD("n_intermediate", 1),
    FIELD("n_head", 1),  FIELD("n_layer", 1),      FTYPE("ftype", LEGACY_FTYPE), NO_MORE_FIELDS,
};
static const legacy_section bert_sections[] = {FIELDS(bert_fields), TOKENS("n_vocab", 0), TENSORS, END};
static const legacy_rule bert_rules[] = {
    {"n_embd", LEGACY_MULTIPLE_OF, "n_head", false},
    {"n_intermediate", LEGACY_AT_LEAST, "n_embd", true},
    NO_MORE_RULES,
};

static const legacy_field ggmm_fields[] = {
    FIELD("n_vocab", 1),     FIELD("n_ctx", 1), FIELD("n_layer", 1),          FIELD("n_head", 1), FIELD("n_embd", 1),
    FLOAT("alibi_bias_max"), FLOAT("clip_qkv"), FTYPE("ftype", LEGACY_FTYPE), NO_MORE_FIELDS,
};
static const legacy_section ggmm_sections[] = {
    FIELDS(ggmm_fields),
    TOKENS("n_vocab", LEGACY_COUNT_AGAIN | LEGACY_BIT_31),
    TENSORS,
    END,
};

static const legacy_section repl_sections[] = {
    FIELDS(gpt2_fields),
    TOKENS("n_vocab", LEGACY_SCORED),
    TENSORS,
    END,
};

/* ---- Sound ------------------------------------------------------------------------------------ */

static const legacy_field whisper_fields[] = {
    FIELD("n_vocab", 1),       FIELD("n_audio_ctx", 1), FIELD("n_audio_state", 1),    FIELD("n_audio_head", 1),
    FIELD("n_audio_layer", 1), FIELD("n_text_ctx", 1),  FIELD("n_text_state", 1),     FIELD("n_text_head", 1),
    FIELD("n_text_layer", 1),  FIELD("n_mels", 1),      FTYPE("ftype", LEGACY_FTYPE), NO_MORE_FIELDS,
};
/* The second size of the filters is that of a spectrum: the header does not have it. */
static const legacy_section whisper_sections[] = {
    FIELDS(whisper_fields), MATRIX("mel_filters", "n_mels", NULL), TOKENS("n_vocab", LEGACY_COUNT_OWN), TENSORS, END,
};
static const legacy_rule whisper_rules[] = {
    {"n_audio_state", LEGACY_MULTIPLE_OF, "n_audio_head", false},
    {"n_text_state", LEGACY_MULTIPLE_OF, "n_text_head", false},
    NO_MORE_RULES,
};

static const legacy_field silero_fields[] = {
    FIELD("version_major", 0),
    FIELD("version_minor", 0),
    FIELD("version_patch", 0),
    FIELD("n_window", 1),
    FIELD("n_context", 0),
    MOST("n_encoder_layers", 1, 64),
    NO_MORE_FIELDS,
};
static const legacy_field silero_layer_fields[] = {
    FIELD("in_channels", 1),
    FIELD("out_channels", 1),
    FIELD("kernel_size", 1),
    NO_MORE_FIELDS,
};
static const legacy_field silero_last_fields[] = {
    FIELD("lstm_input_size", 1),
    FIELD("lstm_hidden_size", 1),
    FIELD("final_conv_in", 1),
    FIELD("final_conv_out", 1),
    NO_MORE_FIELDS,
};
static const legacy_section silero_sections[] = {
    TEXT("model_type"),
    FIELDS(silero_fields),
    REPEATED_FIELDS("encoder.", silero_layer_fields, "n_encoder_layers"),
    FIELDS(silero_last_fields),
    TENSORS,
    END,
};

static const legacy_field parakeet_fields[] = {
    FIELD("n_vocab", 1),
    FIELD("n_audio_ctx", 1),
    FIELD("n_audio_state", 1),
    FIELD("n_audio_head", 1),
    FIELD("n_audio_layer", 1),
    FIELD("n_mels", 1),
    FTYPE("ftype", LEGACY_FTYPE),
    FIELD("n_fft", 1),
    FIELD("subsampling_factor", 1),
    FIELD("n_subsampling_channels", 1),
    FIELD("n_conv_kernel", 1),
    FIELD("n_pred_dim", 1),
    FIELD("n_pred_layers", 1),
    FIELD("n_tdt_durations", 1),
    FIELD("n_max_tokens", 1),
    NO_MORE_FIELDS,
};
static const legacy_section parakeet_sections[] = {
    FIELDS(parakeet_fields),
    MATRIX("mel_filters", "n_mels", "n_fft/2+1"),
    VECTOR("window", NULL),
    U32S("tdt_durations", "n_tdt_durations"),
    TOKENS("n_vocab", LEGACY_COUNT_OWN),
    TENSORS,
    END,
};
static const legacy_rule audio_rules[] = {{"n_audio_state", LEGACY_MULTIPLE_OF, "n_audio_head", false}, NO_MORE_RULES};

static const legacy_field encodec_fields[] = {
    FIELD("in_channels", 1),          FIELD("hidden_dim", 1), FIELD("n_filters", 1), FIELD("kernel_size", 1),
    FIELD("residual_kernel_size", 1), FIELD("n_bins", 1),     FIELD("bandwidth", 0), FIELD("sampling_rate", 1),
    FTYPE("ftype", LEGACY_FTYPE),     NO_MORE_FIELDS,
};
static const legacy_section encodec_sections[] = {FIELDS(encodec_fields), TENSORS, END};

static const legacy_field bark_fields[] = {
    FIELD("n_layer", 1), FIELD("n_head", 1),           FIELD("n_embd", 1),      FIELD("block_size", 1),
    MOST("bias", 0, 1),  FIELD("n_in_vocab", 1),       FIELD("n_out_vocab", 1), FIELD("n_lm_heads", 1),
    FIELD("n_wtes", 1),  FTYPE("ftype", LEGACY_FTYPE), NO_MORE_FIELDS,
};
static const legacy_section bark_sections[] = {
    TOKENS(NULL, LEGACY_COUNT_OWN),
    NAMED_FIELDS("semantic.", bark_fields),
    NAMED_TENSORS("semantic/", LEGACY_COUNTED),
    NAMED_FIELDS("coarse.", bark_fields),
    NAMED_TENSORS("coarse/", LEGACY_COUNTED),
    NAMED_FIELDS("fine.", bark_fields),
    NAMED_TENSORS("fine/", LEGACY_COUNTED),
    MAGIC("codec"),
    NAMED_FIELDS("codec.", encodec_fields),
    NAMED_TENSORS("codec/", 0),
    END,
};
static const legacy_rule bark_rules[] = {
    {"semantic.n_embd", LEGACY_MULTIPLE_OF, "semantic.n_head", false},
    {"coarse.n_embd", LEGACY_MULTIPLE_OF, "coarse.n_head", false},
    {"fine.n_embd", LEGACY_MULTIPLE_OF, "fine.n_head", false},
    NO_MORE_RULES,
};

/* ---- Pictures ---------------------------------------------------------------------------------- */

static const legacy_field clip_text_fields[] = {
    FIELD("n_vocab", 1),        FIELD("num_positions", 1), FIELD("hidden_size", 1), FIELD("n_intermediate", 1),
    FIELD("projection_dim", 1), FIELD("n_head", 1),        FIELD("n_layer", 1),     NO_MORE_FIELDS,
};
static const legacy_field clip_vision_fields[] = {
    FIELD("image_size", 1),     FIELD("patch_size", 1), FIELD("hidden_size", 1), FIELD("n_intermediate", 1),
    FIELD("projection_dim", 1), FIELD("n_head", 1),     FIELD("n_layer", 1),     NO_MORE_FIELDS,
};
static const legacy_field clip_last_fields[] = {
    MOST("use_gelu", 0, 1),
    FTYPE("ftype", LEGACY_FTYPE_PLAIN),
    NO_MORE_FIELDS,
};
static const legacy_section clip_sections[] = {
    NAMED_FIELDS("text.", clip_text_fields),
    NAMED_FIELDS("vision.", clip_vision_fields),
    FIELDS(clip_last_fields),
    TOKENS("text.n_vocab", LEGACY_COUNT_AGAIN),
    TENSORS,
    END,
};
static const legacy_rule clip_rules[] = {
    {"text.hidden_size", LEGACY_MULTIPLE_OF, "text.n_head", false},
    {"vision.hidden_size", LEGACY_MULTIPLE_OF, "vision.n_head", false},
    {"vision.image_size", LEGACY_AT_LEAST, "vision.patch_size", false},
    NO_MORE_RULES,
};

static const legacy_field sam_fields[] = {
    FIELD("n_enc_state", 1), FIELD("n_enc_layer", 1),      FIELD("n_enc_head", 1), FIELD("n_enc_out_chans", 1),
    FIELD("n_pt_embd", 1),   FTYPE("ftype", LEGACY_FTYPE), NO_MORE_FIELDS,
};
static const legacy_section sam_sections[] = {FIELDS(sam_fields), TENSORS, END};
static const legacy_rule sam_rules[] = {{"n_enc_state", LEGACY_MULTIPLE_OF, "n_enc_head", false}, NO_MORE_RULES};

static const legacy_field sd_fields[] = {FTYPE("ftype", LEGACY_FTYPE_MODEL), NO_MORE_FIELDS};
static const legacy_section sd_sections[] = {FIELDS(sd_fields), TOKENS(NULL, LEGACY_COUNT_OWN), TENSORS, END};
/* Converters write what the adapter has, of whatever kind and for whatever model: by name only. */
static const legacy_section sd_lora_sections[] = {FIELDS(sd_fields), TENSORS, END};

/* ---- The table --------------------------------------------------------------------------------- */

#define ANY_GGJT (LEGACY_GGJT_1 | LEGACY_GGJT_2 | LEGACY_GGJT_3)
#define RUSTFORMERS LEGACY_GGJT_3 /* writes every architecture that it has as ggjt 3 */

/* What the quantized types are where ftype does not say it: files of before May 2023, and of after. */
#define OLD                                                                                                            \
    {                                                                                                                  \
        LEGACY_TYPES_GGJT1, LEGACY_TYPES_GGJT1                                                                         \
    }
#define NEW                                                                                                            \
    {                                                                                                                  \
        LEGACY_TYPES_TODAY, LEGACY_TYPES_TODAY                                                                         \
    }
#define NEW_OR_OLD                                                                                                     \
    {                                                                                                                  \
        LEGACY_TYPES_TODAY, LEGACY_TYPES_GGJT1                                                                         \
    }

/* Layout, containers, sections, rules, anchors, least and most rank (0 where converters have written scalars), longest
 * name, types; then closed, paired, by_name_only. */
const legacy_layout legacy_layouts[] = {
    {TG_LAYOUT_LLAMA, LEGACY_GGML | LEGACY_GGMF_1 | ANY_GGJT, llama_sections, llama_rules, legacy_llama_anchors, 1, 2,
     0, OLD, true, false, false},
    {TG_LAYOUT_GPT2, LEGACY_GGML | RUSTFORMERS, gpt2_sections, head_rules, legacy_gpt2_anchors, 1, 2, 0, OLD, true,
     false, false},
    {TG_LAYOUT_GPTJ, LEGACY_GGML | RUSTFORMERS, gptj_sections, rotary_rules, legacy_gptj_anchors, 1, 2, 0, OLD, true,
     false, false},
    {TG_LAYOUT_GPTNEOX, LEGACY_GGML | RUSTFORMERS, gptneox_sections, rotary_rules, legacy_gptneox_anchors, 1, 2, 0, OLD,
     true, false, false},
    {TG_LAYOUT_GPTNEOX_OLD, LEGACY_GGML, gptneox_old_sections, rotary_rules, legacy_gptneox_anchors, 1, 2, 0, OLD, true,
     false, false},
    {TG_LAYOUT_MPT, LEGACY_GGML | RUSTFORMERS, mpt_sections, model_rules, legacy_mpt_anchors, 1, 2, 0, NEW, true, false,
     false},
    {TG_LAYOUT_REPLIT, LEGACY_GGML, replit_sections, model_rules, legacy_mpt_anchors, 1, 2, 0, NEW, true, false, false},
    {TG_LAYOUT_REPLIT, LEGACY_GGML, replit_sections, model_rules, legacy_replit_old_anchors, 1, 2, 0, NEW_OR_OLD, true,
     false, false},
    {TG_LAYOUT_BLOOM, LEGACY_GGML | RUSTFORMERS, bloom_sections, head_rules, legacy_bloom_anchors, 1, 2, 0, OLD, true,
     false, false},
    {TG_LAYOUT_FALCON, LEGACY_GGML | LEGACY_GGMF_1 | ANY_GGJT, falcon_sections, falcon_rules, legacy_falcon_anchors, 1,
     2, 0, NEW, true, false, false},
    {TG_LAYOUT_FALCON, LEGACY_GGCC_10, ggcc_sections, falcon_rules, legacy_falcon_anchors, 1, 2, 0, NEW, true, false,
     false},
    {TG_LAYOUT_FALCON_RUSTFORMERS, LEGACY_GGML | RUSTFORMERS, falcon_rf_sections, falcon_rf_rules,
     legacy_falcon_anchors, 1, 2, 0, NEW, true, false, false},
    {TG_LAYOUT_RWKV, LEGACY_GGMF_100 | LEGACY_GGMF_101, rwkv_sections, NULL, legacy_rwkv_anchors, 1, 3, 0, NEW, false,
     false, false},
    {TG_LAYOUT_BERT, LEGACY_GGML, bert_sections, bert_rules, legacy_bert_anchors, 1, 2, 0, NEW_OR_OLD, true, false,
     false},
    {TG_LAYOUT_WHISPER, LEGACY_GGML, whisper_sections, whisper_rules, legacy_whisper_anchors, 1, 4, 0, OLD, true, false,
     false},
    {TG_LAYOUT_SILERO_VAD, LEGACY_GGML, silero_sections, NULL, legacy_silero_anchors, 0, 4, 0, NEW, true, false, false},
    {TG_LAYOUT_PARAKEET, LEGACY_GGML, parakeet_sections, audio_rules, legacy_parakeet_anchors, 0, 4, 0, NEW, true,
     false, false},
    {TG_LAYOUT_ENCODEC, LEGACY_GGML, encodec_sections, NULL, legacy_encodec_anchors, 0, 3, 0, NEW, true, false, false},
    {TG_LAYOUT_BARK, LEGACY_GGML, bark_sections, bark_rules, legacy_bark_anchors, 0, 3, 0, NEW, true, false, false},
    {TG_LAYOUT_CLIP, LEGACY_GGML, clip_sections, clip_rules, legacy_clip_anchors, 1, 4, 0, NEW, true, false, false},
    {TG_LAYOUT_SAM, LEGACY_GGML, sam_sections, sam_rules, legacy_sam_anchors, 1, 4, 0, NEW, true, false, false},
    {TG_LAYOUT_STABLE_DIFFUSION, LEGACY_GGML, sd_sections, NULL, legacy_sd_anchors, 0, 4, 0, NEW, false, false, false},
    {TG_LAYOUT_STABLE_DIFFUSION_LORA, LEGACY_GGML, sd_lora_sections, NULL, NULL, 0, 4, 0, NEW, false, false, true},
    {TG_LAYOUT_GPT4ALL_MPT, LEGACY_GGMM, ggmm_sections, head_rules, legacy_ggmm_anchors, 1, 2, 0, NEW, true, false,
     false},
    {TG_LAYOUT_GPT4ALL_REPLIT, LEGACY_REPL, repl_sections, head_rules, legacy_repl_anchors, 1, 2, 0, NEW_OR_OLD, true,
     false, false},
    {TG_LAYOUT_LORA, LEGACY_GGLA_1, lora_sections, NULL, legacy_lora_anchors, 2, 2, 1023, NEW, true, true, false},
};

const size_t legacy_num_layouts = sizeof legacy_layouts / sizeof legacy_layouts[0];

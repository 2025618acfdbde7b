/* SPDX-License-Identifier: MIT */
/* The tensors of each layout: the lists in legacy_anchors.c, for the table in legacy_layouts.c. */
#ifndef TGI_FORMATS_LEGACY_LAYOUTS_H
#define TGI_FORMATS_LEGACY_LAYOUTS_H

#include "legacy.h"

extern const legacy_anchor legacy_llama_anchors[], legacy_lora_anchors[], legacy_gpt2_anchors[], legacy_gptj_anchors[],
    legacy_gptneox_anchors[], legacy_mpt_anchors[], legacy_replit_old_anchors[], legacy_bloom_anchors[],
    legacy_falcon_anchors[], legacy_rwkv_anchors[], legacy_bert_anchors[], legacy_ggmm_anchors[], legacy_repl_anchors[],
    legacy_whisper_anchors[], legacy_silero_anchors[], legacy_parakeet_anchors[], legacy_encodec_anchors[],
    legacy_bark_anchors[], legacy_clip_anchors[], legacy_sam_anchors[], legacy_sd_anchors[];

#endif

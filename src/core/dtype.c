/* SPDX-License-Identifier: MIT */
/* The table of tensor types (see dtype.h). Block sizes are those of ggml's type_traits and
 * ggml-common.h; all quantized blocks hold their scales inside. */
#include "dtype.h"

#include <string.h>

#define BLOCK(dtype, name, elements, bytes) [dtype] = {dtype, name, elements, bytes, true, NULL}
#define SHARED(dtype, name, safetensors, bytes) [dtype] = {dtype, name, 1, bytes, false, safetensors}
#define OTHER(dtype, name, elements, bytes) [dtype] = {dtype, name, elements, bytes, elements > 1, name}

/* Indexed by tg_dtype; the holes have no name. */
static const tg_dtype_info dtypes[] = {
    SHARED(TG_DTYPE_F32, "f32", "F32", 4),
    SHARED(TG_DTYPE_F16, "f16", "F16", 2),
    BLOCK(TG_DTYPE_Q4_0, "q4_0", 32, 18),
    BLOCK(TG_DTYPE_Q4_1, "q4_1", 32, 20),
    BLOCK(TG_DTYPE_Q5_0, "q5_0", 32, 22),
    BLOCK(TG_DTYPE_Q5_1, "q5_1", 32, 24),
    BLOCK(TG_DTYPE_Q8_0, "q8_0", 32, 34),
    BLOCK(TG_DTYPE_Q8_1, "q8_1", 32, 36),
    BLOCK(TG_DTYPE_Q2_K, "q2_K", 256, 84),
    BLOCK(TG_DTYPE_Q3_K, "q3_K", 256, 110),
    BLOCK(TG_DTYPE_Q4_K, "q4_K", 256, 144),
    BLOCK(TG_DTYPE_Q5_K, "q5_K", 256, 176),
    BLOCK(TG_DTYPE_Q6_K, "q6_K", 256, 210),
    BLOCK(TG_DTYPE_Q8_K, "q8_K", 256, 292),
    BLOCK(TG_DTYPE_IQ2_XXS, "iq2_xxs", 256, 66),
    BLOCK(TG_DTYPE_IQ2_XS, "iq2_xs", 256, 74),
    BLOCK(TG_DTYPE_IQ3_XXS, "iq3_xxs", 256, 98),
    BLOCK(TG_DTYPE_IQ1_S, "iq1_s", 256, 50),
    BLOCK(TG_DTYPE_IQ4_NL, "iq4_nl", 32, 18),
    BLOCK(TG_DTYPE_IQ3_S, "iq3_s", 256, 110),
    BLOCK(TG_DTYPE_IQ2_S, "iq2_s", 256, 82),
    BLOCK(TG_DTYPE_IQ4_XS, "iq4_xs", 256, 136),
    SHARED(TG_DTYPE_I8, "i8", "I8", 1),
    SHARED(TG_DTYPE_I16, "i16", "I16", 2),
    SHARED(TG_DTYPE_I32, "i32", "I32", 4),
    SHARED(TG_DTYPE_I64, "i64", "I64", 8),
    SHARED(TG_DTYPE_F64, "f64", "F64", 8),
    BLOCK(TG_DTYPE_IQ1_M, "iq1_m", 256, 56),
    SHARED(TG_DTYPE_BF16, "bf16", "BF16", 2),
    BLOCK(TG_DTYPE_TQ1_0, "tq1_0", 256, 54),
    BLOCK(TG_DTYPE_TQ2_0, "tq2_0", 256, 66),
    BLOCK(TG_DTYPE_MXFP4, "mxfp4", 32, 17),
    BLOCK(TG_DTYPE_NVFP4, "nvfp4", 64, 36),
    BLOCK(TG_DTYPE_Q1_0, "q1_0", 128, 18),
    BLOCK(TG_DTYPE_Q2_0, "q2_0", 64, 18),
    OTHER(TG_DTYPE_BOOL, "BOOL", 1, 1),
    OTHER(TG_DTYPE_U8, "U8", 1, 1),
    OTHER(TG_DTYPE_U16, "U16", 1, 2),
    OTHER(TG_DTYPE_U32, "U32", 1, 4),
    OTHER(TG_DTYPE_U64, "U64", 1, 8),
    OTHER(TG_DTYPE_F8_E5M2, "F8_E5M2", 1, 1),
    OTHER(TG_DTYPE_F8_E4M3, "F8_E4M3", 1, 1),
    OTHER(TG_DTYPE_F8_E8M0, "F8_E8M0", 1, 1),
    OTHER(TG_DTYPE_F8_E4M3FNUZ, "F8_E4M3FNUZ", 1, 1),
    OTHER(TG_DTYPE_F8_E5M2FNUZ, "F8_E5M2FNUZ", 1, 1),
    OTHER(TG_DTYPE_F4, "F4", 2, 1),
    OTHER(TG_DTYPE_F6_E2M3, "F6_E2M3", 4, 3),
    OTHER(TG_DTYPE_F6_E3M2, "F6_E3M2", 4, 3),
    OTHER(TG_DTYPE_C64, "C64", 1, 8),
    /* Named as ggml named them, with the last container that had them where a later one has another block of that
     * name. */
    BLOCK(TG_DTYPE_Q4_0_GGJT1, "q4_0_ggjt1", 32, 20),
    BLOCK(TG_DTYPE_Q4_1_GGJT1, "q4_1_ggjt1", 32, 24),
    BLOCK(TG_DTYPE_Q4_2, "q4_2", 16, 10),
    BLOCK(TG_DTYPE_Q4_3, "q4_3", 16, 12),
    BLOCK(TG_DTYPE_Q5_0_GGJT1, "q5_0_ggjt1", 32, 22),
    BLOCK(TG_DTYPE_Q5_1_GGJT1, "q5_1_ggjt1", 32, 24),
    BLOCK(TG_DTYPE_Q8_0_GGJT2, "q8_0_ggjt2", 32, 36),
    BLOCK(TG_DTYPE_Q4_0_GGJT2, "q4_0_ggjt2", 32, 20),
    BLOCK(TG_DTYPE_Q4_1_GGJT2, "q4_1_ggjt2", 32, 24),
};

/* Indexed by ggml's number. */
static const char *const removed_types[TGI_GGML_TYPE_COUNT] = {
    [4] = "q4_2",      [5] = "q4_3",        [31] = "q4_0_4_4",   [32] = "q4_0_4_8",
    [33] = "q4_0_8_8", [36] = "iq4_nl_4_4", [37] = "iq4_nl_4_8", [38] = "iq4_nl_8_8",
};

const tg_dtype_info *tg_dtype_describe(tg_dtype dtype)
{
    size_t at = (size_t)dtype;
    if (at >= sizeof dtypes / sizeof dtypes[0] || dtypes[at].name == NULL)
        return NULL;
    return &dtypes[at];
}

const char *tg_dtype_name(tg_dtype dtype)
{
    const tg_dtype_info *info = tg_dtype_describe(dtype);
    return info != NULL ? info->name : "";
}

const tg_dtype_info *tgi_safetensors_type(tg_bytes name)
{
    /* The frequent ones first. */
    static const uint16_t types[] = {
        TG_DTYPE_BF16,        TG_DTYPE_F16,         TG_DTYPE_F32,     TG_DTYPE_F8_E4M3, TG_DTYPE_U8,      TG_DTYPE_I8,
        TG_DTYPE_I64,         TG_DTYPE_I32,         TG_DTYPE_F8_E8M0, TG_DTYPE_F4,      TG_DTYPE_F8_E5M2, TG_DTYPE_BOOL,
        TG_DTYPE_F6_E2M3,     TG_DTYPE_F6_E3M2,     TG_DTYPE_I16,     TG_DTYPE_U16,     TG_DTYPE_U32,     TG_DTYPE_U64,
        TG_DTYPE_F8_E4M3FNUZ, TG_DTYPE_F8_E5M2FNUZ, TG_DTYPE_F64,     TG_DTYPE_C64,
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const tg_dtype_info *info = &dtypes[types[i]];
        if (strlen(info->safetensors) == name.len && memcmp(info->safetensors, name.ptr, name.len) == 0)
            return info;
    }
    return NULL;
}

const tg_dtype_info *tgi_ggml_type(uint32_t id)
{
    return id < TGI_GGML_TYPE_COUNT ? tg_dtype_describe((tg_dtype)(id + 1)) : NULL;
}

const char *tgi_ggml_removed(uint32_t id)
{
    return id < TGI_GGML_TYPE_COUNT ? removed_types[id] : NULL;
}

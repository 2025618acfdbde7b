/* SPDX-License-Identifier: MIT */
/* Containers of the ggml family, and what the numbers of types and ftypes mean in each (see legacy.h). */
#include "legacy.h"

#include "../core/dtype.h"

static const legacy_container containers[] = {
    {LEGACY_GGML, TG_FORMAT_GGML, false, 0, 1, false, LEGACY_TYPES_BY_FTYPE},
    {LEGACY_GGMF_1, TG_FORMAT_GGMF, true, 1, 1, true, LEGACY_TYPES_GGJT1},
    {LEGACY_GGMF_100, TG_FORMAT_GGMF, true, 100, 1, false, LEGACY_TYPES_RWKV_100},
    {LEGACY_GGMF_101, TG_FORMAT_GGMF, true, 101, 1, false, LEGACY_TYPES_RWKV_101},
    {LEGACY_GGJT_1, TG_FORMAT_GGJT, true, 1, 32, true, LEGACY_TYPES_GGJT1},
    {LEGACY_GGJT_2, TG_FORMAT_GGJT, true, 2, 32, true, LEGACY_TYPES_GGJT2},
    {LEGACY_GGJT_3, TG_FORMAT_GGJT, true, 3, 32, true, LEGACY_TYPES_GGJT3},
    {LEGACY_GGLA_1, TG_FORMAT_GGLA, true, 1, 32, false, LEGACY_TYPES_FLOATS},
    {LEGACY_GGCC_10, TG_FORMAT_GGCC, true, 10, 32, true, LEGACY_TYPES_GGJT3},
    {LEGACY_GGMM, TG_FORMAT_GGMM, false, 0, 1, false, LEGACY_TYPES_BY_FTYPE},
    {LEGACY_REPL, TG_FORMAT_REPL, false, 0, 1, false, LEGACY_TYPES_BY_FTYPE},
};

#define NUM_CONTAINERS (sizeof containers / sizeof containers[0])

bool legacy_is_versioned(tg_format format)
{
    for (size_t i = 0; i < NUM_CONTAINERS; i++)
        if (containers[i].format == format)
            return containers[i].versioned;
    return false;
}

const legacy_container *legacy_find_container(tg_format format, uint32_t version, uint32_t *out_most)
{
    const legacy_container *found = NULL;
    for (size_t i = 0; i < NUM_CONTAINERS; i++) {
        if (containers[i].format != format)
            continue;
        *out_most = containers[i].version;
        if (containers[i].version == version)
            found = &containers[i];
    }
    return found;
}

/* Until ggjt 2 two numbers were in use that later were not. Indexed by the number of the type. */
static const uint16_t old_types[9] = {
    TG_DTYPE_F32,  TG_DTYPE_F16,        TG_DTYPE_Q4_0_GGJT1, TG_DTYPE_Q4_1_GGJT1, TG_DTYPE_Q4_2,
    TG_DTYPE_Q4_3, TG_DTYPE_Q5_0_GGJT1, TG_DTYPE_Q5_1_GGJT1, TG_DTYPE_Q8_0_GGJT2,
};
static const uint16_t middle_types[9] = {
    TG_DTYPE_F32,  TG_DTYPE_F16,  TG_DTYPE_Q4_0_GGJT2, TG_DTYPE_Q4_1_GGJT2, TG_DTYPE_NONE,
    TG_DTYPE_NONE, TG_DTYPE_Q5_0, TG_DTYPE_Q5_1,       TG_DTYPE_Q8_0_GGJT2,
};

/* rwkv.cpp's numbers to those of ggml; it had one more type, 4, in April 2023, and no longer reads 5 and 6. */
static bool rwkv_id(uint32_t id, uint32_t *out)
{
    static const uint8_t ids[17] = {0, 1, 2, 3, 0, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    if (id >= sizeof ids || id == 4)
        return false;
    *out = ids[id];
    return true;
}

static const tg_dtype_info *in_table(const uint16_t *table, uint32_t id)
{
    return id < 9 ? tg_dtype_describe((tg_dtype)table[id]) : NULL;
}

/* Types of intermediate results are in no file. */
static const tg_dtype_info *today(uint32_t id, uint32_t most)
{
    const tg_dtype_info *type = id <= most ? tgi_ggml_type(id) : NULL;
    bool never = type != NULL && (type->dtype == TG_DTYPE_Q8_1 || type->dtype == TG_DTYPE_Q8_K);
    return never ? NULL : type;
}

const tg_dtype_info *legacy_type(legacy_types types, uint32_t id, bool *out_removed)
{
    bool rwkv = types == LEGACY_TYPES_RWKV_100 || types == LEGACY_TYPES_RWKV_101;
    *out_removed = tgi_ggml_removed(id) != NULL;
    if (rwkv) {
        *out_removed = id >= 4 && id <= 6;
        if (!rwkv_id(id, &id))
            return NULL;
    }
    switch (types) {
    case LEGACY_TYPES_GGJT1:
    case LEGACY_TYPES_RWKV_100:
        return in_table(old_types, id);
    case LEGACY_TYPES_GGJT2:
        return in_table(middle_types, id);
    case LEGACY_TYPES_GGJT3:
    case LEGACY_TYPES_RWKV_101:
        return today(id, 15);
    case LEGACY_TYPES_TODAY:
        return today(id, TGI_GGML_TYPE_COUNT);
    case LEGACY_TYPES_FLOATS:
        return today(id, 1);
    case LEGACY_TYPES_BY_FTYPE:
        break;
    }
    return NULL;
}

bool legacy_ftype_known(legacy_types types, bool llama, uint32_t value)
{
    /* F32, F16, Q4_0, Q4_1, Q4_1 with F16, and Q8_0, Q5_0, Q5_1 have the same numbers everywhere. */
    if (value <= 4 || (value >= 7 && value <= 9))
        return true;
    if (value <= 6)
        return types == LEGACY_TYPES_GGJT1;
    if (types == LEGACY_TYPES_GGJT3)
        return value <= (llama ? 18u : 14u);
    return types == LEGACY_TYPES_TODAY && value <= (llama ? 41u : 28u);
}

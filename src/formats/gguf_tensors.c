/* SPDX-License-Identifier: MIT */
/* GGUF: the tensor table, the padding behind it, and what is judged at the end (ggml, docs/gguf.md). */
#include "gguf.h"

#include "../core/dtype.h"

#define GGUF_MAX_DIMS 4
#define GGUF_LONGEST_NAME 64 /* bytes: the format asks for no more, and ggml takes one less */

/* One entry of the table, as it stands in the file. */
typedef struct gguf_entry {
    gguf_string name;
    uint32_t num_dims, type_id;
    uint64_t dims[GGUF_MAX_DIMS];
    uint64_t rank_offset, dims_offset, type_offset, place_offset; /* of the fields */
    uint64_t place;                                               /* bytes from the start of the data section */
} gguf_entry;

/* The number of dimensions, and the dimensions, fastest first. */
static tgi_step gguf_dims(tgi_parse *p, tgi_cursor *c, gguf_entry *entry)
{
    entry->rank_offset = tgi_tell(c);
    TGI_TRY(tgi_get_u32(p, c, &entry->num_dims, "number of dimensions"));
    if (entry->num_dims > GGUF_MAX_DIMS)
        return tgi_report(p, TG_E_RANK, entry->rank_offset, entry->num_dims, GGUF_MAX_DIMS, "number of dimensions");
    entry->dims_offset = tgi_tell(c);
    for (uint32_t i = 0; i < entry->num_dims; i++)
        TGI_TRY(gguf_length(p, c, &entry->dims[i], "dimension"));
    return TGI_OK;
}

/* name, number of dimensions, dimensions, type, offset */
static tgi_step gguf_read_entry(tgi_parse *p, tgi_cursor *c, gguf_entry *entry)
{
    TGI_TRY(gguf_name(p, c, &tgi_tensor_name_rule, &entry->name));
    if (p->settings->profile == TG_PROFILE_LLAMA_CPP && entry->name.len >= GGUF_LONGEST_NAME)
        return tgi_report(p, TG_E_PROFILE_NAME, entry->name.length_offset, entry->name.len, GGUF_LONGEST_NAME - 1,
                          "name");
    TGI_TRY(gguf_dims(p, c, entry));
    entry->type_offset = tgi_tell(c);
    TGI_TRY(tgi_get_u32(p, c, &entry->type_id, "tensor type"));
    entry->place_offset = tgi_tell(c);
    return tgi_get_u64(p, c, &entry->place, "tensor offset");
}

/* What ggml's reader asks of dimensions where none is zero, all four of them, those that are not there being 1:
 * products compared by division, from the left. */
static tgi_step gguf_profile_dims(tgi_parse *p, const gguf_entry *entry)
{
    uint64_t product = 1;
    for (uint32_t i = 0; i < entry->num_dims; i++)
        if (entry->dims[i] == 0)
            return TGI_OK;
    for (uint32_t i = 0; i < GGUF_MAX_DIMS; i++) {
        uint64_t dim = i < entry->num_dims ? entry->dims[i] : 1;
        if (i > 0 && TGI_MAX / dim <= product)
            return tgi_report(p, TG_E_PROFILE_DIMS, entry->rank_offset, dim, TGI_MAX / product, "dimension");
        product *= dim;
    }
    return TGI_OK;
}

/* The dimensions, the type, and what both give: elements and bytes. */
static tgi_step gguf_shape(tgi_parse *p, const gguf_entry *entry, tg_tensor *out)
{
    bool scalar = entry->num_dims == 0;
    const tgi_shape shape = {
        entry->dims,
        entry->num_dims,
        scalar ? 1 : entry->dims[0],
        entry->dims_offset,
        scalar ? entry->rank_offset : entry->dims_offset,
        entry->type_offset,
        gguf_length_bytes(p->model),
        TG_W_DIM_ZERO,
        NULL,
    };
    tgi_elements elements;
    TGI_TRY(tgi_check_dims(p, &shape, &elements));
    const tg_dtype_info *type = tgi_ggml_type(entry->type_id);
    if (type == NULL)
        return tgi_report(p, tgi_ggml_removed(entry->type_id) != NULL ? TG_E_DTYPE_REMOVED : TG_E_DTYPE,
                          entry->type_offset, entry->type_id, TGI_GGML_TYPE_COUNT - 1, "tensor type");
    TGI_TRY(tgi_check_size(p, &shape, type, elements, &out->size));
    if (p->settings->profile == TG_PROFILE_LLAMA_CPP)
        TGI_TRY(gguf_profile_dims(p, entry));
    out->num_elements = elements.count;
    out->dtype = type->dtype;
    return TGI_OK;
}

static tgi_step gguf_add_tensor(tgi_parse *p, const gguf_entry *entry, const tgi_tensor *tensor, uint64_t declared)
{
    tgi_model *m = p->model;
    TGI_TRY(tgi_grow(p, &m->tensors, sizeof(tgi_tensor), declared));
    for (uint32_t i = 0; i < entry->num_dims; i++) {
        TGI_TRY(tgi_grow(p, &m->dims, sizeof(uint64_t), UINT64_MAX));
        ((uint64_t *)m->dims.data)[m->dims.count++] = entry->dims[i];
    }
    ((tgi_tensor *)m->tensors.data)[m->tensors.count++] = *tensor;
    return TGI_OK;
}

tgi_step gguf_tensor(tgi_parse *p, gguf_state *s)
{
    tgi_cursor c = p->at;
    gguf_entry entry = {{NULL, 0, 0, 0}, 0, 0, {0, 0, 0, 0}, 0, 0, 0, 0, 0};
    tgi_tensor tensor;
    memset(&tensor, 0, sizeof tensor);
    tensor.seen.entry_offset = tgi_tell(&c);
    TGI_TRY(gguf_read_entry(p, &c, &entry));
    TGI_TRY(gguf_shape(p, &entry, &tensor.seen));
    if (entry.name.len > GGUF_LONGEST_NAME)
        TGI_TRY(tgi_report(p, TG_W_NAME_LONG, entry.name.length_offset, entry.name.len, GGUF_LONGEST_NAME, "name"));
    tensor.seen.name.len = (size_t)entry.name.len;
    tensor.seen.index = p->index;
    tensor.seen.num_dims = entry.num_dims;
    tensor.seen.offset = entry.place;
    tensor.seen.flags = TG_TENSOR_FASTEST_FIRST;
    tensor.name_offset = entry.name.offset;
    tensor.place_offset = entry.place_offset;
    TGI_TRY(gguf_add_tensor(p, &entry, &tensor, s->num_tensors));
    if (!s->has_quantized && tg_dtype_describe(tensor.seen.dtype)->quantized) {
        s->has_quantized = true;
        s->quantized_index = p->index;
        s->quantized_offset = entry.type_offset;
    }
    tgi_commit(p, &c);
    return TGI_OK;
}

/* The bytes between the table and the data, which should be zero. */
tgi_step gguf_padding(tgi_parse *p, gguf_state *s)
{
    (void)s;
    tgi_model *m = p->model;
    tgi_cursor c = p->at;
    uint64_t end = tgi_tell(&c), start = 0;
    if (!tgi_align_up_u64(end, m->alignment, &start))
        return tgi_report(p, TG_E_INTERNAL, end, m->alignment, 0, "padding");
    uint64_t len = (start < m->file_size ? start : m->file_size) - end;
    const uint8_t *padding = NULL;
    TGI_TRY(tgi_get_bytes(p, &c, len, &padding, "padding"));
    for (uint64_t i = 0; i < len; i++) {
        if (padding[i] != 0) {
            TGI_TRY(tgi_report(p, TG_W_PADDING, end + i, padding[i], 0, "padding"));
            break;
        }
    }
    m->data_offset = m->tensors.count > 0 ? start : end;
    tgi_commit(p, &c);
    return TGI_DONE;
}

tgi_step gguf_finish(tgi_parse *p, void *state)
{
    const gguf_state *s = (const gguf_state *)state;
    TGI_TRY(tgi_check_duplicates(p));
    const tgi_place_rule rule = {
        TG_W_DATA_GAP, TG_W_DATA_ORDER, TG_W_DATA_AFTER, p->settings->profile == TG_PROFILE_LLAMA_CPP, false,
    };
    TGI_TRY(tgi_check_places(p, &rule));
    TGI_TRY(gguf_split(p));
    if (!s->has_quantized || s->has_quantization_version)
        return TGI_OK;
    p->entry = TGI_ENTRY_TENSOR;
    p->index = s->quantized_index;
    return tgi_report(p, TG_W_QUANTIZATION_VERSION, s->quantized_offset, 0, 0, "tensor type");
}

/* SPDX-License-Identifier: MIT */
/* The rules that all formats share (see validate.h): counts, names, shapes, duplicates. The places of tensor
 * data are in place.c. */
#include "validate.h"

#include "utf8.h"

tgi_step tgi_check_count(tgi_parse *p, uint64_t count, uint64_t offset, uint64_t after, const tgi_count_rule *rule)
{
    uint64_t bytes = 0, all = 0;
    if (!tgi_mul_u64(count, rule->entry_bytes, &bytes) || bytes > TGI_MAX)
        return tgi_report(p, TG_E_COUNT_RANGE, offset, count, TGI_MAX / rule->entry_bytes, rule->what);
    if (!tgi_add_u64(count, rule->other, &all))
        all = UINT64_MAX;
    uint64_t left = p->model->file_size - after;
    if (all > rule->limit && !(rule->guess && bytes > left))
        return tgi_report(p, rule->over, offset, all, rule->limit, rule->what);
    if (bytes > left)
        return tgi_report(p, TG_E_COUNT_TRUNCATED, offset, left, bytes, rule->what);
    return TGI_OK;
}

const tgi_name_rule tgi_key_rule = {
    65535, TG_E_KEY_EMPTY, TG_E_KEY_LENGTH, TG_E_KEY_NUL, TG_E_KEY_UTF8, "name",
};
const tgi_name_rule tgi_tensor_name_rule = {
    65535, TG_E_NAME_EMPTY, TG_E_NAME_LENGTH, TG_E_NAME_NUL, TG_E_NAME_UTF8, "name",
};

tgi_step tgi_check_name_length(tgi_parse *p, uint64_t len, uint64_t offset, const tgi_name_rule *rule)
{
    if (len > TGI_MAX)
        return tgi_report(p, TG_E_STRING_LENGTH, offset, len, TGI_MAX, rule->what);
    if (len > rule->most)
        return tgi_report(p, rule->too_long, offset, len, rule->most, rule->what);
    return TGI_OK;
}

tgi_step tgi_check_name(tgi_parse *p, const uint8_t *name, size_t len, uint64_t length_offset, uint64_t offset,
                        const tgi_name_rule *rule)
{
    if (len == 0)
        return tgi_report(p, rule->empty, length_offset, 0, 0, rule->what);
    size_t at = 0;
    switch (tgi_check_text(name, len, &at)) {
    case TGI_TEXT_NUL:
        return tgi_report(p, rule->nul, offset + at, 0, 0, rule->what);
    case TGI_TEXT_NOT_UTF8:
        return tgi_report(p, rule->not_utf8, offset + at, 0, 0, rule->what);
    case TGI_TEXT_FINE:
        break;
    }
    return TGI_OK;
}

tgi_step tgi_check_resolved_name(tgi_parse *p, const tg_bytes *name, uint64_t offset, const tgi_name_rule *rule)
{
    if (name->len == 0)
        return tgi_report(p, rule->empty, offset, 0, 0, rule->what);
    TGI_TRY(tgi_check_name_length(p, name->len, offset, rule));
    size_t at = 0;
    switch (tgi_check_text((const uint8_t *)name->ptr, name->len, &at)) {
    case TGI_TEXT_NUL:
        return tgi_report(p, rule->nul, offset, 0, 0, rule->what);
    case TGI_TEXT_NOT_UTF8:
        return tgi_report(p, rule->not_utf8, offset, 0, 0, rule->what);
    case TGI_TEXT_FINE:
        break;
    }
    return TGI_OK;
}

tgi_step tgi_check_dims(tgi_parse *p, const tgi_shape *shape, tgi_elements *out)
{
    uint64_t product = 1;
    bool empty = false;
    for (uint32_t i = 0; i < shape->num_dims; i++) {
        uint64_t dim = shape->dims[i], offset = shape->dims_offset + i * shape->dim_bytes;
        if (shape->dim_offsets != NULL)
            offset = shape->dim_offsets[i];
        if (dim > TGI_MAX)
            return tgi_report(p, TG_E_DIM_RANGE, offset, dim, TGI_MAX, "dimension");
        if (dim == 0) {
            if (shape->zero != TG_OK)
                TGI_TRY(tgi_report(p, shape->zero, offset, 0, 0, "dimension"));
            empty = true;
            continue;
        }
        if (product > TGI_MAX / dim)
            return tgi_report(p, TG_E_ELEMENT_COUNT, offset, dim, TGI_MAX / product, "dimension");
        product *= dim;
    }
    out->nominal = product;
    out->count = empty ? 0 : product;
    return TGI_OK;
}

tgi_step tgi_check_size(tgi_parse *p, const tgi_shape *shape, const tg_dtype_info *type, tgi_elements elements,
                        uint64_t *out_size)
{
    uint64_t per_block = type->block_elements, most = TGI_MAX / type->block_bytes;
    if (shape->row % per_block != 0)
        return tgi_report(p, TG_E_BLOCK, shape->row_offset, shape->row, per_block, "elements of a row");
    /* A row of zero elements counts as one block, as all zeros do. */
    uint64_t blocks = shape->row == 0 ? elements.nominal : elements.nominal / per_block;
    if (blocks > most)
        return tgi_report(p, TG_E_SIZE_OVERFLOW, shape->type_offset, blocks, most, "blocks");
    *out_size = elements.count == 0 ? 0 : blocks * type->block_bytes;
    return TGI_OK;
}

/* Reports the pair of entries that have one name. */
static tgi_step duplicate(tgi_parse *p, tgi_entry entry, tg_status status, uint64_t offset, uint64_t later,
                          uint64_t earlier)
{
    p->entry = entry;
    p->index = later;
    return tgi_report(p, status, offset, earlier, 0, "name");
}

tgi_step tgi_check_tensor_names(tgi_parse *p)
{
    tgi_model *m = p->model;
    tgi_entries tensors = tgi_tensor_entries(m);
    bool twice = false;
    uint64_t later = 0, earlier = 0;
    TGI_TRY(
        tgi_allocated(p, tgi_names_build(&m->arena, &m->tensor_names, &m->hash, &tensors, &twice, &later, &earlier)));
    if (twice)
        return duplicate(p, TGI_ENTRY_TENSOR, TG_E_NAME_DUPLICATE, tgi_tensor_at(m, later)->seen.entry_offset, later,
                         earlier);
    return TGI_OK;
}

tgi_step tgi_check_duplicates(tgi_parse *p)
{
    tgi_model *m = p->model;
    tgi_entries keys = tgi_key_entries(m);
    bool twice = false;
    uint64_t later = 0, earlier = 0;
    TGI_TRY(tgi_allocated(p, tgi_names_build(&m->arena, &m->key_names, &m->hash, &keys, &twice, &later, &earlier)));
    if (twice)
        return duplicate(p, TGI_ENTRY_KEY, TG_E_KEY_DUPLICATE, tgi_key_at(m, later)->seen.entry_offset, later, earlier);
    return tgi_check_tensor_names(p);
}

/* SPDX-License-Identifier: MIT */
/* The model (see model.h): access to its lists, and the freeze. */
#include "model.h"

#include <string.h>

tgi_key *tgi_key_at(const tgi_model *model, uint64_t index)
{
    return (tgi_key *)model->keys.data + index;
}

tgi_tensor *tgi_tensor_at(const tgi_model *model, uint64_t index)
{
    return (tgi_tensor *)model->tensors.data + index;
}

tgi_entries tgi_key_entries(const tgi_model *model)
{
    tgi_entries entries = {model->keys.data, model->keys.count, sizeof(tgi_key)};
    return entries;
}

tgi_entries tgi_tensor_entries(const tgi_model *model)
{
    tgi_entries entries = {model->tensors.data, model->tensors.count, sizeof(tgi_tensor)};
    return entries;
}

tg_status tgi_pool_reserve(tgi_model *model, uint64_t len, uint8_t **out_bytes)
{
    tgi_list *pool = &model->pool;
    tg_status status = tgi_list_reserve(&model->arena, pool, len);
    if (status == TG_OK)
        *out_bytes = (uint8_t *)pool->data + pool->count;
    return status;
}

uint64_t tgi_pool_keep(tgi_model *model, uint64_t len)
{
    uint64_t offset = model->pool.count | TGI_IN_POOL;
    model->pool.count += len;
    return offset;
}

tg_status tgi_pool_add(tgi_model *model, const void *bytes, size_t len, uint64_t *out_offset)
{
    uint8_t *to = NULL;
    tg_status status = tgi_pool_reserve(model, len, &to);
    if (status != TG_OK)
        return status;
    if (len > 0)
        memcpy(to, bytes, len);
    *out_offset = tgi_pool_keep(model, len);
    return TG_OK;
}

const char *tgi_bytes_at(const tgi_model *model, uint64_t offset)
{
    if ((offset & TGI_IN_POOL) != 0)
        return (const char *)model->pool.data + (offset & ~TGI_IN_POOL);
    return (const char *)model->header + offset;
}

static void trim_lists(tgi_model *model)
{
    tgi_list_trim(&model->arena, &model->keys, sizeof(tgi_key));
    tgi_list_trim(&model->arena, &model->arrays, sizeof(tgi_array));
    tgi_list_trim(&model->arena, &model->marks, sizeof(uint64_t));
    tgi_list_trim(&model->arena, &model->tensors, sizeof(tgi_tensor));
    tgi_list_trim(&model->arena, &model->dims, sizeof(uint64_t));
    tgi_list_trim(&model->arena, &model->pool, 1);
}

void tgi_model_freeze(tgi_model *model, const uint8_t *header, size_t header_len)
{
    trim_lists(model);
    model->header = header;
    model->header_len = header_len;
    for (uint64_t i = 0; i < model->keys.count; i++) {
        tgi_key *key = tgi_key_at(model, i);
        key->seen.name.ptr = tgi_bytes_at(model, key->name_offset);
    }
    const uint64_t *dims = (const uint64_t *)model->dims.data;
    for (uint64_t i = 0; i < model->tensors.count; i++) {
        tgi_tensor *tensor = tgi_tensor_at(model, i);
        tensor->seen.name.ptr = tgi_bytes_at(model, tensor->name_offset);
        tensor->seen.dims = dims;
        if (tensor->seen.num_dims > 0) /* no dims at all: no list */
            dims += tensor->seen.num_dims;
    }
}

tg_value tgi_key_value(const tgi_model *model, const tgi_key *key)
{
    tg_value value = {key->seen.type, TG_VALUE_NONE, 0, {NULL, NULL, 0, model->encoding}};
    if (key->seen.type == TG_VALUE_ARRAY) {
        const tgi_array *array = (const tgi_array *)model->arrays.data + key->extra;
        value.element_type = array->element_type;
        value.count = array->count;
        value.own.bytes = tgi_bytes_at(model, array->offset);
        value.own.len = (size_t)array->len;
        value.own.encoding |= array->encoding;
        bool marked = array->element_type == TG_VALUE_STRING || (array->encoding & TGI_ENCODING_SCORES) != 0;
        if (marked && array->count > 0)
            value.own.marks = (const uint64_t *)model->marks.data + array->first_mark;
        return value;
    }
    value.own.bytes = tgi_bytes_at(model, key->value_offset);
    value.own.len = key->seen.type == TG_VALUE_STRING ? (size_t)key->extra : tg_value_type_size(key->seen.type);
    return value;
}

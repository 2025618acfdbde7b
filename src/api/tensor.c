/* SPDX-License-Identifier: MIT */
/* The data of tensors: mapped once for the whole model, or read. */
#include "api.h"

#include "../source/guard.h"

static tg_status check_tensor(const tg_model *model, const tg_tensor *tensor, const char **out_what)
{
    *out_what = model == NULL ? "model" : "tensor";
    if (model == NULL || tensor == NULL)
        return TG_E_ARGUMENT;
    return tg_model_tensor(model, tensor->index) == tensor ? TG_OK : TG_E_FOREIGN_TENSOR;
}

/* A new mapping of all tensor data, guarded where that was asked for. */
static tgi_fault make_mapping(tg_model *model, size_t len, const uint8_t **out_data)
{
    uint64_t offset = model->core.data_offset;
    tgi_fault fault = tgi_source_map(&model->source, offset, len, out_data);
    /* The caller's memory is the caller's to guard. */
    if (fault.status != TG_OK || (model->flags & TG_GUARD) == 0 || model->source.memory != NULL)
        return fault;
    fault = tgi_guard_add(*out_data, len, &model->cut);
    if (fault.status != TG_OK)
        tgi_source_unmap(&model->source, offset, len, *out_data);
    return fault;
}

static void end_mapping(tg_model *model, size_t len, const uint8_t *data)
{
    if ((model->flags & TG_GUARD) != 0)
        tgi_guard_remove(data);
    tgi_source_unmap(&model->source, model->core.data_offset, len, data);
}

/* The mapping of all tensor data. Threads may race to make it: one is published, the others unmap theirs. */
static tgi_fault map_data(tg_model *model, const uint8_t **out_data)
{
    tgi_fault fault = {TG_OK, 0};
    const uint8_t *data = atomic_load_explicit(&model->mapped, memory_order_acquire);
    if (data == NULL) {
        size_t len;
        if (!tgi_u64_to_size(model->data_end - model->core.data_offset, &len)) {
            fault.status = TG_E_ADDRESS_SPACE;
            return fault;
        }
        const uint8_t *mine = NULL;
        fault = make_mapping(model, len, &mine);
        if (fault.status != TG_OK)
            return fault;
        if (atomic_compare_exchange_strong(&model->mapped, &data, mine))
            data = mine;
        else
            end_mapping(model, len, mine);
    }
    *out_data = data;
    return fault;
}

void tgi_unmap(tg_model *model)
{
    const uint8_t *data = atomic_load(&model->mapped);
    if (data != NULL)
        end_mapping(model, (size_t)(model->data_end - model->core.data_offset), data);
}

tgi_fault tgi_map_tensor(const tg_model *model, const tg_tensor *tensor, const uint8_t **out_data,
                         const char **out_what)
{
    tgi_fault fault = {check_tensor(model, tensor, out_what), 0};
    if (fault.status != TG_OK || tensor->size == 0)
        return fault;
    *out_what = "tensor data";
    fault.status = atomic_load(&model->cut) ? TG_E_FILE_CHANGED : TG_OK;
    if (fault.status != TG_OK)
        return fault;
    /* The mapping is made late, but it is no part of what the model says. */
    const uint8_t *data = NULL;
    fault = map_data((tg_model *)(uintptr_t)model, &data);
    if (fault.status == TG_OK)
        *out_data = data + (tensor->offset - model->core.data_offset);
    return fault;
}

tg_status tg_tensor_data(const tg_model *model, const tg_tensor *tensor, const void **out_data, size_t *out_len,
                         tg_error *out_error)
{
    const char *what = "out_data";
    if (out_data == NULL || out_len == NULL)
        return tgi_fail(out_error, TG_E_ARGUMENT, 0, what);
    const uint8_t *data = (const uint8_t *)tensor;
    tgi_fault fault = tgi_map_tensor(model, tensor, &data, &what);
    if (fault.status != TG_OK)
        return tgi_fail(out_error, fault.status, fault.os_code, what);
    *out_data = data;
    *out_len = (size_t)tensor->size;
    return TG_OK;
}

uint64_t tg_tensor_alignment(const tg_model *model, const tg_tensor *tensor)
{
    const char *what;
    if (check_tensor(model, tensor, &what) != TG_OK || tensor->size == 0)
        return 0;
    return tgi_source_alignment(&model->source, tensor->offset);
}

tg_status tg_tensor_read(const tg_model *model, const tg_tensor *tensor, uint64_t offset, void *out_buffer, size_t len,
                         tg_error *out_error)
{
    const char *what;
    tg_status status = check_tensor(model, tensor, &what);
    if (status != TG_OK)
        return tgi_fail(out_error, status, 0, what);
    if (out_buffer == NULL && len > 0)
        return tgi_fail(out_error, TG_E_ARGUMENT, 0, "out_buffer");
    if (offset > tensor->size || len > tensor->size - offset)
        return tgi_fail(out_error, TG_E_READ_RANGE, 0, "offset and length");
    if (len == 0)
        return TG_OK;
    tgi_fault fault = tgi_source_read(&model->source, tensor->offset + offset, out_buffer, len);
    if (fault.status != TG_OK)
        return tgi_fail(out_error, fault.status, fault.os_code, "tensor data");
    return TG_OK;
}

tg_status tg_model_recheck(const tg_model *model, tg_error *out_error)
{
    if (model == NULL)
        return tgi_fail(out_error, TG_E_ARGUMENT, 0, "model");
    if (atomic_load(&model->cut))
        return tgi_fail(out_error, TG_E_FILE_CHANGED, 0, NULL);
    tgi_fault fault = tgi_source_recheck(&model->source);
    if (fault.status != TG_OK)
        return tgi_fail(out_error, fault.status, fault.os_code, NULL);
    return TG_OK;
}

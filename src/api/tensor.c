/* SPDX-License-Identifier: MIT */
/* The data of tensors: mapped once for the whole model, or read. */
#include "api.h"

#include <string.h>

static tg_status check_tensor(const tg_model *model, const tg_tensor *tensor, const char **out_what)
{
    *out_what = model == NULL ? "model" : "tensor";
    if (model == NULL || tensor == NULL)
        return TG_E_ARGUMENT;
    return tg_model_tensor(model, tensor->index) == tensor ? TG_OK : TG_E_FOREIGN_TENSOR;
}

/* The mapping of all tensor data. Threads may race to make it: one is published, the others unmap theirs. */
static tgi_fault map_data(tg_model *model, const uint8_t **out_data)
{
    tgi_fault fault = {TG_OK, 0};
    const uint8_t *data = atomic_load_explicit(&model->mapped, memory_order_acquire);
    if (data == NULL) {
        const tgi_source *source = &model->source;
        uint64_t offset = model->core.data_offset;
        size_t len;
        if (!tgi_u64_to_size(model->data_end - offset, &len)) {
            fault.status = TG_E_ADDRESS_SPACE;
            return fault;
        }
        const uint8_t *mine = NULL;
        fault = source->calls->map(source, offset, len, &mine);
        if (fault.status != TG_OK)
            return fault;
        if (atomic_compare_exchange_strong(&model->mapped, &data, mine))
            data = mine;
        else
            source->calls->unmap(source, offset, len, mine);
    }
    *out_data = data;
    return fault;
}

void tgi_unmap(tg_model *model)
{
    const uint8_t *data = atomic_load(&model->mapped);
    if (data != NULL)
        model->source.calls->unmap(&model->source, model->core.data_offset,
                                   (size_t)(model->data_end - model->core.data_offset), data);
}

tg_status tg_tensor_data(const tg_model *model, const tg_tensor *tensor, const void **out_data, size_t *out_len,
                         tg_error *out_error)
{
    const char *what;
    tg_status status = check_tensor(model, tensor, &what);
    if (status != TG_OK)
        return tgi_fail(out_error, status, 0, what);
    if (out_data == NULL || out_len == NULL)
        return tgi_fail(out_error, TG_E_ARGUMENT, 0, "out_data");
    if (tensor->size == 0) {
        *out_data = tensor;
        *out_len = 0;
        return TG_OK;
    }
    /* The mapping is made late, but it is no part of what the model says. */
    const uint8_t *data = NULL;
    tgi_fault fault = map_data((tg_model *)(uintptr_t)model, &data);
    if (fault.status != TG_OK)
        return tgi_fail(out_error, fault.status, fault.os_code, "tensor data");
    *out_data = data + (tensor->offset - model->core.data_offset);
    *out_len = (size_t)tensor->size;
    return TG_OK;
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
    tgi_fault fault = model->source.calls->read(&model->source, tensor->offset + offset, out_buffer, len);
    if (fault.status != TG_OK)
        return tgi_fail(out_error, fault.status, fault.os_code, "tensor data");
    return TG_OK;
}

tg_status tg_model_recheck(const tg_model *model, tg_error *out_error)
{
    if (model == NULL)
        return tgi_fail(out_error, TG_E_ARGUMENT, 0, "model");
    tgi_fault fault = model->source.calls->recheck(&model->source);
    if (fault.status != TG_OK)
        return tgi_fail(out_error, fault.status, fault.os_code, NULL);
    return TG_OK;
}

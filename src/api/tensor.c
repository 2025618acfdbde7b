/* SPDX-License-Identifier: MIT */
/* The data of tensors: mapped once for each file, or read. */
#include "api.h"

#include "../source/guard.h"

static tg_status check_owner(const tg_model *model, const tg_tensor *tensor, const char **out_what)
{
    *out_what = model == NULL ? "model" : "tensor";
    if (model == NULL || tensor == NULL)
        return TG_E_ARGUMENT;
    return tg_model_tensor(model, tensor->index) == tensor ? TG_OK : TG_E_FOREIGN_TENSOR;
}

/* A new mapping of all tensor data of one file, guarded where that was asked for. It outlives the source that it was
 * made from. */
static tgi_fault make_mapping(const tg_model *model, tgi_file *file, size_t len, const uint8_t **out_data)
{
    uint64_t offset = file->seen.data_offset;
    tgi_source spare;
    const tgi_source *source;
    tgi_fault fault = tgi_use_file(model, file, &spare, &source);
    if (fault.status != TG_OK)
        return fault;
    fault = tgi_source_map(source, offset, len, out_data);
    tgi_end_use(file, &spare);
    /* The caller's memory is the caller's to guard. */
    if (fault.status != TG_OK || (model->flags & TG_GUARD) == 0 || file->source.memory != NULL)
        return fault;
    fault = tgi_guard_add(*out_data, len, &file->cut);
    if (fault.status != TG_OK)
        tgi_source_unmap(&file->source, offset, len, *out_data);
    return fault;
}

static void end_mapping(const tg_model *model, tgi_file *file, size_t len, const uint8_t *data)
{
    if ((model->flags & TG_GUARD) != 0)
        tgi_guard_remove(data);
    tgi_source_unmap(&file->source, file->seen.data_offset, len, data);
}

/* The mapping of all tensor data of one file. Threads may race to make it: one is published, the others unmap
 * theirs. */
static tgi_fault map_data(const tg_model *model, tgi_file *file, const uint8_t **out_data)
{
    tgi_fault fault = {TG_OK, 0};
    const uint8_t *data = atomic_load_explicit(&file->mapped, memory_order_acquire);
    if (data == NULL) {
        size_t len;
        if (!tgi_u64_to_size(file->data_end - file->seen.data_offset, &len)) {
            fault.status = TG_E_ADDRESS_SPACE;
            return fault;
        }
        const uint8_t *mine = NULL;
        fault = make_mapping(model, file, len, &mine);
        if (fault.status != TG_OK)
            return fault;
        if (atomic_compare_exchange_strong(&file->mapped, &data, mine))
            data = mine;
        else
            end_mapping(model, file, len, mine);
    }
    *out_data = data;
    return fault;
}

void tgi_unmap(const tg_model *model, tgi_file *file)
{
    const uint8_t *data = atomic_load(&file->mapped);
    if (data != NULL)
        end_mapping(model, file, (size_t)(file->data_end - file->seen.data_offset), data);
}

tgi_fault tgi_map_tensor(const tg_model *model, const tg_tensor *tensor, const uint8_t **out_data,
                         const char **out_what)
{
    tgi_fault fault = {check_owner(model, tensor, out_what), 0};
    if (fault.status != TG_OK || tensor->size == 0)
        return fault;
    *out_what = "tensor data";
    if ((tensor->flags & TG_TENSOR_IN_PIECES) != 0) {
        fault.status = TG_E_NOT_CONTIGUOUS;
        return fault;
    }
    tgi_file *file = &model->files[tensor->file];
    fault.status = atomic_load(&file->cut) ? TG_E_FILE_CHANGED : TG_OK;
    if (fault.status != TG_OK)
        return fault;
    const uint8_t *data = NULL;
    fault = map_data(model, file, &data);
    if (fault.status == TG_OK)
        *out_data = data + (tensor->offset - file->seen.data_offset);
    return fault;
}

/* Stores an error that may be about a file of the model. */
static tg_status fail_in_file(tg_error *out_error, const tg_model *model, uint32_t number, tgi_fault fault,
                              const char *what)
{
    tg_status status = tgi_fail(out_error, fault.status, fault.os_code, what);
    if (out_error != NULL && tg_status_class(status) != TG_CLASS_USAGE)
        tgi_name_file(model, number, out_error);
    return status;
}

tg_status tg_tensor_data(const tg_model *model, const tg_tensor *tensor, const void **out_data, size_t *out_len,
                         tg_error *out_error)
{
    const char *what = "out_data";
    if (out_data == NULL || out_len == NULL)
        return tgi_fail(out_error, TG_E_ARGUMENT, 0, what);
    const uint8_t *data = (const uint8_t *)tensor;
    tgi_fault fault = tgi_map_tensor(model, tensor, &data, &what);
    if (fault.status == TG_E_ARGUMENT || fault.status == TG_E_FOREIGN_TENSOR)
        return tgi_fail(out_error, fault.status, 0, what);
    if (fault.status != TG_OK)
        return fail_in_file(out_error, model, tensor->file, fault, what);
    *out_data = data;
    *out_len = (size_t)tensor->size;
    return TG_OK;
}

uint64_t tg_tensor_alignment(const tg_model *model, const tg_tensor *tensor)
{
    const char *what;
    if (check_owner(model, tensor, &what) != TG_OK || tensor->size == 0 || (tensor->flags & TG_TENSOR_IN_PIECES) != 0)
        return 0;
    return tgi_source_alignment(&model->files[tensor->file].source, tensor->offset);
}

uint32_t tg_tensor_num_pieces(const tg_model *model, const tg_tensor *tensor)
{
    const char *what;
    if (check_owner(model, tensor, &what) != TG_OK)
        return 0;
    return (tensor->flags & TG_TENSOR_IN_PIECES) != 0 ? model->num_files : 1;
}

bool tg_tensor_piece(const tg_model *model, const tg_tensor *tensor, uint32_t index, tg_piece *out_piece)
{
    uint32_t count = tg_tensor_num_pieces(model, tensor);
    if (index >= count || out_piece == NULL)
        return false;
    const tgi_tensor *own = tgi_tensor_at(&model->core, tensor->index);
    tg_piece piece = {tensor->file, 0, tensor->offset, tensor->size};
    if (count > 1) {
        piece.file = index;
        piece.dim = own->cut - 1;
        piece.offset = ((const uint64_t *)model->core.pieces.data)[tensor->index * count + index];
        piece.size = tensor->size / count;
    }
    *out_piece = piece;
    return true;
}

/* How many bytes of the tensor lie together in one piece: a piece, or its share of a row. */
static uint64_t stretch_of(const tg_tensor *tensor, const tg_piece *piece, uint32_t count)
{
    const tg_dtype_info *type = tg_dtype_describe(tensor->dtype);
    return piece->dim == 0 ? tensor->dims[0] / type->block_elements * type->block_bytes / count : piece->size;
}

/* Reads what one piece has of the bytes [offset, offset + len) of the tensor. */
static tgi_fault read_piece(const tg_model *model, const tg_tensor *tensor, const tg_piece *piece, uint64_t offset,
                            uint8_t *buffer, size_t len)
{
    const tgi_file *file = &model->files[piece->file];
    uint32_t count = model->num_files;
    uint64_t stretch = stretch_of(tensor, piece, count);
    tgi_source spare;
    const tgi_source *source;
    tgi_fault fault = tgi_use_file(model, file, &spare, &source);
    if (fault.status != TG_OK)
        return fault;
    /* Stretch k of the tensor is the one number k / count of piece k % count. */
    uint64_t first = offset / stretch, k = first / count * count + piece->file;
    for (k += k < first ? count : 0; fault.status == TG_OK && k * stretch < offset + len; k += count) {
        uint64_t from = k * stretch > offset ? k * stretch : offset, to = (k + 1) * stretch;
        if (to > offset + len)
            to = offset + len;
        fault = tgi_source_read(source, piece->offset + k / count * stretch + (from - k * stretch),
                                buffer + (from - offset), (size_t)(to - from));
    }
    tgi_end_use(file, &spare);
    return fault;
}

static tg_status read_pieces(const tg_model *model, const tg_tensor *tensor, uint64_t offset, void *buffer, size_t len,
                             tg_error *out_error)
{
    tg_piece piece;
    for (uint32_t i = 0; tg_tensor_piece(model, tensor, i, &piece); i++) {
        tgi_fault fault = read_piece(model, tensor, &piece, offset, (uint8_t *)buffer, len);
        if (fault.status != TG_OK)
            return fail_in_file(out_error, model, i, fault, "tensor data");
    }
    return TG_OK;
}

tg_status tg_tensor_read(const tg_model *model, const tg_tensor *tensor, uint64_t offset, void *out_buffer, size_t len,
                         tg_error *out_error)
{
    const char *what;
    tg_status status = check_owner(model, tensor, &what);
    if (status != TG_OK)
        return tgi_fail(out_error, status, 0, what);
    if (out_buffer == NULL && len > 0)
        return tgi_fail(out_error, TG_E_ARGUMENT, 0, "out_buffer");
    if (offset > tensor->size || len > tensor->size - offset)
        return tgi_fail(out_error, TG_E_READ_RANGE, 0, "offset and length");
    if (len == 0)
        return TG_OK;
    if ((tensor->flags & TG_TENSOR_IN_PIECES) != 0)
        return read_pieces(model, tensor, offset, out_buffer, len, out_error);
    const tgi_file *file = &model->files[tensor->file];
    tgi_source spare;
    const tgi_source *source;
    tgi_fault fault = tgi_use_file(model, file, &spare, &source);
    if (fault.status == TG_OK) {
        fault = tgi_source_read(source, tensor->offset + offset, out_buffer, len);
        tgi_end_use(file, &spare);
    }
    if (fault.status != TG_OK)
        return fail_in_file(out_error, model, tensor->file, fault, "tensor data");
    return TG_OK;
}

static tgi_fault recheck_file(const tg_model *model, const tgi_file *file)
{
    tgi_source spare;
    const tgi_source *source;
    tgi_fault fault = {atomic_load(&file->cut) ? TG_E_FILE_CHANGED : TG_OK, 0};
    if (fault.status == TG_OK)
        fault = tgi_use_file(model, file, &spare, &source);
    if (fault.status != TG_OK)
        return fault;
    fault = tgi_source_recheck(source);
    tgi_end_use(file, &spare);
    return fault;
}

tg_status tg_model_recheck(const tg_model *model, tg_error *out_error)
{
    if (model == NULL)
        return tgi_fail(out_error, TG_E_ARGUMENT, 0, "model");
    for (uint32_t i = 0; i < model->num_files; i++) {
        tgi_fault fault = recheck_file(model, &model->files[i]);
        if (fault.status != TG_OK)
            return fail_in_file(out_error, model, i, fault, NULL);
    }
    return TG_OK;
}

/* SPDX-License-Identifier: MIT */
/* An index against the model that its files make (see index.h). */
#include "index.h"

static const tgi_mapping *map_of(const tgi_index *index, uint64_t number)
{
    return (const tgi_mapping *)index->maps.data + number;
}

/* Each tensor that is mapped must be in its file. */
static tgi_step check_mapped(tgi_parse *p, const tgi_index *index)
{
    const tgi_model *whole = p->model;
    tgi_entries tensors = tgi_tensor_entries(whole);
    for (uint64_t i = 0; i < index->maps.count; i++) {
        const tgi_mapping *map = map_of(index, i);
        const tg_tensor *tensor =
            (const tg_tensor *)tgi_names_find(&whole->tensor_names, &whole->hash, &tensors, map->name);
        if (tensor != NULL && tensor->file == map->file)
            continue;
        p->entry = TGI_ENTRY_TENSOR;
        p->index = i;
        return tgi_report(p, TG_E_INDEX_TENSOR, map->offset, 0, 0, "name");
    }
    return TGI_OK;
}

/* Tensors that the index does not name are told: a reader that goes by it does not see them. */
static tgi_step check_unmapped(tgi_parse *p, const tgi_index *index)
{
    const tgi_model *whole = p->model;
    if (whole->tensors.count == index->maps.count)
        return TGI_OK;
    tgi_entries maps = {index->maps.data, index->maps.count, sizeof(tgi_mapping)};
    for (uint64_t i = 0; i < whole->tensors.count; i++) {
        const tg_tensor *tensor = &tgi_tensor_at(whole, i)->seen;
        if (tgi_names_find(&index->map_names, &whole->hash, &maps, tensor->name) != NULL)
            continue;
        p->entry = TGI_ENTRY_TENSOR;
        p->index = i;
        p->file = tensor->file;
        TGI_TRY(tgi_report(p, TG_W_TENSOR_UNMAPPED, tensor->entry_offset, 0, 0, "name"));
    }
    return TGI_OK;
}

/* Writers mean the bytes of all tensors, or those of all files. */
static tgi_step check_total(tgi_parse *p, const tgi_index *index, uint64_t file_bytes)
{
    uint64_t tensor_bytes = 0;
    if (!index->has_total || index->total_size == file_bytes)
        return TGI_OK;
    for (uint64_t i = 0; i < p->model->tensors.count; i++)
        if (!tgi_add_u64(tensor_bytes, tgi_tensor_at(p->model, i)->seen.size, &tensor_bytes))
            tensor_bytes = UINT64_MAX;
    if (index->total_size == tensor_bytes)
        return TGI_OK;
    return tgi_report(p, TG_W_TOTAL_SIZE, index->total_offset, index->total_size, tensor_bytes, "total_size");
}

tgi_step tgi_index_check(tgi_parse *p, const tgi_index *index, uint64_t file_bytes)
{
    TGI_TRY(check_mapped(p, index));
    TGI_TRY(check_total(p, index, file_bytes));
    TGI_TRY(check_unmapped(p, index));
    tgi_commit_warnings(p);
    return TGI_OK;
}

bool tgi_index_has_file(const tgi_index *index, const tgi_hash_key *hash, const char *name)
{
    tgi_entries files = {index->files.data, index->files.count, sizeof(tgi_mapped_file)};
    tg_bytes bytes = {name, strlen(name)};
    return tgi_names_find(&index->file_names, hash, &files, bytes) != NULL;
}

void tgi_index_free(tgi_index *index, tgi_arena *arena)
{
    for (uint64_t i = 0; i < index->files.count; i++)
        tgi_arena_free(arena, (void *)(uintptr_t)((const tgi_mapped_file *)index->files.data)[i].name.ptr);
    tgi_arena_free(arena, index->files.data);
    tgi_arena_free(arena, index->maps.data);
    tgi_arena_free(arena, index->file_names.slots);
    tgi_arena_free(arena, index->map_names.slots);
    tgi_arena_free(arena, index->model.pool.data);
}

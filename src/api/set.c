/* SPDX-License-Identifier: MIT */
/* Opening the files of a set: one is open at a time, and closed once it is vetted. Whether they belong together is
 * judged in sets/. */
#include "api.h"

#include "../sets/index.h"
#include "../sets/set.h"

#include <string.h>

tgi_step tgi_open_part(const tgi_opening *o, const char *name, size_t len)
{
    tg_model *model = o->model;
    uint32_t number = model->num_files;
    tgi_parse p = tgi_about_file(o, number);
    TGI_TRY(tgi_allocated(&p, tgi_add_file(model, NULL, name, len)));
    tgi_file *file = &model->files[number];
    tgi_fault fault =
        tgi_folder_source(&model->folder, file->seen.name, (model->flags & TG_NO_FOLLOW) == 0, &file->source);
    if (fault.status == TG_OK && (model->flags & TG_SEALED_COPY) != 0) {
        fault = tgi_source_seal(&file->source);
        if (fault.status != TG_OK)
            tgi_source_close(&file->source);
    }
    if (fault.status != TG_OK) {
        tgi_step step = tgi_report(&p, fault.status, 0, 0, 0, NULL);
        o->error->os_code = fault.status != TG_E_PART_MISSING ? fault.os_code : 0;
        return step;
    }
    file->closed = false;
    file->seen.size = file->source.size;
    file->seen.first_tensor = model->core.tensors.count;
    return TGI_OK;
}

/* Part `number` of a split GGUF. */
static tgi_step open_split_part(const tgi_opening *o, const char *name, size_t len)
{
    tg_model *model = o->model;
    uint32_t number = model->num_files;
    tgi_model part;
    TGI_TRY(tgi_open_part(o, name, len));
    TGI_TRY(tgi_vet_file(o, number, &part, NULL));
    tgi_parse p = tgi_about_file(o, number);
    p.model = &part;
    tgi_step step = tgi_check_part(&p, &model->core);
    if (step == TGI_OK)
        step = tgi_split_check_part(&p, &model->core);
    if (step == TGI_OK)
        step = tgi_join_part(&p, &model->core);
    model->core.arena = part.arena;
    model->files[number].seen.num_tensors = part.tensors.count;
    tgi_rest_file(model, &model->files[number]);
    return step;
}

static tgi_step open_folder(const tgi_opening *o, const char *path)
{
    tgi_parse p = tgi_about_file(o, 0);
    tgi_fault fault = tgi_folder_open(&o->model->folder, path);
    if (fault.status == TG_OK) {
        o->model->has_folder = true;
        return TGI_OK;
    }
    tgi_step step = tgi_report(&p, fault.status, 0, 0, 0, "folder of the model");
    o->error->os_code = fault.os_code;
    return step;
}

static tgi_step open_split(const tgi_opening *o, const char *path)
{
    const tgi_claim *claim = &o->model->core.claim;
    tgi_parse p = tgi_about_file(o, 0);
    TGI_TRY(tgi_split_check_first(&p, o->model->files[0].seen.name));
    TGI_TRY(open_folder(o, path));
    TGI_TRY(tgi_allocated(&p, tgi_reserve_files(o->model, claim->count)));
    char name[TGI_MAX_FILE_NAME + 1];
    for (uint32_t i = 1; i < claim->count; i++) {
        tgi_split_name(o->model->files[0].seen.name, claim->count, i, name);
        TGI_TRY(open_split_part(o, name, strlen(name)));
    }
    p = tgi_about_file(o, 0);
    TGI_TRY(tgi_split_check_whole(&p));
    return TGI_OK;
}

/* Part `number` of a model of the ggml family. */
static tgi_step open_numbered_part(const tgi_opening *o, const char *name)
{
    tg_model *model = o->model;
    uint32_t number = model->num_files;
    tgi_model part;
    TGI_TRY(tgi_open_part(o, name, strlen(name)));
    TGI_TRY(tgi_vet_file(o, number, &part, NULL));
    tgi_parse p = tgi_about_file(o, number);
    p.model = &part;
    tgi_step step = tgi_check_part(&p, &model->core);
    if (step == TGI_OK)
        step = tgi_parts_check(&p, &model->core);
    model->core.arena = part.arena;
    tgi_rest_file(model, &model->files[number]);
    return step;
}

/* There must be no more parts than the model has. */
static tgi_step check_no_more_parts(const tgi_opening *o, const char *name)
{
    tg_model *model = o->model;
    tgi_source source;
    tgi_fault fault = tgi_folder_source(&model->folder, name, (model->flags & TG_NO_FOLLOW) == 0, &source);
    if (fault.status == TG_E_PART_MISSING)
        return TGI_OK;
    if (fault.status == TG_OK)
        tgi_source_close(&source);
    uint32_t number = model->num_files;
    tgi_parse p = tgi_about_file(o, number);
    TGI_TRY(tgi_allocated(&p, tgi_add_file(model, NULL, name, strlen(name))));
    return tgi_report(&p, TG_E_PARTS_EXTRA, 0, number + 1, number, "number of parts");
}

static tgi_step open_numbered(const tgi_opening *o, const char *path)
{
    tg_model *model = o->model;
    uint32_t count = model->core.claim.count;
    tgi_parse p = tgi_about_file(o, 0);
    char name[TGI_MAX_FILE_NAME + 1];
    TGI_TRY(tgi_parts_begin(&p));
    TGI_TRY(open_folder(o, path));
    TGI_TRY(tgi_allocated(&p, tgi_reserve_files(model, count + 1)));
    for (uint32_t i = 1; i <= count; i++) {
        tgi_part_name(model->files[0].seen.name, i, name, sizeof name);
        TGI_TRY(i < count ? open_numbered_part(o, name) : check_no_more_parts(o, name));
    }
    p = tgi_about_file(o, 0);
    return tgi_parts_end(&p);
}

/* A name that occurs in two files is reported for the later one, with its number in that file. */
static tgi_step check_names(const tgi_opening *o)
{
    tg_model *model = o->model;
    tgi_parse p = tgi_about_file(o, 0);
    tgi_step step = tgi_check_whole(&p);
    if (step != TGI_OK && o->error->status == TG_E_NAME_DUPLICATE) {
        uint32_t file = tgi_tensor_at(&model->core, o->error->index)->seen.file;
        o->error->file = file;
        o->error->index -= model->files[file].seen.first_tensor;
    }
    return step;
}

tgi_step tgi_open_set(const tgi_opening *o, const char *path)
{
    tgi_claim claim = o->model->core.claim;
    tg_set set = {claim.kind, true, claim.count, 0};
    o->model->set = set;
    if (claim.kind == TG_SET_PARTS)
        return open_numbered(o, path);
    TGI_TRY(open_split(o, path));
    return check_names(o);
}

/* ---- safetensors with an index ---- */

/* One of the files that the index names. The first becomes the model itself, the others join it. */
static tgi_step open_indexed_part(const tgi_opening *o, tg_bytes name)
{
    tg_model *model = o->model;
    uint32_t number = model->num_files;
    /* cppcheck-suppress uninitvar ; tgi_vet_file fills it */
    tgi_model other, *part = number == 0 ? &model->core : &other;
    TGI_TRY(tgi_open_part(o, name.ptr, name.len));
    TGI_TRY(tgi_vet_file(o, number, part, NULL));
    tgi_parse p = tgi_about_file(o, number);
    p.model = part;
    model->files[number].seen.num_tensors = part->tensors.count;
    tgi_rest_file(model, &model->files[number]);
    if (part->format != TG_FORMAT_SAFETENSORS)
        return tgi_report(&p, TG_E_PART_FORMAT, 0, part->format, TG_FORMAT_SAFETENSORS, "format");
    if (number == 0)
        return TGI_OK;
    tgi_step step = tgi_join_part(&p, &model->core);
    model->core.arena = part->arena;
    return step;
}

/* Files in the folder that look as if they belonged to the model, but the index does not name them. */
static tgi_step check_folder(const tgi_opening *o, const tgi_index *index)
{
    tg_model *model = o->model;
    char name[TGI_MAX_FILE_NAME + 1];
    tgi_folder_list list;
    tgi_parse p = tgi_about_file(o, TG_FILE_INDEX);
    tgi_step step = TGI_OK;
    /* A folder that may be searched but not read is no fault of the model. */
    if (!tgi_folder_list_open(&list, &model->folder))
        return TGI_OK;
    while (step == TGI_OK && tgi_folder_next(&list, name, sizeof name))
        if (tgi_is_shard_of(model->index.seen.name, name) && !tgi_index_has_file(index, &model->core.hash, name))
            step = tgi_report(&p, TG_W_FILE_UNMAPPED, 0, 0, 0, "file");
    tgi_folder_list_close(&list);
    if (step == TGI_OK)
        tgi_commit_warnings(&p);
    return step;
}

static tgi_step open_indexed_parts(const tgi_opening *o, const char *path, const tgi_index *index)
{
    tg_model *model = o->model;
    const tgi_mapped_file *files = (const tgi_mapped_file *)index->files.data;
    model->set.num_files = (uint32_t)index->files.count;
    TGI_TRY(open_folder(o, path));
    tgi_parse about = tgi_about_file(o, TG_FILE_INDEX);
    TGI_TRY(tgi_allocated(&about, tgi_reserve_files(model, model->set.num_files)));
    for (uint64_t i = 0; i < index->files.count; i++)
        TGI_TRY(open_indexed_part(o, files[i].name));
    TGI_TRY(check_names(o));
    tgi_parse p = tgi_about_file(o, TG_FILE_INDEX);
    TGI_TRY(tgi_index_check(&p, index, tg_model_file_size(model)));
    return check_folder(o, index);
}

tgi_step tgi_open_index(const tgi_opening *o, const char *path)
{
    tg_model *model = o->model;
    tgi_index index;
    model->index = model->files[0];
    model->has_index = true;
    model->num_files = 0;
    const tg_set set = {TG_SET_INDEX, true, 0, 0};
    model->set = set;
    memset(&index, 0, sizeof index);
    TGI_TRY(tgi_vet_file(o, TG_FILE_INDEX, &index.model, &tgi_index_format));
    tgi_close_file(&model->index);
    TGI_TRY(open_indexed_parts(o, path, &index));
    tgi_index_free(&index, &model->core.arena);
    tgi_arena_free(&model->core.arena, model->index.window.block);
    return TGI_OK;
}

/* SPDX-License-Identifier: MIT */
/* The files of a model: added while it is opened, opened again when they are used, closed at the end. */
#include "api.h"

#include <string.h>

tg_status tgi_reserve_files(tg_model *model, uint32_t count)
{
    void *files = NULL;
    tg_status status = tgi_arena_resize(&model->core.arena, &files, count * (uint64_t)sizeof(tgi_file));
    if (status != TG_OK)
        return status;
    memcpy(files, model->files, model->num_files * sizeof(tgi_file));
    model->files = (tgi_file *)files;
    return TG_OK;
}

tg_status tgi_add_file(tg_model *model, const tgi_source *source, const char *name, size_t len)
{
    tgi_arena *arena = &model->core.arena;
    void *copy = NULL;
    /* The first file is there whatever it holds; how many others there are, their model says. */
    tg_status status = model->num_files == 0 ? tgi_arena_resize_aside(arena, &copy, (uint64_t)len + 1)
                                             : tgi_arena_resize(arena, &copy, (uint64_t)len + 1);
    if (status != TG_OK)
        return status;
    if (len > 0)
        memcpy(copy, name, len);
    ((char *)copy)[len] = '\0';
    tgi_file *file = &model->files[model->num_files++];
    memset(file, 0, sizeof *file);
    file->seen.name = (const char *)copy;
    file->closed = source == NULL;
    if (source != NULL) {
        file->source = *source;
        file->seen.size = source->size;
    }
    atomic_init(&file->cut, false);
    atomic_init(&file->mapped, NULL);
    return TG_OK;
}

tgi_fault tgi_use_file(const tg_model *model, const tgi_file *file, tgi_source *spare, const tgi_source **out_source)
{
    tgi_fault fault = {TG_OK, 0};
    *out_source = &file->source;
    if (!file->closed)
        return fault;
    fault = tgi_folder_source(&model->folder, file->seen.name, (model->flags & TG_NO_FOLLOW) == 0, spare);
    if (fault.status == TG_E_PART_MISSING || fault.status == TG_E_NOT_REGULAR || fault.status == TG_E_LINK)
        fault.status = TG_E_FILE_CHANGED;
    if (fault.status != TG_OK)
        return fault;
    if (!tgi_same_identity(&spare->identity, &file->source.identity)) {
        tgi_end_use(file, spare);
        fault.status = TG_E_FILE_CHANGED;
        return fault;
    }
    *out_source = spare;
    return fault;
}

void tgi_end_use(const tgi_file *file, tgi_source *spare)
{
    if (file->closed)
        tgi_source_close(spare);
}

void tgi_name_file(const tg_model *model, uint32_t number, tg_error *error)
{
    const tg_file *file =
        number == TG_FILE_INDEX && model->has_index ? &model->index.seen : tg_model_file(model, number);
    error->file = number;
    if (!model->set.whole || file == NULL)
        return;
    const char *name = file->name;
    size_t len = strlen(name);
    if (len >= sizeof error->file_name)
        len = sizeof error->file_name - 1;
    memcpy(error->file_name, name, len);
    error->file_name[len] = '\0';
}

void tgi_close_file(tgi_file *file)
{
    if (!file->closed)
        tgi_source_close(&file->source);
    file->closed = true;
}

void tgi_rest_file(const tg_model *model, tgi_file *file)
{
    if ((model->flags & TG_SEALED_COPY) == 0)
        tgi_close_file(file);
}

void tgi_close_files(tg_model *model)
{
    for (uint32_t i = 0; i < model->num_files; i++) {
        tgi_unmap(model, &model->files[i]);
        tgi_close_file(&model->files[i]);
    }
    if (model->has_index)
        tgi_close_file(&model->index);
    if (model->has_folder)
        tgi_folder_close(&model->folder);
}

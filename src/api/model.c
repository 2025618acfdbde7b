/* SPDX-License-Identifier: MIT */
/* What a model says: every accessor, total for any argument. */
#include "api.h"

#include <string.h>

#define AS_TEXT(x) #x
#define VERSION_TEXT(major, minor, patch) AS_TEXT(major) "." AS_TEXT(minor) "." AS_TEXT(patch)

const char *tg_version(void)
{
    return VERSION_TEXT(TG_VERSION_MAJOR, TG_VERSION_MINOR, TG_VERSION_PATCH);
}

tg_format tg_model_format(const tg_model *model)
{
    return model != NULL ? model->core.format : TG_FORMAT_NONE;
}

tg_layout tg_model_layout(const tg_model *model)
{
    return model != NULL ? model->core.layout : TG_LAYOUT_NONE;
}

uint32_t tg_model_version(const tg_model *model)
{
    return model != NULL ? model->core.version : 0;
}

tg_endian tg_model_endian(const tg_model *model)
{
    return model != NULL ? model->core.endian : TG_ENDIAN_NONE;
}

uint64_t tg_model_alignment(const tg_model *model)
{
    return model != NULL ? model->core.alignment : 0;
}

uint64_t tg_model_data_offset(const tg_model *model)
{
    return model != NULL ? model->core.data_offset : 0;
}

uint64_t tg_model_file_size(const tg_model *model)
{
    uint64_t size = 0;
    for (uint32_t i = 0; i < tg_model_num_files(model); i++)
        if (!tgi_add_u64(size, model->files[i].seen.size, &size))
            return UINT64_MAX;
    return size;
}

uint64_t tg_model_region_offset(const tg_model *model)
{
    return model != NULL && model->num_files > 0 ? model->files[0].source.origin : 0;
}

bool tg_model_is_immutable(const tg_model *model)
{
    for (uint32_t i = 0; i < tg_model_num_files(model); i++)
        if (!model->files[i].source.immutable)
            return false;
    return tg_model_num_files(model) > 0;
}

uint32_t tg_model_num_files(const tg_model *model)
{
    return model != NULL ? model->num_files : 0;
}

const tg_file *tg_model_file(const tg_model *model, uint32_t file)
{
    if (file == TG_FILE_INDEX && model != NULL && model->has_index)
        return &model->index.seen;
    return file < tg_model_num_files(model) ? &model->files[file].seen : NULL;
}

const tg_set *tg_model_set(const tg_model *model)
{
    return model != NULL && model->set.kind != TG_SET_NONE ? &model->set : NULL;
}

uint64_t tg_model_num_tensors(const tg_model *model)
{
    return model != NULL ? model->core.tensors.count : 0;
}

const tg_tensor *tg_model_tensor(const tg_model *model, uint64_t index)
{
    return index < tg_model_num_tensors(model) ? &tgi_tensor_at(&model->core, index)->seen : NULL;
}

static tg_bytes bytes_of(const char *text)
{
    tg_bytes bytes = {text, text != NULL ? strlen(text) : 0};
    return bytes;
}

const tg_tensor *tg_model_find_tensor_n(const tg_model *model, tg_bytes name)
{
    if (model == NULL)
        return NULL;
    tgi_entries entries = tgi_tensor_entries(&model->core);
    return (const tg_tensor *)tgi_names_find(&model->core.tensor_names, &model->core.hash, &entries, name);
}

const tg_tensor *tg_model_find_tensor(const tg_model *model, const char *name)
{
    return tg_model_find_tensor_n(model, bytes_of(name));
}

const char *tg_tensor_dtype_name(const tg_model *model, const tg_tensor *tensor)
{
    if (tensor == NULL || tg_model_tensor(model, tensor->index) != tensor)
        return "";
    const tg_dtype_info *info = tg_dtype_describe(tensor->dtype);
    if (info == NULL)
        return "";
    return model->core.format == TG_FORMAT_SAFETENSORS && info->safetensors != NULL ? info->safetensors : info->name;
}

uint64_t tg_model_num_keys(const tg_model *model)
{
    return model != NULL ? model->core.keys.count : 0;
}

const tg_key *tg_model_key(const tg_model *model, uint64_t index)
{
    return index < tg_model_num_keys(model) ? &tgi_key_at(&model->core, index)->seen : NULL;
}

const tg_key *tg_model_find_key_n(const tg_model *model, tg_bytes name)
{
    if (model == NULL)
        return NULL;
    tgi_entries entries = tgi_key_entries(&model->core);
    return (const tg_key *)tgi_names_find(&model->core.key_names, &model->core.hash, &entries, name);
}

const tg_key *tg_model_find_key(const tg_model *model, const char *name)
{
    return tg_model_find_key_n(model, bytes_of(name));
}

tg_value tg_model_value(const tg_model *model, const tg_key *key)
{
    tg_value none = {TG_VALUE_NONE, TG_VALUE_NONE, 0, {NULL, NULL, 0, 0}};
    if (model == NULL || key == NULL || tg_model_key(model, key->index) != key)
        return none;
    return tgi_key_value(&model->core, (const tgi_key *)(const void *)key);
}

uint64_t tg_model_num_warnings(const tg_model *model)
{
    return model != NULL ? model->core.num_warnings : 0;
}

const tg_warning *tg_model_warning(const tg_model *model, uint64_t index)
{
    return index < tg_model_num_warnings(model) ? &model->core.warnings[index] : NULL;
}

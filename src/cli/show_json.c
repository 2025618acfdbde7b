/* SPDX-License-Identifier: MIT */
/* tensorgate show --json: one object, with a line for each key and each tensor. */
#include "show.h"

#include "report.h"

/* ---- Values ----------------------------------------------------------------------------------- */

static void write_integer(json *j, const char *name, const tg_value *value)
{
    uint64_t number = 0;
    int64_t negative = 0;
    if (tg_value_u64(value, &number))
        json_u64(j, name, number);
    else if (tg_value_i64(value, &negative))
        json_i64(j, name, negative);
    else
        json_null(j, name);
}

static tg_bytes string_of(const tg_value *value)
{
    tg_bytes string = {NULL, 0};
    (void)tg_value_string(value, &string);
    return string;
}

/* Anything but an array. */
static void write_scalar(json *j, const char *name, const tg_value *value)
{
    bool truth = false;
    double number = 0;
    switch (value->type) {
    case TG_VALUE_BOOL:
        (void)tg_value_bool(value, &truth);
        json_bool(j, name, truth);
        break;
    case TG_VALUE_STRING:
        json_text(j, name, string_of(value));
        break;
    case TG_VALUE_F32:
        (void)tg_value_f64(value, &number);
        json_f32(j, name, (float)number);
        break;
    case TG_VALUE_F64:
        (void)tg_value_f64(value, &number);
        json_f64(j, name, number);
        break;
    default:
        write_integer(j, name, value);
        break;
    }
}

/* The exact bytes of an element that is not UTF-8; null for all others. */
static void write_element_hex(json *j, const char *name, const tg_value *value)
{
    tg_bytes string = string_of(value);
    if (utf8_valid(string))
        json_null(j, name);
    else
        json_hex(j, name, string);
}

typedef void write_element(json *j, const char *name, const tg_value *value);

static void write_array(json *j, const char *name, const tg_value *array, uint64_t most, write_element *element)
{
    walk w = walk_start(array, most);
    tg_value value;
    json_open_array(j, name);
    for (walk_event e; (e = walk_next(&w, &value)) != WALK_END && ferror(j->out) == 0;) {
        if (e == WALK_ELEMENT)
            element(j, NULL, &value);
        else if (e == WALK_OPEN)
            json_open_array(j, NULL);
        else if (e == WALK_CLOSE)
            json_close_array(j);
    }
}

/* Is every string that is shown UTF-8? */
static bool array_is_utf8(const tg_value *array, uint64_t most)
{
    walk w = walk_start(array, most);
    tg_value value;
    for (walk_event e; (e = walk_next(&w, &value)) != WALK_END;)
        if (e == WALK_ELEMENT && !utf8_valid(string_of(&value)))
            return false;
    return true;
}

/* ---- Entries ---------------------------------------------------------------------------------- */

static void write_value(json *j, const tg_value *value, uint64_t most)
{
    json_string(j, "type", tg_value_type_name(value->type));
    if (value->type == TG_VALUE_STRING) {
        json_bytes(j, "value", string_of(value));
    } else if (value->type == TG_VALUE_ARRAY) {
        json_string(j, "element_type", tg_value_type_name(value->element_type));
        json_u64(j, "length", value->count);
        write_array(j, "value", value, most, write_scalar);
        if (!array_is_utf8(value, most))
            write_array(j, "value_hex", value, most, write_element_hex);
    } else {
        write_scalar(j, "value", value);
    }
}

static void write_keys(json *j, const tg_model *model, uint64_t most)
{
    json_open_array(j, "metadata");
    for (uint64_t i = 0; i < tg_model_num_keys(model) && ferror(j->out) == 0; i++) {
        const tg_key *key = tg_model_key(model, i);
        tg_value value = tg_model_value(model, key);
        json_break(j);
        json_open_object(j, NULL);
        json_bytes(j, "key", key->name);
        write_value(j, &value, most);
        json_close_object(j);
    }
    json_close_array(j);
}

static void write_tensor(json *j, const tg_model *model, const tg_tensor *tensor)
{
    json_open_object(j, NULL);
    json_bytes(j, "name", tensor->name);
    json_string(j, "type", tg_tensor_dtype_name(model, tensor));
    json_open_array(j, "dims");
    for (uint32_t i = 0; i < tensor->num_dims; i++)
        json_u64(j, NULL, tensor->dims[i]);
    json_close_array(j);
    json_u64(j, "offset", tensor->offset);
    json_u64(j, "size", tensor->size);
    if (tg_model_num_files(model) > 1)
        json_u64(j, "file", tensor->file);
    json_close_object(j);
}

/* The files of a model of several; a tensor tells the number of its own. */
static void write_files(json *j, const tg_model *model)
{
    if (tg_model_num_files(model) < 2)
        return;
    json_open_array(j, "files");
    for (uint32_t i = 0; i < tg_model_num_files(model); i++) {
        const tg_file *file = tg_model_file(model, i);
        json_open_object(j, NULL);
        json_bytes(j, "name", bytes_of(file->name));
        json_u64(j, "size", file->size);
        json_u64(j, "data_offset", file->data_offset);
        json_close_object(j);
    }
    json_close_array(j);
}

static void write_tensors(json *j, const tg_model *model)
{
    json_open_array(j, "tensors");
    for (uint64_t i = 0; i < tg_model_num_tensors(model) && ferror(j->out) == 0; i++) {
        json_break(j);
        write_tensor(j, model, tg_model_tensor(model, i));
    }
    json_close_array(j);
}

void show_json(const tg_model *model, const char *path, bool full)
{
    json j = json_start(stdout);
    json_open_object(&j, NULL);
    json_bytes(&j, "path", bytes_of(path));
    report_json_identity(&j, model);
    json_u64(&j, "alignment", tg_model_alignment(model));
    json_u64(&j, "data_offset", tg_model_data_offset(model));
    json_u64(&j, "file_size", tg_model_file_size(model));
    write_files(&j, model);
    write_keys(&j, model, full ? ALL_ELEMENTS : SHOWN_AS_JSON);
    write_tensors(&j, model);
    report_json_warnings(&j, model);
    json_close_object(&j);
    json_end(&j);
}

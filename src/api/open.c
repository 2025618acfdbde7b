/* SPDX-License-Identifier: MIT */
/* Opening: source -> window -> format -> validate -> frozen model. The driver of the steps is here. */
#include "api.h"

#include "../formats/format.h"
#include "zip.h"

#include <string.h>

tg_status tgi_fail(tg_error *out_error, tg_status status, int32_t os_code, const char *what)
{
    tg_error error = {status, 0, 0, TG_NO_INDEX, 0, 0, os_code, what, {0, 0, 0, 0}};
    if (out_error != NULL)
        *out_error = error;
    return status;
}

/* Puts the bytes of the window, up to the limit on headers, under the cursor of the parser. */
static void show_window(tgi_parse *p, const tgi_window *window)
{
    uint64_t most = p->settings->limits.max_header_bytes;
    p->at.base = window->data;
    p->at.len = window->len < most ? window->len : (size_t)most;
}

/* Brings the bytes that a step asked for. */
static tgi_step fetch(tgi_parse *p, tg_model *model)
{
    uint64_t parsed = p->at.pos;
    tgi_fault fault = tgi_window_grow(&model->window, &model->core.arena, &model->source, parsed, p->need);
    if (fault.status == TG_OK) {
        show_window(p, &model->window);
        return TGI_OK;
    }
    p->index = TG_NO_INDEX;
    tgi_step step = tgi_report(p, fault.status, parsed, 0, 0, NULL);
    p->error->os_code = fault.os_code;
    return step;
}

/* Runs the steps of the format until it is done. */
static tgi_step run_steps(tgi_parse *p, tg_model *model, const tgi_format *format, void *state)
{
    for (;;) {
        p->num_pending = 0;
        tgi_step step = format->step(p, state);
        if (step == TGI_MORE)
            step = fetch(p, model);
        if (step != TGI_OK)
            return step;
    }
}

/* The header is complete: keep its bytes, and judge the model as a whole. */
static tgi_step finish(tgi_parse *p, tg_model *model, const tgi_format *format, void *state)
{
    tgi_window_trim(&model->window, &model->core.arena, p->at.pos);
    tgi_model_freeze(&model->core, model->window.data, p->at.pos);
    show_window(p, &model->window);
    p->num_pending = 0;
    model->core.arena.header_bytes = p->at.pos;
    tgi_step step = format->finish(p, state);
    if (step != TGI_OK)
        return step;
    tgi_commit(p, &p->at);
    model->data_end = model->core.data_offset;
    for (uint64_t i = 0; i < model->core.tensors.count; i++) {
        const tg_tensor *tensor = &tgi_tensor_at(&model->core, i)->seen;
        if (tensor->offset + tensor->size > model->data_end)
            model->data_end = tensor->offset + tensor->size;
    }
    return TGI_OK;
}

/* Starts the window over the bytes of the source. */
static void open_window(tg_model *model, const tgi_settings *settings)
{
    const tgi_source *source = &model->source;
    uint64_t most = settings->limits.max_header_bytes;
    if (most < TGI_DETECT_BYTES)
        most = TGI_DETECT_BYTES;
    if (most > source->size)
        most = source->size;
    tgi_window window = {NULL, 0, NULL, 0, most};
    if (source->memory != NULL && (settings->flags & TG_STABLE_MEMORY) != 0)
        window = tgi_window_borrow(source->memory + source->base, most);
    tgi_arena_free(&model->core.arena, model->window.block);
    model->window = window;
    model->core.file_size = source->size;
}

/* Tells the format by the first bytes, which are looked at whatever the limit on headers. */
static tgi_step detect(tgi_parse *p, tg_model *model, const tgi_format **out_format)
{
    uint64_t first = model->source.size < TGI_DETECT_BYTES ? model->source.size : TGI_DETECT_BYTES;
    if (model->window.len < first) {
        p->need = first;
        TGI_TRY(fetch(p, model));
    }
    p->at.len = (size_t)first;
    TGI_TRY(tgi_detect(p, out_format));
    show_window(p, &model->window);
    return TGI_OK;
}

/* The file does not begin as a model, or a member was asked for: looks for one in a zip archive at its end. */
static tgi_step enter_zip(tgi_parse *p, tg_model *model, tgi_step detected, const tgi_format **out_format)
{
    tgi_place place;
    tg_error before = *p->error;
    TGI_TRY(tgi_zip_locate(p, &model->source, &model->window, &place));
    if (!place.found && p->settings->member != NULL)
        return tgi_report(p, TG_E_ZIP_MEMBER, 0, 0, 0, NULL);
    if (!place.found) {
        *p->error = before;
        return detected;
    }
    if (detected == TGI_OK)
        return tgi_report(p, TG_E_ZIP_POLYGLOT, place.offset, 0, 0, "member");
    tgi_source_narrow(&model->source, place.offset, place.len);
    open_window(model, p->settings);
    show_window(p, &model->window);
    return detect(p, model, out_format);
}

static tgi_step parse(tgi_parse *p, tg_model *model)
{
    const tgi_format *format = NULL;
    void *state = NULL;
    tgi_step step = detect(p, model, &format);
    if ((step == TGI_FAIL && p->error->status == TG_E_MAGIC) || (step == TGI_OK && p->settings->member != NULL))
        step = enter_zip(p, model, step, &format);
    TGI_TRY(step);
    model->core.format = format->format;
    TGI_TRY(tgi_allocated(p, tgi_arena_resize_aside(&model->core.arena, &state, format->state_size)));
    memset(state, 0, format->state_size);
    step = run_steps(p, model, format, state);
    if (step == TGI_DONE)
        step = tgi_zip_refuse(p, &model->source, &model->window);
    if (step == TGI_OK)
        step = finish(p, model, format, state);
    tgi_arena_free(&model->core.arena, state);
    return step;
}

/* A new model in an arena that holds all its memory, itself too. NULL where there is none. */
static tg_model *new_model(const tgi_source *source, const tgi_settings *settings)
{
    tgi_arena arena;
    void *block = NULL;
    tgi_arena_init(&arena, &settings->allocator, settings->limits.heap_base, settings->limits.heap_factor);
    if (tgi_arena_resize_aside(&arena, &block, sizeof(tg_model)) != TG_OK)
        return NULL;
    tg_model *model = (tg_model *)block;
    memset(model, 0, sizeof *model);
    model->core.arena = arena;
    model->core.hash = settings->hash;
    model->source = *source;
    model->flags = settings->flags;
    atomic_init(&model->cut, false);
    atomic_init(&model->mapped, NULL);
    open_window(model, settings);
    return model;
}

tg_status tgi_open(tgi_source *source, const tgi_settings *settings, tg_model **out_model, tg_error *out_error)
{
    tg_error error = {TG_OK, 0, 0, TG_NO_INDEX, 0, 0, 0, NULL, {0, 0, 0, 0}};
    tg_model *model = new_model(source, settings);
    if (model == NULL) {
        tgi_source_close(source);
        return tgi_fail(out_error, TG_E_NO_MEMORY, 0, NULL);
    }
    tgi_parse p;
    memset(&p, 0, sizeof p);
    p.model = &model->core;
    p.settings = settings;
    p.index = TG_NO_INDEX;
    p.error = &error;
    show_window(&p, &model->window);
    if (parse(&p, model) != TGI_OK) {
        tg_close(model);
        if (out_error != NULL)
            *out_error = error;
        return error.status;
    }
    *out_model = model;
    return TG_OK;
}

/* What the four public functions have in common. */
static tg_status open_source(tgi_source *source, tgi_fault fault, const tgi_settings *settings, tg_model **out_model,
                             tg_error *out_error)
{
    if (fault.status != TG_OK)
        return tgi_fail(out_error, fault.status, fault.os_code, NULL);
    fault = tgi_source_region(source, settings->region_offset, settings->region_len);
    if (fault.status == TG_OK && (settings->flags & TG_SEALED_COPY) != 0)
        fault = tgi_source_seal(source);
    if (fault.status != TG_OK) {
        tgi_source_close(source);
        return tgi_fail(out_error, fault.status, fault.os_code, NULL);
    }
    return tgi_open(source, settings, out_model, out_error);
}

tg_status tg_open_path(const char *path, const tg_options *options, tg_model **out_model, tg_error *out_error)
{
    tgi_settings settings;
    tgi_source source;
    const char *what = path == NULL ? "path" : "out_model";
    if (path == NULL || out_model == NULL || !tgi_settings_from(options, &settings, &what))
        return tgi_fail(out_error, TG_E_ARGUMENT, 0, what);
    tgi_fault fault = tgi_source_path(&source, path);
    return open_source(&source, fault, &settings, out_model, out_error);
}

tg_status tg_open_fd(int fd, const tg_options *options, tg_model **out_model, tg_error *out_error)
{
    tgi_settings settings;
    tgi_source source;
    const char *what = fd < 0 ? "fd" : "out_model";
    if (fd < 0 || out_model == NULL || !tgi_settings_from(options, &settings, &what))
        return tgi_fail(out_error, TG_E_ARGUMENT, 0, what);
    tgi_fault fault = tgi_source_fd(&source, fd);
    return open_source(&source, fault, &settings, out_model, out_error);
}

tg_status tg_open_memory(const void *data, size_t len, const tg_options *options, tg_model **out_model,
                         tg_error *out_error)
{
    tgi_settings settings;
    tgi_source source;
    bool no_data = data == NULL && len > 0;
    const char *what = no_data ? "data" : "out_model";
    if (no_data || out_model == NULL || !tgi_settings_from(options, &settings, &what))
        return tgi_fail(out_error, TG_E_ARGUMENT, 0, what);
    tgi_fault fault = tgi_source_memory(&source, data, len);
    return open_source(&source, fault, &settings, out_model, out_error);
}

tg_status tg_open_reader(const tg_reader *reader, const tg_options *options, tg_model **out_model, tg_error *out_error)
{
    tgi_settings settings;
    tgi_source source;
    bool bad =
        reader == NULL || reader->struct_size < sizeof *reader || reader->read_at == NULL || reader->size > TGI_MAX;
    const char *what = bad ? "reader" : "out_model";
    if (bad || out_model == NULL || !tgi_settings_from(options, &settings, &what))
        return tgi_fail(out_error, TG_E_ARGUMENT, 0, what);
    tgi_fault fault = tgi_source_reader(&source, reader);
    return open_source(&source, fault, &settings, out_model, out_error);
}

void tg_close(tg_model *model)
{
    if (model == NULL)
        return;
    tgi_unmap(model);
    tgi_source_close(&model->source);
    tgi_arena_release(&model->core.arena);
}

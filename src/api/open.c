/* SPDX-License-Identifier: MIT */
/* Opening: source -> window -> format -> validate -> frozen model. The driver of the steps is here. */
#include "api.h"

#include "../sets/index.h"
#include "../sets/set.h"
#include "zip.h"

#include <string.h>

tg_status tgi_fail(tg_error *out_error, tg_status status, int32_t os_code, const char *what)
{
    tg_error error = {status, 0, 0, TG_NO_INDEX, 0, 0, os_code, what, {0, 0, 0, 0}, ""};
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

/* The same for bytes behind a jump: no more of them than the limit on headers allows. */
static void show_far(tgi_parse *p, const tgi_far *far)
{
    uint64_t parsed = far->origin - p->skipped, most = p->settings->limits.max_header_bytes;
    uint64_t left = most > parsed ? most - parsed : 0;
    p->at.base = far->data;
    p->at.len = far->len < left ? far->len : (size_t)left;
    p->at.pos = 0;
    p->at.origin = far->origin;
}

/* What a fault of the window means, which came at the cursor. */
static tgi_step judge_fault(tgi_parse *p, tgi_fault fault)
{
    if (fault.status == TG_OK)
        return TGI_OK;
    p->index = TG_NO_INDEX;
    tgi_step step = tgi_report(p, fault.status, tgi_tell(&p->at), 0, 0, NULL);
    p->error->os_code = fault.os_code;
    return step;
}

/* Brings the bytes that a step asked for. */
static tgi_step fetch(tgi_parse *p, tgi_file *file)
{
    tgi_window *window = &file->window;
    uint64_t parsed = tgi_tell(&p->at);
    if (!window->far.here) {
        TGI_TRY(judge_fault(p, tgi_window_grow(window, &p->model->arena, &file->source, parsed, p->need)));
        show_window(p, window);
    } else {
        TGI_TRY(judge_fault(p, tgi_window_grow_far(window, &p->model->arena, &file->source, parsed, p->need)));
        show_far(p, &window->far);
    }
    return TGI_OK;
}

/* Goes on where a step said. */
static tgi_step jump(tgi_parse *p, tgi_file *file)
{
    uint64_t from = tgi_tell(&p->at);
    if (p->need < from || p->need > file->source.size)
        return tgi_report(p, TG_E_INTERNAL, from, p->need, 0, "jump");
    if (p->keep == 0)
        p->keep = from;
    TGI_TRY(judge_fault(p, tgi_window_jump(&file->window, &p->model->arena, &file->source, p->need, (size_t)p->keep)));
    p->skipped += p->need - from;
    show_far(p, &file->window.far);
    return TGI_OK;
}

/* Runs the steps of the format until it is done. */
static tgi_step run_steps(tgi_parse *p, tgi_file *file, const tgi_format *format, void *state)
{
    for (;;) {
        p->num_pending = 0;
        tgi_step step = format->step(p, state);
        if (step == TGI_MORE)
            step = fetch(p, file);
        if (step == TGI_JUMP)
            step = jump(p, file);
        if (step != TGI_OK)
            return step;
    }
}

/* The header is complete: keep its bytes, and judge the file as a whole. */
static tgi_step finish(tgi_parse *p, tgi_file *file, const tgi_format *format, void *state)
{
    tgi_model *m = p->model;
    size_t keep = p->keep > 0 ? (size_t)p->keep : p->at.pos;
    m->arena.header_bytes = tgi_parsed(p);
    tgi_window_leave(&file->window, &m->arena);
    tgi_window_trim(&file->window, &m->arena, keep);
    tgi_model_freeze(m, file->window.data, keep);
    p->at.origin = 0;
    p->at.pos = keep;
    show_window(p, &file->window);
    p->num_pending = 0;
    tgi_step step = format->finish(p, state);
    if (step != TGI_OK)
        return step;
    tgi_commit(p, &p->at);
    file->seen.data_offset = m->data_offset;
    file->data_end = m->data_offset;
    for (uint64_t i = 0; i < m->tensors.count; i++) {
        const tg_tensor *tensor = &tgi_tensor_at(m, i)->seen;
        if (tensor->offset + tensor->size > file->data_end)
            file->data_end = tensor->offset + tensor->size;
    }
    return TGI_OK;
}

/* Starts the window over the bytes of the source of a file. */
static void open_window(tgi_file *file, tgi_model *m, const tgi_settings *settings)
{
    const tgi_source *source = &file->source;
    uint64_t most = settings->limits.max_header_bytes;
    if (most < TGI_DETECT_BYTES)
        most = TGI_DETECT_BYTES;
    if (most > source->size)
        most = source->size;
    tgi_window window;
    memset(&window, 0, sizeof window);
    window.most = most;
    if (source->memory != NULL && (settings->flags & TG_STABLE_MEMORY) != 0)
        window = tgi_window_borrow(source->memory + source->base, most);
    tgi_arena_free(&m->arena, file->window.block);
    file->window = window;
    file->seen.size = source->size;
    m->file_size = source->size;
}

/* Tells the format by the first bytes, which are looked at whatever the limit on headers. */
static tgi_step detect(tgi_parse *p, tgi_file *file, const tgi_format **out_format)
{
    uint64_t first = file->source.size < TGI_DETECT_BYTES ? file->source.size : TGI_DETECT_BYTES;
    if (file->window.len < first) {
        p->need = first;
        TGI_TRY(fetch(p, file));
    }
    p->at.len = (size_t)first;
    if (*out_format == NULL)
        TGI_TRY(tgi_detect(p, out_format));
    show_window(p, &file->window);
    return TGI_OK;
}

/* The file does not begin as a model, or a member was asked for: looks for one in a zip archive at its end. */
static tgi_step enter_zip(tgi_parse *p, tgi_file *file, tgi_step detected, const tgi_format **out_format)
{
    tgi_place place;
    tg_error before = *p->error;
    TGI_TRY(tgi_zip_locate(p, &file->source, &file->window, &place));
    if (!place.found && p->settings->member != NULL)
        return tgi_report(p, TG_E_ZIP_MEMBER, 0, 0, 0, NULL);
    if (!place.found) {
        *p->error = before;
        return detected;
    }
    if (detected == TGI_OK)
        return tgi_report(p, TG_E_ZIP_POLYGLOT, place.offset, 0, 0, "member");
    tgi_source_narrow(&file->source, place.offset, place.len);
    open_window(file, p->model, p->settings);
    show_window(p, &file->window);
    return detect(p, file, out_format);
}

static tgi_step parse(tgi_parse *p, tgi_file *file, const tgi_format *format)
{
    void *state = NULL;
    bool model = format == NULL; /* and no index of one */
    tgi_step step = detect(p, file, &format);
    bool entry = model && p->file == 0; /* other files of a set are whole files */
    if (entry &&
        ((step == TGI_FAIL && p->error->status == TG_E_MAGIC) || (step == TGI_OK && p->settings->member != NULL)))
        step = enter_zip(p, file, step, &format);
    TGI_TRY(step);
    p->model->format = format->format; /* NOLINT(clang-analyzer-core.NullDereference): TGI_OK has set it */
    TGI_TRY(tgi_allocated(p, tgi_arena_resize_aside(&p->model->arena, &state, format->state_size)));
    memset(state, 0, format->state_size);
    step = run_steps(p, file, format, state);
    if (step == TGI_DONE)
        step = model ? tgi_zip_refuse(p, &file->source, &file->window) : TGI_OK;
    if (step == TGI_OK)
        step = finish(p, file, format, state);
    tgi_arena_free(&p->model->arena, state);
    return step;
}

static tgi_parse start_parse(const tgi_opening *o, uint32_t number, tgi_model *model)
{
    tgi_parse p;
    memset(&p, 0, sizeof p);
    p.model = model;
    p.settings = o->settings;
    p.index = TG_NO_INDEX;
    p.file = number;
    p.error = o->error;
    return p;
}

/* Memory and warnings are those of the whole model; one file at a time works with them. */
static void lend(tgi_model *from, tgi_model *to)
{
    to->arena = from->arena;
    to->hash = from->hash;
    memcpy(to->warnings, from->warnings, sizeof to->warnings);
    to->num_warnings = from->num_warnings;
}

tgi_step tgi_vet_file(const tgi_opening *o, uint32_t number, tgi_model *part, const tgi_format *format)
{
    tgi_model *core = &o->model->core;
    tgi_file *file = number == TG_FILE_INDEX ? &o->model->index : &o->model->files[number];
    if (part != core) {
        memset(part, 0, sizeof *part);
        lend(core, part);
    }
    open_window(file, part, o->settings);
    tgi_parse p = start_parse(o, number, part);
    show_window(&p, &file->window);
    tgi_step step = parse(&p, file, format);
    part->arena.earlier_bytes += part->arena.header_bytes;
    part->arena.header_bytes = 0;
    if (part != core)
        lend(part, core);
    return step;
}

tgi_parse tgi_about_file(const tgi_opening *o, uint32_t number)
{
    return start_parse(o, number, &o->model->core);
}

/* The one file of a model that was opened alone may be a part of a set: a GGUF says so itself, of a safetensors file
 * only its name can tell. */
static tgi_step open_alone(const tgi_opening *o, const char *name)
{
    tg_model *model = o->model;
    const tgi_claim *claim = &model->core.claim;
    tgi_parse p = tgi_about_file(o, 0);
    tg_set set = {claim->kind, false, claim->count, claim->number};
    uint64_t offset = 0;
    const char *what = "name of the file";
    if (claim->kind == TG_SET_SPLIT_GGUF) {
        what = "split.no";
        p.entry = TGI_ENTRY_KEY;
        p.index = claim->number_key;
        offset = tgi_key_at(&model->core, p.index)->value_offset;
    } else if (claim->kind == TG_SET_PARTS) {
        offset = model->core.data_offset;
    } else if (model->core.format == TG_FORMAT_SAFETENSORS && tgi_is_shard(name, &set.number, &set.num_files) &&
               set.num_files > 1) {
        set.kind = TG_SET_INDEX;
    } else {
        return TGI_OK;
    }
    model->set = set;
    TGI_TRY(tgi_report(&p, TG_W_PART, offset, set.number, set.num_files, what));
    tgi_commit_warnings(&p);
    return TGI_OK;
}

/* A new model in an arena that holds all its memory, itself too. NULL where there is none. */
static tg_model *new_model(const tgi_settings *settings)
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
    model->flags = settings->flags;
    model->files = &model->single;
    return model;
}

/* Vets file 0, called `name`, and the others of its set, if it may have one. */
static tgi_step open_files(const tgi_opening *o, const char *path, const char *name)
{
    tg_model *model = o->model;
    const tgi_settings *settings = o->settings;
    bool single = path == NULL || (settings->flags & TG_SINGLE_FILE) != 0 || settings->member != NULL ||
                  settings->region_offset != 0 || settings->region_len != 0;
    if (!single && tgi_is_index_name(name))
        return tgi_open_index(o, path);
    TGI_TRY(tgi_vet_file(o, 0, &model->core, NULL));
    model->files[0].seen.num_tensors = model->core.tensors.count;
    single = single || model->files[0].source.origin != 0; /* a member of an archive stands alone */
    return !single && tgi_begins_set(&model->core) ? tgi_open_set(o, path) : open_alone(o, name);
}

/* Opens the model whose first file is `source`; `path` is NULL where only that file may be looked at. */
static tg_status open_model(tgi_source *source, const char *path, const tgi_settings *settings, tg_model **out_model,
                            tg_error *out_error)
{
    tg_error error;
    (void)tgi_fail(&error, TG_OK, 0, NULL);
    tg_model *model = new_model(settings);
    const char *name = path != NULL ? path + tgi_path_name(path) : "";
    if (model == NULL || tgi_add_file(model, source, name, strlen(name)) != TG_OK) {
        tgi_source_close(source);
        tg_close(model);
        return tgi_fail(out_error, TG_E_NO_MEMORY, 0, NULL);
    }
    const tgi_opening o = {model, settings, &error};
    if (open_files(&o, path, name) != TGI_OK) {
        tgi_name_file(model, error.file, &error);
        tg_close(model);
        if (out_error != NULL)
            *out_error = error;
        return error.status;
    }
    *out_model = model;
    return TG_OK;
}

tg_status tgi_open(tgi_source *source, const tgi_settings *settings, tg_model **out_model, tg_error *out_error)
{
    return open_model(source, NULL, settings, out_model, out_error);
}

/* What the four public functions have in common. `path` is NULL where only the one file may be looked at. */
static tg_status open_source(tgi_source *source, tgi_fault fault, const char *path, const tgi_settings *settings,
                             tg_model **out_model, tg_error *out_error)
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
    return open_model(source, path, settings, out_model, out_error);
}

/* Opens the file at `path`, whose last part may be a symbolic link only where those are followed. */
static tgi_fault open_path(tgi_source *source, const char *path, bool follow)
{
    if (follow)
        return tgi_source_path(source, path);
    tgi_folder folder;
    tgi_fault fault = tgi_folder_open(&folder, path);
    if (fault.status != TG_OK)
        return fault;
    fault = tgi_folder_source(&folder, path + tgi_path_name(path), false, source);
    tgi_folder_close(&folder);
    if (fault.status == TG_E_PART_MISSING)
        fault.status = TG_E_OPEN;
    return fault;
}

tg_status tg_open_path(const char *path, const tg_options *options, tg_model **out_model, tg_error *out_error)
{
    tgi_settings settings;
    tgi_source source;
    const char *what = path == NULL ? "path" : "out_model";
    if (path == NULL || out_model == NULL || !tgi_settings_from(options, &settings, &what))
        return tgi_fail(out_error, TG_E_ARGUMENT, 0, what);
    tgi_fault fault = open_path(&source, path, (settings.flags & TG_NO_FOLLOW) == 0);
    return open_source(&source, fault, path, &settings, out_model, out_error);
}

tg_status tg_open_fd(int fd, const tg_options *options, tg_model **out_model, tg_error *out_error)
{
    tgi_settings settings;
    tgi_source source;
    const char *what = fd < 0 ? "fd" : "out_model";
    if (fd < 0 || out_model == NULL || !tgi_settings_from(options, &settings, &what))
        return tgi_fail(out_error, TG_E_ARGUMENT, 0, what);
    tgi_fault fault = tgi_source_fd(&source, fd);
    return open_source(&source, fault, NULL, &settings, out_model, out_error);
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
    return open_source(&source, fault, NULL, &settings, out_model, out_error);
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
    return open_source(&source, fault, NULL, &settings, out_model, out_error);
}

void tg_close(tg_model *model)
{
    if (model == NULL)
        return;
    tgi_close_files(model);
    tgi_arena_release(&model->core.arena);
}

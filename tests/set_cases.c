/* SPDX-License-Identifier: MIT */
/* What a test expects of a model of several files: see set_cases.h. */
#include "set_cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool seen[1024];

bool set_status_seen(tg_status status)
{
    return ((unsigned)status < 1024 && seen[status]) || status_seen(status);
}

void set_note_status(tg_status status)
{
    if ((unsigned)status < 1024)
        seen[status] = true;
}

/* Opens a file of the folder; the error is all zero where it was accepted. */
tg_status open_in(tempfolder *f, const char *name, uint32_t flags, tg_model **out_model, tg_error *out_error)
{
    tg_options options = options_with_flags(flags);
    memset(out_error, 0, sizeof *out_error);
    *out_model = NULL;
    tg_status status = tg_open_path(tempfolder_path(f, name), &options, out_model, out_error);
    set_note_status(status);
    for (uint64_t i = 0; i < tg_model_num_warnings(*out_model); i++)
        set_note_status(tg_model_warning(*out_model, i)->status);
    return status;
}

void assert_rejected(tempfolder *f, const char *name, tg_status status, uint32_t file, const char *file_name,
                     uint64_t offset, int line)
{
    tg_model *model;
    tg_error e;
    open_in(f, name, 0, &model, &e);
    bool right = e.status == status && e.file == file && strcmp(e.file_name, file_name) == 0 &&
                 (offset == ANY || e.offset == offset) && model == NULL;
    if (!right) {
        char text[TG_ERROR_LINE];
        tg_error_format(&e, text, sizeof text);
        print_error("line %d: got file %u (%s) %s; expected %s in %u (%s) at %llu\n", line, e.file, e.file_name, text,
                    tg_status_name(status), file, file_name, (unsigned long long)offset);
    }
    tg_close(model);
    assert_true(right);
}

tg_model *assert_opens(tempfolder *f, const char *name, uint32_t flags, uint32_t num_files, uint64_t num_warnings,
                       int line)
{
    tg_model *model;
    tg_error e;
    if (open_in(f, name, flags, &model, &e) != TG_OK) {
        char text[TG_ERROR_LINE];
        tg_error_format(&e, text, sizeof text);
        print_error("line %d: %s (%s)\n", line, text, e.file_name);
        fail();
    }
    assert_int_equal(tg_model_num_files(model), num_files);
    assert_int_equal(tg_model_num_warnings(model), num_warnings);
    return model;
}

/* One warning, and what it is about. */
void assert_warned(tempfolder *f, const char *name, tg_status status, uint32_t file, uint64_t offset, uint64_t count)
{
    tg_model *model;
    tg_error e;
    assert_int_equal(open_in(f, name, 0, &model, &e), TG_OK);
    assert_int_equal(tg_model_num_warnings(model), 1);
    const tg_warning *w = tg_model_warning(model, 0);
    assert_int_equal(w->status, status);
    assert_int_equal(w->file, file);
    assert_int_equal(w->count, count);
    if (offset != ANY)
        assert_int_equal(w->offset, offset);
    tg_close(model);
    assert_int_equal(open_in(f, name, TG_STRICT, &model, &e), status);
    assert_int_equal(e.file, file);
    if (offset != ANY)
        assert_int_equal(e.offset, offset);
}

/* Every tensor is in the file that it names, and both ways to its bytes agree. */
void assert_usable(const tg_model *model)
{
    uint64_t counted = 0;
    for (uint32_t i = 0; i < tg_model_num_files(model); i++) {
        const tg_file *file = tg_model_file(model, i);
        assert_non_null(file);
        assert_int_equal(file->first_tensor, counted);
        counted += file->num_tensors;
    }
    assert_int_equal(counted, tg_model_num_tensors(model));
    for (uint64_t i = 0; i < counted; i++) {
        const tg_tensor *t = tg_model_tensor(model, i);
        const tg_file *file = tg_model_file(model, t->file);
        const void *data;
        size_t len;
        uint8_t copy[64];
        assert_int_equal(t->index, i);
        assert_in_range(i, file->first_tensor, file->first_tensor + file->num_tensors - 1);
        assert_in_range(t->offset, file->data_offset, file->size - t->size);
        assert_ptr_equal(tg_model_find_tensor_n(model, t->name), t);
        assert_true(t->size <= sizeof copy);
        assert_int_equal(tg_tensor_read(model, t, 0, copy, (size_t)t->size, NULL), TG_OK);
        assert_int_equal(tg_tensor_data(model, t, &data, &len, NULL), TG_OK);
        assert_int_equal(len, t->size);
        assert_memory_equal(data, copy, len);
    }
    assert_int_equal(tg_model_recheck(model, NULL), TG_OK);
    assert_null(tg_model_file(model, tg_model_num_files(model)));
}

/* SPDX-License-Identifier: MIT */
/* What a test expects of a file of the ggml family before GGUF: see legacy_cases.h. */
#include "legacy_cases.h"

#include <string.h>

lb_file *lc_make(const char *layout, const char *container)
{
    lb_spec spec = {layout, container, 0, 0, 0, false, 0, 0, 0};
    return lb_make(spec);
}

tg_options lc_options(const char *layout)
{
    tg_options options;
    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    options.layout = layout;
    return options;
}

bool lc_is_one_of(const char *name, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, list[i]) == 0)
            return true;
    return false;
}

bool lc_error_names(const tg_error *error, const char *layout)
{
    for (size_t i = 0; tg_error_layout(error, i) != TG_LAYOUT_NONE; i++)
        if (strcmp(tg_layout_name(tg_error_layout(error, i)), layout) == 0)
            return true;
    return false;
}

const char *lc_hint(const lb_file *f, const tg_options *options)
{
    tg_model *model = NULL;
    tg_error error;
    must(tg_open_memory(f->file.data, f->file.len, options, &model, &error) != TG_OK, "a file that is rejected");
    const char *hint = tg_error_hint(&error);
    return hint != NULL ? hint : "";
}

/* Rejected when it is read as that layout. */
void lc_named(const lb_file *f, tg_status status, uint64_t offset, uint64_t found, uint64_t limit, int line)
{
    tg_options options = lc_options(f->spec.layout);
    expected e = {status, offset, ANY, found, limit, 0};
    expect_rejected(&f->file, &options, e, __FILE__, line);
}

/* Rejected so too when nobody says what it is. */
void lc_guessed(const lb_file *f, tg_status status, uint64_t offset, uint64_t found, uint64_t limit, int line)
{
    expected e = {status, offset, ANY, found, limit, 0};
    lc_named(f, status, offset, found, limit, line);
    expect_rejected(&f->file, NULL, e, __FILE__, line);
}

void lc_fine(const lb_file *f, int line)
{
    tg_options options = lc_options(f->spec.layout);
    expect_accepted(&f->file, &options, false, __FILE__, line);
}

/* Patches one field, and restores it. */
void lc_with(lb_file *f, const char *field, uint32_t value, tg_status status, uint64_t limit, int line)
{
    uint64_t at = lb_at(f, field);
    uint32_t before = bytes_get_u32(&f->file, at);
    bytes_put_u32(&f->file, at, value);
    if (status == TG_OK)
        lc_fine(f, line);
    else
        lc_guessed(f, status, at, value, limit, line);
    bytes_put_u32(&f->file, at, before);
}

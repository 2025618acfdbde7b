/* SPDX-License-Identifier: MIT */
/* Verdicts (see parse.h): errors, warnings, and what a short read means. */
#include "parse.h"

#include "dtype.h"

/* Which option raises a limit. */
static tgi_hint limit_hint(tg_status status)
{
    switch (status) {
    case TG_E_LIMIT_TENSORS:
        return TGI_HINT_RAISE_TENSORS;
    case TG_E_LIMIT_KEYS:
        return TGI_HINT_RAISE_KEYS;
    case TG_E_LIMIT_HEADER:
        return TGI_HINT_RAISE_HEADER;
    case TG_E_LIMIT_ARRAY_ELEMENTS:
        return TGI_HINT_RAISE_ELEMENTS;
    case TG_E_LIMIT_ARRAY_DEPTH:
        return TGI_HINT_RAISE_DEPTH;
    case TG_E_LIMIT_HEAP:
        return TGI_HINT_RAISE_HEAP;
    case TG_E_LIMIT_FILES:
        return TGI_HINT_RAISE_FILES;
    default:
        return TGI_HINT_FIXED_LIMIT;
    }
}

/* What to tell a person about an error, unless the place where it was found knows better. */
static tgi_hint usual_hint(tg_status status, uint64_t found)
{
    if (status == TG_E_DTYPE)
        return found >= TGI_GGML_TYPE_COUNT ? TGI_HINT_FORK : TGI_HINT_NEWER;
    if (status == TG_E_DTYPE_REMOVED)
        return TGI_HINT_REQUANTIZE;
    if (status == TG_E_PART_MISSING || status == TG_E_SPLIT_NAME)
        return TGI_HINT_PARTS;
    if (status == TG_E_VERSION)
        return TGI_HINT_NEWER;
    if (status == TG_E_ZIP_SEVERAL)
        return TGI_HINT_MEMBER;
    if (status == TG_E_ZIP_STORED)
        return TGI_HINT_STORE;
    if (status == TG_E_LAYOUT_AMBIGUOUS)
        return TGI_HINT_LAYOUT;
    if (status == TG_E_LAYOUT_MAGIC)
        return TGI_HINT_ANOTHER_LAYOUT;
    switch (tg_status_class(status)) {
    case TG_CLASS_TRUNCATED:
        return TGI_HINT_CUT;
    case TG_CLASS_LIMIT:
        return limit_hint(status);
    default:
        return TGI_HINT_NONE;
    }
}

static void fill_error(tgi_parse *p, tg_status status, uint64_t offset, uint64_t found, uint64_t limit,
                       const char *what)
{
    tg_error error = {status, p->file, offset, p->index, found, limit, 0, what, {0, 0, 0, 0}, ""};
    error.reserved[TGI_ERROR_ENTRY] = p->entry;
    error.reserved[TGI_ERROR_HINT] = usual_hint(status, found);
    *p->error = error;
}

/* Counts `warning` in `list`, which has room for `room` different ones: false where it is full. */
static bool count_warning(tg_warning *list, uint64_t *num, uint64_t room, const tg_warning *warning)
{
    for (uint64_t i = 0; i < *num; i++) {
        if (list[i].status == warning->status) {
            list[i].count += warning->count;
            return true;
        }
    }
    if (*num >= room)
        return false;
    list[(*num)++] = *warning;
    return true;
}

void tgi_commit_warnings(tgi_parse *p)
{
    for (uint64_t i = 0; i < p->num_pending; i++)
        (void)count_warning(p->model->warnings, &p->model->num_warnings, TGI_MAX_WARNINGS, &p->pending[i]);
    p->num_pending = 0;
}

tgi_step tgi_report(tgi_parse *p, tg_status status, uint64_t offset, uint64_t found, uint64_t limit, const char *what)
{
    if (status >= TGI_FIRST_WARNING && status < TGI_FIRST_WARNING + TGI_MAX_WARNINGS) {
        uint64_t bit = UINT64_C(1) << (status - TGI_FIRST_WARNING);
        tg_warning warning = {status, p->file, 1, offset, p->index, found, limit, what, {p->entry, 0}};
        if ((p->settings->strict & bit) == 0) {
            if (count_warning(p->pending, &p->num_pending, TGI_MAX_PENDING, &warning))
                return TGI_OK;
            status = TG_E_INTERNAL;
        }
    }
    fill_error(p, status, offset, found, limit, what);
    return TGI_FAIL;
}

tgi_step tgi_allocated(tgi_parse *p, tg_status status)
{
    if (status == TG_OK)
        return TGI_OK;
    bool limited = status == TG_E_LIMIT_HEAP;
    return tgi_report(p, status, tgi_tell(&p->at), limited ? tgi_arena_counted(&p->model->arena) : 0,
                      limited ? tgi_arena_budget(&p->model->arena) : 0, NULL);
}

tgi_step tgi_grow(tgi_parse *p, tgi_list *list, size_t entry_size, uint64_t most)
{
    if (list->count < list->room)
        return TGI_OK;
    if (tgi_parsed(p) > p->model->arena.header_bytes)
        p->model->arena.header_bytes = tgi_parsed(p);
    return tgi_allocated(p, tgi_list_grow(&p->model->arena, list, entry_size, most));
}

tgi_step tgi_short(tgi_parse *p, const tgi_cursor *c, uint64_t n, const char *what)
{
    uint64_t offset = tgi_tell(c);
    uint64_t left = p->model->file_size - offset;
    if (n > left)
        return tgi_report(p, TG_E_TRUNCATED, offset, left, n, what);
    uint64_t most = p->settings->limits.max_header_bytes;
    if (offset + n - p->skipped > most)
        return tgi_report(p, TG_E_LIMIT_HEADER, offset, offset + n - p->skipped, most, what);
    p->need = offset + n;
    return TGI_MORE;
}

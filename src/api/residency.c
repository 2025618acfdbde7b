/* SPDX-License-Identifier: MIT */
/* Which tensors are in memory: prefetch, lock and drop, in pieces, so that a caller can watch and stop it. */
#include "api.h"

/* Bytes between two calls of the progress callback. */
#define PIECE ((size_t)16 << 20)

/* One call of a public function. */
typedef struct residency {
    const tg_model *model;
    const tg_tensor *const *tensors; /* NULL: all */
    uint64_t num;
    const tg_progress *progress; /* or NULL */
    uint64_t done, total;        /* bytes */
    const char *what;            /* for errors */
} residency;

static const tg_tensor *tensor_at(const residency *r, uint64_t i)
{
    return r->tensors != NULL ? r->tensors[i] : tg_model_tensor(r->model, i);
}

static tgi_fault report_progress(residency *r)
{
    tgi_fault fault = {TG_OK, 0};
    if (r->progress != NULL && !r->progress->report(r->progress->context, r->done, r->total))
        fault.status = TG_E_CANCELLED;
    return fault;
}

static tgi_fault advise_tensor(residency *r, const tg_tensor *tensor, tgi_advice advice)
{
    const uint8_t *data = NULL;
    tgi_source spare;
    const tgi_source *source = NULL;
    tgi_fault fault = tgi_map_tensor(r->model, tensor, &data, &r->what);
    if (fault.status != TG_OK || tensor->size == 0)
        return fault;
    const tgi_file *file = &r->model->files[tensor->file];
    fault = tgi_use_file(r->model, file, &spare, &source);
    if (fault.status != TG_OK)
        return fault;
    for (uint64_t at = 0; at < tensor->size;) {
        uint64_t left = tensor->size - at;
        size_t len = left < PIECE ? (size_t)left : PIECE;
        fault = tgi_source_advise(source, advice, tensor->offset + at, len, data + (size_t)at);
        if (fault.status != TG_OK)
            break;
        at += len;
        r->done += len;
        fault = report_progress(r);
        if (fault.status != TG_OK)
            break;
    }
    tgi_end_use(file, &spare);
    return fault;
}

/* Goes over all tensors; one that is bad is found before anything is done. */
static tgi_fault advise_all(residency *r, tgi_advice advice)
{
    tgi_fault fault = {TG_OK, 0};
    for (uint64_t i = 0; i < r->num; i++) {
        const uint8_t *data;
        fault = tgi_map_tensor(r->model, tensor_at(r, i), &data, &r->what);
        if (fault.status != TG_OK)
            return fault;
        if (!tgi_add_u64(r->total, tensor_at(r, i)->size, &r->total))
            r->total = UINT64_MAX; /* the same tensor over and over */
    }
    fault = report_progress(r);
    for (uint64_t i = 0; i < r->num && fault.status == TG_OK; i++)
        fault = advise_tensor(r, tensor_at(r, i), advice);
    return fault;
}

static tg_status run(residency *r, tgi_advice advice, tg_error *out_error)
{
    const tg_progress *progress = r->progress;
    if (r->model == NULL)
        return tgi_fail(out_error, TG_E_ARGUMENT, 0, "model");
    if (progress != NULL && (progress->struct_size < sizeof *progress || progress->report == NULL))
        return tgi_fail(out_error, TG_E_ARGUMENT, 0, "progress");
    if (r->tensors == NULL)
        r->num = tg_model_num_tensors(r->model);
    tgi_fault fault = advise_all(r, advice);
    if (fault.status == TG_OK)
        return TG_OK;
    if (advice == TGI_LOCK) {
        residency undo = {r->model, r->tensors, r->num, NULL, 0, 0, NULL};
        (void)advise_all(&undo, TGI_UNLOCK);
    }
    tgi_fail(out_error, fault.status, fault.os_code, r->what);
    if (fault.status == TG_E_LOCK_LIMIT && out_error != NULL) {
        out_error->found = r->total;
        out_error->limit = tgi_pages_lock_limit();
    }
    return fault.status;
}

tg_status tg_model_prefetch(const tg_model *model, const tg_tensor *const *tensors, uint64_t num,
                            const tg_progress *progress, tg_error *out_error)
{
    residency r = {model, tensors, num, progress, 0, 0, NULL};
    return run(&r, TGI_POPULATE, out_error);
}

tg_status tg_model_lock(const tg_model *model, const tg_tensor *const *tensors, uint64_t num,
                        const tg_progress *progress, tg_error *out_error)
{
    residency r = {model, tensors, num, progress, 0, 0, NULL};
    return run(&r, TGI_LOCK, out_error);
}

tg_status tg_model_drop(const tg_model *model, const tg_tensor *const *tensors, uint64_t num, tg_error *out_error)
{
    residency r = {model, tensors, num, NULL, 0, 0, NULL};
    tg_status status = run(&r, TGI_UNLOCK, out_error);
    residency again = {model, tensors, num, NULL, 0, 0, NULL};
    return status == TG_OK ? run(&again, TGI_DROP, out_error) : status;
}

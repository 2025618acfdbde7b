/* SPDX-License-Identifier: MIT */
/* Where tensor data is (see tgi_check_places in validate.h): alignment and bounds of each tensor in the order
 * of the table, then overlaps and gaps in one sweep in the order of the data. Linear in the tensors. */
#include "sort.h"
#include "validate.h"

static tgi_step report(tgi_parse *p, tg_status status, const tgi_tensor *tensor, uint64_t found, uint64_t limit,
                       const char *what)
{
    if (status == TG_OK)
        return TGI_OK;
    p->entry = TGI_ENTRY_TENSOR;
    p->index = tensor->seen.index;
    return tgi_report(p, status, tensor->place_offset, found, limit, what);
}

/* Makes the offset of one tensor absolute, and compares it with the file. */
static tgi_step place_tensor(tgi_parse *p, tgi_tensor *tensor)
{
    tgi_model *m = p->model;
    uint64_t relative = tensor->seen.offset, size = tensor->seen.size, start, end;
    if (relative % m->alignment != 0)
        return report(p, TG_E_TENSOR_ALIGNMENT, tensor, relative, m->alignment, "tensor offset");
    if (!tgi_add_u64(m->data_offset, relative, &start) || !tgi_add_u64(start, size, &end) || end > TGI_MAX)
        return report(p, TG_E_TENSOR_RANGE, tensor, relative, TGI_MAX, "tensor offset");
    if (end > m->file_size)
        return report(p, TG_E_TENSOR_TRUNCATED, tensor, start < m->file_size ? m->file_size - start : 0, size,
                      "tensor data");
    tensor->seen.offset = start;
    return TGI_OK;
}

/* Each tensor right behind the one before it, as ggml's reader demands. `*expected` is relative. */
static tgi_step check_tile(tgi_parse *p, const tgi_tensor *tensor, uint64_t *expected)
{
    uint64_t relative = tensor->seen.offset - p->model->data_offset, end;
    if (relative != *expected)
        return report(p, TG_E_PROFILE_ORDER, tensor, relative, *expected, "tensor offset");
    if (!tgi_add_u64(relative, tensor->seen.size, &end) || !tgi_align_up_u64(end, p->model->alignment, expected))
        return report(p, TG_E_TENSOR_RANGE, tensor, relative, TGI_MAX, "tensor offset");
    return TGI_OK;
}

/* Places all tensors in the order of the table. `*out_sorted` says whether their data is in that order too. */
static tgi_step place_all(tgi_parse *p, const tgi_place_rule *rule, bool *out_sorted)
{
    uint64_t previous = 0, highest = 0, expected = 0;
    bool sorted = true;
    for (uint64_t i = 0; i < p->model->tensors.count; i++) {
        tgi_tensor *tensor = tgi_tensor_at(p->model, i);
        TGI_TRY(place_tensor(p, tensor));
        if (rule->tiled)
            TGI_TRY(check_tile(p, tensor, &expected));
        uint64_t start = tensor->seen.offset;
        sorted = sorted && start >= previous;
        previous = start;
        if (tensor->seen.size == 0)
            continue;
        if (start < highest)
            TGI_TRY(report(p, rule->order, tensor, start, highest, "tensor offset"));
        else
            highest = start;
    }
    *out_sorted = sorted;
    return TGI_OK;
}

typedef struct sweep {
    const tgi_place_rule *rule;
    uint64_t start;  /* of the last tensor that was placed */
    uint64_t end;    /* of the data so far */
    uint64_t padded; /* the same, rounded up to the alignment */
} sweep;

/* The next tensor in the order of the data. */
static tgi_step sweep_tensor(tgi_parse *p, sweep *s, uint64_t index)
{
    const tgi_tensor *tensor = tgi_tensor_at(p->model, index);
    if (tensor->seen.size == 0 && (!s->rule->placed_empty || tensor->seen.offset == s->start))
        return TGI_OK;
    if (tensor->seen.offset < s->end)
        return report(p, TG_E_TENSOR_OVERLAP, tensor, tensor->seen.offset, s->end, "tensor offset");
    if (tensor->seen.offset > s->padded)
        TGI_TRY(report(p, s->rule->gap, tensor, s->padded, tensor->seen.offset, "tensor offset"));
    s->start = tensor->seen.offset;
    s->end = tensor->seen.offset + tensor->seen.size;
    if (!tgi_align_up_u64(s->end, p->model->alignment, &s->padded))
        return report(p, TG_E_TENSOR_RANGE, tensor, s->end, TGI_MAX, "tensor offset");
    return TGI_OK;
}

/* Sweeps over tensors whose data is not in the order of the table. */
static tgi_step sweep_unsorted(tgi_parse *p, sweep *s)
{
    tgi_model *m = p->model;
    uint64_t count = m->tensors.count;
    void *block = NULL;
    TGI_TRY(tgi_allocated(p, tgi_arena_resize(&m->arena, &block, 2 * count * sizeof(tgi_sorted))));
    tgi_sorted *places = (tgi_sorted *)block, *spare = places + count;
    for (uint64_t i = 0; i < count; i++) {
        places[i].key = tgi_tensor_at(m, i)->seen.offset;
        places[i].index = i;
    }
    tgi_sort(&places, &spare, count);
    tgi_step step = TGI_OK;
    for (uint64_t i = 0; i < count && step == TGI_OK; i++)
        step = sweep_tensor(p, s, places[i].index);
    tgi_arena_free(&m->arena, block);
    return step;
}

tgi_step tgi_check_places(tgi_parse *p, const tgi_place_rule *rule)
{
    tgi_model *m = p->model;
    bool sorted = true;
    TGI_TRY(place_all(p, rule, &sorted));
    sweep s = {rule, m->data_offset, m->data_offset, m->data_offset};
    if (sorted) {
        for (uint64_t i = 0; i < m->tensors.count; i++)
            TGI_TRY(sweep_tensor(p, &s, i));
    } else {
        TGI_TRY(sweep_unsorted(p, &s));
    }
    p->entry = TGI_ENTRY_NONE;
    p->index = TG_NO_INDEX;
    if (!tgi_align_up_u64(s.padded, m->alignment, &s.padded))
        return TGI_OK;
    if (m->file_size > s.padded)
        return tgi_report(p, rule->after, s.padded, m->file_size - s.padded, 0, "bytes after the data");
    return TGI_OK;
}

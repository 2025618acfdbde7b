/* SPDX-License-Identifier: MIT */
/* Models of the ggml family in parts (see set.h): model.bin, model.bin.1, model.bin.2 and so on. Each part is a
 * complete file with the same header, vocabulary and tensors; of each tensor that has two dimensions it holds its share
 * of the columns or of the rows, of the others all. */
#include "set.h"

#include "../core/text.h"

void tgi_part_name(const char *first_name, uint32_t number, char *out_name, size_t len)
{
    tgi_text text = tgi_text_start(out_name, len);
    tgi_text_add(&text, first_name);
    tgi_text_add(&text, ".");
    tgi_text_add_u64(&text, number);
    (void)tgi_text_end(&text);
}

tgi_step tgi_parts_begin(tgi_parse *p)
{
    tgi_model *m = p->model;
    uint64_t count, bytes, most = p->settings->limits.max_files;
    void *block = NULL;
    if (m->claim.count > most)
        return tgi_report(p, TG_E_LIMIT_FILES, 0, m->claim.count, most, "number of parts");
    if (!tgi_mul_u64(m->tensors.count, m->claim.count, &count) || !tgi_mul_u64(count, sizeof(uint64_t), &bytes))
        return tgi_report(p, TG_E_LIMIT_FILES, 0, m->claim.count, most, "number of parts");
    TGI_TRY(tgi_allocated(p, tgi_arena_resize(&m->arena, &block, bytes)));
    m->pieces.data = block;
    m->pieces.count = m->pieces.room = count;
    uint64_t *pieces = (uint64_t *)block;
    for (uint64_t i = 0; i < m->tensors.count; i++)
        pieces[i * m->claim.count] = tgi_tensor_at(m, i)->seen.offset;
    return TGI_OK;
}

/* Where two headers differ; their common length where they do not. */
static uint64_t first_difference(const tgi_model *a, const tgi_model *b)
{
    uint64_t at = 0, len = a->header_len < b->header_len ? a->header_len : b->header_len;
    while (at < len && a->header[at] == b->header[at])
        at++;
    return at;
}

/* One tensor of a part, compared with that of the first part. */
static tgi_step compare_tensor(tgi_parse *p, tgi_model *first, const tgi_tensor *tensor)
{
    tgi_entries entries = tgi_tensor_entries(first);
    const tgi_tensor *wanted =
        (const tgi_tensor *)tgi_names_find(&first->tensor_names, &first->hash, &entries, tensor->seen.name);
    p->index = tensor->seen.index;
    if (wanted == NULL)
        return tgi_report(p, TG_E_PARTS_TENSOR, tensor->seen.entry_offset, 0, 0, "name");
    bool same = wanted->seen.dtype == tensor->seen.dtype && wanted->seen.num_dims == tensor->seen.num_dims;
    for (uint32_t i = 0; same && i < tensor->seen.num_dims; i++)
        same = wanted->seen.dims[i] == tensor->seen.dims[i];
    if (!same)
        return tgi_report(p, TG_E_PARTS_TENSOR, tensor->seen.entry_offset, tensor->seen.num_elements,
                          wanted->seen.num_elements, "type or shape");
    ((uint64_t *)first->pieces.data)[wanted->seen.index * first->claim.count + p->file] = tensor->seen.offset;
    return TGI_OK;
}

tgi_step tgi_parts_check(tgi_parse *p, tgi_model *first)
{
    const tgi_model *part = p->model;
    uint64_t at = first_difference(part, first);
    uint64_t len = part->header_len, wanted = first->header_len;
    if (part->version != first->version || part->layout != first->layout || at < len || len != wanted)
        return tgi_report(p, TG_E_PARTS_HEADER, at, len != wanted ? len : 0, len != wanted ? wanted : 0, "header");
    if (part->tensors.count != first->tensors.count)
        return tgi_report(p, TG_E_PARTS_TENSOR, part->header_len, part->tensors.count, first->tensors.count,
                          "number of tensors");
    p->entry = TGI_ENTRY_TENSOR;
    for (uint64_t i = 0; i < part->tensors.count; i++)
        TGI_TRY(compare_tensor(p, first, tgi_tensor_at(part, i)));
    return TGI_OK;
}

tgi_step tgi_parts_end(tgi_parse *p)
{
    tgi_model *m = p->model;
    uint64_t *dims = (uint64_t *)m->dims.data;
    for (uint64_t i = 0; i < m->tensors.count; i++) {
        tgi_tensor *tensor = tgi_tensor_at(m, i);
        uint64_t *whole = &tensor->seen.num_elements;
        if (tensor->cut > 0) {
            /* A share times the parts is the whole, which was compared with the hyper-parameters. */
            if (!tgi_mul_u64(dims[tensor->cut - 1], m->claim.count, &dims[tensor->cut - 1]) ||
                !tgi_mul_u64(*whole, m->claim.count, whole) ||
                !tgi_mul_u64(tensor->seen.size, m->claim.count, &tensor->seen.size) || tensor->seen.size > TGI_MAX)
                return tgi_report(p, TG_E_SIZE_OVERFLOW, tensor->seen.entry_offset, m->claim.count, TGI_MAX, "parts");
            tensor->seen.flags |= TG_TENSOR_IN_PIECES;
        }
        dims += tensor->seen.num_dims;
    }
    return TGI_OK;
}

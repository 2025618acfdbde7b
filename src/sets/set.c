/* SPDX-License-Identifier: MIT */
/* What all sets of files share (see set.h): the tensors of all files become those of one model. */
#include "set.h"

bool tgi_begins_set(const tgi_model *first)
{
    return first->claim.kind != TG_SET_NONE && first->claim.number == 0;
}

tgi_step tgi_check_part(tgi_parse *p, const tgi_model *first)
{
    const tgi_model *part = p->model;
    if (part->format != first->format)
        return tgi_report(p, TG_E_PART_FORMAT, 0, part->format, first->format, "format");
    if (part->endian != first->endian)
        return tgi_report(p, TG_E_PART_FORMAT, 0, part->endian, first->endian, "byte order");
    return TGI_OK;
}

tgi_step tgi_join_part(tgi_parse *p, tgi_model *whole)
{
    tgi_model *part = p->model;
    tgi_arena *arena = &part->arena;
    uint64_t most = p->settings->limits.max_tensors;
    tgi_step step = TGI_OK;
    for (uint64_t i = 0; i < part->tensors.count && step == TGI_OK; i++) {
        if (whole->tensors.count == most)
            return tgi_report(p, TG_E_LIMIT_TENSORS, 0, most + 1, most, "number of tensors");
        step = tgi_allocated(p, tgi_list_grow(arena, &whole->tensors, sizeof(tgi_tensor), most));
        if (step != TGI_OK)
            break;
        tgi_tensor tensor = *tgi_tensor_at(part, i);
        tensor.seen.index = whole->tensors.count;
        tensor.seen.file = p->file;
        ((tgi_tensor *)whole->tensors.data)[whole->tensors.count++] = tensor;
    }
    /* What the tensors point to stays: the header, the dimensions and the pool. */
    tgi_arena_free(arena, part->tensors.data);
    tgi_arena_free(arena, part->keys.data);
    tgi_arena_free(arena, part->arrays.data);
    tgi_arena_free(arena, part->marks.data);
    tgi_arena_free(arena, part->key_names.slots);
    tgi_arena_free(arena, part->tensor_names.slots);
    if (part->alignment < whole->alignment)
        whole->alignment = part->alignment;
    return step;
}

tgi_step tgi_check_whole(tgi_parse *p)
{
    tgi_model *whole = p->model;
    tgi_arena_free(&whole->arena, whole->tensor_names.slots);
    whole->tensor_names.slots = NULL;
    whole->tensor_names.size = 0;
    tgi_list_trim(&whole->arena, &whole->tensors, sizeof(tgi_tensor));
    return tgi_check_tensor_names(p);
}

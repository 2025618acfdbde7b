/* SPDX-License-Identifier: MIT */
/* Chains of tensor records (see legacy.h): rank, length of the name, type, dimensions, name, padding, data, up to the
 * last byte of the file. Candidates that begin at the same byte, with the same padding and types, share one chain. All
 * chains are read side by side, always the one that is furthest back, so that a file is passed through once and
 * forwards only; of the data not a byte is needed. */
#include "legacy.h"

/* ---- Chains ---- */

static const legacy_section *sections_left(const legacy_candidate *candidate)
{
    return &candidate->layout->sections[candidate->section];
}

/* Records alone, to the end of the file: what most layouts end with. */
static bool is_plain(const legacy_section *sections)
{
    return sections[0].name == NULL && (sections[0].flags & LEGACY_COUNTED) == 0 && sections[1].kind == LEGACY_END;
}

static bool same_chain(const legacy_chain *chain, const legacy_candidate *candidate)
{
    const legacy_section *sections = sections_left(candidate);
    return chain->start == candidate->start && chain->types == candidate->types &&
           (chain->sections == sections || (is_plain(chain->sections) && is_plain(sections)));
}

/* Opens the section of records at the cursor: reads how many there are, where that is said. */
static tgi_step begin_records(tgi_parse *p, legacy_chain *chain, const legacy_section *section)
{
    chain->tensors_left = UINT64_MAX;
    if ((section->flags & LEGACY_COUNTED) == 0)
        return TGI_OK;
    tgi_cursor c = p->at;
    uint32_t count = 0;
    uint64_t offset = tgi_tell(&c);
    TGI_TRY(tgi_get_u32(p, &c, &count, "number of tensors"));
    const tgi_count_rule rule = {
        14, p->settings->limits.max_tensors, chain->tensors.count, TG_E_LIMIT_TENSORS, "number of tensors", true};
    TGI_TRY(tgi_check_count(p, count, offset, tgi_tell(&c), &rule));
    chain->tensors_left = count;
    tgi_commit(p, &c);
    return TGI_OK;
}

tgi_step legacy_attach(tgi_parse *p, legacy_state *s, uint32_t number)
{
    legacy_candidate *candidate = &s->candidates[number];
    candidate->start = tgi_tell(&p->at);
    if (candidate->start < p->model->file_size) {
        const legacy_number *numbers = (const legacy_number *)candidate->numbers.data;
        for (uint64_t i = 0; i < candidate->numbers.count; i++) {
            const legacy_field *field = numbers[i].field;
            if (numbers[i].value == 0 && field->zero_if_no_tensors)
                TGI_TRY(legacy_fault(p, candidate, TG_E_HPARAM_RANGE, numbers[i].offset, 0, 1, field->name));
        }
    }
    for (uint32_t i = 0; i < s->num_chains; i++) {
        if (same_chain(&s->chains[i], candidate)) {
            candidate->chain = (int)i;
            return TGI_OK;
        }
    }
    legacy_chain *chain = &s->chains[s->num_chains];
    chain->start = candidate->start;
    chain->at = candidate->start;
    chain->types = candidate->types;
    chain->sections = sections_left(candidate);
    chain->owner = number;
    chain->alive = true;
    candidate->chain = (int)s->num_chains++;
    return TGI_OK;
}

/* ---- One record ---- */

typedef struct legacy_record {
    uint32_t rank, name_len, type_id;
    uint64_t dims[LEGACY_MAX_DIMS];
    const uint8_t *name;
    uint64_t offset, name_offset;
    const tg_dtype_info *type;
} legacy_record;

/* Ends the candidates of a chain that know no tensors of that rank; false where none is left. */
static bool narrow_by_rank(tgi_parse *p, legacy_state *s, uint32_t number, const legacy_record *record)
{
    bool any = false;
    if ((s->chains[number].ranks >> record->rank & 1) != 0)
        return true;
    s->chains[number].ranks |= 1u << record->rank;
    for (uint32_t i = 0; i < s->num_candidates; i++) {
        legacy_candidate *candidate = &s->candidates[i];
        const legacy_layout *layout = candidate->layout;
        if (candidate->chain != (int)number || candidate->stopped)
            continue;
        bool large = record->rank > layout->most_rank;
        if (!large && record->rank >= layout->least_rank) {
            any = true;
            continue;
        }
        (void)legacy_fault(p, candidate, large ? TG_E_RANK : TG_E_RANK_SMALL, record->offset, record->rank,
                           large ? layout->most_rank : layout->least_rank, "number of dimensions");
        candidate->stopped = true;
        candidate->reach = record->offset;
    }
    return any;
}

/* Dimensions and name, whatever they are. */
static tgi_step read_rest(tgi_parse *p, tgi_cursor *c, legacy_record *record)
{
    for (uint32_t i = 0; i < record->rank; i++) {
        uint32_t dim = 0;
        TGI_TRY(tgi_get_u32(p, c, &dim, "dimension"));
        record->dims[i] = dim;
    }
    record->name_offset = tgi_tell(c);
    return tgi_get_bytes(p, c, record->name_len, &record->name, "name");
}

/* rank, length of the name, type, dimensions, name. All is read before it is judged: the name shows of what layout a
 * record is that has something wrong. TGI_DONE: no candidate wants it. */
static tgi_step read_record(tgi_parse *p, legacy_state *s, uint32_t number, tgi_cursor *c, legacy_record *record)
{
    legacy_chain *chain = &s->chains[number];
    bool removed = false;
    record->offset = tgi_tell(c);
    TGI_TRY(tgi_get_u32(p, c, &record->rank, "number of dimensions"));
    if (record->rank > LEGACY_MAX_DIMS)
        return tgi_report(p, TG_E_RANK, record->offset, record->rank, LEGACY_MAX_DIMS, "number of dimensions");
    TGI_TRY(tgi_get_u32(p, c, &record->name_len, "length of the name"));
    TGI_TRY(tgi_get_u32(p, c, &record->type_id, "tensor type"));
    if (!narrow_by_rank(p, s, number, record))
        return TGI_DONE;
    TGI_TRY(tgi_check_name_length(p, record->name_len, record->offset + 4, &tgi_tensor_name_rule));
    tgi_step step = read_rest(p, c, record);
    if (step == TGI_MORE)
        return step;
    record->type = legacy_type(chain->types, record->type_id, &removed);
    if (record->type == NULL)
        return tgi_report(p, removed ? TG_E_DTYPE_REMOVED : TG_E_DTYPE, record->offset + 8, record->type_id, 0,
                          "tensor type");
    TGI_TRY(step);
    for (uint32_t i = 0; i < record->rank; i++)
        if (record->dims[i] > INT32_MAX)
            return tgi_report(p, TG_E_DIM_NEGATIVE, record->offset + 12 + 4 * (uint64_t)i, record->dims[i], INT32_MAX,
                              "dimension");
    return tgi_check_name(p, record->name, record->name_len, record->offset + 4, record->name_offset,
                          &tgi_tensor_name_rule);
}

/* The shape, and where the data is: right behind the record and its padding. */
static tgi_step place_record(tgi_parse *p, const legacy_state *s, const legacy_record *record, const tgi_cursor *c,
                             tg_tensor *out)
{
    uint64_t dims_offset = record->offset + 12, size = p->model->file_size, start = 0, end = 0;
    tgi_shape shape;
    memset(&shape, 0, sizeof shape);
    shape.dims = record->dims;
    shape.num_dims = record->rank;
    shape.row = record->rank == 0 ? 1 : record->dims[0];
    shape.dims_offset = shape.row_offset = dims_offset;
    shape.type_offset = record->offset + 8;
    shape.dim_bytes = 4;
    shape.zero = TG_E_DIM_ZERO;
    tgi_elements elements = {0, 0};
    TGI_TRY(tgi_check_dims(p, &shape, &elements));
    TGI_TRY(tgi_check_size(p, &shape, record->type, elements, &out->size));
    out->num_elements = elements.count;
    if (!tgi_align_up_u64(tgi_tell(c), s->container->padding, &start) || !tgi_add_u64(start, out->size, &end))
        return tgi_report(p, TG_E_TENSOR_RANGE, record->offset, out->size, TGI_MAX, "tensor data");
    if (end > size)
        return tgi_report(p, TG_E_TENSOR_TRUNCATED, start < size ? start : size, start < size ? size - start : 0,
                          out->size, "tensor data");
    out->offset = start;
    return TGI_OK;
}

static tgi_step copy_name(tgi_parse *p, legacy_chain *chain, const char *bytes, size_t len)
{
    tgi_list *names = &chain->names;
    TGI_TRY(tgi_allocated(p, tgi_list_reserve(&p->model->arena, names, len)));
    if (len > 0)
        memcpy((char *)names->data + names->count, bytes, len);
    names->count += len;
    return TGI_OK;
}

/* The name of a record, with that of its model in front where there are several. */
static tgi_step add_name(tgi_parse *p, legacy_chain *chain, const legacy_record *record, size_t *out_len)
{
    const char *prefix = chain->sections->name;
    size_t prefix_len = prefix != NULL ? strlen(prefix) : 0;
    TGI_TRY(copy_name(p, chain, prefix, prefix_len));
    TGI_TRY(copy_name(p, chain, (const char *)record->name, record->name_len));
    *out_len = prefix_len + record->name_len;
    return TGI_OK;
}

/* A record was refused: its name is evidence. */
static tgi_step note_name(tgi_parse *p, legacy_chain *chain, const legacy_record *record)
{
    tg_error refused = *p->error;
    TGI_TRY(add_name(p, chain, record, &chain->last_name));
    *p->error = refused;
    return TGI_FAIL;
}

static tgi_step add_tensor(tgi_parse *p, legacy_chain *chain, const legacy_record *record, tgi_tensor *tensor)
{
    TGI_TRY(tgi_grow(p, &chain->tensors, sizeof(tgi_tensor), UINT64_MAX));
    for (uint32_t i = 0; i < record->rank; i++) {
        TGI_TRY(tgi_grow(p, &chain->dims, sizeof(uint64_t), UINT64_MAX));
        ((uint64_t *)chain->dims.data)[chain->dims.count++] = record->dims[i];
    }
    tensor->name_offset = chain->names.count;
    tensor->place_offset = record->offset;
    tensor->seen.index = chain->tensors.count;
    tensor->seen.dtype = record->type->dtype;
    tensor->seen.num_dims = record->rank;
    tensor->seen.flags = TG_TENSOR_FASTEST_FIRST;
    tensor->seen.entry_offset = record->offset;
    TGI_TRY(add_name(p, chain, record, &tensor->seen.name.len));
    ((tgi_tensor *)chain->tensors.data)[chain->tensors.count++] = *tensor;
    return TGI_OK;
}

static tgi_step record_step(tgi_parse *p, legacy_state *s, uint32_t number)
{
    legacy_chain *chain = &s->chains[number];
    const tg_limits *limits = &p->settings->limits;
    tgi_cursor c = p->at;
    legacy_record record;
    tgi_tensor tensor;
    memset(&record, 0, sizeof record);
    memset(&tensor, 0, sizeof tensor);
    if (chain->tensors.count >= limits->max_tensors)
        return tgi_report(p, TG_E_LIMIT_TENSORS, tgi_tell(&c), chain->tensors.count + 1, limits->max_tensors,
                          "number of tensors");
    tgi_step step = read_record(p, s, number, &c, &record);
    if (step == TGI_OK)
        step = place_record(p, s, &record, &c, &tensor.seen);
    if (step == TGI_FAIL && record.name != NULL)
        return note_name(p, chain, &record);
    TGI_TRY(step);
    TGI_TRY(add_tensor(p, chain, &record, &tensor));
    chain->at = tensor.seen.offset + tensor.seen.size;
    if (chain->tensors_left != UINT64_MAX)
        chain->tensors_left--;
    tgi_commit(p, &c);
    return TGI_OK;
}

/* ---- All chains, side by side ---- */

/* Numbers or records, whichever the chain is at. TGI_DONE: it has come to its end. */
static tgi_step chain_step(tgi_parse *p, legacy_state *s, uint32_t number)
{
    legacy_chain *chain = &s->chains[number];
    legacy_candidate *owner = &s->candidates[chain->owner];
    const legacy_section *section = chain->sections;
    if (section->kind != LEGACY_TENSORS) {
        tgi_step step = legacy_header_step(p, s, owner);
        chain->at = tgi_tell(&p->at);
        chain->sections = sections_left(owner);
        chain->types = owner->types;
        chain->tensors_left = 0;
        return step == TGI_DONE ? TGI_OK : step;
    }
    if ((section->flags & LEGACY_COUNTED) == 0 && chain->at == p->model->file_size)
        return section[1].kind == LEGACY_END ? TGI_DONE : TGI_OK;
    if (!owner->begun) {
        TGI_TRY(begin_records(p, chain, section));
        owner->begun = true;
        chain->at = tgi_tell(&p->at);
        return TGI_OK;
    }
    if (chain->tensors_left > 0)
        return record_step(p, s, number);
    owner->begun = false;
    owner->section++;
    chain->sections = sections_left(owner);
    if (chain->sections->kind != LEGACY_END)
        return TGI_OK;
    if (chain->at != p->model->file_size)
        return tgi_report(p, TG_E_STRAY_BYTES, chain->at, p->model->file_size - chain->at, 0, NULL);
    return TGI_DONE;
}

/* The live chain that is furthest back; -1 where there is none. */
static int last_chain(const legacy_state *s)
{
    int last = -1;
    for (uint32_t i = 0; i < s->num_chains; i++)
        if (s->chains[i].alive && (last < 0 || s->chains[i].at < s->chains[last].at))
            last = (int)i;
    return last;
}

/* What one chain has read may be another's start: goes back to it, which is still here. */
static tgi_step yield_to_last(tgi_parse *p, const legacy_state *s)
{
    int last = last_chain(s);
    uint64_t here = tgi_tell(&p->at), at = last >= 0 ? s->chains[last].at : here;
    if (at < here && !tgi_seek(&p->at, at - p->at.origin))
        return tgi_report(p, TG_E_INTERNAL, here, at, here, "chain");
    return TGI_OK;
}

/* Is there a candidate with that chain that nothing is wrong with? */
static bool is_open(const legacy_state *s, int number)
{
    for (uint32_t i = 0; i < s->num_candidates; i++)
        if (s->candidates[i].chain == number && !s->candidates[i].faulty)
            return true;
    return false;
}

tgi_step legacy_chains_step(tgi_parse *p, legacy_state *s)
{
    int last = last_chain(s);
    if (last < 0)
        return TGI_DONE;
    legacy_chain *chain = &s->chains[last];
    if (chain->at != tgi_tell(&p->at)) {
        p->need = chain->at;
        return TGI_JUMP;
    }
    tg_error *error = p->error, found;
    p->error = &found;
    p->entry = TGI_ENTRY_TENSOR;
    p->index = chain->tensors.count;
    tgi_step step = chain_step(p, s, (uint32_t)last);
    p->error = error;
    if (step == TGI_FAIL && legacy_is_final(&found, is_open(s, last))) {
        *error = found;
        return TGI_FAIL;
    }
    if (step == TGI_FAIL) {
        chain->failed = true;
        chain->error = found;
    }
    if (step == TGI_FAIL || step == TGI_DONE)
        chain->alive = false;
    if (step == TGI_MORE)
        return TGI_MORE;
    return yield_to_last(p, s);
}

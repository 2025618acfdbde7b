/* SPDX-License-Identifier: MIT */
/* A GGUF model against what the second reader found in the same bytes (see model_check.h). */
#include "model_check.h"

#include "fuzz.h"

static void check_text(const ref_gguf *r, tg_bytes got, const ref_text *wanted)
{
    FUZZ_CHECK(got.len == wanted->len, "text of another length");
    uint64_t here = wanted->at < r->file->len ? r->file->len - wanted->at : 0;
    size_t part = here < got.len ? (size_t)here : got.len;
    if (part > 0)
        FUZZ_CHECK(memcmp(got.ptr, r->file->data + wanted->at, part) == 0, "other text");
}

static tg_value_type type_of(uint32_t id)
{
    static const tg_value_type types[] = {TG_VALUE_U8,  TG_VALUE_I8,  TG_VALUE_U16,  TG_VALUE_I16,    TG_VALUE_U32,
                                          TG_VALUE_I32, TG_VALUE_F32, TG_VALUE_BOOL, TG_VALUE_STRING, TG_VALUE_ARRAY,
                                          TG_VALUE_U64, TG_VALUE_I64, TG_VALUE_F64};
    return types[id];
}

/* The integers of the file, whatever their width. */
static uint64_t bits_at(const ref_gguf *r, uint64_t at, uint64_t width)
{
    uint64_t bits = 0;
    for (uint64_t i = 0; i < width; i++) {
        uint64_t from = at + (r->big ? i : width - 1 - i);
        bits = bits << 8 | (from < r->file->len ? r->file->data[from] : 0u);
    }
    return bits;
}

static void check_value(const ref_gguf *r, const ref_key *k, const tg_value *v)
{
    tg_bytes text;
    uint64_t u;
    int64_t i;
    if (tg_value_string(v, &text)) {
        ref_text wanted = {k->at, k->len};
        check_text(r, text, &wanted);
    }
    if (tg_value_u64(v, &u))
        FUZZ_CHECK(u == bits_at(r, k->at, k->len), "another number");
    else if (tg_value_i64(v, &i))
        FUZZ_CHECK(((uint64_t) - (i + 1) ^ bits_at(r, k->at, k->len)) << (64 - 8 * k->len) == UINT64_MAX
                                                                                                  << (64 - 8 * k->len),
                   "another negative number");
    if (k->type != 9)
        return;
    FUZZ_CHECK(v->element_type == type_of(k->element_type) && v->count == k->count, "another array");
    size_t size = tg_value_type_size(v->element_type);
    tg_value last;
    if (size > 0 && k->count > 0 && tg_array_get(v, k->count - 1, &last) && tg_value_u64(&last, &u))
        FUZZ_CHECK(u == bits_at(r, k->at + (k->count - 1) * size, size), "another last element");
    FUZZ_CHECK(v->own.len == k->len, "an array of other bytes");
}

static void check_keys(const tg_model *m, const ref_gguf *r)
{
    FUZZ_CHECK(tg_model_num_keys(m) == r->num_keys, "another number of keys");
    for (uint64_t i = 0; i < r->num_keys; i++) {
        const tg_key *k = tg_model_key(m, i);
        check_text(r, k->name, &r->keys[i].name);
        FUZZ_CHECK(k->entry_offset == r->keys[i].entry, "a key elsewhere");
        FUZZ_CHECK(k->type == type_of(r->keys[i].type), "a key of another type");
        tg_value v = tg_model_value(m, k);
        check_value(r, &r->keys[i], &v);
    }
}

static void check_tensors(const tg_model *m, const ref_gguf *r)
{
    FUZZ_CHECK(tg_model_num_tensors(m) == r->num_tensors, "another number of tensors");
    for (uint64_t i = 0; i < r->num_tensors; i++) {
        const tg_tensor *t = tg_model_tensor(m, i);
        const ref_tensor *wanted = &r->tensors[i];
        check_text(r, t->name, &wanted->name);
        FUZZ_CHECK(t->entry_offset == wanted->entry, "a tensor described elsewhere");
        FUZZ_CHECK((uint32_t)t->dtype == wanted->type + 1, "a tensor of another type");
        FUZZ_CHECK(t->num_dims == wanted->num_dims, "another rank");
        for (uint32_t d = 0; d < t->num_dims; d++)
            FUZZ_CHECK(t->dims[d] == wanted->dims[d], "another dimension");
        FUZZ_CHECK(t->offset == wanted->start && t->size == wanted->size, "a tensor at another place");
        FUZZ_CHECK(t->num_elements == wanted->elements, "another number of elements");
        FUZZ_CHECK(t->flags == TG_TENSOR_FASTEST_FIRST, "the order of dimensions");
    }
}

static void check_warnings(const tg_model *m, const ref_gguf *r)
{
    uint64_t kinds = 0;
    for (uint64_t i = 0; i < REF_MAX_WARNINGS; i++)
        kinds += r->warnings[i].count > 0;
    FUZZ_CHECK(tg_model_num_warnings(m) == kinds, "another number of warnings");
    for (uint64_t i = 0; i < kinds; i++) {
        const tg_warning *w = tg_model_warning(m, i);
        const ref_warning *wanted = &r->warnings[(unsigned)w->status - REF_FIRST_WARNING];
        FUZZ_CHECK(w->count == wanted->count && w->offset == wanted->offset, "another warning");
    }
}

void model_check_gguf(const tg_model *m, const ref_gguf *r)
{
    FUZZ_CHECK(tg_model_format(m) == TG_FORMAT_GGUF && tg_model_version(m) == r->version, "another version");
    FUZZ_CHECK((tg_model_endian(m) == TG_ENDIAN_BIG) == r->big, "another byte order");
    FUZZ_CHECK(tg_model_alignment(m) == r->alignment, "another alignment");
    FUZZ_CHECK(tg_model_data_offset(m) == r->data_offset, "the data begins elsewhere");
    check_keys(m, r);
    check_tensors(m, r);
    check_warnings(m, r);
}

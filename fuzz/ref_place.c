/* SPDX-License-Identifier: MIT */
/* The second reader of GGUF: types, unique names, and where tensors may be. Every pair is compared. */
#include "ref_place.h"

#include "fuzz.h"
#include "wide.h"

#include <stdlib.h>

#define MOST ((uint64_t)INT64_MAX)

/* ggml's table, by number: name, elements and bytes of a block. */
#define K 256
static const struct ref_type {
    uint16_t elements, bytes;
} types[] = {
    {1, 4},   {1, 2},   {32, 18}, {32, 20}, {0, 0},   {0, 0},  {32, 22}, {32, 24}, {32, 34},  {32, 36}, {K, 84},
    {K, 110}, {K, 144}, {K, 176}, {K, 210}, {K, 292}, {K, 66}, {K, 74},  {K, 98},  {K, 50},   {32, 18}, {K, 110},
    {K, 82},  {K, 136}, {1, 1},   {1, 2},   {1, 4},   {1, 8},  {1, 8},   {K, 56},  {1, 2},    {0, 0},   {0, 0},
    {0, 0},   {K, 54},  {K, 66},  {0, 0},   {0, 0},   {0, 0},  {32, 17}, {64, 36}, {128, 18}, {64, 18},
};

bool ref_block(uint32_t id, uint64_t *elements, uint64_t *bytes)
{
    if (id >= sizeof types / sizeof types[0] || types[id].elements == 0)
        return false;
    *elements = types[id].elements;
    *bytes = types[id].bytes;
    return true;
}

bool ref_was_removed(uint32_t id)
{
    return id == 4 || id == 5 || (id >= 31 && id <= 33) || (id >= 36 && id <= 38);
}

static bool same_text(const ref_gguf *r, const ref_text *a, const ref_text *b)
{
    if (a->len != b->len)
        return false;
    for (uint64_t i = 0; i < a->len; i++)
        if (ref_byte(r, a->at + i) != ref_byte(r, b->at + i))
            return false;
    return true;
}

static bool unique(ref_gguf *r)
{
    for (uint64_t i = 0; i < r->num_keys; i++)
        for (uint64_t k = 0; k < i; k++)
            if (same_text(r, &r->keys[i].name, &r->keys[k].name))
                return ref_fail(r, TG_E_KEY_DUPLICATE, r->keys[i].entry);
    for (uint64_t i = 0; i < r->num_tensors; i++)
        for (uint64_t k = 0; k < i; k++)
            if (same_text(r, &r->tensors[i].name, &r->tensors[k].name))
                return ref_fail(r, TG_E_NAME_DUPLICATE, r->tensors[i].entry);
    return true;
}

/* Judges each offset by itself, and makes it absolute. */
static bool place_each(ref_gguf *r)
{
    bool tiled = r->options->profile == TG_PROFILE_LLAMA_CPP;
    uint64_t expected = 0, highest = 0;
    for (uint64_t i = 0; i < r->num_tensors; i++) {
        ref_tensor *t = &r->tensors[i];
        uint64_t relative = t->start;
        if (relative % r->alignment != 0)
            return ref_fail(r, TG_E_TENSOR_ALIGNMENT, t->place_at);
        wide start = wide_add(r->data_offset, relative);
        if (wide_above(start, MOST) || wide_above(wide_add(wide_low(start), t->size), MOST))
            return ref_fail(r, TG_E_TENSOR_RANGE, t->place_at);
        t->start = wide_low(start);
        if (t->start + t->size > r->file->size)
            return ref_fail(r, TG_E_TENSOR_TRUNCATED, t->place_at);
        if (tiled && relative != expected)
            return ref_fail(r, TG_E_PROFILE_ORDER, t->place_at);
        uint64_t rest = (relative + t->size) % r->alignment;
        expected = relative + t->size + (rest > 0 ? r->alignment - rest : 0);
        if (t->size > 0 && t->start < highest && !ref_warn(r, TG_W_DATA_ORDER, t->place_at))
            return false;
        if (t->size > 0 && t->start > highest)
            highest = t->start;
    }
    return true;
}

/* By start; where starts are equal, by the order of the table. */
static int by_start(const void *a, const void *b)
{
    const ref_tensor *x = *(ref_tensor *const *)a, *y = *(ref_tensor *const *)b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->entry < y->entry ? -1 : x->entry > y->entry;
}

static bool overlaps_and_gaps(ref_gguf *r, ref_tensor **sorted, uint64_t *out_padded)
{
    uint64_t end = r->data_offset, padded = r->data_offset;
    for (uint64_t i = 0; i < r->num_tensors; i++) {
        const ref_tensor *t = sorted[i];
        if (t->size == 0)
            continue;
        if (t->start < end)
            return ref_fail(r, TG_E_TENSOR_OVERLAP, t->place_at);
        if (t->start > padded && !ref_warn(r, TG_W_DATA_GAP, t->place_at))
            return false;
        end = t->start + t->size;
        uint64_t rest = end % r->alignment;
        padded = end + (rest > 0 ? r->alignment - rest : 0);
    }
    *out_padded = padded;
    return true;
}

static bool quantization_version(ref_gguf *r)
{
    for (uint64_t i = 0; i < r->num_tensors && !r->has_quantization_version; i++) {
        uint64_t elements, bytes;
        if (ref_block(r->tensors[i].type, &elements, &bytes) && elements > 1)
            return ref_warn(r, TG_W_QUANTIZATION_VERSION, r->tensors[i].place_at - 4);
    }
    return true;
}

/* The value of a key of that name and type, and `*out` is the key or NULL. False where it has another type. */
static bool split_number(ref_gguf *r, const char *name, uint32_t type, unsigned bytes, const ref_key **out,
                         int64_t *number)
{
    *out = NULL;
    *number = 0;
    for (uint64_t i = 0; i < r->num_keys && *out == NULL; i++) {
        uint64_t same = r->keys[i].name.len == strlen(name);
        for (uint64_t k = 0; same != 0 && k < r->keys[i].name.len; k++)
            same = ref_byte(r, r->keys[i].name.at + k) == (uint8_t)name[k];
        *out = same != 0 ? &r->keys[i] : NULL;
    }
    if (*out == NULL)
        return true;
    if ((*out)->type != type)
        return ref_fail(r, TG_E_SPLIT_TYPE, (*out)->entry);
    for (unsigned i = 0; i < bytes; i++)
        *number = *number * 256 + ref_byte(r, (*out)->at + (r->big ? i : bytes - 1 - i));
    if (bytes == 4 && *number > INT32_MAX)
        *number -= INT64_C(1) << 32;
    return true;
}

/* What the file says of the set that it may be part of. `*out_place`: it is part of one, and there is its number. */
static bool split(ref_gguf *r, uint64_t *out_place)
{
    const ref_key *no, *count, *tensors;
    int64_t no_value, count_value, tensors_value;
    if (!split_number(r, "split.no", 2, 2, &no, &no_value) ||
        !split_number(r, "split.tensors.count", 5, 4, &tensors, &tensors_value) ||
        !split_number(r, "split.count", 2, 2, &count, &count_value))
        return false;
    if (count_value <= 1)
        return true;
    if (no == NULL || tensors == NULL)
        return ref_fail(r, TG_E_SPLIT_KEY, count->entry);
    if (no_value >= count_value)
        return ref_fail(r, TG_E_SPLIT_NUMBER, no->at);
    if (tensors_value < 0 || (uint64_t)tensors_value < r->num_tensors)
        return ref_fail(r, TG_E_SPLIT_TENSORS, tensors->at);
    *out_place = no->at;
    return true;
}

bool ref_judge(ref_gguf *r)
{
    uint64_t part = 0;
    if (!unique(r) || !place_each(r))
        return false;
    ref_tensor **sorted = (ref_tensor **)calloc((size_t)r->num_tensors + 1, sizeof(ref_tensor *));
    FUZZ_CHECK(sorted != NULL, "no memory for the second reader");
    for (uint64_t i = 0; i < r->num_tensors; i++)
        sorted[i] = &r->tensors[i];
    qsort(sorted, (size_t)r->num_tensors, sizeof *sorted, by_start);
    uint64_t padded = 0;
    bool fine = overlaps_and_gaps(r, sorted, &padded);
    free(sorted);
    if (!fine)
        return false;
    if (r->num_tensors == 0) {
        uint64_t rest = padded % r->alignment;
        padded += rest > 0 ? r->alignment - rest : 0;
    }
    if (r->file->size > padded && !ref_warn(r, TG_W_DATA_AFTER, padded))
        return false;
    if (!split(r, &part) || !quantization_version(r))
        return false;
    return part == 0 || ref_warn(r, TG_W_PART, part);
}

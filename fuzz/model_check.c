/* SPDX-License-Identifier: MIT */
/* The invariants of every accepted model (see model_check.h). */
#include "model_check.h"

#include "fuzz.h"
#include "wide.h"

#include <stdlib.h>

#define MOST ((uint64_t)INT64_MAX)
#define MAX_PAIRS 64   /* tensors that are compared each with each */
#define MAX_READ 65536 /* bytes of a tensor that are read and compared */

static const char *const absent = "no.tensor.and.no.key.has.this.name/\x01";

static bool same(tg_bytes a, tg_bytes b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* ---- Keys ------------------------------------------------------------------------------------- */

static void check_name(tg_bytes name)
{
    uint64_t at;
    bool nul;
    FUZZ_CHECK(name.ptr != NULL && name.len > 0, "an entry without a name");
    FUZZ_CHECK(name.len <= 65535 * 4, "a name that is too long");
    FUZZ_CHECK(ref_utf8((const uint8_t *)name.ptr, name.len, &at, &nul), "a name that is not UTF-8 without NUL");
}

static void check_keys(const tg_model *m, const ref_file *file)
{
    uint64_t num = tg_model_num_keys(m);
    for (uint64_t i = 0; i < num; i++) {
        const tg_key *k = tg_model_key(m, i);
        FUZZ_CHECK(k != NULL && k->index == i, "the order of the keys");
        check_name(k->name);
        FUZZ_CHECK(k->entry_offset < file->size, "a key outside of the file");
        FUZZ_CHECK(tg_model_find_key_n(m, k->name) == k, "a key that is not found by its name");
        FUZZ_CHECK(k->type > TG_VALUE_NONE && k->type <= TG_VALUE_ARRAY, "a key of no type");
        tg_value value = tg_model_value(m, k);
        FUZZ_CHECK(value.type == k->type, "the type of a key and of its value");
        value_check(&value);
        for (uint64_t j = i > MAX_PAIRS ? i - MAX_PAIRS : 0; j < i; j++)
            FUZZ_CHECK(!same(tg_model_key(m, j)->name, k->name), "two keys of one name");
    }
    FUZZ_CHECK(tg_model_key(m, num) == NULL && tg_model_key(m, UINT64_MAX) == NULL, "a key behind the last");
    FUZZ_CHECK(tg_model_find_key(m, absent) == NULL, "a key that is not there");
    FUZZ_CHECK(tg_model_value(m, NULL).type == TG_VALUE_NONE, "the value of no key");
}

/* ---- Tensors ------------------------------------------------------------------------------------ */

static void check_shape(const tg_tensor *t)
{
    const tg_dtype_info *type = tg_dtype_describe(t->dtype);
    FUZZ_CHECK(type != NULL && type->dtype == t->dtype && type->block_elements > 0, "a tensor of no type");
    uint64_t product = 1, elements = 1;
    for (uint32_t i = 0; i < t->num_dims; i++) {
        FUZZ_CHECK(t->dims[i] <= MOST, "a dimension that is too large");
        if (t->dims[i] == 0) {
            elements = 0;
            continue;
        }
        wide next = wide_mul(product, t->dims[i]);
        FUZZ_CHECK(!wide_above(next, MOST), "a product of dimensions that wraps");
        product = wide_low(next);
    }
    elements = elements != 0 ? product : 0;
    FUZZ_CHECK(t->num_elements == elements, "the number of elements");
    bool first = (t->flags & TG_TENSOR_FASTEST_FIRST) != 0;
    /* Where the last dimension is the fastest, as in safetensors, blocks go on from one row to the next. */
    uint64_t row = !first ? elements : t->num_dims == 0 ? 1 : t->dims[0];
    FUZZ_CHECK(row % type->block_elements == 0, "a row that is not whole blocks");
    wide size = wide_mul(elements / type->block_elements, type->block_bytes);
    FUZZ_CHECK(!wide_above(size, MOST) && wide_low(size) == t->size, "the size of a tensor");
}

/* The bytes of the tensor, where they are not the zeros that exist on paper only. */
static void check_data(const tg_model *m, const ref_file *file, const tg_tensor *t, bool can_map)
{
    static uint8_t copy[MAX_READ];
    const void *data = NULL;
    size_t len = SIZE_MAX, part = t->size < MAX_READ ? (size_t)t->size : MAX_READ;
    uint64_t here = t->offset < file->len ? file->len - t->offset : 0;
    tg_error error;
    FUZZ_CHECK(tg_tensor_read(m, t, 0, copy, part, &error) == TG_OK, "a tensor that cannot be read");
    if (part > 0 && here > 0)
        FUZZ_CHECK(memcmp(copy, file->data + t->offset, here < part ? (size_t)here : part) == 0, "other bytes read");
    FUZZ_CHECK(tg_tensor_read(m, t, t->size, copy, 1, &error) == TG_E_READ_RANGE, "a read behind a tensor");
    FUZZ_CHECK(tg_tensor_read(m, t, UINT64_MAX, copy, 1, &error) == TG_E_READ_RANGE, "a read that wraps");
    tg_status status = tg_tensor_data(m, t, &data, &len, &error);
    if (!can_map && t->size > 0) {
        FUZZ_CHECK(status == TG_E_NOT_MAPPABLE && data == NULL && len == SIZE_MAX, "a pointer from a reader");
        return;
    }
    FUZZ_CHECK(status == TG_OK && data != NULL && len == t->size, "a tensor without its bytes");
    if (part > 0)
        FUZZ_CHECK(memcmp(copy, data, part) == 0, "the bytes read are not the bytes mapped");
}

static void check_pairs(const tg_model *m, uint64_t i, const tg_tensor *t)
{
    for (uint64_t j = i > MAX_PAIRS ? i - MAX_PAIRS : 0; j < i; j++) {
        const tg_tensor *u = tg_model_tensor(m, j);
        FUZZ_CHECK(!same(u->name, t->name), "two tensors of one name");
        bool apart = t->size == 0 || u->size == 0 || t->file != u->file || t->offset + t->size <= u->offset ||
                     u->offset + u->size <= t->offset;
        FUZZ_CHECK(apart, "two tensors overlap");
    }
}

static void check_tensors(const tg_model *m, const ref_file *file, bool can_map)
{
    uint64_t num = tg_model_num_tensors(m), alignment = tg_model_alignment(m);
    FUZZ_CHECK(alignment > 0, "an alignment of nothing");
    for (uint64_t i = 0; i < num; i++) {
        const tg_tensor *t = tg_model_tensor(m, i);
        FUZZ_CHECK(t != NULL && t->index == i, "the order of the tensors");
        check_name(t->name);
        check_shape(t);
        FUZZ_CHECK(t->file == 0 && t->entry_offset < file->size, "a tensor outside of the file");
        FUZZ_CHECK(tg_model_find_tensor_n(m, t->name) == t, "a tensor that is not found by its name");
        FUZZ_CHECK(t->offset >= tg_model_data_offset(m), "a tensor in the header");
        FUZZ_CHECK((t->offset - tg_model_data_offset(m)) % alignment == 0, "a tensor off the alignment");
        FUZZ_CHECK(!wide_above(wide_add(t->offset, t->size), file->size), "a tensor that ends behind the file");
        check_pairs(m, i, t);
        if (i < MAX_PAIRS || i + 1 == num)
            check_data(m, file, t, can_map);
    }
    FUZZ_CHECK(tg_model_tensor(m, num) == NULL && tg_model_tensor(m, UINT64_MAX) == NULL, "one behind the last");
    FUZZ_CHECK(tg_model_find_tensor(m, absent) == NULL, "a tensor that is not there");
}

/* A tensor that the model does not know is refused. */
static void check_foreign(const tg_model *m)
{
    const tg_tensor *t = tg_model_tensor(m, 0);
    if (t == NULL)
        return;
    tg_tensor foreign = *t;
    const void *data = &foreign;
    size_t len = 7;
    FUZZ_CHECK(tg_tensor_data(m, &foreign, &data, &len, NULL) == TG_E_FOREIGN_TENSOR, "a foreign tensor is taken");
    FUZZ_CHECK(data == &foreign && len == 7, "an output was written on failure");
}

/* ---- The model as a whole -------------------------------------------------------------------------- */

static void check_warnings(const tg_model *m, const ref_file *file)
{
    uint64_t num = tg_model_num_warnings(m);
    for (uint64_t i = 0; i < num; i++) {
        const tg_warning *w = tg_model_warning(m, i);
        FUZZ_CHECK(w != NULL && w->count > 0 && tg_status_is_warning(w->status), "a warning of nothing");
        FUZZ_CHECK(w->offset <= file->size, "a warning outside of the file");
        for (uint64_t j = 0; j < i; j++)
            FUZZ_CHECK(tg_model_warning(m, j)->status != w->status, "a warning is told twice");
    }
    FUZZ_CHECK(tg_model_warning(m, num) == NULL, "a warning behind the last");
}

void model_check(const tg_model *m, const ref_file *whole, bool can_map)
{
    /* The model may be a member of an archive: all that it says counts from the first byte of the member. */
    uint64_t before = tg_model_region_offset(m), here = before < whole->len ? whole->len - before : 0;
    const ref_file region = {whole->data + (before < whole->len ? before : 0), here, tg_model_file_size(m)};
    const ref_file *file = &region;
    FUZZ_CHECK(!wide_above(wide_add(before, file->size), whole->size), "a model that ends behind the file");
    FUZZ_CHECK(before > 0 || file->size == whole->size, "the size of the file");
    FUZZ_CHECK(tg_model_data_offset(m) <= file->size, "the data begins behind the file");
    FUZZ_CHECK(tg_model_format(m) != TG_FORMAT_NONE, "a model of no format");
    FUZZ_CHECK(tg_model_num_files(m) == 1, "one file");
    FUZZ_CHECK(tg_model_recheck(m, NULL) == TG_OK, "a file that did not change");
    check_keys(m, file);
    check_tensors(m, file, can_map);
    check_foreign(m);
    check_warnings(m, file);
    total_check(m);
}

uint64_t digest_head(tg_format format, uint32_t version, tg_endian endian, uint64_t alignment, uint64_t data_offset)
{
    uint64_t d = digest_number(digest_number(0, (uint64_t)format << 32 | version), (uint64_t)endian);
    return digest_number(digest_number(d, alignment), data_offset);
}

uint64_t digest_key(const tg_key *k, const tg_value *value, uint64_t d)
{
    return digest_value(value, digest_number(digest_bytes(d, k->name.ptr, k->name.len), k->entry_offset));
}

uint64_t digest_tensor(const tg_tensor *t, uint64_t d)
{
    d = digest_bytes(d, t->name.ptr, t->name.len);
    d = digest_number(d, (uint64_t)t->dtype << 32 | t->num_dims);
    for (uint32_t i = 0; i < t->num_dims; i++)
        d = digest_number(d, t->dims[i]);
    d = digest_number(digest_number(d, t->offset), t->size);
    return digest_number(digest_number(d, t->entry_offset), t->num_elements);
}

uint64_t digest_warning(const tg_warning *w, uint64_t d)
{
    d = digest_number(digest_number(d, (uint64_t)w->status), w->count);
    d = digest_number(digest_number(d, w->offset), w->index);
    return digest_number(digest_number(d, w->found), w->limit);
}

uint64_t model_digest(const tg_model *m)
{
    uint64_t d = digest_head(tg_model_format(m), tg_model_version(m), tg_model_endian(m), tg_model_alignment(m),
                             tg_model_data_offset(m));
    for (uint64_t i = 0; i < tg_model_num_keys(m); i++) {
        tg_value value = tg_model_value(m, tg_model_key(m, i));
        d = digest_key(tg_model_key(m, i), &value, d);
    }
    for (uint64_t i = 0; i < tg_model_num_tensors(m); i++)
        d = digest_tensor(tg_model_tensor(m, i), d);
    for (uint64_t i = 0; i < tg_model_num_warnings(m); i++)
        d = digest_warning(tg_model_warning(m, i), d);
    return d;
}

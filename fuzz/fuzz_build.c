/* SPDX-License-Identifier: MIT */
/* The other direction: the input is a plan for a valid GGUF file. The file is written by the builder of the tests,
 * which shares nothing with the library. It must be accepted, hold what the plan says, and, written again from what
 * the library says, come out the same. */
#include "fuzz.h"
#include "oracle.h"

#include "gguf_build.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_KEYS 8
#define MAX_TENSORS 6
#define MAX_FILE ((size_t)16384)

/* ---- Plan -> description ------------------------------------------------------------------ */

typedef struct plan {
    const uint8_t *at;
    size_t left;
} plan;

static uint32_t next(plan *p, uint32_t below)
{
    if (p->left == 0)
        return 0;
    p->left--;
    return *p->at++ % below;
}

static uint64_t bits(plan *p, size_t size)
{
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | next(p, 256);
    return value;
}

/* Printable ASCII or letters of two, three and four bytes. */
static void text(plan *p, bytes *out, uint32_t most)
{
    static const char *const letters[] = {"\xC3\xA9", "\xE2\x96\x81", "\xF0\x9F\x98\x80"};
    for (uint32_t n = next(p, most + 1); n > 0; n--) {
        uint32_t c = next(p, 64);
        if (c < 3)
            bytes_raw(out, letters[c], strlen(letters[c]));
        else
            bytes_u8(out, (uint8_t)('@' + c));
    }
}

static gb_value scalar(plan *p, uint32_t type)
{
    if (type == GB_STRING) {
        gb_value value = gb_string("");
        text(p, &value.text, 20);
        return value;
    }
    uint64_t number = type == GB_BOOL ? next(p, 2) : bits(p, (size_t)gb_type_size(type));
    if (type == GB_F32)
        number &= 0xFF7FFFFF; /* no NaN: their bits change on the way through double */
    return gb_number(type, number);
}

static uint32_t value_type(plan *p, const gb_model *m)
{
    return next(p, m->version == 1 ? 10 : 13);
}

static gb_value value(plan *p, const gb_model *m)
{
    uint32_t type = value_type(p, m);
    if (type != GB_ARRAY)
        return scalar(p, type);
    uint32_t inner = value_type(p, m);
    gb_value array = gb_array(inner);
    for (uint32_t n = next(p, 9); n > 0; n--) {
        if (inner != GB_ARRAY) {
            gb_push(&array, scalar(p, inner));
            continue;
        }
        uint32_t deepest = value_type(p, m);
        gb_value nested = gb_array(deepest == GB_ARRAY ? (uint32_t)GB_STRING : deepest);
        for (uint32_t k = next(p, 4); k > 0; k--)
            gb_push(&nested, scalar(p, nested.element_type));
        gb_push(&array, nested);
    }
    return array;
}

static void add_keys(plan *p, gb_model *m)
{
    char name[32];
    if (next(p, 2) == 1) {
        m->alignment = UINT64_C(8) << next(p, 6);
        (void)gb_add_key(m, "general.alignment", gb_u32((uint32_t)m->alignment));
    }
    (void)gb_add_key(m, "general.quantization_version", gb_u32(2));
    for (uint32_t i = 0, n = next(p, MAX_KEYS); i < n; i++) {
        (void)snprintf(name, sizeof name, "key-%u.%c", i, 'a' + (int)next(p, 26));
        (void)gb_add_key(m, name, value(p, m));
    }
}

static void add_tensors(plan *p, gb_model *m)
{
    char name[32];
    for (uint32_t i = 0, n = next(p, MAX_TENSORS); i < n; i++) {
        uint64_t per_block, size, dims[4];
        uint32_t type = next(p, GB_T_COUNT), rank = next(p, 5);
        if (!gb_block(type, &per_block, &size)) {
            type = GB_T_F16;
            (void)gb_block(type, &per_block, &size);
        }
        if (rank == 0 && per_block > 1)
            rank = 1;
        for (uint32_t d = 0; d < rank; d++) /* small: what is looked for is in the header */
            dims[d] = 1 + next(p, per_block > 1 ? 2 : 3);
        if (rank > 0)
            dims[0] *= per_block;
        (void)snprintf(name, sizeof name, "blk.%u.%c", i, 'a' + (int)next(p, 26));
        (void)gb_add_tensor(m, name, type, rank, dims);
    }
    m->pad_end = next(p, 2) == 1;
}

/* ---- What the library says -> description ----------------------------------------------------- */

static uint32_t type_id(tg_value_type type)
{
    static const uint8_t ids[] = {0,      GB_U8,  GB_I8,  GB_U16, GB_I16,  GB_U32,    GB_I32,
                                  GB_U64, GB_I64, GB_F32, GB_F64, GB_BOOL, GB_STRING, GB_ARRAY};
    return ids[type];
}

static gb_value value_of(const tg_value *v);

static gb_value array_of(const tg_value *v)
{
    gb_value array = gb_array(type_id(v->element_type));
    tg_value element;
    for (tg_array_iter i = tg_array_begin(v); tg_array_next(&i, &element);)
        gb_push(&array, value_of(&element));
    return array;
}

static gb_value value_of(const tg_value *v)
{
    tg_bytes s;
    uint64_t u = 0;
    int64_t i = 0;
    double d = 0;
    bool b = false;
    if (v->type == TG_VALUE_ARRAY)
        return array_of(v);
    if (tg_value_string(v, &s))
        return gb_string_n(s.ptr, s.len);
    if (tg_value_bool(v, &b))
        u = b;
    else if (v->type == TG_VALUE_F32 || v->type == TG_VALUE_F64)
        (void)tg_value_f64(v, &d);
    else if (!tg_value_u64(v, &u) && tg_value_i64(v, &i))
        memcpy(&u, &i, sizeof u);
    if (v->type == TG_VALUE_F64)
        u = bits_of_f64(d);
    else if (v->type == TG_VALUE_F32)
        u = bits_of_f32((float)d);
    return gb_number(type_id(v->type), u);
}

/* Writes the model again, from its public face alone. */
static gb_model *describe(const tg_model *model, bool pad_end)
{
    gb_model *m = gb_new(tg_model_version(model), tg_model_endian(model) == TG_ENDIAN_BIG);
    m->alignment = tg_model_alignment(model);
    m->pad_end = pad_end;
    for (uint64_t i = 0; i < tg_model_num_keys(model); i++) {
        const tg_key *key = tg_model_key(model, i);
        tg_value v = tg_model_value(model, key);
        size_t at = gb_add_key(m, "", value_of(&v));
        gb_set_key_name(m, at, key->name.ptr, key->name.len);
    }
    for (uint64_t i = 0; i < tg_model_num_tensors(model); i++) {
        const tg_tensor *t = tg_model_tensor(model, i);
        size_t at = gb_add_tensor(m, "", (uint32_t)t->dtype - 1, t->num_dims, t->dims);
        gb_set_tensor_name(m, at, t->name.ptr, t->name.len);
        gb_set_offset(m, at, t->offset - tg_model_data_offset(model));
    }
    gb_write(m);
    return m;
}

/* ---- One plan ------------------------------------------------------------------------------------ */

/* Written again from what the library says of it, the file is the same. */
static void compare_again(const tg_model *model, void *context)
{
    const gb_model *m = (const gb_model *)context;
    gb_model *again = describe(model, m->pad_end);
    FUZZ_CHECK(again->file.len == m->file.len, "written again, the file has another size");
    FUZZ_CHECK(memcmp(again->file.data, m->file.data, m->file.len) == 0, "written again, the file is another");
    gb_free(again);
}

static void round_trip(gb_model *m)
{
    const oracle_options options = {0, 0, {sizeof options.limits, 0, 0, 0, 0, 0, 0, 0, 0}, 0, NULL};
    const ref_file file = {m->file.data, m->file.len, m->file.len};
    const oracle_how look = {0, true, NULL, compare_again, m};
    uint64_t hash = fuzz_hash(file.data, m->file.len);
    oracle_verdict v = oracle_open(&file, &options, ORACLE_MEMORY, &look);
    if (v.status == TG_E_ZIP_POLYGLOT && oracle_may_be_zip(&file))
        return; /* its texts are what ends an archive, more than once */
    FUZZ_CHECK(v.status == TG_OK, "a valid file is rejected");
    FUZZ_CHECK(v.warnings == 0, "a valid file raises a warning");
    /* Now and then all else about a valid file, which is what the target of the format does. */
    if ((hash & 15) == 0)
        (void)oracle_run(file.data, m->file.len, &options, hash >> 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 4096)
        return 0;
    plan p = {data, size};
    uint32_t version = 1 + next(&p, 3);
    gb_model *m = gb_new(version, next(&p, 2) == 1);
    add_keys(&p, m);
    add_tensors(&p, m);
    gb_write(m);
    if (m->file.len <= MAX_FILE)
        round_trip(m);
    gb_free(m);
    return 0;
}

/* SPDX-License-Identifier: MIT */
/* GGUF files for the corpus: tensors, the limits that need a whole file, and the profile. */
#include "corpus_gen.h"
#include "corpus_put.h"

#include <stdio.h>
#include <string.h>

/* One tensor of this type and shape; its data is there if it is small. */
static gb_model *one(uint32_t type, uint32_t num_dims, const uint64_t *dims)
{
    gb_model *m = gb_base();
    m->tensors[0].type = type;
    gb_set_dims(m, 0, num_dims, dims);
    (void)gb_add_key(m, "general.quantization_version", gb_u32(2));
    gb_write(m);
    return m;
}

static gb_model *named(const char *name, size_t len)
{
    gb_model *m = gb_base();
    gb_set_tensor_name(m, 0, name, len);
    gb_write(m);
    return m;
}

static void names(corpus *c)
{
    char text[600];
    memset(text, 'n', sizeof text);
    gb_model *m = gb_base();
    put(c, put_u64(m, m->tensors[0].at.length, 0), "reject/E_NAME_EMPTY--length-zero");
    m = gb_base();
    put(c, put_u64(m, m->tensors[0].at.length, 65536), "reject/E_NAME_LENGTH--one-more-than-there-may-be");
    m = gb_base();
    put(c, put_u64(m, m->tensors[0].at.length, UINT64_MAX), "reject/E_STRING_LENGTH--name");
    m = gb_base();
    put(c, put_u64(m, m->tensors[0].at.length, 65535), "reject/E_TRUNCATED--name");
    put(c, named("a\0b", 3), "reject/E_NAME_NUL--in-the-middle");
    put(c, named("\0", 1), "reject/E_NAME_NUL--alone");
    put(c, named("\xFE\xFF", 2), "reject/E_NAME_UTF8--byte-order-mark-of-utf16");
    put(c, named("w\xED\xBF\xBF", 4), "reject/E_NAME_UTF8--last-surrogate");
    put(c, named(text, 64), "accept/name-of-64-bytes");
    put(c, named(text, 65), "accept/W_NAME_LONG--65-bytes");
    put(c, named("../../etc/passwd", 16), "accept/name-that-looks-like-a-path");
    put(c, named(text, 63), "accept/name-of-63-bytes@llama.cpp");
    put(c, named(text, 64), "reject/E_PROFILE_NAME--64-bytes@llama.cpp");
    m = gb_base();
    (void)gb_add_tensor(m, "w", GB_T_F32, GB_DIMS(8));
    gb_write(m);
    put(c, m, "reject/E_NAME_DUPLICATE--same-twice");
    m = gb_base_as(2, false);
    gb_set_tensor_name(m, 0, "x\0", 2);
    (void)gb_add_tensor(m, "x", GB_T_F32, GB_DIMS(8));
    gb_write(m);
    put(c, m, "reject/E_NAME_DUPLICATE--equal-without-the-trailing-nul");
    m = gb_base_as(2, false);
    gb_set_tensor_name(m, 0, "x\0", 2);
    gb_write(m);
    put(c, m, "accept/W_TRAILING_NUL--name");
    m = gb_new(3, false);
    for (unsigned i = 0; i < 40; i++) {
        (void)snprintf(text, sizeof text, "blk.%u.weight", i);
        (void)gb_add_tensor(m, text, GB_T_I8, GB_DIMS(1));
    }
    gb_write(m);
    put(c, m, "accept/forty-tensors");
}

static void shapes(corpus *c)
{
    gb_model *m = gb_base();
    put(c, put_u32(m, m->tensors[0].at.num_dims, 5), "reject/E_RANK--five");
    m = gb_base();
    put(c, put_u32(m, m->tensors[0].at.num_dims, 0xFFFFFFFF), "reject/E_RANK--all-ones");
    put(c, one(GB_T_F32, GB_SCALAR), "accept/scalar");
    put(c, one(GB_T_Q4_0, GB_SCALAR), "reject/E_BLOCK--scalar-of-a-block-type");
    put(c, one(GB_T_F32, GB_DIMS(2, 3, 2, 2)), "accept/four-dimensions");
    put(c, one(GB_T_I8, GB_DIMS(UINT64_C(1) << 63)), "reject/E_DIM_RANGE--2-63");
    put(c, one(GB_T_I8, GB_DIMS(1, UINT64_MAX)), "reject/E_DIM_RANGE--second-all-ones");
    put(c, one(GB_T_I8, GB_DIMS(INT64_MAX)), "reject/E_TENSOR_RANGE--2-63-minus-1-bytes");
    put(c, one(GB_T_F32, GB_DIMS(UINT64_C(1) << 32, UINT64_C(1) << 32)), "reject/E_ELEMENT_COUNT--2-32-twice");
    put(c, one(GB_T_F32, GB_DIMS(UINT64_C(1) << 62, 4)), "reject/E_ELEMENT_COUNT--wraps-to-zero");
    put(c, one(GB_T_F32, GB_DIMS(4194305, 4194305, 211106198978564)), "reject/E_ELEMENT_COUNT--wraps-to-four");
    put(c, one(GB_T_F32, GB_DIMS(UINT64_C(1) << 62, UINT64_C(1) << 62, 0)),
        "reject/E_ELEMENT_COUNT--hidden-behind-a-zero");
    put(c, one(GB_T_F32, GB_DIMS(0, UINT64_C(1) << 62, 4)), "reject/E_ELEMENT_COUNT--hidden-by-a-zero-before");
    put(c, one(GB_T_F32, GB_DIMS((UINT64_C(1) << 62) - 1)), "reject/E_SIZE_OVERFLOW--f32");
    put(c, one(GB_T_F64, GB_DIMS(UINT64_C(1) << 60)), "reject/E_SIZE_OVERFLOW--f64-by-one");
    put(c, one(GB_T_F64, GB_DIMS((UINT64_C(1) << 60) - 1)), "reject/E_TENSOR_RANGE--f64");
    put(c, one(GB_T_F64, GB_DIMS(UINT64_C(1) << 61)), "reject/E_SIZE_OVERFLOW--wraps-to-zero");
    put(c, one(GB_T_F64, GB_DIMS(0, UINT64_C(1) << 61)), "reject/E_SIZE_OVERFLOW--hidden-by-a-zero");
    put(c, one(GB_T_F32, GB_DIMS(0)), "accept/W_DIM_ZERO--only");
    put(c, one(GB_T_F32, GB_DIMS(3, 0, 2)), "accept/W_DIM_ZERO--in-the-middle");
    put(c, one(GB_T_Q4_0, GB_DIMS(0, 2)), "accept/W_DIM_ZERO--row-of-a-block-type");
    put(c, one(GB_T_Q4_0, GB_DIMS(17)), "reject/E_BLOCK--seventeen");
    put(c, one(GB_T_Q4_0, GB_DIMS(16, 2)), "reject/E_BLOCK--whole-in-all-but-not-in-a-row");
    put(c, one(GB_T_Q4_K, GB_DIMS(128, 2)), "reject/E_BLOCK--half-a-block-twice");
    put(c, one(GB_T_Q4_0, GB_DIMS(64, 2)), "accept/two-blocks-a-row");
    m = gb_base();
    put(c, cut(m, m->tensors[0].at.type + 2), "reject/E_TRUNCATED--in-the-type");
    m = gb_base();
    put(c, cut(m, m->tensors[0].at.offset + 7), "reject/E_TRUNCATED--in-the-offset");
    m = gb_base();
    put(c, cut(m, m->tensors[0].at.dims[0] + 1), "reject/E_TRUNCATED--in-a-dimension");
    m = gb_base();
    put(c, cut(m, m->tensors[0].at.num_dims + 1), "reject/E_TRUNCATED--in-the-number-of-dimensions");
}

static void types(corpus *c)
{
    static const uint32_t unknown[] = {43, 99, 0x80000000, 0xFFFFFFFF};
    static const uint32_t gone[] = {4, 5, 31, 32, 33, 36, 37, 38};
    char name[64];
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        (void)snprintf(name, sizeof name, "reject/E_DTYPE--%u", unknown[i]);
        put(c, one(unknown[i], GB_DIMS(8)), name);
    }
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++) {
        (void)snprintf(name, sizeof name, "reject/E_DTYPE_REMOVED--%u", gone[i]);
        put(c, one(gone[i], GB_DIMS(8)), name);
    }
    gb_model *all = gb_new(3, false);
    for (uint32_t id = 0; id < GB_T_COUNT; id++) {
        uint64_t elements, size;
        if (!gb_block(id, &elements, &size))
            continue;
        (void)snprintf(name, sizeof name, "t%u", id);
        (void)gb_add_tensor(all, name, id, 1, &elements);
    }
    (void)gb_add_key(all, "general.quantization_version", gb_u32(2));
    (void)gb_add_key(all, "general.alignment", gb_u32(8));
    all->alignment = 8;
    gb_write(all);
    put(c, all, "accept/every-type");
    gb_model *m = gb_base();
    m->tensors[0].type = GB_T_Q8_0;
    gb_set_dims(m, 0, GB_DIMS(32));
    gb_write(m);
    put(c, m, "accept/W_QUANTIZATION_VERSION--q8_0");
    m = gb_base();
    (void)gb_add_tensor(m, "q1", GB_T_Q8_0, GB_DIMS(32));
    (void)gb_add_tensor(m, "q2", GB_T_Q8_0, GB_DIMS(32));
    gb_write(m);
    put(c, m, "accept/W_QUANTIZATION_VERSION--the-first-of-two");
}

/* ---- Where tensors are ------------------------------------------------------------------------- */

typedef struct slot {
    uint64_t offset, size;
} slot;

/* Tensors of bytes with these offsets and sizes. */
static gb_model *slots(size_t num, const slot *where)
{
    char name[2] = "a";
    gb_model *m = gb_new(3, false);
    for (size_t i = 0; i < num; i++) {
        size_t t = gb_add_tensor(m, name, GB_T_I8, 1, &where[i].size);
        gb_set_offset(m, t, where[i].offset);
        name[0]++;
    }
    gb_write(m);
    return m;
}
#define SLOTS(...)                                                                                                     \
    sizeof((const slot[]){__VA_ARGS__}) / sizeof(slot), (const slot[])                                                 \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }

static gb_model *put_offset(gb_model *m, uint64_t offset)
{
    bytes_put_u64(&m->file, m->tensors[0].at.offset, offset);
    return m;
}

static gb_model *with_offset(uint64_t offset)
{
    return put_offset(gb_base(), offset);
}

static gb_model *with_end(gb_model *m, size_t more, uint8_t byte)
{
    bytes_fill(&m->file, more, byte);
    return m;
}

static void offsets(corpus *c)
{
    put(c, with_offset(1), "reject/E_TENSOR_ALIGNMENT--one");
    put(c, with_offset(16), "reject/E_TENSOR_ALIGNMENT--half");
    put(c, with_offset(UINT64_MAX), "reject/E_TENSOR_ALIGNMENT--all-ones");
    put(c, with_offset(UINT64_C(1) << 63), "reject/E_TENSOR_RANGE--2-63");
    put(c, with_offset(UINT64_MAX - 31), "reject/E_TENSOR_RANGE--wraps-to-the-header");
    put(c, with_offset(UINT64_MAX - 127), "reject/E_TENSOR_RANGE--wraps-further");
    put(c, with_offset(INT64_MAX - 31), "reject/E_TENSOR_RANGE--ends-beyond-2-63");
    put(c, with_offset(32), "reject/E_TENSOR_TRUNCATED--begins-at-the-end");
    put(c, with_offset(64), "reject/E_TENSOR_TRUNCATED--begins-behind-the-end");
    gb_model *m = slots(SLOTS({0, 160}));
    put(c, put_offset(m, UINT64_MAX - 127 - m->at.data), "reject/E_TENSOR_RANGE--end-wraps-to-the-header");
    m = gb_base();
    put(c, cut(m, m->file.len - 1), "reject/E_TENSOR_TRUNCATED--one-byte-short");
    m = gb_base();
    put(c, cut(m, m->at.data), "reject/E_TENSOR_TRUNCATED--no-data");
    m = gb_base();
    put(c, cut(m, m->at.header_end), "reject/E_TENSOR_TRUNCATED--no-padding-and-no-data");
    put(c, slots(SLOTS({0, 40}, {32, 0})), "accept/W_DIM_ZERO--inside-another");
    m = slots(SLOTS({0, 32}, {32, 0}));
    put(c, m, "accept/W_DIM_ZERO--at-the-end-of-the-file");
    put(c, slots(SLOTS({0, 32}, {64, 0})), "reject/E_TENSOR_TRUNCATED--empty-and-behind-the-end");
    put(c, slots(SLOTS({0, 32}, {33, 0})), "reject/E_TENSOR_ALIGNMENT--empty");
}

static void overlaps(corpus *c)
{
    put(c, slots(SLOTS({0, 64}, {32, 64})), "reject/E_TENSOR_OVERLAP--second-starts-inside-first");
    put(c, slots(SLOTS({0, 33}, {32, 1})), "reject/E_TENSOR_OVERLAP--by-one-byte");
    put(c, slots(SLOTS({0, 32}, {0, 32})), "reject/E_TENSOR_OVERLAP--same-place");
    put(c, slots(SLOTS({64, 8}, {0, 96})), "reject/E_TENSOR_OVERLAP--around-one-that-came-before");
    put(c, slots(SLOTS({96, 32}, {32, 65}, {0, 32})), "reject/E_TENSOR_OVERLAP--found-after-sorting");
    put(c, slots(SLOTS({0, 32}, {32, 8})), "accept/one-behind-the-other");
    put(c, slots(SLOTS({0, 32}, {0, 0}, {32, 8})), "accept/W_DIM_ZERO--at-the-start-of-another");
    put(c, slots(SLOTS({0, 32}, {32, 8}, {0, 0})), "accept/W_DIM_ZERO--before-the-last");
    put(c, slots(SLOTS({32, 8}, {0, 32})), "accept/W_DATA_ORDER--swapped");
    put(c, slots(SLOTS({96, 8}, {64, 32}, {32, 32}, {0, 32}, {320, 8}, {288, 30}, {128, 160})),
        "accept/W_DATA_ORDER--many");
    put(c, slots(SLOTS({0, 8}, {64, 8})), "accept/W_DATA_GAP--32-bytes");
    put(c, slots(SLOTS({32, 8})), "accept/W_DATA_GAP--before-the-first");
    put(c, slots(SLOTS({64, 8}, {0, 8})), "accept/W_DATA_GAP--and-out-of-order");
    put(c, with_end(gb_base(), 1, 7), "accept/W_DATA_AFTER--one-byte");
    put(c, with_end(gb_base(), 64, 0), "accept/W_DATA_AFTER--zeros");
    put(c, with_end(slots(SLOTS({0, 33})), 31, 7), "accept/padding-of-the-last-tensor");
    put(c, with_end(slots(SLOTS({0, 33})), 5, 7), "accept/part-of-the-padding-of-the-last-tensor");
    gb_model *m = gb_base();
    bytes_put_u8(&m->file, m->at.data - 1, 0xAA);
    put(c, m, "accept/W_PADDING--last-byte");
    m = gb_new(3, false);
    gb_write(m);
    put(c, with_end(m, 8, 1), "accept/W_PADDING--without-tensors");
    m = gb_new(3, false);
    gb_write(m);
    put(c, with_end(m, 40, 0), "accept/W_DATA_AFTER--without-tensors");
}

/* ---- Limits and the profile ---------------------------------------------------------------------- */

static void limits(corpus *c)
{
    gb_model *m = with_key("k", gb_string("0123456789012345678901234567890123456789012345678901234567890123456789"));
    put(c, m, "reject/E_LIMIT_HEADER--in-a-string@max_header_bytes=160");
    put(c, gb_base(), "reject/E_LIMIT_HEADER--in-the-padding@max_header_bytes=159");
    put(c, gb_base(), "accept/header-exactly-met@max_header_bytes=160");
    put(c, gb_base(), "reject/E_LIMIT_HEADER--in-the-first-field@max_header_bytes=5");
    m = with_key("k", gb_array(GB_U8));
    put_u64(m, m->keys[2].value.at.count, 100000000);
    put(c, cut(m, m->keys[2].value.at.elements),
        "reject/E_LIMIT_HEADER--in-an-array@max_header_bytes=10000000,tail=200000000");
    m = gb_new(3, false);
    for (unsigned i = 0; i < 60; i++) {
        char name[4];
        (void)snprintf(name, sizeof name, "%u", i);
        (void)gb_add_tensor(m, name, GB_T_I8, GB_DIMS(1));
    }
    gb_write(m);
    put(c, m, "reject/E_LIMIT_HEAP--tensors@heap_base=266000,heap_factor=3");
}

static void profile(corpus *c)
{
    gb_model *m = gb_base();
    (void)gb_add_tensor(m, "b", GB_T_F16, GB_DIMS(3, 5));
    (void)gb_add_tensor(m, "c", GB_T_I8, GB_DIMS(7));
    gb_write(m);
    put(c, m, "accept/what-llama.cpp-loads@llama.cpp");
    put(c, gb_base_as(2, false), "accept/version-2@llama.cpp");
    put(c, gb_base_as(1, false), "reject/E_PROFILE_FORMAT--version-1@llama.cpp");
    put(c, gb_base_as(3, true), "reject/E_PROFILE_FORMAT--big-endian@llama.cpp");
    put(c, slots(SLOTS({32, 8}, {0, 32})), "reject/E_PROFILE_ORDER--swapped@llama.cpp");
    put(c, slots(SLOTS({0, 8}, {64, 8})), "reject/E_PROFILE_ORDER--gap@llama.cpp");
    put(c, slots(SLOTS({32, 8})), "reject/E_PROFILE_ORDER--first-not-at-zero@llama.cpp");
    put(c, one(GB_T_I8, GB_DIMS(UINT64_C(1) << 62)), "reject/E_TENSOR_TRUNCATED--first-of-2-62@llama.cpp");
    put(c, one(GB_T_I8, GB_DIMS(1, INT64_MAX)), "reject/E_PROFILE_DIMS--a-one-and-the-largest@llama.cpp");
    put(c, one(GB_T_I8, GB_DIMS(1, INT64_MAX)), "reject/E_TENSOR_RANGE--a-one-and-the-largest");
    put(c, one(GB_T_I8, GB_DIMS(4, 3, 2, 1)), "accept/four-dimensions@llama.cpp");
    put(c, one(GB_T_I8, GB_DIMS(0, INT64_MAX)), "accept/W_DIM_ZERO--ends-the-check-of-dims@llama.cpp");
    put(c, one(GB_T_I8, GB_DIMS(1, INT64_MAX, 0)), "accept/W_DIM_ZERO--behind-the-largest@llama.cpp");
}

void corpus_gguf_tensors(corpus *c)
{
    names(c);
    shapes(c);
    types(c);
    offsets(c);
    overlaps(c);
    limits(c);
    profile(c);
}

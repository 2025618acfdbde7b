/* SPDX-License-Identifier: MIT */
/* Writing described GGUF files: see gguf_build.h. The two ready descriptions are at the end. */
#include "gguf_build.h"

#include <stdlib.h>
#include <string.h>

/* Tensor data up to this far into the data section is written; what lies beyond exists on paper only. */
#define MAX_DATA ((uint64_t)1 << 20)

/* ---- Values --------------------------------------------------------------------------- */

gb_value gb_number(uint32_t type, uint64_t bits)
{
    gb_value value;
    memset(&value, 0, sizeof value);
    value.type = type;
    value.bits = bits;
    return value;
}

gb_value gb_u32(uint32_t value)
{
    return gb_number(GB_U32, value);
}

gb_value gb_string(const char *text)
{
    return gb_string_n(text, strlen(text));
}

gb_value gb_string_n(const char *text, size_t len)
{
    gb_value value = gb_number(GB_STRING, 0);
    bytes_raw(&value.text, text, len);
    return value;
}

gb_value gb_array(uint32_t element_type)
{
    gb_value value = gb_number(GB_ARRAY, 0);
    value.element_type = element_type;
    return value;
}

void gb_push(gb_value *array, gb_value element)
{
    array->elements = (gb_value *)must_grow(array->elements, array->count, sizeof *array->elements);
    array->elements[array->count++] = element;
}

gb_value gb_numbers(uint32_t element_type, size_t count, const uint64_t *bits)
{
    gb_value array = gb_array(element_type);
    for (size_t i = 0; i < count; i++)
        gb_push(&array, gb_number(element_type, bits[i]));
    return array;
}

gb_value gb_strings(size_t count, const char *const *texts)
{
    gb_value array = gb_array(GB_STRING);
    for (size_t i = 0; i < count; i++)
        gb_push(&array, gb_string(texts[i]));
    return array;
}

gb_value gb_raw(uint32_t type, const void *data, size_t len)
{
    gb_value value = gb_number(type, 0);
    value.raw = true;
    bytes_raw(&value.text, data, len);
    return value;
}

static void free_value(gb_value *value)
{
    for (size_t i = 0; i < value->count; i++)
        free_value(&value->elements[i]);
    free(value->elements);
    bytes_free(&value->text);
}

uint64_t gb_type_size(uint32_t type)
{
    static const uint8_t sizes[13] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};
    return type < 13 ? sizes[type] : 0;
}

/* ---- The description ------------------------------------------------------------------- */

gb_model *gb_new(uint32_t version, bool big_endian)
{
    gb_model *m = (gb_model *)must_alloc(sizeof *m);
    memset(m, 0, sizeof *m);
    m->version = version;
    m->big_endian = big_endian;
    m->alignment = 32;
    return m;
}

void gb_free(gb_model *m)
{
    for (size_t i = 0; i < m->num_keys; i++) {
        bytes_free(&m->keys[i].name);
        free_value(&m->keys[i].value);
    }
    for (size_t i = 0; i < m->num_tensors; i++)
        bytes_free(&m->tensors[i].name);
    free(m->keys);
    free(m->tensors);
    bytes_free(&m->file);
    free(m);
}

static void set_text(bytes *text, const char *to, size_t len)
{
    bytes_free(text);
    bytes_raw(text, to, len);
}

size_t gb_add_key(gb_model *m, const char *name, gb_value value)
{
    size_t index = m->num_keys++;
    m->keys = (gb_key *)must_grow(m->keys, index, sizeof *m->keys);
    memset(&m->keys[index], 0, sizeof m->keys[index]);
    m->keys[index].value = value;
    gb_set_key_name(m, index, name, strlen(name));
    return index;
}

void gb_set_key_name(gb_model *m, size_t key, const char *name, size_t len)
{
    set_text(&m->keys[key].name, name, len);
}

void gb_set_value(gb_model *m, size_t key, gb_value value)
{
    free_value(&m->keys[key].value);
    m->keys[key].value = value;
}

size_t gb_add_tensor(gb_model *m, const char *name, uint32_t type, uint32_t num_dims, const uint64_t *dims)
{
    size_t index = m->num_tensors++;
    m->tensors = (gb_tensor *)must_grow(m->tensors, index, sizeof *m->tensors);
    memset(&m->tensors[index], 0, sizeof m->tensors[index]);
    m->tensors[index].type = type;
    gb_set_tensor_name(m, index, name, strlen(name));
    gb_set_dims(m, index, num_dims, dims);
    return index;
}

void gb_set_tensor_name(gb_model *m, size_t tensor, const char *name, size_t len)
{
    set_text(&m->tensors[tensor].name, name, len);
}

void gb_set_dims(gb_model *m, size_t tensor, uint32_t num_dims, const uint64_t *dims)
{
    m->tensors[tensor].num_dims = num_dims;
    for (uint32_t i = 0; i < num_dims && i < GB_MAX_DIMS; i++)
        m->tensors[tensor].dims[i] = dims[i];
}

void gb_set_offset(gb_model *m, size_t tensor, uint64_t offset)
{
    m->tensors[tensor].has_offset = true;
    m->tensors[tensor].offset = offset;
}

/* ---- Tensor sizes ------------------------------------------------------------------------ */

bool gb_block(uint32_t type, uint64_t *elements, uint64_t *size)
{
    static const struct {
        uint16_t elements, size;
    } blocks[GB_T_COUNT] = {
        {1, 4},    {1, 2},    {32, 18},   {32, 20},   {0, 0},     {0, 0},     {32, 22},   {32, 24},  {32, 34},
        {32, 36},  {256, 84}, {256, 110}, {256, 144}, {256, 176}, {256, 210}, {256, 292}, {256, 66}, {256, 74},
        {256, 98}, {256, 50}, {32, 18},   {256, 110}, {256, 82},  {256, 136}, {1, 1},     {1, 2},    {1, 4},
        {1, 8},    {1, 8},    {256, 56},  {1, 2},     {0, 0},     {0, 0},     {0, 0},     {256, 54}, {256, 66},
        {0, 0},    {0, 0},    {0, 0},     {32, 17},   {64, 36},   {128, 18},  {64, 18},
    };
    if (type >= GB_T_COUNT || blocks[type].elements == 0)
        return false;
    *elements = blocks[type].elements;
    *size = blocks[type].size;
    return true;
}

static uint64_t tensor_size(const gb_tensor *t)
{
    uint64_t block_elements, size;
    if (!gb_block(t->type, &block_elements, &size) || t->num_dims > GB_MAX_DIMS)
        return UINT64_MAX;
    for (uint32_t i = 0; i < t->num_dims; i++) {
        uint64_t factor = i == 0 ? t->dims[0] / block_elements : t->dims[i];
        if (factor != 0 && size > UINT64_MAX / factor)
            return UINT64_MAX;
        size *= factor;
    }
    return size;
}

/* ---- Writing ------------------------------------------------------------------------------- */

uint64_t gb_count_size(const gb_model *m)
{
    return m->version == 1 ? 4 : 8;
}

uint64_t gb_min_key(const gb_model *m)
{
    return gb_count_size(m) + 1 + 4 + 1;
}

uint64_t gb_min_tensor(const gb_model *m)
{
    return gb_count_size(m) + 1 + 4 + 4 + 8;
}

static void write_count(gb_model *m, uint64_t value)
{
    if (m->version == 1)
        bytes_u32(&m->file, (uint32_t)(value & UINT32_MAX));
    else
        bytes_u64(&m->file, value);
}

void gb_put_count(gb_model *m, uint64_t at, uint64_t value)
{
    if (m->version == 1)
        bytes_put_u32(&m->file, at, (uint32_t)(value & UINT32_MAX));
    else
        bytes_put_u64(&m->file, at, value);
}

static uint64_t write_string(gb_model *m, const bytes *text)
{
    write_count(m, text->len);
    uint64_t at = m->file.len;
    bytes_raw(&m->file, text->data, text->len);
    return at;
}

static void write_value(gb_model *m, gb_value *value);

static void write_array(gb_model *m, gb_value *array)
{
    array->at.element_type = m->file.len;
    bytes_u32(&m->file, array->element_type);
    array->at.count = m->file.len;
    write_count(m, array->count);
    array->at.elements = m->file.len;
    for (size_t i = 0; i < array->count; i++)
        write_value(m, &array->elements[i]);
}

static void write_value(gb_model *m, gb_value *value)
{
    value->at.value = m->file.len;
    if (value->raw) {
        bytes_raw(&m->file, value->text.data, value->text.len);
    } else if (value->type == GB_STRING) {
        value->at.length = m->file.len;
        value->at.text = write_string(m, &value->text);
    } else if (value->type == GB_ARRAY) {
        write_array(m, value);
    } else {
        switch (gb_type_size(value->type)) {
        case 1:
            bytes_u8(&m->file, (uint8_t)(value->bits & UINT8_MAX));
            break;
        case 2:
            bytes_u16(&m->file, (uint16_t)(value->bits & UINT16_MAX));
            break;
        case 4:
            bytes_u32(&m->file, (uint32_t)(value->bits & UINT32_MAX));
            break;
        default:
            bytes_u64(&m->file, value->bits);
            break;
        }
    }
}

static void write_key(gb_model *m, gb_key *key)
{
    key->at.length = m->file.len;
    key->at.name = write_string(m, &key->name);
    key->at.type = m->file.len;
    bytes_u32(&m->file, key->value.type);
    write_value(m, &key->value);
    key->at.end = m->file.len;
}

static void write_tensor(gb_model *m, gb_tensor *t)
{
    t->at.length = m->file.len;
    t->at.name = write_string(m, &t->name);
    t->at.num_dims = m->file.len;
    bytes_u32(&m->file, t->num_dims);
    for (uint32_t i = 0; i < t->num_dims && i < GB_MAX_DIMS; i++) {
        t->at.dims[i] = m->file.len;
        write_count(m, t->dims[i]);
    }
    t->at.type = m->file.len;
    bytes_u32(&m->file, t->type);
    t->at.offset = m->file.len;
    bytes_u64(&m->file, t->offset);
}

static uint64_t round_up(uint64_t value, uint64_t alignment)
{
    return (value + alignment - 1) / alignment * alignment;
}

/* Gives offsets to the tensors that have none: each goes behind what lies before it in the table. */
static void place(gb_model *m)
{
    uint64_t next = 0;
    for (size_t i = 0; i < m->num_tensors; i++) {
        gb_tensor *t = &m->tensors[i];
        t->size = tensor_size(t);
        if (!t->has_offset)
            t->offset = next;
        if (t->offset <= MAX_DATA && t->size <= MAX_DATA)
            next = round_up(t->offset + t->size, m->alignment);
    }
}

uint8_t gb_data_byte(size_t tensor, uint64_t at)
{
    return (uint8_t)((tensor * 31 + at * 7 + 1) & 0xFF);
}

static void write_data(gb_model *m)
{
    bytes_pad(&m->file, m->alignment);
    m->at.data = m->file.len;
    for (size_t i = 0; i < m->num_tensors; i++) {
        const gb_tensor *t = &m->tensors[i];
        if (t->offset > MAX_DATA || t->size > MAX_DATA - t->offset || t->size == 0)
            continue;
        uint64_t end = m->at.data + t->offset + t->size;
        if (end > m->file.len)
            bytes_fill(&m->file, (size_t)end - m->file.len, 0);
        for (uint64_t k = 0; k < t->size; k++)
            bytes_put_u8(&m->file, m->at.data + t->offset + k, gb_data_byte(i, k));
    }
    if (m->pad_end)
        bytes_pad(&m->file, m->alignment);
}

void gb_write(gb_model *m)
{
    place(m);
    bytes_free(&m->file);
    m->file = bytes_new(m->big_endian);
    bytes_raw(&m->file, "GGUF", 4);
    m->at.version = m->file.len;
    bytes_u32(&m->file, m->version);
    m->at.num_tensors = m->file.len;
    write_count(m, m->num_tensors);
    m->at.num_keys = m->file.len;
    write_count(m, m->num_keys);
    m->at.entries = m->file.len;
    for (size_t i = 0; i < m->num_keys; i++)
        write_key(m, &m->keys[i]);
    for (size_t i = 0; i < m->num_tensors; i++)
        write_tensor(m, &m->tensors[i]);
    m->at.header_end = m->file.len;
    m->at.data = m->file.len;
    if (m->num_tensors > 0)
        write_data(m);
}

/* ---- Ready descriptions ----------------------------------------------------------------------- */

gb_model *gb_base_as(uint32_t version, bool big_endian)
{
    gb_model *m = gb_new(version, big_endian);
    gb_add_key(m, "general.architecture", gb_string("llama"));
    gb_add_key(m, "general.alignment", gb_u32(32));
    gb_add_tensor(m, "w", GB_T_F32, GB_DIMS(8));
    gb_write(m);
    return m;
}

gb_model *gb_base(void)
{
    return gb_base_as(3, false);
}

/* One key for each type of number, and one array of each. */
static void add_numbers(gb_model *m)
{
    static const struct {
        const char *name, *array_name;
        uint32_t type;
        uint64_t bits[3];
    } rows[] = {
        {"n.u8", "a.u8", GB_U8, {200, 0, 255}},
        {"n.i8", "a.i8", GB_I8, {0xFB, 0x80, 0x7F}},
        {"n.u16", "a.u16", GB_U16, {60000, 0, 65535}},
        {"n.i16", "a.i16", GB_I16, {0xFED4, 0x8000, 0x7FFF}},
        {"n.u32", "a.u32", GB_U32, {4000000000, 0, 4294967295}},
        {"n.i32", "a.i32", GB_I32, {0xFFFEEE90, 0x80000000, 0x7FFFFFFF}},
        {"n.f32", "a.f32", GB_F32, {0x3FC00000, 0xC0200000, 0x7F800000}}, /* 1.5, -2.5, infinity */
        {"n.bool", "a.bool", GB_BOOL, {1, 0, 1}},
        {"n.u64", "a.u64", GB_U64, {18000000000000000000u, 0, UINT64_MAX}},
        {"n.i64", "a.i64", GB_I64, {0xFFFFFFFFFFFFFFF9, 0x8000000000000000, INT64_MAX}},
        {"n.f64", "a.f64", GB_F64, {0x3FF8000000000000, 0xC004000000000000, 0x7FEFFFFFFFFFFFFF}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (m->version == 1 && rows[i].type > GB_ARRAY)
            continue;
        gb_add_key(m, rows[i].name, gb_number(rows[i].type, rows[i].bits[0]));
        gb_add_key(m, rows[i].array_name, gb_numbers(rows[i].type, 3, rows[i].bits));
    }
}

static void add_nested(gb_model *m)
{
    static const uint64_t numbers[] = {1, 2, 3, 4, 5};
    static const char *const texts[] = {"in", "", "deep"};
    gb_value pairs = gb_array(GB_ARRAY);
    gb_push(&pairs, gb_numbers(GB_I32, 2, numbers));
    gb_push(&pairs, gb_array(GB_STRING));
    gb_push(&pairs, gb_strings(3, texts));
    gb_value deep = gb_array(GB_ARRAY);
    gb_push(&deep, gb_numbers(GB_U16, 5, numbers));
    gb_push(&pairs, deep);
    gb_add_key(m, "a.nested", pairs);
    gb_add_key(m, "a.empty", gb_array(GB_I16));
}

gb_model *gb_rich(uint32_t version, bool big_endian)
{
    static const char *const tokens[] = {"<s>", "", "hello", "\xE2\x96\x81the", "\xF0\x9F\x98\x80", "</s>"};
    gb_model *m = gb_new(version, big_endian);
    m->alignment = 64;
    m->pad_end = true;
    gb_add_key(m, "general.architecture", gb_string("llama"));
    gb_add_key(m, "general.alignment", gb_u32(64));
    gb_add_key(m, "general.quantization_version", gb_u32(2));
    gb_add_key(m, "general.description", gb_string(""));
    add_numbers(m);
    gb_add_key(m, "tokenizer.ggml.tokens", gb_strings(sizeof tokens / sizeof tokens[0], tokens));
    add_nested(m);
    gb_add_tensor(m, "token_embd.weight", GB_T_F32, GB_DIMS(4, 6));
    gb_add_tensor(m, "blk.0.attn_q.weight", GB_T_Q4_0, GB_DIMS(32, 3));
    gb_add_tensor(m, "blk.0.ffn_up.weight", GB_T_Q4_K, GB_DIMS(256, 2));
    gb_add_tensor(m, "blk.0.scale", GB_T_F64, GB_SCALAR);
    gb_add_tensor(m, "blk.0.conv", GB_T_F16, GB_DIMS(3, 2, 2, 3));
    gb_add_tensor(m, "blk.0.ids", GB_T_I64, GB_DIMS(3));
    gb_add_tensor(m, "blk.0.moe", GB_T_MXFP4, GB_DIMS(64, 1, 2));
    gb_add_tensor(m, "output.bias", GB_T_BF16, GB_DIMS(5));
    gb_write(m);
    return m;
}

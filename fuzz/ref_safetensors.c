/* SPDX-License-Identifier: MIT */
/* The second reader of safetensors (see ref_legacy.h), on top of the second reader of JSON. The file was accepted: what
 * is not as the format says is a fault of the library. */
#include "fuzz.h"
#include "ref_json.h"
#include "ref_legacy.h"
#include "wide.h"

#include <stdlib.h>

typedef struct table {
    const tg_model *model;
    const ref_file *file;
    ref_text_of text;
    size_t at;
    uint64_t data, covered, end; /* where data begins; bytes that tensors have; where the last of them ends */
    uint64_t tensor, key;        /* numbers of the next */
    uint8_t *name, *other;       /* room for any string of the text */
} table;

static void expect(table *t, char byte)
{
    t->at = ref_json_space(t->text, t->at);
    FUZZ_CHECK(t->at < t->text.len && t->text.text[t->at] == (uint8_t)byte, "a header that is not the format's JSON");
    t->at++;
}

static bool next_is(table *t, char byte)
{
    t->at = ref_json_space(t->text, t->at);
    return t->at < t->text.len && t->text.text[t->at] == (uint8_t)byte;
}

static size_t string(table *t, uint8_t *out)
{
    size_t len = 0;
    FUZZ_CHECK(ref_json_string(t->text, &t->at, out, &len) == TG_OK, "a string of the header");
    return len;
}

static uint64_t number(table *t)
{
    uint64_t value = 0;
    FUZZ_CHECK(ref_json_u64(t->text, &t->at, &value) == TG_OK, "a number of the header");
    return value;
}

/* Is there a further member? Takes the comma in front of it, or the bracket behind the last. */
static bool more(table *t, bool first, char close)
{
    if (next_is(t, close)) {
        t->at++;
        return false;
    }
    if (!first)
        expect(t, ',');
    return true;
}

static bool is_word(const uint8_t *text, size_t len, const char *word)
{
    return len == strlen(word) && memcmp(text, word, len) == 0;
}

/* The library has one name for a type in all formats: that of ggml, where it has the type. */
static bool same_type(const uint8_t *dtype, size_t len, const char *name)
{
    if (len != strlen(name))
        return false;
    for (size_t i = 0; i < len; i++)
        if ((dtype[i] | 32) != (name[i] | 32))
            return false;
    return true;
}

/* Bits of an element; 0 where there is no such type. */
static uint64_t bits_of(const uint8_t *dtype, size_t len)
{
    static const struct {
        const char *name;
        uint64_t bits;
    } types[] = {
        {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"BOOL", 8},        {"U8", 8},          {"I8", 8},
        {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8}, {"F8_E5M2FNUZ", 8}, {"I16", 16},
        {"U16", 16},    {"F16", 16},    {"BF16", 16},   {"I32", 32},        {"U32", 32},        {"F32", 32},
        {"C64", 64},    {"F64", 64},    {"I64", 64},    {"U64", 64},
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (is_word(dtype, len, types[i].name))
            return types[i].bits;
    return 0;
}

static void read_offsets(table *t, const tg_tensor *tensor)
{
    expect(t, '[');
    uint64_t begin = number(t);
    expect(t, ',');
    uint64_t end = number(t);
    expect(t, ']');
    FUZZ_CHECK(begin <= end && end <= t->file->size - t->data, "data outside of the file");
    FUZZ_CHECK(tensor->offset == t->data + begin && tensor->size == end - begin, "another place of the data");
    t->covered += end - begin;
    t->end = end > t->end ? end : t->end;
}

/* Returns the product. */
static uint64_t read_shape(table *t, const tg_tensor *tensor)
{
    uint64_t product = 1;
    uint32_t rank = 0;
    expect(t, '[');
    for (; more(t, rank == 0, ']'); rank++) {
        uint64_t dim = number(t);
        FUZZ_CHECK(rank < tensor->num_dims && tensor->dims[rank] == dim, "another shape");
        product = wide_low(wide_mul(product, dim));
    }
    FUZZ_CHECK(rank == tensor->num_dims, "another rank");
    return product;
}

static void read_tensor(table *t, const uint8_t *name, size_t len)
{
    const tg_tensor *tensor = tg_model_tensor(t->model, t->tensor++);
    uint64_t elements = 0, bits = 0;
    unsigned found = 0;
    FUZZ_CHECK(tensor != NULL && tensor->name.len == len && memcmp(tensor->name.ptr, name, len) == 0, "another name");
    expect(t, '{');
    for (bool first = true; more(t, first, '}'); first = false) {
        size_t field = string(t, t->other);
        expect(t, ':');
        if (is_word(t->other, field, "dtype")) {
            size_t dtype = string(t, t->other);
            bits = bits_of(t->other, dtype);
            FUZZ_CHECK(same_type(t->other, dtype, tg_dtype_name(tensor->dtype)), "another dtype");
        } else if (is_word(t->other, field, "shape")) {
            elements = read_shape(t, tensor);
        } else if (is_word(t->other, field, "data_offsets")) {
            read_offsets(t, tensor);
        } else {
            FUZZ_CHECK(ref_json_value(t->text, &t->at, 8) == TG_OK, "a field that nobody knows");
            continue;
        }
        found++;
    }
    FUZZ_CHECK(found == 3 && bits > 0, "a tensor without all of its fields");
    wide size = wide_mul(elements, bits);
    FUZZ_CHECK(!wide_above(size, UINT64_MAX) && wide_low(size) % 8 == 0 && wide_low(size) / 8 == tensor->size,
               "a size that is not that of the shape");
}

static void read_metadata(table *t)
{
    if (ref_json_kind(t->text, ref_json_space(t->text, t->at)) == 'n') {
        (void)ref_json_value(t->text, &t->at, 1);
        return;
    }
    expect(t, '{');
    for (bool first = true; more(t, first, '}'); first = false) {
        const tg_key *key = tg_model_key(t->model, t->key++);
        tg_value value = tg_model_value(t->model, key);
        tg_bytes text;
        size_t len = string(t, t->other);
        FUZZ_CHECK(key != NULL && key->name.len == len && memcmp(key->name.ptr, t->other, len) == 0, "another key");
        expect(t, ':');
        len = string(t, t->other);
        FUZZ_CHECK(tg_value_string(&value, &text) && text.len == len &&
                       (len == 0 || memcmp(text.ptr, t->other, len) == 0),
                   "another value");
    }
}

static void read_table(table *t)
{
    expect(t, '{');
    for (bool first = true; more(t, first, '}'); first = false) {
        size_t len = string(t, t->name);
        expect(t, ':');
        if (is_word(t->name, len, "__metadata__"))
            read_metadata(t);
        else
            read_tensor(t, t->name, len);
    }
    FUZZ_CHECK(ref_json_space(t->text, t->at) == t->text.len, "text behind the table");
}

void ref_safetensors_check(const tg_model *model, const ref_file *file)
{
    uint64_t len = 0;
    for (unsigned i = 0; i < 8; i++)
        len |= (uint64_t)file->data[i] << (8 * i);
    FUZZ_CHECK(file->size >= 8 && len <= file->size - 8, "a header that ends behind the file");
    if (len > file->len - 8)
        return; /* the zeros that are only counted are no JSON */
    uint8_t *room = (uint8_t *)malloc(2 * (size_t)len + 2);
    FUZZ_CHECK(room != NULL, "no memory for the second reader");
    table t = {model, file, {file->data + 8, (size_t)len}, 0, 8 + len, 0, 0, 0, 0, room, room + len + 1};
    read_table(&t);
    FUZZ_CHECK(t.tensor == tg_model_num_tensors(model) && t.key == tg_model_num_keys(model), "other entries");
    FUZZ_CHECK(t.covered == file->size - t.data && t.end == t.covered, "data that does not cover the file");
    free(room);
}

/* SPDX-License-Identifier: MIT */
/* Arrays: access to one element, the walk over all, and the copy of many. The bytes were validated when the
 * model was opened; they are read through a cursor again all the same. Pure; every function is total. */
#include "parse.h"
#include "value.h"

bool tgi_gguf_value_type(uint32_t id, tg_value_type *out)
{
    static const uint8_t types[] = {
        TG_VALUE_U8,   TG_VALUE_I8,     TG_VALUE_U16,   TG_VALUE_I16, TG_VALUE_U32, TG_VALUE_I32, TG_VALUE_F32,
        TG_VALUE_BOOL, TG_VALUE_STRING, TG_VALUE_ARRAY, TG_VALUE_U64, TG_VALUE_I64, TG_VALUE_F64,
    };
    if (id >= sizeof types)
        return false;
    *out = (tg_value_type)types[id];
    return true;
}

/* Reads a length or count. */
static bool read_length(tgi_cursor *c, uint32_t encoding, uint64_t *out)
{
    if (!tgi_read_bits(c, (encoding & TGI_ENCODING_LENGTH_32) != 0 ? 4 : 8, out))
        return false;
    if ((encoding & TGI_ENCODING_BIT_31) != 0)
        *out &= INT32_MAX;
    return true;
}

/* Bytes between two strings. */
static uint64_t between_strings(uint32_t encoding)
{
    return (encoding & (TGI_ENCODING_SCORED | TGI_ENCODING_SCORES)) != 0 ? sizeof(float) : 0;
}

/* Reads past `count` strings. */
static bool skip_strings(tgi_cursor *c, uint32_t encoding, uint64_t count)
{
    for (; count > 0; count--) {
        uint64_t len;
        const uint8_t *bytes;
        if (!read_length(c, encoding, &len) || !tgi_take(c, len, &bytes) ||
            !tgi_take(c, between_strings(encoding), &bytes))
            return false;
    }
    return true;
}

/* Reads past one string, but not past what follows it. */
static bool skip_text(tgi_cursor *c, uint32_t encoding)
{
    uint64_t len;
    const uint8_t *bytes;
    return read_length(c, encoding, &len) && tgi_take(c, len, &bytes);
}

/* Are the elements numbers that stand behind strings? */
static bool is_behind_strings(const tg_value *array)
{
    return (array->own.encoding & TGI_ENCODING_SCORES) != 0;
}

/* The type and count in front of an array in an array. */
static bool read_array_head(tgi_cursor *c, uint32_t encoding, tg_value_type *type, uint64_t *count)
{
    uint32_t id;
    return tgi_read_u32(c, &id) && tgi_gguf_value_type(id, type) && read_length(c, encoding, count);
}

/* Reads past the `count` elements of an array, whatever is in them. */
static bool skip_elements(tgi_cursor *c, uint32_t encoding, tg_value_type type, uint64_t count)
{
    uint64_t left[TGI_MAX_ARRAY_DEPTH]; /* arrays still to come at each depth */
    size_t depth = 0;
    for (;;) {
        if (type == TG_VALUE_ARRAY) {
            if (depth == TGI_MAX_ARRAY_DEPTH)
                return false;
            left[depth++] = count;
        } else if (type == TG_VALUE_STRING) {
            if (!skip_strings(c, encoding, count))
                return false;
        } else {
            uint64_t bytes;
            const uint8_t *p;
            if (!tgi_mul_u64(count, tg_value_type_size(type), &bytes) || !tgi_take(c, bytes, &p))
                return false;
        }
        while (depth > 0 && left[depth - 1] == 0)
            depth--;
        if (depth == 0)
            return true;
        left[depth - 1]--;
        if (!read_array_head(c, encoding, &type, &count))
            return false;
    }
}

/* Reads the element at the cursor, and moves past it. */
static bool read_element(tgi_cursor *c, const tg_value *array, tg_value *out)
{
    tg_value element = {array->element_type, TG_VALUE_NONE, 0, {NULL, NULL, 0, array->own.encoding}};
    const uint8_t *bytes, *score;
    uint64_t len = tg_value_type_size(array->element_type);
    if (element.type == TG_VALUE_STRING && !read_length(c, array->own.encoding, &len))
        return false;
    if (is_behind_strings(array) && !skip_text(c, array->own.encoding))
        return false;
    if (element.type == TG_VALUE_ARRAY) {
        if (!read_array_head(c, array->own.encoding, &element.element_type, &element.count))
            return false;
        size_t start = c->pos;
        bytes = c->base + start;
        if (!skip_elements(c, array->own.encoding, element.element_type, element.count))
            return false;
        len = c->pos - start;
    } else if (!tgi_take(c, len, &bytes)) {
        return false;
    }
    if (element.type == TG_VALUE_STRING && !tgi_take(c, between_strings(array->own.encoding), &score))
        return false;
    element.own.bytes = bytes;
    element.own.len = (size_t)len;
    *out = element;
    return true;
}

static bool is_array(const tg_value *value)
{
    return value != NULL && value->type == TG_VALUE_ARRAY && value->own.bytes != NULL;
}

tg_array_iter tg_array_begin(const tg_value *array)
{
    tg_array_iter iter = {{TG_VALUE_NONE, TG_VALUE_NONE, 0, {NULL, NULL, 0, 0}}, 0, 0};
    if (is_array(array))
        iter.array = *array;
    return iter;
}

bool tg_array_next(tg_array_iter *iter, tg_value *out_element)
{
    if (iter == NULL || out_element == NULL || !is_array(&iter->array) || iter->index >= iter->array.count)
        return false;
    tgi_cursor c = tgi_open_value(&iter->array, iter->at);
    if (!read_element(&c, &iter->array, out_element))
        return false;
    iter->at = c.pos;
    iter->index++;
    return true;
}

/* Puts `*out` on element `index`, which the array has. */
static bool seek_element(const tg_value *array, uint64_t index, tgi_cursor *out)
{
    size_t size = tg_value_type_size(array->element_type);
    uint64_t at = 0, first = 0;
    if (size != 0 && !is_behind_strings(array)) {
        if (!tgi_mul_u64(index, size, &at) || at >= array->own.len)
            return false;
        first = index;
    } else if (array->own.marks != NULL) {
        at = ((const uint64_t *)array->own.marks)[index / TGI_MARK_EVERY];
        first = index - index % TGI_MARK_EVERY;
    }
    *out = tgi_open_value(array, (size_t)at);
    if (array->element_type == TG_VALUE_STRING || is_behind_strings(array))
        return skip_strings(out, array->own.encoding, index - first);
    for (; first < index; first++) {
        tg_value passed;
        if (!read_element(out, array, &passed))
            return false;
    }
    return true;
}

bool tg_array_get(const tg_value *array, uint64_t index, tg_value *out_element)
{
    tgi_cursor c;
    if (!is_array(array) || out_element == NULL || index >= array->count)
        return false;
    return seek_element(array, index, &c) && read_element(&c, array, out_element);
}

/* Stores the low `size` bytes of `bits` as a number of the host. */
static void store_number(uint8_t *out, size_t size, uint64_t bits)
{
    uint8_t one = (uint8_t)(bits & UINT8_MAX);
    uint16_t two = (uint16_t)(bits & UINT16_MAX);
    uint32_t four = (uint32_t)(bits & UINT32_MAX);
    const void *from = size == 1   ? (const void *)&one
                       : size == 2 ? (const void *)&two
                       : size == 4 ? (const void *)&four
                                   : &bits;
    memcpy(out, from, size);
}

bool tg_array_copy(const tg_value *array, uint64_t first, uint64_t count, void *out_buffer, size_t len)
{
    if (!is_array(array) || first > array->count || count > array->count - first || (out_buffer == NULL && count > 0))
        return false;
    size_t size = tg_value_type_size(array->element_type);
    uint64_t bytes;
    if (size == 0 || !tgi_mul_u64(count, size, &bytes) || bytes > len)
        return false;
    if (count == 0)
        return true;
    tgi_cursor c;
    if (!seek_element(array, first, &c) || (!is_behind_strings(array) && bytes > tgi_left(&c)))
        return false;
    uint8_t *out = (uint8_t *)out_buffer;
    for (uint64_t bits; count > 0; count--, out += size) {
        if ((is_behind_strings(array) && !skip_text(&c, array->own.encoding)) || !tgi_read_bits(&c, size, &bits))
            return false;
        store_number(out, size, bits);
    }
    return true;
}

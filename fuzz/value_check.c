/* SPDX-License-Identifier: MIT */
/* Values: the getters, the walk, the access by index and the copy of an array must tell the same story. */
#include "fuzz.h"
#include "model_check.h"

/* Elements that are asked for one by one, which for arrays in arrays takes time for all before. */
#define MAX_GETS 64
#define MAX_CUT 512 /* bytes of a view that is tried with an end that is too early */

FUZZ_MAY_WRAP uint64_t digest_number(uint64_t digest, uint64_t number)
{
    digest = (digest ^ number) * UINT64_C(0x9FB21C651E98DF25);
    return digest ^ digest >> 32;
}

uint64_t digest_bytes(uint64_t digest, const void *bytes, size_t size)
{
    return digest_number(digest, size > 0 ? fuzz_hash(bytes, size) : 0);
}

static void check_integer(const tg_value *v)
{
    uint64_t u = 0x5555;
    int64_t i = -0x5555;
    bool is_u = tg_value_u64(v, &u), is_i = tg_value_i64(v, &i);
    FUZZ_CHECK(is_u || u == 0x5555, "a getter wrote and then said no");
    FUZZ_CHECK(is_i || i == -0x5555, "a getter wrote and then said no");
    if (is_u && is_i)
        FUZZ_CHECK(i >= 0 && (uint64_t)i == u, "an integer that is two numbers");
    if (is_u && !is_i)
        FUZZ_CHECK(u > (uint64_t)INT64_MAX, "a small integer that i64 refuses");
    if (is_i && !is_u)
        FUZZ_CHECK(i < 0, "a positive integer that u64 refuses");
    bool is_integer = v->type >= TG_VALUE_U8 && v->type <= TG_VALUE_I64;
    FUZZ_CHECK(is_integer == (is_u || is_i), "what is an integer, and what is not");
}

static void check_float(const tg_value *v)
{
    double number = 0.25;
    if (!tg_value_f64(v, &number)) {
        FUZZ_CHECK(number == 0.25, "a getter wrote and then said no");
        FUZZ_CHECK(v->type != TG_VALUE_F32 && v->type != TG_VALUE_F64, "a float that is none");
        return;
    }
    FUZZ_CHECK(v->type >= TG_VALUE_U8 && v->type <= TG_VALUE_F64, "a double of what is no number");
    int64_t i;
    uint64_t u;
    const double end = 9223372036854775808.0; /* 2^63 */
    if (tg_value_i64(v, &i))
        FUZZ_CHECK(number < end && (int64_t)number == i, "a double that is another number than the integer");
    else if (tg_value_u64(v, &u))
        FUZZ_CHECK(number < 2 * end && (uint64_t)number == u, "a double that is another number than the integer");
}

static void check_scalar(const tg_value *v)
{
    check_integer(v);
    check_float(v);
    if (v->type != TG_VALUE_STRING && v->own.len > 0) {
        tg_value cut = *v;
        cut.own.len--;
        uint64_t number = 0;
        FUZZ_CHECK(!tg_value_u64(&cut, &number), "a number beyond the end of a view");
    }
    bool flag = true;
    bool is_bool = tg_value_bool(v, &flag);
    FUZZ_CHECK(is_bool == (v->type == TG_VALUE_BOOL), "what is a bool, and what is not");
    tg_bytes text = {NULL, 77};
    bool is_text = tg_value_string(v, &text);
    FUZZ_CHECK(is_text == (v->type == TG_VALUE_STRING), "what is a string, and what is not");
    FUZZ_CHECK(is_text || text.len == 77, "a getter wrote and then said no");
}

/* The copy of all numbers of an array holds what the getters say. */
static void check_copy(const tg_value *array, uint64_t index, const tg_value *element)
{
    uint8_t raw[9];
    size_t size = tg_value_type_size(array->element_type);
    memset(raw, 0xEE, sizeof raw);
    bool copied = tg_array_copy(array, index, 1, raw, size);
    FUZZ_CHECK(copied == (size > 0), "which arrays can be copied");
    if (!copied)
        return;
    FUZZ_CHECK(raw[size] == 0xEE, "a copy wrote beyond its buffer");
    FUZZ_CHECK(!tg_array_copy(array, index, 1, raw, size - 1), "a copy into too small a buffer");
    uint64_t u;
    if (!tg_value_u64(element, &u))
        return;
    uint64_t copy = 0;
    switch (size) {
    case 1:
        copy = raw[0];
        break;
    case 2: {
        uint16_t two;
        memcpy(&two, raw, sizeof two);
        copy = two;
        break;
    }
    case 4: {
        uint32_t four;
        memcpy(&four, raw, sizeof four);
        copy = four;
        break;
    }
    default:
        memcpy(&copy, raw, sizeof copy);
    }
    FUZZ_CHECK(copy == u, "a copied number is another number");
}

/* The bytes that a value is a view of must be the same, whichever way it was reached. */
static bool same_view(const tg_value *a, const tg_value *b)
{
    return a->type == b->type && a->element_type == b->element_type && a->count == b->count &&
           a->own.bytes == b->own.bytes && a->own.len == b->own.len;
}

/* A view that ends a little too early, as none does that was validated: its last element is missing, no other. */
static void check_cut(const tg_value *array)
{
    tg_value cut = *array, element;
    uint8_t copy[8];
    for (size_t k = 1; k <= 4 && array->count > 0 && k <= array->own.len && array->own.len <= MAX_CUT; k++) {
        uint64_t walked = 0;
        cut.own.len = array->own.len - k;
        for (tg_array_iter i = tg_array_begin(&cut); tg_array_next(&i, &element);)
            walked++;
        FUZZ_CHECK(walked < array->count && (k > 1 || walked == array->count - 1), "a walk beyond the end of a view");
        FUZZ_CHECK(!tg_array_get(&cut, array->count - 1, &element), "an element beyond the end of a view");
        FUZZ_CHECK(!tg_array_copy(&cut, array->count - 1, 1, copy, sizeof copy), "a copy beyond the end of a view");
    }
}

/* One array, not what is in the arrays inside it. */
static void check_array(const tg_value *array)
{
    tg_value element, same;
    uint64_t index = 0;
    for (tg_array_iter i = tg_array_begin(array); tg_array_next(&i, &element); index++) {
        FUZZ_CHECK(element.type == array->element_type, "an element of another type");
        FUZZ_CHECK(index < array->count, "more elements than the count");
        if (index < MAX_GETS || index + 2 > array->count) {
            FUZZ_CHECK(tg_array_get(array, index, &same) && same_view(&element, &same), "walk and index disagree");
            check_copy(array, index, &element);
        }
        if (element.type != TG_VALUE_ARRAY && (index < MAX_GETS || index + 2 > array->count))
            check_scalar(&element);
    }
    FUZZ_CHECK(index == array->count, "a walk that ends too early");
    FUZZ_CHECK(!tg_array_get(array, array->count, &element), "an element behind the last");
    FUZZ_CHECK(!tg_array_get(array, UINT64_MAX, &element), "an element behind the last");
    bool copied = tg_value_type_size(array->element_type) > 0;
    FUZZ_CHECK(tg_array_copy(array, array->count, 0, NULL, 0) == copied, "a copy of nothing");
    FUZZ_CHECK(tg_array_copy(array, 0, 0, NULL, 0) == copied, "a copy of nothing");
    FUZZ_CHECK(!tg_array_copy(array, array->count, 1, &element, sizeof element), "a copy behind the last");
    FUZZ_CHECK(!tg_array_copy(array, 1, UINT64_MAX, &element, sizeof element), "a copy of more than there is");
    FUZZ_CHECK(!tg_array_copy(array, array->count + 1, 0, &element, sizeof element), "a copy from beyond the end");
    FUZZ_CHECK(!tg_array_copy(array, 0, array->count + 1, &element, SIZE_MAX), "a copy of one too many");
    FUZZ_CHECK(array->count == 0 || !tg_array_copy(array, 0, 1, NULL, sizeof element), "a copy to nowhere");
    FUZZ_CHECK(!tg_array_get(array, 0, NULL), "an element to nowhere");
    tg_array_iter end = tg_array_begin(array);
    FUZZ_CHECK(!tg_array_next(&end, NULL), "an element to nowhere");
    end.index = array->count;
    FUZZ_CHECK(!tg_array_next(&end, &element), "an element behind the last");
    check_cut(array);
}

void value_check(const tg_value *value)
{
    tg_value element;
    check_scalar(value);
    if (value->type != TG_VALUE_ARRAY) {
        FUZZ_CHECK(!tg_array_get(value, 0, &element), "an element of something that is no array");
        return;
    }
    /* Down the last array in each array: all levels, without recursion. */
    check_array(value);
    tg_value outer = *value;
    while (outer.element_type == TG_VALUE_ARRAY && outer.count > 0) {
        FUZZ_CHECK(tg_array_get(&outer, outer.count - 1, &element), "the last element is missing");
        check_array(&element);
        outer = element;
    }
}

uint64_t digest_value(const tg_value *value, uint64_t digest)
{
    digest = digest_number(digest, (uint64_t)value->type << 8 | (uint64_t)value->element_type);
    digest = digest_number(digest, value->count);
    return digest_bytes(digest, value->own.bytes, value->own.len);
}

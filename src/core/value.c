/* SPDX-License-Identifier: MIT */
/* Values: the typed getters of scalars and strings, reading through a cursor over the bytes of the value. Arrays
 * are in array.c. Pure; every function is total. */
#include "value.h"

#include <string.h>

const char *tg_value_type_name(tg_value_type type)
{
    static const char *const names[] = {"",    "u8",  "i8",  "u16", "i16",  "u32",    "i32",
                                        "u64", "i64", "f32", "f64", "bool", "string", "array"};
    return (size_t)type < sizeof names / sizeof names[0] ? names[type] : "";
}

size_t tg_value_type_size(tg_value_type type)
{
    static const uint8_t sizes[] = {0, 1, 1, 2, 2, 4, 4, 8, 8, 4, 8, 1, 0, 0};
    return (size_t)type < sizeof sizes ? sizes[type] : 0;
}

tgi_cursor tgi_open_value(const tg_value *value, size_t at)
{
    tgi_cursor c = {(const uint8_t *)value->own.bytes, value->own.len, 0, 0,
                    (value->own.encoding & TGI_ENCODING_BIG) != 0};
    if (at <= c.len)
        c.pos = at;
    return c;
}

bool tgi_read_bits(tgi_cursor *c, size_t size, uint64_t *out)
{
    const uint8_t *p;
    if (!tgi_take(c, size, &p))
        return false;
    switch (size) {
    case 1:
        *out = p[0];
        return true;
    case 2:
        *out = tgi_load_u16(p, c->big_endian);
        return true;
    case 4:
        *out = tgi_load_u32(p, c->big_endian);
        return true;
    case 8:
        *out = tgi_load_u64(p, c->big_endian);
        return true;
    default:
        return false;
    }
}

/* The bits of a scalar of any type. */
static bool value_bits(const tg_value *value, uint64_t *out)
{
    if (value == NULL || value->own.bytes == NULL)
        return false;
    tgi_cursor c = tgi_open_value(value, 0);
    return tgi_read_bits(&c, tg_value_type_size(value->type), out);
}

/* An integer as a sign and a size: the number is -1 - rest where `negative`, else rest. */
static bool value_integer(const tg_value *value, bool *negative, uint64_t *rest)
{
    uint64_t bits;
    if (!value_bits(value, &bits))
        return false;
    switch (value->type) {
    case TG_VALUE_U8:
    case TG_VALUE_U16:
    case TG_VALUE_U32:
    case TG_VALUE_U64:
        *negative = false;
        *rest = bits;
        return true;
    case TG_VALUE_I8:
    case TG_VALUE_I16:
    case TG_VALUE_I32:
    case TG_VALUE_I64: {
        unsigned width = (unsigned)tg_value_type_size(value->type) * 8;
        uint64_t all = UINT64_MAX >> (64 - width);
        *negative = (bits >> (width - 1)) != 0;
        *rest = *negative ? all - bits : bits;
        return true;
    }
    default:
        return false;
    }
}

bool tg_value_u64(const tg_value *value, uint64_t *out)
{
    bool negative;
    uint64_t rest;
    if (out == NULL || !value_integer(value, &negative, &rest) || negative)
        return false;
    *out = rest;
    return true;
}

bool tg_value_i64(const tg_value *value, int64_t *out)
{
    bool negative;
    uint64_t rest;
    if (out == NULL || !value_integer(value, &negative, &rest) || rest > (uint64_t)INT64_MAX)
        return false;
    *out = negative ? -1 - (int64_t)rest : (int64_t)rest;
    return true;
}

/* Does a double hold `number` exactly? It has 53 bits, so at most the lowest may be zeros. */
static bool fits_double(uint64_t number)
{
    while (number > (UINT64_C(1) << 53)) {
        if ((number & 1) != 0)
            return false;
        number >>= 1;
    }
    return true;
}

bool tg_value_f64(const tg_value *value, double *out)
{
    uint64_t bits;
    if (out == NULL || !value_bits(value, &bits))
        return false;
    if (value->type == TG_VALUE_F64) {
        memcpy(out, &bits, sizeof *out);
        return true;
    }
    if (value->type == TG_VALUE_F32) {
        uint32_t narrow = (uint32_t)bits;
        float number;
        memcpy(&number, &narrow, sizeof number);
        *out = (double)number;
        return true;
    }
    bool negative;
    uint64_t rest;
    if (!value_integer(value, &negative, &rest))
        return false;
    uint64_t size = negative ? rest + 1 : rest;
    if (!fits_double(size))
        return false;
    *out = negative ? -(double)size : (double)size;
    return true;
}

bool tg_value_bool(const tg_value *value, bool *out)
{
    uint64_t bits;
    if (out == NULL || !value_bits(value, &bits) || value->type != TG_VALUE_BOOL)
        return false;
    *out = bits != 0;
    return true;
}

bool tg_value_string(const tg_value *value, tg_bytes *out)
{
    if (value == NULL || out == NULL || value->type != TG_VALUE_STRING || value->own.bytes == NULL)
        return false;
    out->ptr = (const char *)value->own.bytes;
    out->len = value->own.len;
    return true;
}

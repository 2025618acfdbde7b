/* SPDX-License-Identifier: MIT */
/* The second reader of GGUF (see ref_gguf.h): header, keys, tensor table. The end of the judgement, where tensors
 * may be, is in ref_place.c. */
#include "ref_gguf.h"

#include "fuzz.h"
#include "ref_place.h"
#include "wide.h"

#include <stdlib.h>

#define MOST ((uint64_t)INT64_MAX)

/* ---- Verdicts and reads ---------------------------------------------------------------------- */

bool ref_fail(ref_gguf *r, tg_status status, uint64_t offset)
{
    r->status = status;
    r->offset = offset;
    return false;
}

bool ref_warn(ref_gguf *r, tg_status status, uint64_t offset)
{
    if ((r->options->flags & TG_STRICT) != 0)
        return ref_fail(r, status, offset);
    ref_warning *w = &r->warnings[(unsigned)status - REF_FIRST_WARNING];
    if (w->count++ == 0)
        w->offset = offset;
    return true;
}

uint8_t ref_byte(const ref_gguf *r, uint64_t at)
{
    return at < r->file->len ? r->file->data[at] : 0;
}

/* The next `n` bytes must be there, and inside what a header may have. */
static bool want(ref_gguf *r, uint64_t n)
{
    if (n > r->file->size - r->pos)
        return ref_fail(r, TG_E_TRUNCATED, r->pos);
    if (r->pos + n > r->options->limits.max_header_bytes)
        return ref_fail(r, TG_E_LIMIT_HEADER, r->pos);
    return true;
}

static bool number(ref_gguf *r, unsigned width, uint64_t *out)
{
    if (!want(r, width))
        return false;
    uint64_t value = 0;
    for (unsigned i = 0; i < width; i++) {
        unsigned from = r->big ? i : width - 1 - i;
        value = value << 8 | ref_byte(r, r->pos + from);
    }
    r->pos += width;
    *out = value;
    return true;
}

static bool u32(ref_gguf *r, uint32_t *out)
{
    uint64_t value;
    if (!number(r, 4, &value))
        return false;
    *out = (uint32_t)value;
    return true;
}

static unsigned width_of(const ref_gguf *r)
{
    return r->version == 1 ? 4 : 8;
}

static uint32_t value_size(uint32_t type)
{
    switch (type) {
    case 0:
    case 1:
    case 7:
        return 1;
    case 2:
    case 3:
        return 2;
    case 4:
    case 5:
    case 6:
        return 4;
    case 10:
    case 11:
    case 12:
        return 8;
    default:
        return 0;
    }
}

/* ---- Text -------------------------------------------------------------------------------------- */

bool ref_utf8(const uint8_t *text, uint64_t len, uint64_t *out_at, bool *out_nul)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    *out_nul = false;
    for (uint64_t at = 0, n; at < len; at += n) {
        uint8_t first = text[at];
        *out_at = at;
        n = first < 0x80 ? 1 : (first & 0xE0) == 0xC0 ? 2 : (first & 0xF0) == 0xE0 ? 3 : (first & 0xF8) == 0xF0 ? 4 : 0;
        if (n == 0 || n > len - at)
            return false;
        uint32_t character = n == 1 ? first : first & (0x7Fu >> n);
        for (uint64_t i = 1; i < n; i++) {
            if ((text[at + i] & 0xC0) != 0x80)
                return false;
            character = character << 6 | (text[at + i] & 0x3Fu);
        }
        if (character < least[n] || character > 0x10FFFF || (character >= 0xD800 && character <= 0xDFFF))
            return false;
        if (character == 0) {
            *out_nul = true;
            return false;
        }
    }
    return true;
}

/* Is the text at `s` strict UTF-8 without NUL? Text beyond the data is zeros. */
static bool is_text(const ref_gguf *r, const ref_text *s, uint64_t *out_at, bool *out_nul)
{
    uint64_t here = s->at >= r->file->len ? 0 : r->file->len - s->at;
    if (here >= s->len)
        return ref_utf8(r->file->data + s->at, s->len, out_at, out_nul);
    uint8_t *copy = (uint8_t *)calloc((size_t)s->len, 1);
    FUZZ_CHECK(copy != NULL, "no memory for the second reader");
    if (here > 0)
        memcpy(copy, r->file->data + s->at, (size_t)here);
    bool fine = ref_utf8(copy, s->len, out_at, out_nul);
    free(copy);
    return fine;
}

static bool equals(const ref_gguf *r, const ref_text *s, const char *text)
{
    if (s->len != strlen(text))
        return false;
    for (uint64_t i = 0; i < s->len; i++)
        if (ref_byte(r, s->at + i) != (uint8_t)text[i])
            return false;
    return true;
}

/* The first writer ended the strings of versions 1 and 2 with a NUL. */
static bool trim(ref_gguf *r, ref_text *s)
{
    if (r->version > 2 || s->len == 0 || ref_byte(r, s->at + s->len - 1) != 0)
        return true;
    if (s->len >= 2 && ref_byte(r, s->at + s->len - 2) == 0)
        return true;
    s->len--;
    return ref_warn(r, TG_W_TRAILING_NUL, s->at + s->len);
}

static bool name(ref_gguf *r, bool key, ref_text *out)
{
    uint64_t length_at = r->pos, bad = 0;
    bool nul;
    if (!number(r, width_of(r), &out->len))
        return false;
    if (out->len > MOST)
        return ref_fail(r, TG_E_STRING_LENGTH, length_at);
    if (out->len > 65535 + (r->version < 3))
        return ref_fail(r, key ? TG_E_KEY_LENGTH : TG_E_NAME_LENGTH, length_at);
    out->at = r->pos;
    if (!want(r, out->len))
        return false;
    r->pos += out->len;
    if (!trim(r, out))
        return false;
    if (out->len > 65535)
        return ref_fail(r, key ? TG_E_KEY_LENGTH : TG_E_NAME_LENGTH, length_at);
    if (out->len == 0)
        return ref_fail(r, key ? TG_E_KEY_EMPTY : TG_E_NAME_EMPTY, length_at);
    if (is_text(r, out, &bad, &nul))
        return true;
    if (nul)
        return ref_fail(r, key ? TG_E_KEY_NUL : TG_E_NAME_NUL, out->at + bad);
    return ref_fail(r, key ? TG_E_KEY_UTF8 : TG_E_NAME_UTF8, out->at + bad);
}

/* ---- Counts, and the fixed header ------------------------------------------------------------------ */

static bool count_fits(ref_gguf *r, uint64_t count, uint64_t at, uint64_t entry, uint64_t limit, uint64_t other,
                       tg_status over)
{
    wide bytes = wide_mul(count, entry);
    if (wide_above(bytes, MOST))
        return ref_fail(r, TG_E_COUNT_RANGE, at);
    if (wide_above(wide_add(count, other), limit))
        return ref_fail(r, over, at);
    if (wide_above(bytes, r->file->size - r->pos))
        return ref_fail(r, TG_E_COUNT_TRUNCATED, at);
    return true;
}

static bool header(ref_gguf *r)
{
    r->pos = 4;
    r->big = false;
    uint32_t version;
    if (!u32(r, &version))
        return false;
    if ((version & 0xFFFF) == 0) {
        r->big = true;
        version = version >> 24 | (version >> 8 & 0xFF00);
    }
    if (version < 1 || version > 3)
        return ref_fail(r, TG_E_VERSION, 4);
    r->version = version;
    if (r->options->profile == TG_PROFILE_LLAMA_CPP && (r->big || version == 1))
        return ref_fail(r, TG_E_PROFILE_FORMAT, 4);
    uint64_t tensors_at = r->pos, keys_at = r->pos + width_of(r);
    if (!number(r, width_of(r), &r->num_tensors) || !number(r, width_of(r), &r->num_keys))
        return false;
    return count_fits(r, r->num_tensors, tensors_at, width_of(r) + 17, r->options->limits.max_tensors, 0,
                      TG_E_LIMIT_TENSORS) &&
           count_fits(r, r->num_keys, keys_at, width_of(r) + 6, r->options->limits.max_keys, 0, TG_E_LIMIT_KEYS);
}

/* ---- Values ------------------------------------------------------------------------------------------- */

static bool value_type(ref_gguf *r, uint32_t *out)
{
    uint64_t at = r->pos;
    if (!u32(r, out))
        return false;
    if (*out > (r->version == 1 ? 9u : 12u))
        return ref_fail(r, TG_E_VALUE_TYPE, at);
    return true;
}

/* `count` numbers or bools. */
static bool numbers(ref_gguf *r, uint32_t type, uint64_t count)
{
    uint64_t bytes = count * value_size(type);
    if (!want(r, bytes))
        return false;
    for (uint64_t i = 0; type == 7 && i < count; i++)
        if (ref_byte(r, r->pos + i) > 1)
            return ref_fail(r, TG_E_BOOL_VALUE, r->pos + i);
    r->pos += bytes;
    return true;
}

static bool string(ref_gguf *r, ref_text *out)
{
    uint64_t length_at = r->pos;
    if (!number(r, width_of(r), &out->len))
        return false;
    if (out->len > MOST)
        return ref_fail(r, TG_E_STRING_LENGTH, length_at);
    out->at = r->pos;
    if (!want(r, out->len))
        return false;
    r->pos += out->len;
    return true;
}

static bool strings(ref_gguf *r, uint64_t count)
{
    for (; count > 0; count--) {
        ref_text s;
        uint64_t bad = 0;
        bool nul;
        if (!string(r, &s))
            return false;
        if ((r->options->flags & TG_CHECK_TEXT) != 0 && !is_text(r, &s, &bad, &nul) &&
            !ref_warn(r, TG_W_TEXT_ELEMENT, s.at))
            return false;
    }
    return true;
}

/* The element type and count of an array at `depth`, counting the outermost as 1. */
static bool array_head(ref_gguf *r, uint32_t depth, uint32_t *type, uint64_t *count)
{
    const tg_limits *limits = &r->options->limits;
    uint64_t type_at = r->pos;
    if (!value_type(r, type))
        return false;
    if (*type == 9 && r->options->profile == TG_PROFILE_LLAMA_CPP)
        return ref_fail(r, TG_E_PROFILE_NESTED, type_at);
    if (*type == 9 && depth + 1 > limits->max_array_depth)
        return ref_fail(r, TG_E_LIMIT_ARRAY_DEPTH, type_at);
    uint64_t count_at = r->pos;
    if (!number(r, width_of(r), count))
        return false;
    uint64_t least = *type == 8 ? width_of(r) : *type == 9 ? 4 + width_of(r) : value_size(*type);
    if (!count_fits(r, *count, count_at, least, limits->max_array_elements, r->num_elements, TG_E_LIMIT_ARRAY_ELEMENTS))
        return false;
    r->num_elements += *count;
    return true;
}

static bool elements(ref_gguf *r, uint32_t depth, uint32_t type, uint64_t count)
{
    if (type == 8)
        return strings(r, count);
    if (type != 9)
        return numbers(r, type, count);
    for (; count > 0; count--) {
        uint32_t inner_type;
        uint64_t inner_count;
        if (!array_head(r, depth + 1, &inner_type, &inner_count) || !elements(r, depth + 1, inner_type, inner_count))
            return false;
    }
    return true;
}

static bool text_value(ref_gguf *r, ref_key *key)
{
    ref_text s;
    uint64_t bad = 0;
    bool nul;
    if (!string(r, &s) || !trim(r, &s))
        return false;
    key->at = s.at;
    key->len = s.len;
    return is_text(r, &s, &bad, &nul) || ref_warn(r, TG_W_TEXT_VALUE, s.at);
}

static bool alignment(ref_gguf *r, uint64_t at)
{
    uint64_t end = r->pos, value;
    r->pos = at;
    if (!number(r, 4, &value))
        return false;
    r->pos = end;
    unsigned bits = 0;
    for (uint64_t v = value; v != 0; v >>= 1)
        bits += (unsigned)(v & 1);
    if (bits != 1 || value > 1048576)
        return ref_fail(r, TG_E_ALIGNMENT_VALUE, at);
    r->alignment = value;
    return value >= 8 || ref_warn(r, TG_W_ALIGNMENT_SMALL, at);
}

static bool plain(const ref_gguf *r, const ref_text *s)
{
    for (uint64_t i = 0; i < s->len; i++) {
        uint8_t c = ref_byte(r, s->at + i), before = i > 0 ? ref_byte(r, s->at + i - 1) : '.';
        bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (!good && (c != '.' || before == '.'))
            return false;
    }
    return ref_byte(r, s->at + s->len - 1) != '.';
}

/* The value, of an array only the head. */
static bool value(ref_gguf *r, ref_key *k)
{
    k->at = r->pos;
    k->len = value_size(k->type);
    if (k->type == 8)
        return text_value(r, k);
    if (k->type != 9)
        return numbers(r, k->type, 1);
    bool fine = array_head(r, 1, &k->element_type, &k->count);
    k->at = r->pos;
    return fine;
}

static bool key(ref_gguf *r, ref_key *k)
{
    k->entry = r->pos;
    if (!name(r, true, &k->name))
        return false;
    uint64_t type_at = r->pos;
    if (!value_type(r, &k->type))
        return false;
    bool is_alignment = equals(r, &k->name, "general.alignment");
    if (is_alignment && k->type != 4)
        return ref_fail(r, TG_E_ALIGNMENT_TYPE, type_at);
    if (!value(r, k) || (is_alignment && !alignment(r, k->at)))
        return false;
    if (!plain(r, &k->name) && !ref_warn(r, TG_W_KEY_STYLE, k->entry))
        return false;
    if (equals(r, &k->name, "general.quantization_version"))
        r->has_quantization_version = true;
    if (k->type != 9)
        return true;
    if (!elements(r, 1, k->element_type, k->count))
        return false;
    k->len = r->pos - k->at;
    return true;
}

/* ---- Tensors -------------------------------------------------------------------------------------------- */

static bool dims(ref_gguf *r, ref_tensor *t)
{
    uint64_t rank_at = r->pos;
    if (!u32(r, &t->num_dims))
        return false;
    if (t->num_dims > REF_MAX_DIMS)
        return ref_fail(r, TG_E_RANK, rank_at);
    for (uint32_t i = 0; i < t->num_dims; i++)
        if (!number(r, width_of(r), &t->dims[i]))
            return false;
    return true;
}

/* The product of the dimensions, zeros taken as 1. */
static bool product(ref_gguf *r, ref_tensor *t, uint64_t dims_at, uint64_t *out)
{
    uint64_t all = 1;
    t->elements = 1;
    for (uint32_t i = 0; i < t->num_dims; i++) {
        uint64_t at = dims_at + i * width_of(r);
        if (t->dims[i] > MOST)
            return ref_fail(r, TG_E_DIM_RANGE, at);
        if (t->dims[i] == 0) {
            t->elements = 0;
            if (!ref_warn(r, TG_W_DIM_ZERO, at))
                return false;
            continue;
        }
        wide next = wide_mul(all, t->dims[i]);
        if (wide_above(next, MOST))
            return ref_fail(r, TG_E_ELEMENT_COUNT, at);
        all = wide_low(next);
    }
    if (t->elements != 0)
        t->elements = all;
    *out = all;
    return true;
}

/* What ggml's own reader asks of all four dimensions, 1 where there are fewer: the largest int64, divided by one, above
 * the product of those before. */
static bool profile_dims(ref_gguf *r, const ref_tensor *t, uint64_t rank_at)
{
    uint64_t before = 1;
    for (uint32_t i = 0; i < REF_MAX_DIMS && t->elements != 0; i++) {
        uint64_t dim = i < t->num_dims ? t->dims[i] : 1;
        if (i > 0 && MOST / dim <= before)
            return ref_fail(r, TG_E_PROFILE_DIMS, rank_at);
        before *= dim;
    }
    return true;
}

static bool shape(ref_gguf *r, ref_tensor *t, uint64_t rank_at, uint64_t type_at)
{
    uint64_t per_block, block_bytes, all, row_at = t->num_dims > 0 ? rank_at + 4 : rank_at;
    if (!product(r, t, rank_at + 4, &all))
        return false;
    if (!ref_block(t->type, &per_block, &block_bytes))
        return ref_fail(r, ref_was_removed(t->type) ? TG_E_DTYPE_REMOVED : TG_E_DTYPE, type_at);
    uint64_t row = t->num_dims > 0 ? t->dims[0] : 1;
    if (row % per_block != 0)
        return ref_fail(r, TG_E_BLOCK, row_at);
    wide bytes = wide_mul(row != 0 ? all / per_block : all, block_bytes);
    if (wide_above(bytes, MOST))
        return ref_fail(r, TG_E_SIZE_OVERFLOW, type_at);
    t->size = t->elements != 0 ? wide_low(bytes) : 0;
    return r->options->profile != TG_PROFILE_LLAMA_CPP || profile_dims(r, t, rank_at);
}

static bool tensor(ref_gguf *r, ref_tensor *t)
{
    t->entry = r->pos;
    if (!name(r, false, &t->name))
        return false;
    if (r->options->profile == TG_PROFILE_LLAMA_CPP && t->name.len > 63)
        return ref_fail(r, TG_E_PROFILE_NAME, t->entry);
    uint64_t rank_at = r->pos;
    if (!dims(r, t))
        return false;
    uint64_t type_at = r->pos;
    if (!u32(r, &t->type))
        return false;
    t->place_at = r->pos;
    if (!number(r, 8, &t->start))
        return false;
    return shape(r, t, rank_at, type_at) && (t->name.len <= 64 || ref_warn(r, TG_W_NAME_LONG, t->entry));
}

static bool padding(ref_gguf *r)
{
    r->header_end = r->pos;
    uint64_t rest = r->pos % r->alignment, start = rest == 0 ? r->pos : r->pos + (r->alignment - rest);
    r->data_offset = r->num_tensors > 0 ? start : r->pos;
    if (start > r->file->size)
        start = r->file->size;
    if (!want(r, start - r->pos))
        return false;
    for (uint64_t at = r->pos; at < start; at++)
        if (ref_byte(r, at) != 0)
            return ref_warn(r, TG_W_PADDING, at);
    return true;
}

static bool entries(ref_gguf *r)
{
    /* What a count claims has no place here: an entry of zeros is not valid, so no more can be than data has room. */
    uint64_t room = r->file->len / 8 + 2;
    r->keys = (ref_key *)calloc((size_t)room, sizeof *r->keys);
    r->tensors = (ref_tensor *)calloc((size_t)room, sizeof *r->tensors);
    FUZZ_CHECK(r->keys != NULL && r->tensors != NULL, "no memory for the second reader");
    for (uint64_t i = 0; i < r->num_keys; i++) {
        FUZZ_CHECK(i < room, "keys out of nothing");
        if (!key(r, &r->keys[i]))
            return false;
    }
    for (uint64_t i = 0; i < r->num_tensors; i++) {
        FUZZ_CHECK(i < room, "tensors out of nothing");
        if (!tensor(r, &r->tensors[i]))
            return false;
    }
    return padding(r) && ref_judge(r);
}

void ref_gguf_read(ref_gguf *r, const ref_file *file, const ref_options *options)
{
    memset(r, 0, sizeof *r);
    r->file = file;
    r->options = options;
    r->alignment = 32;
    if (header(r) && entries(r))
        r->status = TG_OK;
}

void ref_gguf_free(ref_gguf *r)
{
    free(r->keys);
    free(r->tensors);
    r->keys = NULL;
    r->tensors = NULL;
}

tg_limits ref_limits(const tg_limits *limits)
{
    tg_limits all = {sizeof all, 1048576, 1048576, 268435456, 134217728, 4, 16777216, 8, 10000};
    if (limits == NULL)
        return all;
    const uint64_t given[] = {limits->max_tensors,        limits->max_keys,        limits->max_header_bytes,
                              limits->max_array_elements, limits->max_array_depth, limits->heap_base,
                              limits->heap_factor};
    uint64_t *const fields[] = {&all.max_tensors,     &all.max_keys,  &all.max_header_bytes, &all.max_array_elements,
                                &all.max_array_depth, &all.heap_base, &all.heap_factor};
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++)
        if (given[i] != 0)
            *fields[i] = given[i];
    return all;
}

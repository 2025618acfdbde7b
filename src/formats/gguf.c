/* SPDX-License-Identifier: MIT */
/* GGUF 1, 2 and 3 in either byte order: the header and the keys. The rules are those of ggml's docs/gguf.md; one
 * function reads one production of it. Version 1 has lengths, counts and dimensions of 4 bytes, and no value
 * types above 9. A file is big-endian as a whole but for its magic. */
#include "gguf.h"

#include "../core/utf8.h"
#include "../core/value.h"

uint64_t gguf_length_bytes(const tgi_model *model)
{
    return model->version == 1 ? 4 : 8;
}

tgi_step gguf_length(tgi_parse *p, tgi_cursor *c, uint64_t *out, const char *what)
{
    if (p->model->version != 1)
        return tgi_get_u64(p, c, out, what);
    uint32_t narrow = 0;
    TGI_TRY(tgi_get_u32(p, c, &narrow, what));
    *out = narrow;
    return TGI_OK;
}

tgi_step gguf_trim_nul(tgi_parse *p, gguf_string *string, const char *what)
{
    const uint8_t *bytes = string->bytes;
    uint64_t len = string->len;
    if (p->model->version >= 3 || len == 0 || bytes[len - 1] != 0 || (len > 1 && bytes[len - 2] == 0))
        return TGI_OK; /* two are no terminator */
    string->len--;
    return tgi_report(p, TG_W_TRAILING_NUL, string->offset + string->len, 0, 0, what);
}

tgi_step gguf_name(tgi_parse *p, tgi_cursor *c, const tgi_name_rule *rule, gguf_string *out)
{
    gguf_string name = {NULL, 0, tgi_tell(c), 0};
    TGI_TRY(gguf_length(p, c, &name.len, "length of the name"));
    bool may_be_trimmed = p->model->version < 3 && name.len == rule->most + 1;
    if (!may_be_trimmed)
        TGI_TRY(tgi_check_name_length(p, name.len, name.length_offset, rule));
    name.offset = tgi_tell(c);
    TGI_TRY(tgi_get_bytes(p, c, name.len, &name.bytes, rule->what));
    TGI_TRY(gguf_trim_nul(p, &name, rule->what));
    TGI_TRY(tgi_check_name_length(p, name.len, name.length_offset, rule));
    TGI_TRY(tgi_check_name(p, name.bytes, (size_t)name.len, name.length_offset, name.offset, rule));
    *out = name;
    return TGI_OK;
}

static bool gguf_probe(tgi_cursor c)
{
    const uint8_t *magic;
    return tgi_take(&c, 4, &magic) && memcmp(magic, "GGUF", 4) == 0;
}

/* magic, version: 1, 2 or 3, whose own bytes tell the byte order. */
static tgi_step gguf_version(tgi_parse *p, tgi_cursor *c)
{
    tgi_model *m = p->model;
    const uint8_t *magic;
    uint32_t version = 0;
    TGI_TRY(tgi_get_bytes(p, c, 4, &magic, "magic"));
    uint64_t offset = tgi_tell(c);
    c->big_endian = false;
    tgi_cursor swapped = *c;
    TGI_TRY(tgi_get_u32(p, c, &version, "version"));
    if ((version & 0xFFFF) == 0) {
        swapped.big_endian = true;
        *c = swapped;
        TGI_TRY(tgi_get_u32(p, c, &version, "version"));
    }
    if (version < 1 || version > 3)
        return tgi_report(p, TG_E_VERSION, offset, version, 3, "version");
    m->version = version;
    m->endian = c->big_endian ? TG_ENDIAN_BIG : TG_ENDIAN_LITTLE;
    m->encoding = (c->big_endian ? TGI_ENCODING_BIG : 0u) | (version == 1 ? TGI_ENCODING_LENGTH_32 : 0u);
    m->alignment = 32;
    if (p->settings->profile == TG_PROFILE_LLAMA_CPP && (c->big_endian || version == 1))
        return tgi_report(p, TG_E_PROFILE_FORMAT, offset, version, 0, "version");
    return TGI_OK;
}

/* version, tensor count, key count */
static tgi_step gguf_header(tgi_parse *p, gguf_state *s)
{
    tgi_cursor c = p->at;
    TGI_TRY(gguf_version(p, &c));
    uint64_t tensors_offset = tgi_tell(&c), width = gguf_length_bytes(p->model);
    TGI_TRY(gguf_length(p, &c, &s->num_tensors, "number of tensors"));
    uint64_t keys_offset = tgi_tell(&c);
    TGI_TRY(gguf_length(p, &c, &s->num_keys, "number of keys"));
    /* The least: a length, one byte of name, rank, type and offset; a length, one byte of key, type and value. */
    const tgi_count_rule tensors = {
        width + 1 + 4 + 4 + 8, p->settings->limits.max_tensors, 0, TG_E_LIMIT_TENSORS, "number of tensors", false};
    const tgi_count_rule keys = {
        width + 1 + 4 + 1, p->settings->limits.max_keys, 0, TG_E_LIMIT_KEYS, "number of keys", false};
    TGI_TRY(tgi_check_count(p, s->num_tensors, tensors_offset, tgi_tell(&c), &tensors));
    TGI_TRY(tgi_check_count(p, s->num_keys, keys_offset, tgi_tell(&c), &keys));
    s->phase = GGUF_KEYS;
    tgi_commit(p, &c);
    return TGI_OK;
}

/* Segments of [a-z0-9_-]+ between dots. */
static bool plain_key(const gguf_string *name)
{
    bool empty = true;
    for (uint64_t i = 0; i < name->len; i++) {
        uint8_t byte = name->bytes[i];
        if (byte == '.' && empty)
            return false;
        if (byte != '.' && !(byte >= 'a' && byte <= 'z') && !(byte >= '0' && byte <= '9') && byte != '_' && byte != '-')
            return false;
        empty = byte == '.';
    }
    return !empty;
}

static bool same_name(const gguf_string *name, const char *text, size_t len)
{
    return name->len == len && memcmp(name->bytes, text, len) == 0;
}
#define SAME_NAME(name, text) same_name(name, text, sizeof text - 1)

/* A value type, which version 1 knows up to 9. */
static tgi_step gguf_type(tgi_parse *p, tgi_cursor *c, tg_value_type *out, const char *what)
{
    uint64_t offset = tgi_tell(c);
    uint32_t id = 0, most = p->model->version == 1 ? 9 : 12;
    TGI_TRY(tgi_get_u32(p, c, &id, what));
    if (id > most || !tgi_gguf_value_type(id, out))
        return tgi_report(p, TG_E_VALUE_TYPE, offset, id, most, what);
    return TGI_OK;
}

static tgi_step check_bools(tgi_parse *p, const uint8_t *bytes, uint64_t count, uint64_t offset)
{
    for (uint64_t i = 0; i < count; i++)
        if (bytes[i] > 1)
            return tgi_report(p, TG_E_BOOL_VALUE, offset + i, bytes[i], 1, "bool");
    return TGI_OK;
}

/* The value of general.alignment. */
static tgi_step gguf_alignment(tgi_parse *p, tgi_cursor value)
{
    uint64_t offset = tgi_tell(&value);
    uint32_t alignment = 0;
    TGI_TRY(tgi_get_u32(p, &value, &alignment, "general.alignment"));
    if (!tgi_is_power_of_two(alignment) || alignment > 1u << 20)
        return tgi_report(p, TG_E_ALIGNMENT_VALUE, offset, alignment, 1u << 20, "general.alignment");
    p->model->alignment = alignment;
    return alignment < 8 ? tgi_report(p, TG_W_ALIGNMENT_SMALL, offset, alignment, 8, "general.alignment") : TGI_OK;
}

/* The text of a string value. */
static tgi_step gguf_string_value(tgi_parse *p, tgi_cursor *c, tgi_key *key)
{
    gguf_string string = {NULL, 0, tgi_tell(c), 0};
    TGI_TRY(gguf_length(p, c, &string.len, "length of the string"));
    if (string.len > TGI_MAX)
        return tgi_report(p, TG_E_STRING_LENGTH, string.length_offset, string.len, TGI_MAX, "length of the string");
    string.offset = tgi_tell(c);
    TGI_TRY(tgi_get_bytes(p, c, string.len, &string.bytes, "string"));
    TGI_TRY(gguf_trim_nul(p, &string, "string"));
    size_t at;
    if (tgi_check_text(string.bytes, (size_t)string.len, &at) != TGI_TEXT_FINE)
        TGI_TRY(tgi_report(p, TG_W_TEXT_VALUE, string.offset, 0, 0, "string"));
    key->value_offset = string.offset;
    key->extra = string.len;
    return TGI_OK;
}

/* A number or bool. */
static tgi_step gguf_scalar(tgi_parse *p, tgi_cursor *c, tgi_key *key)
{
    const uint8_t *bytes = NULL;
    key->value_offset = tgi_tell(c);
    TGI_TRY(tgi_get_bytes(p, c, tg_value_type_size(key->seen.type), &bytes, "value"));
    return key->seen.type == TG_VALUE_BOOL ? check_bools(p, bytes, 1, key->value_offset) : TGI_OK;
}

/* element type, count: opens an array at level `depth` + 1 */
static tgi_step gguf_array_head(tgi_parse *p, gguf_state *s, tgi_cursor *c, size_t depth, gguf_level *out)
{
    const tg_limits *limits = &p->settings->limits;
    uint64_t type_offset = tgi_tell(c);
    TGI_TRY(gguf_type(p, c, &out->type, "type of the elements"));
    if (out->type == TG_VALUE_ARRAY) {
        if (p->settings->profile == TG_PROFILE_LLAMA_CPP)
            return tgi_report(p, TG_E_PROFILE_NESTED, type_offset, 9, 0, "type of the elements");
        if (depth + 2 > limits->max_array_depth)
            return tgi_report(p, TG_E_LIMIT_ARRAY_DEPTH, type_offset, depth + 2, limits->max_array_depth,
                              "arrays in arrays");
    }
    uint64_t count_offset = tgi_tell(c), width = gguf_length_bytes(p->model);
    TGI_TRY(gguf_length(p, c, &out->left, "number of elements"));
    uint64_t least = out->type == TG_VALUE_STRING  ? width
                     : out->type == TG_VALUE_ARRAY ? 4 + width
                                                   : tg_value_type_size(out->type);
    const tgi_count_rule rule = {
        least, limits->max_array_elements, s->num_elements, TG_E_LIMIT_ARRAY_ELEMENTS, "number of elements", false};
    TGI_TRY(tgi_check_count(p, out->left, count_offset, tgi_tell(c), &rule));
    s->num_elements += out->left;
    return TGI_OK;
}

/* The outermost array of a key. */
static tgi_step gguf_array_value(tgi_parse *p, gguf_state *s, tgi_cursor *c, tgi_key *key)
{
    tgi_model *m = p->model;
    gguf_level level = {TG_VALUE_NONE, 0};
    TGI_TRY(gguf_array_head(p, s, c, 0, &level));
    TGI_TRY(tgi_grow(p, &m->arrays, sizeof(tgi_array), UINT64_MAX));
    tgi_array array = {tgi_tell(c), 0, level.left, m->marks.count, level.type, 0};
    key->extra = m->arrays.count;
    ((tgi_array *)m->arrays.data)[m->arrays.count++] = array;
    s->levels[0] = level;
    s->depth = 1;
    return TGI_OK;
}

static tgi_step gguf_value(tgi_parse *p, gguf_state *s, tgi_cursor *c, tgi_key *key)
{
    switch (key->seen.type) {
    case TG_VALUE_STRING:
        return gguf_string_value(p, c, key);
    case TG_VALUE_ARRAY:
        return gguf_array_value(p, s, c, key);
    default:
        return gguf_scalar(p, c, key);
    }
}

/* key, value type, value (of an array: up to its elements) */
static tgi_step gguf_key(tgi_parse *p, gguf_state *s)
{
    tgi_model *m = p->model;
    tgi_cursor c = p->at;
    tgi_key key = {{{NULL, 0}, m->keys.count, tgi_tell(&c), TG_VALUE_NONE, 0}, 0, 0, 0};
    gguf_string name;
    TGI_TRY(gguf_name(p, &c, &tgi_key_rule, &name));
    bool plain = plain_key(&name), alignment = SAME_NAME(&name, "general.alignment");
    bool quantization = SAME_NAME(&name, "general.quantization_version");
    uint64_t type_offset = tgi_tell(&c);
    TGI_TRY(gguf_type(p, &c, &key.seen.type, "type of the value"));
    if (alignment && key.seen.type != TG_VALUE_U32)
        return tgi_report(p, TG_E_ALIGNMENT_TYPE, type_offset, 0, 0, "type of the value");
    TGI_TRY(tgi_grow(p, &m->keys, sizeof(tgi_key), s->num_keys));
    tgi_cursor value = c;
    TGI_TRY(gguf_value(p, s, &c, &key));
    if (alignment)
        TGI_TRY(gguf_alignment(p, value));
    if (!plain)
        TGI_TRY(tgi_report(p, TG_W_KEY_STYLE, name.length_offset, 0, 0, "name"));
    s->has_quantization_version = s->has_quantization_version || quantization;
    key.name_offset = name.offset;
    key.seen.name.len = (size_t)name.len;
    ((tgi_key *)m->keys.data)[m->keys.count++] = key;
    if (key.seen.type == TG_VALUE_ARRAY)
        s->phase = GGUF_ARRAY;
    tgi_commit(p, &c);
    return TGI_OK;
}

/* Numbers and bools: all at once. */
static tgi_step gguf_numbers(tgi_parse *p, const gguf_level *level)
{
    tgi_cursor c = p->at;
    uint64_t offset = tgi_tell(&c), size = tg_value_type_size(level->type), len = 0;
    const uint8_t *bytes = NULL;
    if (!tgi_mul_u64(level->left, size, &len))
        return tgi_report(p, TG_E_INTERNAL, offset, level->left, size, "array");
    TGI_TRY(tgi_get_bytes(p, &c, len, &bytes, "elements"));
    if (level->type == TG_VALUE_BOOL)
        TGI_TRY(check_bools(p, bytes, len, offset));
    tgi_commit(p, &c);
    return TGI_OK;
}

/* One string in an array: the slow way, which knows what to say when it does not fit. */
static tgi_step gguf_element(tgi_parse *p, gguf_level *level, bool check_text)
{
    tgi_cursor c = p->at;
    uint64_t length_offset = tgi_tell(&c), len = 0;
    const uint8_t *bytes = NULL;
    TGI_TRY(gguf_length(p, &c, &len, "length of the string"));
    if (len > TGI_MAX)
        return tgi_report(p, TG_E_STRING_LENGTH, length_offset, len, TGI_MAX, "length of the string");
    TGI_TRY(tgi_get_bytes(p, &c, len, &bytes, "string"));
    size_t at;
    if (check_text && tgi_check_text(bytes, (size_t)len, &at) != TGI_TEXT_FINE)
        TGI_TRY(tgi_report(p, TG_W_TEXT_ELEMENT, tgi_tell(&c) - len, 0, 0, "string"));
    level->left--;
    tgi_commit(p, &c);
    return TGI_OK;
}

/* The hot loop of every vocabulary: reads past at most `count` strings that are here whole and raise no question,
 * and returns how many those were. */
static inline uint64_t pass_strings(tgi_cursor *at, uint64_t count, bool narrow, bool check_text)
{
    tgi_cursor c = *at;
    uint64_t passed = 0;
    for (; passed < count; passed++) {
        uint64_t len = 0;
        const uint8_t *bytes;
        size_t fault;
        if (narrow ? !tgi_read_bits(&c, 4, &len) : !tgi_read_u64(&c, &len))
            break;
        if (!tgi_take(&c, len, &bytes))
            break;
        if (check_text && !tgi_is_common_text(bytes, (size_t)len, (size_t)len + tgi_left(&c)) &&
            tgi_check_text(bytes, (size_t)len, &fault) != TGI_TEXT_FINE)
            break;
        at->pos = c.pos;
    }
    return passed;
}

/* A mark at every TGI_MARK_EVERY-th string of the outermost array. */
static tgi_step gguf_mark(tgi_parse *p, const tgi_array *array, uint64_t done)
{
    tgi_model *m = p->model;
    if (m->marks.count > array->first_mark + done / TGI_MARK_EVERY)
        return TGI_OK; /* set before the step was called again */
    TGI_TRY(tgi_grow(p, &m->marks, sizeof(uint64_t), UINT64_MAX));
    ((uint64_t *)m->marks.data)[m->marks.count++] = tgi_tell(&p->at) - array->offset;
    return TGI_OK;
}

static tgi_step gguf_strings(tgi_parse *p, gguf_state *s, gguf_level *level)
{
    const tgi_array *array = (tgi_array *)p->model->arrays.data + (p->model->arrays.count - 1);
    bool check_text = (p->settings->flags & TG_CHECK_TEXT) != 0, narrow = p->model->version == 1;
    while (level->left > 0) {
        uint64_t stretch = level->left;
        if (s->depth == 1) {
            uint64_t done = array->count - level->left;
            if (done % TGI_MARK_EVERY == 0)
                TGI_TRY(gguf_mark(p, array, done));
            uint64_t to_mark = TGI_MARK_EVERY - done % TGI_MARK_EVERY;
            stretch = stretch < to_mark ? stretch : to_mark;
        }
        uint64_t passed = narrow       ? pass_strings(&p->at, stretch, true, check_text)
                          : check_text ? pass_strings(&p->at, stretch, false, true)
                                       : pass_strings(&p->at, stretch, false, false);
        level->left -= passed;
        if (passed < stretch)
            TGI_TRY(gguf_element(p, level, check_text));
    }
    return TGI_OK;
}

/* The next array in an array. */
static tgi_step gguf_inner_array(tgi_parse *p, gguf_state *s)
{
    tgi_cursor c = p->at;
    gguf_level inner = {TG_VALUE_NONE, 0};
    TGI_TRY(gguf_array_head(p, s, &c, s->depth, &inner));
    s->levels[s->depth - 1].left--;
    s->levels[s->depth++] = inner;
    tgi_commit(p, &c);
    return TGI_OK;
}

/* The elements of the innermost open array; then, the arrays around it that are complete are closed. */
static tgi_step gguf_array(tgi_parse *p, gguf_state *s)
{
    gguf_level *level = &s->levels[s->depth - 1];
    if (level->type == TG_VALUE_ARRAY && level->left > 0)
        return gguf_inner_array(p, s);
    if (level->type == TG_VALUE_STRING)
        TGI_TRY(gguf_strings(p, s, level));
    else if (level->type != TG_VALUE_ARRAY)
        TGI_TRY(gguf_numbers(p, level));
    if (--s->depth > 0)
        return TGI_OK;
    tgi_array *array = (tgi_array *)p->model->arrays.data + (p->model->arrays.count - 1);
    array->len = tgi_tell(&p->at) - array->offset;
    s->phase = GGUF_KEYS;
    return TGI_OK;
}

static tgi_step gguf_step(tgi_parse *p, void *state)
{
    gguf_state *s = (gguf_state *)state;
    if (s->phase == GGUF_KEYS && p->model->keys.count == s->num_keys)
        s->phase = GGUF_TENSORS;
    if (s->phase == GGUF_TENSORS && p->model->tensors.count == s->num_tensors)
        s->phase = GGUF_PADDING;
    p->entry = TGI_ENTRY_NONE;
    p->index = TG_NO_INDEX;
    switch (s->phase) {
    case GGUF_HEADER:
        return gguf_header(p, s);
    case GGUF_KEYS:
        p->entry = TGI_ENTRY_KEY;
        p->index = p->model->keys.count;
        return gguf_key(p, s);
    case GGUF_ARRAY:
        p->entry = TGI_ENTRY_KEY;
        p->index = p->model->keys.count - 1;
        return gguf_array(p, s);
    case GGUF_TENSORS:
        p->entry = TGI_ENTRY_TENSOR;
        p->index = p->model->tensors.count;
        return gguf_tensor(p, s);
    case GGUF_PADDING:
        return gguf_padding(p, s);
    }
    return tgi_report(p, TG_E_INTERNAL, tgi_tell(&p->at), s->phase, 0, "phase");
}

const tgi_format tgi_gguf = {TG_FORMAT_GGUF, "gguf", sizeof(gguf_state), gguf_probe, gguf_step, gguf_finish};

/* SPDX-License-Identifier: MIT */
/* safetensors: eight bytes that tell how long the header is, the header in JSON, and the tensor data, which fills the
 * rest of the file without a gap. The format is that of huggingface's safetensors; where its readers disagree
 * (duplicates, escapes, numbers, order of checks), the strict reading is taken.
 *
 * The whole header is asked for at once, since its length is known; a step then reads one tensor or one key. */
#include "../core/dtype.h"
#include "../core/json_parse.h"
#include "../core/validate.h"
#include "format.h"

#define LENGTH_BYTES 8
#define MAX_HEADER UINT64_C(100000000) /* bytes: a rule of the format */
#define MAX_DIMS 8
#define MAX_FIELD_DEPTH 4 /* of unknown fields, the header itself counted */

typedef enum st_phase {
    ST_LENGTH = 0,
    ST_TENSORS,
    ST_KEYS, /* inside __metadata__ */
    ST_END,
} st_phase;

typedef struct st_state {
    st_phase phase;
    bool has_metadata;
    size_t end; /* of the header in the file */
    tgi_json_names unknown;
} st_state;

static bool st_probe(tgi_cursor c)
{
    uint64_t length = 0;
    uint8_t byte = 0;
    tgi_cursor first = c;
    c.big_endian = false;
    bool braced = tgi_read_u8(&first, &byte) && byte == '{';
    if (!tgi_read_u64(&c, &length) || !tgi_read_u8(&c, &byte))
        return false;
    /* With a length that may be, the first byte may be white space, a byte order mark or another value; without one, it
     * must look like a header, and the length not like the start of JSON. */
    bool likely = length != 0 && length <= MAX_HEADER;
    bool start = byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == 0xEF || byte == '[';
    return byte == '{' ? likely || !braced : likely && start;
}

/* The cursor over the header: it ends where the header ends. */
static tgi_cursor st_cursor(const tgi_parse *p, const st_state *s)
{
    tgi_cursor c = p->at;
    c.len = s->end;
    return c;
}

/* length of the header, `{` */
static tgi_step st_length(tgi_parse *p, st_state *s)
{
    tgi_model *m = p->model;
    tgi_cursor c = p->at;
    uint64_t length = 0;
    const uint8_t *header = NULL;
    c.big_endian = false;
    TGI_TRY(tgi_get_u64(p, &c, &length, "length of the header"));
    if (length < 2 || length > MAX_HEADER)
        return tgi_report(p, TG_E_HEADER_LENGTH, 0, length, MAX_HEADER, "length of the header");
    tgi_cursor after = c;
    TGI_TRY(tgi_get_bytes(p, &after, length, &header, "header"));
    s->end = after.pos;
    m->endian = TG_ENDIAN_LITTLE;
    m->alignment = 1;
    c.len = s->end;
    TGI_TRY(tgi_json_open(p, &c, TGI_JSON_OBJECT, "header"));
    uint64_t start = tgi_tell(&c) - 1;
    if (start != LENGTH_BYTES)
        TGI_TRY(tgi_report(p, TG_W_LEADING_SPACE, LENGTH_BYTES, start - LENGTH_BYTES, 0, "header"));
    s->phase = tgi_json_byte(&c, '}') ? ST_END : ST_TENSORS;
    tgi_commit(p, &c);
    return TGI_OK;
}

/* What follows an entry of the header. */
static tgi_step st_next(tgi_parse *p, st_state *s, tgi_cursor *c)
{
    bool more = false;
    TGI_TRY(tgi_json_next(p, c, '}', &more, "header"));
    s->phase = more ? ST_TENSORS : ST_END;
    tgi_commit(p, c);
    return TGI_OK;
}

/* ---- __metadata__: an object of strings ---- */

/* `__metadata__`, up to its first key */
static tgi_step st_metadata(tgi_parse *p, st_state *s, tgi_cursor *c, uint64_t offset)
{
    p->entry = TGI_ENTRY_NONE;
    p->index = TG_NO_INDEX;
    if (s->has_metadata)
        return tgi_report(p, TG_E_FIELD_DUPLICATE, offset, 0, 0, "__metadata__");
    s->has_metadata = true;
    if (tgi_json_peek(c) == TGI_JSON_NULL) {
        TGI_TRY(tgi_report(p, TG_W_METADATA_NULL, tgi_tell(c), 0, 0, "__metadata__"));
        tgi_json_skip_word(c, TGI_JSON_NULL);
        return st_next(p, s, c);
    }
    TGI_TRY(tgi_json_open(p, c, TGI_JSON_OBJECT, "__metadata__"));
    if (tgi_json_byte(c, '}'))
        return st_next(p, s, c);
    s->phase = ST_KEYS;
    tgi_commit(p, c);
    return TGI_OK;
}

/* The name of a key or tensor, escapes resolved. What JSON allows and names must not be: empty, too long, NUL. */
static tgi_step st_name(tgi_parse *p, const tgi_json_string *string, const tgi_name_rule *rule, tg_bytes *out_name,
                        uint64_t *out_offset)
{
    TGI_TRY(tgi_json_resolve(p, string, out_name, out_offset));
    uint64_t offset = string->offset;
    if (string->escaped)
        return tgi_check_resolved_name(p, out_name, offset, rule);
    if (out_name->len == 0)
        return tgi_report(p, rule->empty, offset, 0, 0, rule->what);
    return tgi_check_name_length(p, out_name->len, offset, rule);
}

/* "key": "value" */
static tgi_step st_key(tgi_parse *p, st_state *s)
{
    tgi_model *m = p->model;
    tgi_cursor c = st_cursor(p, s);
    tgi_json_string name, value;
    tg_bytes bytes = {NULL, 0};
    uint64_t most = p->settings->limits.max_keys;
    TGI_TRY(tgi_json_get_name(p, &c, &name, "name"));
    if (m->keys.count >= most)
        return tgi_report(p, TG_E_LIMIT_KEYS, name.offset, m->keys.count + 1, most, "number of keys");
    tgi_key key = {{{NULL, 0}, m->keys.count, name.offset, TG_VALUE_STRING, 0}, 0, 0, 0};
    TGI_TRY(st_name(p, &name, &tgi_key_rule, &bytes, &key.name_offset));
    key.seen.name.len = bytes.len;
    TGI_TRY(tgi_json_get_string(p, &c, &value, "value"));
    TGI_TRY(tgi_json_resolve(p, &value, &bytes, &key.value_offset));
    key.extra = bytes.len;
    if (value.escaped && memchr(bytes.ptr, 0, bytes.len) != NULL)
        TGI_TRY(tgi_report(p, TG_W_TEXT_VALUE, value.offset, 0, 0, "string"));
    TGI_TRY(tgi_grow(p, &m->keys, sizeof(tgi_key), most));
    ((tgi_key *)m->keys.data)[m->keys.count++] = key;
    bool more = false;
    TGI_TRY(tgi_json_next(p, &c, '}', &more, "__metadata__"));
    if (!more)
        return st_next(p, s, &c);
    tgi_commit(p, &c);
    return TGI_OK;
}

/* ---- Tensors ---- */

enum {
    ST_DTYPE = 1,
    ST_SHAPE = 2,
    ST_OFFSETS = 4,
};

/* One entry, as it stands in the header. */
typedef struct st_entry {
    unsigned fields; /* that were there */
    const tg_dtype_info *type;
    uint32_t num_dims;
    uint64_t dims[MAX_DIMS], dim_offsets[MAX_DIMS]; /* and where each of them stands */
    uint64_t begin, end;                            /* bytes from the start of the data */
    uint64_t type_offset, shape_offset, place_offset;
    uint64_t unknown_object; /* 1 + the number under which unknown fields are collected */
} st_entry;

/* "dtype": "F32" */
static tgi_step st_dtype(tgi_parse *p, tgi_cursor *c, st_entry *entry)
{
    tgi_json_string name;
    tg_bytes bytes;
    uint64_t offset;
    TGI_TRY(tgi_json_get_string(p, c, &name, "dtype"));
    TGI_TRY(tgi_json_resolve(p, &name, &bytes, &offset));
    entry->type_offset = name.offset;
    entry->type = tgi_safetensors_type(bytes);
    return entry->type != NULL ? TGI_OK : tgi_report(p, TG_E_DTYPE, name.offset, 0, 0, "dtype");
}

/* "shape": [2, 3] */
static tgi_step st_shape(tgi_parse *p, tgi_cursor *c, st_entry *entry)
{
    TGI_TRY(tgi_json_open(p, c, TGI_JSON_ARRAY, "shape"));
    entry->shape_offset = tgi_tell(c) - 1;
    if (tgi_json_byte(c, ']'))
        return TGI_OK;
    for (bool more = true; more;) {
        tgi_json_skip_space(c);
        uint64_t offset = tgi_tell(c), dim = 0;
        if (entry->num_dims == MAX_DIMS)
            return tgi_report(p, TG_E_LIMIT_RANK, offset, MAX_DIMS + 1, MAX_DIMS, "shape");
        TGI_TRY(tgi_json_get_u64(p, c, &dim, "dimension"));
        entry->dim_offsets[entry->num_dims] = offset;
        entry->dims[entry->num_dims++] = dim;
        TGI_TRY(tgi_json_next(p, c, ']', &more, "shape"));
    }
    return TGI_OK;
}

/* "data_offsets": [0, 24] */
static tgi_step st_offsets(tgi_parse *p, tgi_cursor *c, st_entry *entry)
{
    bool more = false;
    TGI_TRY(tgi_json_open(p, c, TGI_JSON_ARRAY, "data_offsets"));
    entry->place_offset = tgi_tell(c) - 1;
    if (tgi_json_byte(c, ']'))
        return tgi_report(p, TG_E_OFFSETS_COUNT, entry->place_offset, 0, 2, "data_offsets");
    TGI_TRY(tgi_json_get_u64(p, c, &entry->begin, "data_offsets"));
    TGI_TRY(tgi_json_next(p, c, ']', &more, "data_offsets"));
    if (!more)
        return tgi_report(p, TG_E_OFFSETS_COUNT, entry->place_offset, 1, 2, "data_offsets");
    TGI_TRY(tgi_json_get_u64(p, c, &entry->end, "data_offsets"));
    TGI_TRY(tgi_json_next(p, c, ']', &more, "data_offsets"));
    if (more)
        return tgi_report(p, TG_E_OFFSETS_COUNT, entry->place_offset, 3, 2, "data_offsets");
    return TGI_OK;
}

/* A field that the format does not have. */
static tgi_step st_unknown(tgi_parse *p, st_state *s, tgi_cursor *c, st_entry *entry, const tgi_json_string *name)
{
    if (entry->unknown_object == 0)
        entry->unknown_object = 1 + tgi_json_new_object(&s->unknown);
    TGI_TRY(tgi_report(p, TG_W_FIELD_UNKNOWN, name->offset, 0, 0, "field"));
    TGI_TRY(tgi_json_collect(p, &s->unknown, entry->unknown_object - 1, name));
    return tgi_json_skip(p, c, &s->unknown, 2, MAX_FIELD_DEPTH);
}

static unsigned st_field(const tgi_json_string *name)
{
    return TGI_JSON_IS(name, "dtype")          ? ST_DTYPE
           : TGI_JSON_IS(name, "shape")        ? ST_SHAPE
           : TGI_JSON_IS(name, "data_offsets") ? ST_OFFSETS
                                               : 0;
}

/* { "dtype": …, "shape": …, "data_offsets": … } in any order */
static tgi_step st_read_entry(tgi_parse *p, st_state *s, tgi_cursor *c, st_entry *entry)
{
    TGI_TRY(tgi_json_open(p, c, TGI_JSON_OBJECT, "tensor"));
    uint64_t offset = tgi_tell(c) - 1;
    bool more = !tgi_json_byte(c, '}');
    while (more) {
        tgi_json_string name;
        TGI_TRY(tgi_json_get_name(p, c, &name, "field"));
        unsigned field = st_field(&name);
        if ((entry->fields & field) != 0)
            return tgi_report(p, TG_E_FIELD_DUPLICATE, name.offset, 0, 0, "field");
        entry->fields |= field;
        TGI_TRY(field == ST_DTYPE     ? st_dtype(p, c, entry)
                : field == ST_SHAPE   ? st_shape(p, c, entry)
                : field == ST_OFFSETS ? st_offsets(p, c, entry)
                                      : st_unknown(p, s, c, entry, &name));
        TGI_TRY(tgi_json_next(p, c, '}', &more, "tensor"));
    }
    if (entry->type == NULL)
        return tgi_report(p, TG_E_FIELD_MISSING, offset, 0, 0, "dtype");
    if ((entry->fields & ST_SHAPE) == 0)
        return tgi_report(p, TG_E_FIELD_MISSING, offset, 0, 0, "shape");
    if ((entry->fields & ST_OFFSETS) == 0)
        return tgi_report(p, TG_E_FIELD_MISSING, offset, 0, 0, "data_offsets");
    return TGI_OK;
}

/* Type, shape and place must agree. */
static tgi_step st_judge(tgi_parse *p, const st_entry *entry, tg_tensor *out)
{
    tgi_shape shape = {
        entry->dims, entry->num_dims,    0, entry->shape_offset, entry->shape_offset, entry->type_offset, 0,
        TG_OK,       entry->dim_offsets,
    };
    tgi_elements elements = {0, 0};
    TGI_TRY(tgi_check_dims(p, &shape, &elements));
    /* The elements follow each other without regard to rows, and blocks stand for the types that are no whole bytes. */
    shape.row = elements.count;
    if (shape.row % entry->type->block_elements != 0)
        return tgi_report(p, TG_E_PARTIAL_BYTE, entry->shape_offset, shape.row, entry->type->block_elements,
                          "elements");
    TGI_TRY(tgi_check_size(p, &shape, entry->type, elements, &out->size));
    out->num_elements = elements.count;
    if (entry->end < entry->begin)
        return tgi_report(p, TG_E_OFFSETS_ORDER, entry->place_offset, entry->begin, entry->end, "data_offsets");
    if (entry->end - entry->begin != out->size)
        return tgi_report(p, TG_E_OFFSETS_SIZE, entry->place_offset, entry->end - entry->begin, out->size,
                          "data_offsets");
    out->dtype = entry->type->dtype;
    out->num_dims = entry->num_dims;
    out->offset = entry->begin;
    return TGI_OK;
}

static tgi_step st_add_tensor(tgi_parse *p, const st_entry *entry, const tgi_tensor *tensor)
{
    tgi_model *m = p->model;
    uint64_t most = p->settings->limits.max_tensors;
    TGI_TRY(tgi_grow(p, &m->tensors, sizeof(tgi_tensor), most));
    for (uint32_t i = 0; i < entry->num_dims; i++) {
        TGI_TRY(tgi_grow(p, &m->dims, sizeof(uint64_t), UINT64_MAX));
        ((uint64_t *)m->dims.data)[m->dims.count++] = entry->dims[i];
    }
    ((tgi_tensor *)m->tensors.data)[m->tensors.count++] = *tensor;
    return TGI_OK;
}

/* "name": entry, or `__metadata__` */
static tgi_step st_tensor(tgi_parse *p, st_state *s)
{
    tgi_model *m = p->model;
    tgi_cursor c = st_cursor(p, s);
    tgi_json_string name;
    tg_bytes bytes = {NULL, 0};
    TGI_TRY(tgi_json_get_name(p, &c, &name, "name"));
    if (TGI_JSON_IS(&name, "__metadata__"))
        return st_metadata(p, s, &c, name.offset);
    uint64_t most = p->settings->limits.max_tensors;
    if (m->tensors.count >= most)
        return tgi_report(p, TG_E_LIMIT_TENSORS, name.offset, m->tensors.count + 1, most, "number of tensors");
    tgi_tensor tensor;
    st_entry entry;
    memset(&tensor, 0, sizeof tensor);
    memset(&entry, 0, sizeof entry);
    TGI_TRY(st_name(p, &name, &tgi_tensor_name_rule, &bytes, &tensor.name_offset));
    tensor.seen.name.len = bytes.len;
    tensor.seen.index = p->index;
    tensor.seen.entry_offset = name.offset;
    TGI_TRY(st_read_entry(p, s, &c, &entry));
    TGI_TRY(st_judge(p, &entry, &tensor.seen));
    tensor.place_offset = entry.place_offset;
    TGI_TRY(st_add_tensor(p, &entry, &tensor));
    return st_next(p, s, &c);
}

/* White space up to the end of the header. */
static tgi_step st_end(tgi_parse *p, st_state *s)
{
    tgi_cursor c = st_cursor(p, s);
    if (!tgi_json_is_end(&c))
        return tgi_report(p, TG_E_JSON_AFTER, tgi_tell(&c), 0, 0, "header");
    p->model->data_offset = s->end;
    tgi_commit(p, &c);
    return TGI_DONE;
}

static tgi_step st_step(tgi_parse *p, void *state)
{
    st_state *s = (st_state *)state;
    p->entry = TGI_ENTRY_NONE;
    p->index = TG_NO_INDEX;
    switch (s->phase) {
    case ST_LENGTH:
        return st_length(p, s);
    case ST_TENSORS:
        p->entry = TGI_ENTRY_TENSOR;
        p->index = p->model->tensors.count;
        return st_tensor(p, s);
    case ST_KEYS:
        p->entry = TGI_ENTRY_KEY;
        p->index = p->model->keys.count;
        return st_key(p, s);
    case ST_END:
        return st_end(p, s);
    }
    return tgi_report(p, TG_E_INTERNAL, tgi_tell(&p->at), s->phase, 0, "phase");
}

static tgi_step st_finish(tgi_parse *p, void *state)
{
    static const tgi_place_rule rule = {TG_E_DATA_GAP, TG_OK, TG_E_DATA_AFTER, false, true};
    st_state *s = (st_state *)state;
    TGI_TRY(tgi_json_check_names(p, &s->unknown));
    TGI_TRY(tgi_check_duplicates(p));
    return tgi_check_places(p, &rule);
}

const tgi_format tgi_safetensors = {
    TG_FORMAT_SAFETENSORS, "safetensors", sizeof(st_state), st_probe, st_step, st_finish};

/* SPDX-License-Identifier: MIT */
/* JSON for formats (see json_parse.h). */
#include "json_parse.h"

/* A name that was collected. */
typedef struct tgi_json_name {
    tg_bytes name;   /* set when all are there */
    uint64_t at;     /* in the bytes */
    uint64_t offset; /* in the file */
} tgi_json_name;

tgi_step tgi_json_fail(tgi_parse *p, const tgi_cursor *c, tgi_json_fault fault, const char *what)
{
    static const tg_status statuses[] = {
        [TGI_JSON_FINE] = TG_E_INTERNAL,
        [TGI_JSON_END] = TG_E_JSON_END,
        [TGI_JSON_SYNTAX] = TG_E_JSON_SYNTAX,
        [TGI_JSON_UTF8] = TG_E_JSON_UTF8,
        [TGI_JSON_CONTROL] = TG_E_JSON_CONTROL,
        [TGI_JSON_ESCAPE] = TG_E_JSON_ESCAPE,
        [TGI_JSON_SURROGATE] = TG_E_JSON_SURROGATE,
        [TGI_JSON_NUMBER] = TG_E_JSON_NUMBER,
        [TGI_JSON_RANGE] = TG_E_JSON_RANGE,
        [TGI_JSON_DEPTH] = TG_E_JSON_DEPTH,
    };
    /* Text that ends with the file may be whole where the file is. */
    if (fault == TGI_JSON_END && c->origin + c->len == p->model->file_size)
        return tgi_report(p, TG_E_TRUNCATED, p->model->file_size, 0, 1, what);
    if (fault == TGI_JSON_END)
        return tgi_report(p, TG_E_JSON_END, c->origin + c->len, 0, 0, what);
    return tgi_report(p, statuses[fault], tgi_tell(c), 0, 0, what);
}

tgi_step tgi_json_want(tgi_parse *p, tgi_cursor *c, tgi_json_kind kind, const char *what)
{
    tgi_json_kind here = tgi_json_peek(c);
    if (here == kind)
        return TGI_OK;
    if (here == TGI_JSON_NOTHING)
        return tgi_json_fail(p, c, tgi_json_unexpected(c), what);
    return tgi_report(p, TG_E_JSON_TYPE, tgi_tell(c), 0, 0, what);
}

tgi_step tgi_json_get_string(tgi_parse *p, tgi_cursor *c, tgi_json_string *out, const char *what)
{
    tgi_json_fault fault = tgi_json_string_value(c, out);
    if (fault == TGI_JSON_FINE)
        return TGI_OK;
    if (fault == TGI_JSON_SYNTAX)
        return tgi_json_want(p, c, TGI_JSON_STRING, what);
    return tgi_json_fail(p, c, fault, what);
}

tgi_step tgi_json_no_u64(tgi_parse *p, tgi_cursor *c, tgi_json_fault fault, const char *what)
{
    if (fault == TGI_JSON_SYNTAX)
        return tgi_json_want(p, c, TGI_JSON_NUMERIC, what);
    return tgi_json_fail(p, c, fault, what);
}

tgi_step tgi_json_get_name(tgi_parse *p, tgi_cursor *c, tgi_json_string *out, const char *what)
{
    tgi_json_fault fault = tgi_json_string_value(c, out);
    if (fault != TGI_JSON_FINE)
        return tgi_json_fail(p, c, fault, what);
    return tgi_json_get_byte(p, c, ':', what);
}

tgi_step tgi_json_resolve(tgi_parse *p, const tgi_json_string *string, tg_bytes *out_bytes, uint64_t *out_offset)
{
    out_bytes->ptr = (const char *)string->text;
    out_bytes->len = string->len;
    *out_offset = string->offset;
    if (!string->escaped)
        return TGI_OK;
    uint8_t *room = NULL;
    p->model->arena.header_bytes = tgi_tell(&p->at);
    TGI_TRY(tgi_allocated(p, tgi_pool_reserve(p->model, string->len, &room)));
    out_bytes->ptr = (const char *)room;
    out_bytes->len = tgi_json_decode(string->text, string->len, room);
    *out_offset = tgi_pool_keep(p->model, out_bytes->len);
    return TGI_OK;
}

bool tgi_json_resolves_to(const tgi_json_string *string, const char *text, size_t len)
{
    /* Each character of `text` is written with at most six. */
    uint8_t resolved[6 * 32];
    if (string->len > sizeof resolved || string->len > 6 * len)
        return false;
    return tgi_json_decode(string->text, string->len, resolved) == len && memcmp(resolved, text, len) == 0;
}

uint64_t tgi_json_new_object(tgi_json_names *names)
{
    return names->num_objects++;
}

tgi_step tgi_json_collect(tgi_parse *p, tgi_json_names *names, uint64_t object, const tgi_json_string *name)
{
    tgi_list *bytes = &names->bytes;
    TGI_TRY(tgi_grow(p, &names->names, sizeof(tgi_json_name), UINT32_MAX - 1));
    TGI_TRY(tgi_allocated(p, tgi_list_reserve(&p->model->arena, bytes, sizeof object + name->len)));
    uint8_t *to = (uint8_t *)bytes->data + bytes->count;
    memcpy(to, &object, sizeof object);
    size_t len = sizeof object + tgi_json_decode(name->text, name->len, to + sizeof object);
    tgi_json_name entry = {{NULL, len}, bytes->count, name->offset};
    ((tgi_json_name *)names->names.data)[names->names.count++] = entry;
    bytes->count += len;
    return TGI_OK;
}

/* The objects and arrays around the place where tgi_json_skip is. */
typedef struct levels {
    bool is_object[TGI_JSON_MAX_DEPTH];
    uint64_t object[TGI_JSON_MAX_DEPTH];
    size_t depth; /* of them */
    size_t most;
} levels;

static tgi_step skip_name(tgi_parse *p, tgi_cursor *c, tgi_json_names *names, const levels *l)
{
    tgi_json_string name;
    TGI_TRY(tgi_json_get_name(p, c, &name, "field"));
    return tgi_json_collect(p, names, l->object[l->depth - 1], &name);
}

/* Opens the object or array at the cursor, and reads up to its first value; `*out_empty` where it has none. */
static tgi_step skip_open(tgi_parse *p, tgi_cursor *c, tgi_json_names *names, levels *l, bool is_object,
                          bool *out_empty)
{
    if (l->depth >= l->most)
        return tgi_json_fail(p, c, TGI_JSON_DEPTH, "value");
    TGI_TRY(tgi_json_get_byte(p, c, is_object ? '{' : '[', "value"));
    *out_empty = tgi_json_byte(c, is_object ? '}' : ']');
    if (*out_empty)
        return TGI_OK;
    l->is_object[l->depth] = is_object;
    l->object[l->depth] = is_object ? tgi_json_new_object(names) : 0;
    l->depth++;
    return is_object ? skip_name(p, c, names, l) : TGI_OK;
}

/* After a value: closes what is complete, and reads up to the next value, if there is one. */
static tgi_step skip_close(tgi_parse *p, tgi_cursor *c, tgi_json_names *names, levels *l)
{
    while (l->depth > 0) {
        bool is_object = l->is_object[l->depth - 1], more;
        TGI_TRY(tgi_json_next(p, c, is_object ? '}' : ']', &more, "value"));
        if (more)
            return is_object ? skip_name(p, c, names, l) : TGI_OK;
        l->depth--;
    }
    return TGI_OK;
}

/* A string, number or word. */
static tgi_step skip_plain(tgi_parse *p, tgi_cursor *c, tgi_json_kind kind)
{
    tgi_json_string string;
    tgi_json_fault fault = TGI_JSON_FINE;
    if (kind == TGI_JSON_STRING)
        fault = tgi_json_string_value(c, &string);
    else if (kind == TGI_JSON_NUMERIC)
        fault = tgi_json_skip_number(c);
    else if (kind == TGI_JSON_NOTHING)
        fault = tgi_json_unexpected(c);
    else
        tgi_json_skip_word(c, kind);
    return fault == TGI_JSON_FINE ? TGI_OK : tgi_json_fail(p, c, fault, "value");
}

tgi_step tgi_json_skip(tgi_parse *p, tgi_cursor *c, tgi_json_names *names, size_t depth, size_t most)
{
    levels l = {{false}, {0}, 0, most > depth ? most - depth : 0};
    if (l.most > TGI_JSON_MAX_DEPTH)
        l.most = TGI_JSON_MAX_DEPTH;
    do {
        tgi_json_kind kind = tgi_json_peek(c);
        if (kind == TGI_JSON_OBJECT || kind == TGI_JSON_ARRAY) {
            bool empty = false;
            TGI_TRY(skip_open(p, c, names, &l, kind == TGI_JSON_OBJECT, &empty));
            if (!empty)
                continue;
        } else {
            TGI_TRY(skip_plain(p, c, kind));
        }
        TGI_TRY(skip_close(p, c, names, &l));
    } while (l.depth > 0);
    return TGI_OK;
}

tgi_step tgi_json_check_names(tgi_parse *p, tgi_json_names *names)
{
    tgi_arena *arena = &p->model->arena;
    tgi_json_name *first = (tgi_json_name *)names->names.data;
    for (uint64_t i = 0; i < names->names.count; i++)
        first[i].name.ptr = (const char *)names->bytes.data + first[i].at;
    tgi_entries entries = {first, names->names.count, sizeof(tgi_json_name)};
    tgi_names table = {NULL, 0};
    bool twice = false;
    uint64_t later = 0, earlier = 0;
    TGI_TRY(tgi_allocated(p, tgi_names_build(arena, &table, &p->model->hash, &entries, &twice, &later, &earlier)));
    uint64_t offset = twice ? first[later].offset : 0;
    tgi_arena_free(arena, table.slots);
    tgi_arena_free(arena, names->names.data);
    tgi_arena_free(arena, names->bytes.data);
    memset(names, 0, sizeof *names);
    return twice ? tgi_report(p, TG_E_FIELD_DUPLICATE, offset, 0, 0, "field") : TGI_OK;
}

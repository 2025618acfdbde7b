/* SPDX-License-Identifier: MIT */
/* The index of a model in several safetensors files (see index.h), as huggingface's tools write it:
 *
 *     {"metadata": {"total_size": 123}, "weight_map": {"name of a tensor": "model-00001-of-00003.safetensors", …}}
 *
 * It comes from the network, and it names files: all of it is read and judged before any of them is opened. */
#include "index.h"

#include "../core/validate.h"

#define MAX_INDEX_DEPTH 16 /* of what stands in metadata and unknown fields */

typedef enum index_phase {
    INDEX_START = 0,
    INDEX_FIELDS,
    INDEX_MAP,
    INDEX_END,
} index_phase;

enum {
    INDEX_METADATA = 1,
    INDEX_WEIGHT_MAP = 2,
};

typedef struct index_state {
    index_phase phase;
    unsigned fields; /* that were there */
    uint64_t object; /* under which the names of unknown fields are collected */
    uint32_t last_file;
    tgi_json_names unknown;
} index_state;

static tgi_index *index_of(const tgi_parse *p)
{
    return (tgi_index *)(void *)p->model;
}

static tgi_mapped_file *file_at(const tgi_index *index, uint64_t number)
{
    return (tgi_mapped_file *)index->files.data + number;
}

static tgi_mapping *map_at(const tgi_index *index, uint64_t number)
{
    return (tgi_mapping *)index->maps.data + number;
}

static tgi_entries file_entries(const tgi_index *index)
{
    tgi_entries entries = {index->files.data, index->files.count, sizeof(tgi_mapped_file)};
    return entries;
}

static bool index_probe(tgi_cursor c)
{
    return tgi_json_peek(&c) == TGI_JSON_OBJECT;
}

/* Text that does not begin like an index is judged like any other file, which may tell what it is. Else all of it is
 * brought, up to the limit on headers. */
static tgi_step index_start(tgi_parse *p, index_state *s)
{
    tgi_cursor c = p->at;
    const tgi_format *other = NULL;
    const uint8_t *all = NULL;
    if (!index_probe(c)) {
        TGI_TRY(tgi_detect(p, &other));
        return tgi_report(p, TG_E_JSON_SYNTAX, 0, 0, 0, "index");
    }
    tgi_cursor whole = c;
    TGI_TRY(tgi_get_bytes(p, &whole, p->model->file_size, &all, "index"));
    TGI_TRY(tgi_json_get_byte(p, &c, '{', "index"));
    s->object = tgi_json_new_object(&s->unknown);
    s->phase = tgi_json_byte(&c, '}') ? INDEX_END : INDEX_FIELDS;
    tgi_commit(p, &c);
    return TGI_OK;
}

static tgi_step index_next(tgi_parse *p, index_state *s, tgi_cursor *c)
{
    bool more = false;
    TGI_TRY(tgi_json_next(p, c, '}', &more, "index"));
    s->phase = more ? INDEX_FIELDS : INDEX_END;
    tgi_commit(p, c);
    return TGI_OK;
}

/* "total_size": a number, which some writers give as a fraction: then it cannot be compared. */
static tgi_step index_total(tgi_parse *p, tgi_cursor *c, index_state *s)
{
    tgi_index *index = index_of(p);
    (void)tgi_json_peek(c);
    index->total_offset = tgi_tell(c);
    tgi_cursor number = *c;
    index->has_total = tgi_json_u64(&number, &index->total_size) == TGI_JSON_FINE;
    if (!index->has_total)
        TGI_TRY(tgi_report(p, TG_W_TOTAL_SIZE, index->total_offset, 0, 0, "total_size"));
    return tgi_json_skip(p, c, &s->unknown, 2, MAX_INDEX_DEPTH);
}

/* "metadata": { … } */
static tgi_step index_metadata(tgi_parse *p, index_state *s, tgi_cursor *c)
{
    TGI_TRY(tgi_json_want(p, c, TGI_JSON_OBJECT, "metadata"));
    TGI_TRY(tgi_json_get_byte(p, c, '{', "metadata"));
    uint64_t object = tgi_json_new_object(&s->unknown);
    bool more = !tgi_json_byte(c, '}');
    while (more) {
        tgi_json_string name;
        TGI_TRY(tgi_json_get_name(p, c, &name, "metadata"));
        TGI_TRY(tgi_json_collect(p, &s->unknown, object, &name));
        if (TGI_JSON_IS(&name, "total_size"))
            TGI_TRY(index_total(p, c, s));
        else
            TGI_TRY(tgi_json_skip(p, c, &s->unknown, 2, MAX_INDEX_DEPTH));
        TGI_TRY(tgi_json_next(p, c, '}', &more, "metadata"));
    }
    return index_next(p, s, c);
}

/* One field of the index. */
static tgi_step index_field(tgi_parse *p, index_state *s)
{
    tgi_cursor c = p->at;
    tgi_json_string name;
    TGI_TRY(tgi_json_get_name(p, &c, &name, "field"));
    unsigned field = TGI_JSON_IS(&name, "metadata")     ? INDEX_METADATA
                     : TGI_JSON_IS(&name, "weight_map") ? INDEX_WEIGHT_MAP
                                                        : 0;
    if ((s->fields & field) != 0)
        return tgi_report(p, TG_E_FIELD_DUPLICATE, name.offset, 0, 0, "field");
    s->fields |= field;
    if (field == INDEX_METADATA)
        return index_metadata(p, s, &c);
    if (field == 0) {
        TGI_TRY(tgi_report(p, TG_W_FIELD_UNKNOWN, name.offset, 0, 0, "field"));
        TGI_TRY(tgi_json_collect(p, &s->unknown, s->object, &name));
        TGI_TRY(tgi_json_skip(p, &c, &s->unknown, 1, MAX_INDEX_DEPTH));
        return index_next(p, s, &c);
    }
    TGI_TRY(tgi_json_want(p, &c, TGI_JSON_OBJECT, "weight_map"));
    TGI_TRY(tgi_json_get_byte(p, &c, '{', "weight_map"));
    if (tgi_json_byte(&c, '}'))
        return index_next(p, s, &c);
    s->phase = INDEX_MAP;
    tgi_commit(p, &c);
    return TGI_OK;
}

/* A file that was not named before. */
static tgi_step index_new_file(tgi_parse *p, tg_bytes name, uint64_t offset, uint32_t *out_number)
{
    tgi_index *index = index_of(p);
    tgi_arena *arena = &p->model->arena;
    uint64_t most = p->settings->limits.max_files;
    void *copy = NULL;
    if (!tgi_is_bare_name(name))
        return tgi_report(p, TG_E_PART_NAME, offset, 0, 0, "file of the tensor");
    if (index->files.count >= most)
        return tgi_report(p, TG_E_LIMIT_FILES, offset, index->files.count + 1, most, "files of the model");
    TGI_TRY(tgi_allocated(p, tgi_arena_resize(arena, &copy, (uint64_t)name.len + 1)));
    memcpy(copy, name.ptr, name.len);
    ((char *)copy)[name.len] = '\0';
    tgi_mapped_file file = {{(const char *)copy, name.len}, 0};
    TGI_TRY(tgi_grow(p, &index->files, sizeof file, most));
    *file_at(index, index->files.count) = file;
    *out_number = (uint32_t)index->files.count++;
    tgi_entries entries = file_entries(index);
    return tgi_allocated(p, tgi_names_add(arena, &index->file_names, &p->model->hash, &entries));
}

/* The number of the file of that name. */
static tgi_step index_file(tgi_parse *p, index_state *s, const tgi_json_string *string, uint32_t *out_number)
{
    tgi_index *index = index_of(p);
    tg_bytes name = {NULL, 0};
    uint64_t offset;
    /* The decoded name is copied where it is new, so the pool takes it back. */
    uint64_t pool = p->model->pool.count;
    TGI_TRY(tgi_json_resolve(p, string, &name, &offset));
    p->model->pool.count = pool;
    *out_number = s->last_file;
    if (index->files.count > 0) {
        tg_bytes last = file_at(index, s->last_file)->name;
        if (last.len == name.len && memcmp(last.ptr, name.ptr, name.len) == 0)
            return TGI_OK;
    }
    tgi_entries entries = file_entries(index);
    const tgi_mapped_file *known =
        (const tgi_mapped_file *)tgi_names_find(&index->file_names, &p->model->hash, &entries, name);
    if (known != NULL)
        *out_number = (uint32_t)(known - file_at(index, 0));
    else
        TGI_TRY(index_new_file(p, name, string->offset, out_number));
    s->last_file = *out_number;
    return TGI_OK;
}

/* "name of a tensor": "name of a file" */
static tgi_step index_mapping(tgi_parse *p, index_state *s)
{
    tgi_index *index = index_of(p);
    tgi_cursor c = p->at;
    tgi_json_string name, file;
    tg_bytes bytes = {NULL, 0};
    tgi_mapping mapping = {{NULL, 0}, 0, 0, 0};
    uint64_t most = p->settings->limits.max_tensors;
    TGI_TRY(tgi_json_get_name(p, &c, &name, "name"));
    if (index->maps.count >= most)
        return tgi_report(p, TG_E_LIMIT_TENSORS, name.offset, index->maps.count + 1, most, "number of tensors");
    TGI_TRY(tgi_json_resolve(p, &name, &bytes, &mapping.name_offset));
    TGI_TRY(tgi_check_resolved_name(p, &bytes, name.offset, &tgi_tensor_name_rule));
    mapping.name.len = bytes.len;
    mapping.offset = name.offset;
    TGI_TRY(tgi_json_get_string(p, &c, &file, "file of the tensor"));
    TGI_TRY(index_file(p, s, &file, &mapping.file));
    TGI_TRY(tgi_grow(p, &index->maps, sizeof mapping, most));
    *map_at(index, index->maps.count++) = mapping;
    bool more = false;
    TGI_TRY(tgi_json_next(p, &c, '}', &more, "weight_map"));
    if (!more)
        return index_next(p, s, &c);
    tgi_commit(p, &c);
    return TGI_OK;
}

/* White space up to the end of the file. */
static tgi_step index_end(tgi_parse *p, index_state *s)
{
    tgi_cursor c = p->at;
    if (!tgi_json_is_end(&c))
        return tgi_report(p, TG_E_JSON_AFTER, tgi_tell(&c), 0, 0, "index");
    if ((s->fields & INDEX_WEIGHT_MAP) == 0)
        return tgi_report(p, TG_E_FIELD_MISSING, 0, 0, 0, "weight_map");
    if (index_of(p)->maps.count == 0)
        return tgi_report(p, TG_E_INDEX_EMPTY, 0, 0, 0, "weight_map");
    tgi_commit(p, &c);
    return TGI_DONE;
}

static tgi_step index_step(tgi_parse *p, void *state)
{
    index_state *s = (index_state *)state;
    p->entry = TGI_ENTRY_NONE;
    p->index = TG_NO_INDEX;
    switch (s->phase) {
    case INDEX_START:
        return index_start(p, s);
    case INDEX_FIELDS:
        return index_field(p, s);
    case INDEX_MAP:
        p->entry = TGI_ENTRY_TENSOR;
        p->index = index_of(p)->maps.count;
        return index_mapping(p, s);
    case INDEX_END:
        return index_end(p, s);
    }
    return tgi_report(p, TG_E_INTERNAL, tgi_tell(&p->at), s->phase, 0, "phase");
}

/* ---- The order of the files: that of their names, so that it does not depend on that of the tensors ---- */

static bool before(const tgi_mapped_file *a, const tgi_mapped_file *b)
{
    size_t len = a->name.len < b->name.len ? a->name.len : b->name.len;
    int order = memcmp(a->name.ptr, b->name.ptr, len);
    return order != 0 ? order < 0 : a->name.len < b->name.len;
}

static void sift_down(tgi_mapped_file *files, uint64_t at, uint64_t count)
{
    for (;;) {
        uint64_t child = 2 * at + 1;
        if (child >= count)
            return;
        if (child + 1 < count && before(&files[child], &files[child + 1]))
            child++;
        if (!before(&files[at], &files[child]))
            return;
        tgi_mapped_file swap = files[at];
        files[at] = files[child];
        files[child] = swap;
        at = child;
    }
}

/* Sorts by a heap. Each file keeps the number that it had in `rank`. */
static void sort_files(tgi_mapped_file *files, uint64_t count)
{
    for (uint64_t i = 0; i < count; i++)
        files[i].rank = (uint32_t)i;
    for (uint64_t i = count / 2; i > 0; i--)
        sift_down(files, i - 1, count);
    for (uint64_t last = count; last > 1;) {
        last--;
        tgi_mapped_file swap = files[0];
        files[0] = files[last];
        files[last] = swap;
        sift_down(files, 0, last);
    }
}

static tgi_step index_order(tgi_parse *p)
{
    tgi_index *index = index_of(p);
    tgi_arena *arena = &p->model->arena;
    void *block = NULL;
    uint64_t count = index->files.count;
    TGI_TRY(tgi_allocated(p, tgi_arena_resize(arena, &block, count * sizeof(uint32_t))));
    uint32_t *ranks = (uint32_t *)block;
    sort_files(file_at(index, 0), count);
    for (uint64_t i = 0; i < count; i++)
        ranks[file_at(index, i)->rank] = (uint32_t)i;
    for (uint64_t i = 0; i < index->maps.count; i++)
        map_at(index, i)->file = ranks[map_at(index, i)->file];
    tgi_arena_free(arena, block);
    /* The table knew them by their old numbers. */
    tgi_arena_free(arena, index->file_names.slots);
    bool twice = false;
    uint64_t later, earlier;
    tgi_entries entries = file_entries(index);
    return tgi_allocated(
        p, tgi_names_build(arena, &index->file_names, &p->model->hash, &entries, &twice, &later, &earlier));
}

static tgi_step index_finish(tgi_parse *p, void *state)
{
    index_state *s = (index_state *)state;
    tgi_index *index = index_of(p);
    tgi_model *m = p->model;
    TGI_TRY(tgi_json_check_names(p, &s->unknown));
    for (uint64_t i = 0; i < index->maps.count; i++)
        map_at(index, i)->name.ptr = tgi_bytes_at(m, map_at(index, i)->name_offset);
    tgi_entries entries = {index->maps.data, index->maps.count, sizeof(tgi_mapping)};
    bool twice = false;
    uint64_t later = 0, earlier = 0;
    TGI_TRY(
        tgi_allocated(p, tgi_names_build(&m->arena, &index->map_names, &m->hash, &entries, &twice, &later, &earlier)));
    if (twice) {
        p->entry = TGI_ENTRY_TENSOR;
        p->index = later;
        return tgi_report(p, TG_E_NAME_DUPLICATE, map_at(index, later)->offset, earlier, 0, "name");
    }
    return index_order(p);
}

const tgi_format tgi_index_format = {TG_FORMAT_NONE, "index",    sizeof(index_state),
                                     index_probe,    index_step, index_finish};

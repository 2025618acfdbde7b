/* SPDX-License-Identifier: MIT */
/* Fetches the parts of a zip archive that its readers (formats/zip.h) ask for, each once, into private copies. */
#include "zip.h"

#include "../formats/zip.h"

/* More end records than this in one tail are no accident. */
#define MOST_ENDS 8

/* A private copy of a part of the file. */
typedef struct zip_part {
    bool aside; /* the memory does not count against the limit */
    void *block;
    tgi_cursor bytes;
} zip_part;

/* The file, and what is here of it already. */
typedef struct zip_known {
    const tgi_source *source;
    const tgi_window *window; /* from its first byte on */
    zip_part tail;            /* to its last byte; empty at first */
} zip_known;

static uint64_t at_most(uint64_t value, uint64_t bound)
{
    return value < bound ? value : bound;
}

/* Copies [offset, offset + len) behind what `out` holds already. Bytes that are here are not fetched again. */
static tgi_step fetch_range(tgi_parse *p, const zip_known *k, uint64_t offset, uint64_t len, zip_part *out)
{
    const tgi_cursor *tail = &k->tail.bytes;
    tgi_cursor *c = &out->bytes;
    if (out->block == NULL)
        c->origin = offset;
    tgi_arena *arena = &p->model->arena;
    TGI_TRY(tgi_allocated(p, out->aside ? tgi_arena_resize_aside(arena, &out->block, c->len + len + 1)
                                        : tgi_arena_resize(arena, &out->block, c->len + len + 1)));
    uint8_t *to = (uint8_t *)out->block + c->len;
    c->base = (const uint8_t *)out->block;
    /* The range in three parts: in the window, in neither, in the tail. */
    uint64_t end = offset + len, tail_start = tail->len > 0 ? tail->origin : k->source->size;
    uint64_t read_start = at_most(offset > k->window->len ? offset : k->window->len, end);
    uint64_t read_end = at_most(tail_start > read_start ? tail_start : read_start, end);
    if (read_start > offset)
        memcpy(to, k->window->data + (size_t)offset, (size_t)(read_start - offset));
    if (end > read_end)
        memcpy(to + (size_t)(read_end - offset), tail->base + (size_t)(read_end - tail_start),
               (size_t)(end - read_end));
    tgi_fault fault =
        tgi_source_read(k->source, read_start, to + (size_t)(read_start - offset), (size_t)(read_end - read_start));
    if (fault.status != TG_OK) {
        tgi_step step = tgi_report(p, fault.status, read_start, 0, 0, NULL);
        p->error->os_code = fault.os_code;
        return step;
    }
    c->len += (size_t)len;
    return TGI_OK;
}

static tgi_step fetch_tail(tgi_parse *p, zip_known *k)
{
    uint64_t len = at_most(k->source->size, TGI_ZIP_TAIL);
    zip_part tail;
    memset(&tail, 0, sizeof tail);
    tail.aside = true; /* every file has one, and it is small */
    tgi_step step = fetch_range(p, k, k->source->size - len, len, &tail);
    k->tail = tail;
    return step;
}

/* The header in front of the member. */
static tgi_step fetch_local(tgi_parse *p, const zip_known *k, const tgi_zip_member *m, zip_part *out)
{
    TGI_TRY(fetch_range(p, k, m->header_offset, TGI_ZIP_LOCAL, out));
    uint64_t len = tgi_zip_local_len(out->bytes), most = k->source->size - m->header_offset;
    if (len > most)
        len = most;
    return fetch_range(p, k, m->header_offset + TGI_ZIP_LOCAL, len - TGI_ZIP_LOCAL, out);
}

static tgi_step locate(tgi_parse *p, zip_known *k, zip_part *directory, zip_part *local, tgi_place *out)
{
    tgi_zip_end end;
    tgi_zip_member member;
    bool chosen = false;
    TGI_TRY(fetch_tail(p, k));
    TGI_TRY(tgi_zip_find(p, &k->tail.bytes, &end));
    if (!end.found)
        return TGI_OK;
    TGI_TRY(fetch_range(p, k, end.offset, end.len, directory));
    TGI_TRY(tgi_zip_choose(p, &directory->bytes, &end, &member, &chosen));
    if (!chosen)
        return TGI_OK;
    TGI_TRY(fetch_local(p, k, &member, local));
    TGI_TRY(tgi_zip_check_local(p, &local->bytes, &member, &out->offset));
    out->len = member.size;
    out->found = true;
    return TGI_OK;
}

static zip_known start(tgi_parse *p, const tgi_source *source, const tgi_window *window)
{
    zip_known k;
    memset(&k, 0, sizeof k);
    k.source = source;
    k.window = window;
    p->entry = TGI_ENTRY_NONE;
    p->index = TG_NO_INDEX;
    return k;
}

tgi_step tgi_zip_locate(tgi_parse *p, const tgi_source *source, const tgi_window *window, tgi_place *out)
{
    tgi_arena *arena = &p->model->arena;
    zip_part directory, local;
    memset(&directory, 0, sizeof directory);
    memset(&local, 0, sizeof local);
    memset(out, 0, sizeof *out);
    zip_known k = start(p, source, window);
    tgi_step step = locate(p, &k, &directory, &local, out);
    tgi_arena_free(arena, k.tail.block);
    tgi_arena_free(arena, directory.block);
    tgi_arena_free(arena, local.block);
    p->entry = TGI_ENTRY_NONE;
    p->index = TG_NO_INDEX;
    return step;
}

/* Does a directory at `place`, in front of `stop`, name a model? */
static tgi_step look_at(tgi_parse *p, const zip_known *k, uint64_t place, uint64_t stop)
{
    zip_part directory;
    memset(&directory, 0, sizeof directory);
    uint64_t len = stop - place < TGI_ZIP_MOST_DIRECTORY ? stop - place : TGI_ZIP_MOST_DIRECTORY;
    /* The first bytes alone decide of nearly all places. */
    uint64_t first = len < 4 ? len : 4;
    tgi_step step = fetch_range(p, k, place, first, &directory);
    tgi_zip_names names = step == TGI_OK ? tgi_zip_names_model(directory.bytes) : TGI_ZIP_NAMES_NONE;
    if (names == TGI_ZIP_NAMES_CUT && first < len) {
        step = fetch_range(p, k, place + first, len - first, &directory);
        names = step == TGI_OK ? tgi_zip_names_model(directory.bytes) : TGI_ZIP_NAMES_NONE;
    }
    tgi_arena_free(&p->model->arena, directory.block);
    if (names == TGI_ZIP_NAMES_MODEL)
        return tgi_report(p, TG_E_ZIP_POLYGLOT, place, 0, 0, "directory");
    if (names == TGI_ZIP_NAMES_CUT && len == TGI_ZIP_MOST_DIRECTORY)
        return tgi_report(p, TG_E_LIMIT_ZIP, place, stop - place, len, "bytes of the directory");
    return step;
}

static tgi_step search(tgi_parse *p, const zip_known *k)
{
    const tgi_cursor *tail = &k->tail.bytes;
    uint64_t seen[MOST_ENDS * TGI_ZIP_PLACES], places[TGI_ZIP_PLACES];
    size_t at = 0, num_seen = 0;
    const uint8_t *record;
    for (unsigned ends = 0; (record = tgi_zip_next_record(tail, &at)) != NULL; ends++, at++) {
        uint64_t stop = tail->origin + at;
        if (ends == MOST_ENDS)
            return tgi_report(p, TG_E_ZIP_POLYGLOT, stop, ends, MOST_ENDS, "end records");
        size_t num = tgi_zip_places(tail, at, record, places);
        for (size_t i = 0; i < num; i++) {
            bool again = places[i] >= stop;
            for (size_t j = 0; j < num_seen && !again; j++)
                again = seen[j] == places[i];
            if (again)
                continue;
            seen[num_seen++] = places[i];
            TGI_TRY(look_at(p, k, places[i], stop));
        }
    }
    return TGI_OK;
}

tgi_step tgi_zip_refuse(tgi_parse *p, const tgi_source *source, const tgi_window *window)
{
    zip_known k = start(p, source, window);
    tgi_step step = fetch_tail(p, &k);
    if (step == TGI_OK)
        step = search(p, &k);
    tgi_arena_free(&p->model->arena, k.tail.block);
    return step;
}

/* SPDX-License-Identifier: MIT */
/* Fetches the parts of a zip archive that its readers (formats/zip.h) ask for, each once, into private copies. */
#include "zip.h"

#include "../formats/zip.h"

/* More end records than this in one tail are no accident. */
#define MOST_ENDS 8

/* A private copy of a part of the file. */
typedef struct part {
    void *block;
    tgi_cursor bytes;
} part;

/* Copies [offset, offset + len) behind what `out` holds already. Bytes that the window has are not fetched again. */
static tgi_step fetch(tgi_parse *p, const tgi_source *source, const tgi_window *window, uint64_t offset, uint64_t len,
                      part *out)
{
    tgi_cursor *c = &out->bytes;
    if (out->block == NULL)
        c->origin = offset;
    TGI_TRY(tgi_allocated(p, tgi_arena_resize(&p->model->arena, &out->block, c->len + len + 1)));
    uint8_t *to = (uint8_t *)out->block + c->len;
    c->base = (const uint8_t *)out->block;
    size_t have = offset < window->len ? window->len - (size_t)offset : 0;
    if (have > len)
        have = (size_t)len;
    if (have > 0)
        memcpy(to, window->data + offset, have);
    tgi_fault fault = tgi_source_read(source, offset + have, to + have, (size_t)len - have);
    if (fault.status != TG_OK) {
        tgi_step step = tgi_report(p, fault.status, offset + have, 0, 0, NULL);
        p->error->os_code = fault.os_code;
        return step;
    }
    c->len += (size_t)len;
    return TGI_OK;
}

static tgi_step fetch_tail(tgi_parse *p, const tgi_source *source, const tgi_window *window, part *out)
{
    uint64_t len = source->size < TGI_ZIP_TAIL ? source->size : TGI_ZIP_TAIL;
    return fetch(p, source, window, source->size - len, len, out);
}

/* The header in front of the member. */
static tgi_step fetch_local(tgi_parse *p, const tgi_source *source, const tgi_window *window, const tgi_zip_member *m,
                            part *out)
{
    TGI_TRY(fetch(p, source, window, m->header_offset, TGI_ZIP_LOCAL, out));
    uint64_t len = tgi_zip_local_len(out->bytes), most = source->size - m->header_offset;
    if (len > most)
        len = most;
    return fetch(p, source, window, m->header_offset + TGI_ZIP_LOCAL, len - TGI_ZIP_LOCAL, out);
}

enum { TAIL, DIRECTORY, LOCAL, NUM_PARTS };

static tgi_step locate(tgi_parse *p, const tgi_source *source, const tgi_window *window, part parts[NUM_PARTS],
                       tgi_place *out)
{
    tgi_zip_end end;
    tgi_zip_member member;
    bool chosen = false;
    TGI_TRY(fetch_tail(p, source, window, &parts[TAIL]));
    TGI_TRY(tgi_zip_find(p, &parts[TAIL].bytes, &end));
    if (!end.found)
        return TGI_OK;
    TGI_TRY(fetch(p, source, window, end.offset, end.len, &parts[DIRECTORY]));
    TGI_TRY(tgi_zip_choose(p, &parts[DIRECTORY].bytes, &end, &member, &chosen));
    if (!chosen)
        return TGI_OK;
    TGI_TRY(fetch_local(p, source, window, &member, &parts[LOCAL]));
    TGI_TRY(tgi_zip_check_local(p, &parts[LOCAL].bytes, &member, &out->offset));
    out->len = member.size;
    out->found = true;
    return TGI_OK;
}

static void free_parts(tgi_parse *p, part *parts, size_t num)
{
    for (size_t i = 0; i < num; i++)
        tgi_arena_free(&p->model->arena, parts[i].block);
    p->entry = TGI_ENTRY_NONE;
    p->index = TG_NO_INDEX;
}

tgi_step tgi_zip_locate(tgi_parse *p, const tgi_source *source, const tgi_window *window, tgi_place *out)
{
    part parts[NUM_PARTS];
    memset(parts, 0, sizeof parts);
    memset(out, 0, sizeof *out);
    p->entry = TGI_ENTRY_NONE;
    p->index = TG_NO_INDEX;
    tgi_step step = locate(p, source, window, parts, out);
    free_parts(p, parts, NUM_PARTS);
    return step;
}

/* Does a directory at `place`, in front of `stop`, name a model? */
static tgi_step look_at(tgi_parse *p, const tgi_source *source, const tgi_window *window, uint64_t place, uint64_t stop)
{
    part directory;
    memset(&directory, 0, sizeof directory);
    uint64_t len = stop - place < TGI_ZIP_MOST_DIRECTORY ? stop - place : TGI_ZIP_MOST_DIRECTORY;
    /* The first bytes alone decide of nearly all places. */
    uint64_t first = len < 4 ? len : 4;
    tgi_step step = fetch(p, source, window, place, first, &directory);
    tgi_zip_names names = step == TGI_OK ? tgi_zip_names_model(directory.bytes) : TGI_ZIP_NAMES_NONE;
    if (names == TGI_ZIP_NAMES_CUT && first < len) {
        step = fetch(p, source, window, place + first, len - first, &directory);
        names = step == TGI_OK ? tgi_zip_names_model(directory.bytes) : TGI_ZIP_NAMES_NONE;
    }
    tgi_arena_free(&p->model->arena, directory.block);
    if (names == TGI_ZIP_NAMES_MODEL)
        return tgi_report(p, TG_E_ZIP_POLYGLOT, place, 0, 0, "directory");
    if (names == TGI_ZIP_NAMES_CUT && len == TGI_ZIP_MOST_DIRECTORY)
        return tgi_report(p, TG_E_LIMIT_ZIP, place, stop - place, len, "bytes of the directory");
    return step;
}

static tgi_step search(tgi_parse *p, const tgi_source *source, const tgi_window *window, const tgi_cursor *tail)
{
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
            TGI_TRY(look_at(p, source, window, places[i], stop));
        }
    }
    return TGI_OK;
}

tgi_step tgi_zip_refuse(tgi_parse *p, const tgi_source *source, const tgi_window *window)
{
    part tail;
    memset(&tail, 0, sizeof tail);
    p->entry = TGI_ENTRY_NONE;
    p->index = TG_NO_INDEX;
    tgi_step step = fetch_tail(p, source, window, &tail);
    if (step == TGI_OK)
        step = search(p, source, window, &tail.bytes);
    free_parts(p, &tail, 1);
    return step;
}

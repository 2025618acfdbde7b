/* SPDX-License-Identifier: MIT */
/* A second driver for the steps of formats. The library's own brings 64 KiB at a time, so that small files arrive
 * whole; this one brings exactly the bytes that a step asks for, each time in a new block that ends there, and frees
 * the old one. A step that keeps a pointer, looks further than it says or loses its place is found out. It also
 * counts: steps are linear in the file. */
#include "fuzz.h"
#include "heap.h"
#include "model_check.h"
#include "oracle.h"

#include "api/api.h"
#include "formats/format.h"

#include <stdlib.h>

#define PAGE 4096

typedef struct drive {
    const ref_file *file;
    uint8_t *block; /* `len` bytes of the file, from byte `origin` on: the first, until a step jumps */
    size_t len;
    uint64_t origin;
    uint8_t *kept; /* after a jump: the first bytes, which the model points into */
    uint64_t steps, times_back;
} drive;

/* Copies [from, from + len) of the file, which ends in zeros that are only counted. */
static uint8_t *copy_of(const drive *d, uint64_t from, size_t len)
{
    uint8_t *block = (uint8_t *)malloc(len > 0 ? len : 1);
    FUZZ_CHECK(block != NULL, "no memory for the driver");
    size_t here = d->file->len > from ? (size_t)(d->file->len - from) : 0;
    if (here > len)
        here = len;
    if (here > 0)
        memcpy(block, d->file->data + from, here);
    memset(block + here, 0, len - here);
    return block;
}

static void show(drive *d, tgi_parse *p, uint64_t origin, size_t len)
{
    uint8_t *block = copy_of(d, origin, len);
    free(d->block);
    d->block = block;
    d->len = len;
    d->origin = origin;
    p->at.base = block;
    p->at.len = len;
}

/* Zeros that follow the file on paper come a page at a time once there are many: a copy for each four of them is more
 * than all else that is done with a file. */
static void bring(drive *d, tgi_parse *p, uint64_t need)
{
    FUZZ_CHECK(need <= d->file->size && need > d->origin + d->len,
               "a step asks for bytes that are here, or that no file has");
    uint64_t end = need, rest = d->file->size - need, page = PAGE - need % PAGE;
    if (need > d->file->len && need - d->origin > PAGE)
        end += page < rest ? page : rest;
    show(d, p, d->origin, (size_t)(end - d->origin));
}

/* Forgets what was passed: after a jump, not a byte is here but those that the model points into. */
static void jump(drive *d, tgi_parse *p)
{
    uint64_t from = tgi_tell(&p->at);
    FUZZ_CHECK(p->need >= from && p->need <= d->file->size, "a step jumps back, or out of the file");
    if (p->keep == 0)
        p->keep = from;
    if (d->kept == NULL)
        d->kept = copy_of(d, 0, (size_t)p->keep);
    p->skipped += p->need - from;
    show(d, p, p->need, 0);
    p->at.origin = p->need;
    p->at.pos = 0;
}

/* Several layouts are tried on the header of a file of the ggml family, and a wrong one may read further than the
 * right one: there, a step goes back, once, and before anything was jumped over. */
static bool may_go_back(drive *d, const tgi_format *format)
{
    return format != &tgi_gguf && format != &tgi_safetensors && d->kept == NULL && d->times_back++ == 0;
}

static tgi_step run(drive *d, tgi_parse *p, const tgi_format *format, void *state)
{
    for (;;) {
        p->num_pending = 0;
        size_t before = p->at.pos;
        tgi_step step = format->step(p, state);
        FUZZ_CHECK(++d->steps / 4 <= 64 + d->file->size, "more steps than the file has bytes for");
        FUZZ_CHECK(p->at.pos >= before || may_go_back(d, format), "a step went back");
        FUZZ_CHECK(p->at.pos <= p->at.len, "a step went beyond the bytes");
        if (step == TGI_MORE)
            bring(d, p, p->need);
        else if (step == TGI_JUMP)
            jump(d, p);
        else if (step != TGI_OK)
            return step;
    }
}

static tgi_step parse(drive *d, tgi_parse *p)
{
    const tgi_format *format = NULL;
    uint64_t first = d->file->size < TGI_DETECT_BYTES ? d->file->size : TGI_DETECT_BYTES;
    if (first > 0)
        bring(d, p, first);
    TGI_TRY(tgi_detect(p, &format));
    if (p->at.len > p->settings->limits.max_header_bytes)
        p->at.len = (size_t)p->settings->limits.max_header_bytes;
    p->model->format = format->format;
    void *state = calloc(1, format->state_size);
    FUZZ_CHECK(state != NULL, "no memory for the driver");
    tgi_step step = run(d, p, format, state);
    if (step == TGI_DONE) {
        p->num_pending = 0;
        size_t keep = p->keep > 0 ? (size_t)p->keep : p->at.pos;
        p->model->arena.header_bytes = tgi_parsed(p);
        tgi_model_freeze(p->model, d->kept != NULL ? d->kept : d->block, keep);
        if (d->kept != NULL) {
            p->at.base = d->kept;
            p->at.len = p->at.pos = keep;
            p->at.origin = 0;
        }
        step = format->finish(p, state);
        if (step == TGI_OK)
            tgi_commit(p, &p->at);
    }
    free(state);
    return step;
}

/* The digest of model_check.h, of a model that has no public face. */
static uint64_t digest_of(const tgi_model *m, uint64_t *out_warnings)
{
    uint64_t d = digest_head(m->format, m->version, m->endian, m->alignment, m->data_offset);
    for (uint64_t i = 0; i < m->keys.count; i++) {
        const tgi_key *key = tgi_key_at(m, i);
        tg_value value = tgi_key_value(m, key);
        value_check(&value);
        d = digest_key(&key->seen, &value, d);
    }
    for (uint64_t i = 0; i < m->tensors.count; i++)
        d = digest_tensor(&tgi_tensor_at(m, i)->seen, d);
    for (uint64_t i = 0; i < m->num_warnings; i++) {
        d = digest_warning(&m->warnings[i], d);
        *out_warnings |= UINT64_C(1) << ((unsigned)m->warnings[i].status - REF_FIRST_WARNING);
    }
    return d;
}

oracle_verdict oracle_steps(const ref_file *file, const tg_options *options)
{
    oracle_verdict v;
    memset(&v, 0, sizeof v);
    tgi_settings settings;
    const char *what;
    FUZZ_CHECK(tgi_settings_from(options, &settings, &what), "options that the library refuses");
    tgi_model *model = (tgi_model *)calloc(1, sizeof *model);
    FUZZ_CHECK(model != NULL, "no memory for the driver");
    tgi_arena_init(&model->arena, &settings.allocator, settings.limits.heap_base, settings.limits.heap_factor);
    model->hash = settings.hash;
    model->file_size = file->size;
    drive d = {file, NULL, 0, 0, NULL, 0, 0};
    tgi_parse p;
    memset(&p, 0, sizeof p);
    p.model = model;
    p.settings = &settings;
    p.index = TG_NO_INDEX;
    p.error = &v.error;
    if (parse(&d, &p) == TGI_OK)
        v.digest = digest_of(model, &v.warnings);
    else
        v.status = v.error.status;
    tgi_arena_release(&model->arena);
    free(model);
    free(d.block);
    free(d.kept);
    return v;
}
